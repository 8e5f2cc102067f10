/**
 * A VC-API (VCALM) client: posts to a node over https and judges with @digitalbazaar/vc what comes back.
 *
 * Request: {action, url, ...}; `url` is that of the operation.
 *   issue: {credential, options, selectivePointers?, deriveUrl?}
 *     Issues; a base proof is derived from, at `deriveUrl`. What can be verified is verified here.
 *     Answer: {ok, status, credential, shown, errors}; `shown` is what was verified.
 *   post: {body}
 *     Answer: {ok, status, type, body}; `ok` is a status below 300.
 *   present: {credentials, challenge, domain, options}
 *     Signs a presentation with a did:key made for it and has the node verify it. Answer as `post`.
 */
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as vc from '@digitalbazaar/vc';
import {flatten, serve} from './protocol.mjs';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {cryptosuite as eddsaRdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {makeLoader} from './loader.mjs';
import {verifyingSuites} from './suites.mjs';

const ACTIONS = {issue, post: ({url, body}) => post(url, body), present};

await serve(async request => ACTIONS[request.action](request));

async function issue({url, deriveUrl, credential, options, selectivePointers}) {
  const issued = await post(url, {credential, options});
  if(!issued.ok) {
    return {...issued, errors: issued.body.problemDetails};
  }
  const secured = issued.body.verifiableCredential;
  let shown = secured;
  if(deriveUrl) {
    const derived = await post(deriveUrl, {verifiableCredential: secured, options: {selectivePointers}});
    if(!derived.ok) {
      return {...derived, errors: derived.body.problemDetails};
    }
    shown = derived.body.verifiableCredential;
  }
  const {documentLoader} = makeLoader({fetch: true});
  const result = await vc.verifyCredential({
    credential: structuredClone(shown), suite: verifyingSuites(), documentLoader, checkStatus
  });
  const proofs = (result.results ?? []).filter(({proof}) => proof);
  return {
    ok: result.verified && proofs.length > 0 && proofs.every(({verified}) => verified),
    status: issued.status, credential: secured, shown, errors: flatten(result.error)
  };
}

async function present({url, credentials, challenge, domain, options}) {
  const pair = await Ed25519Multikey.generate();
  pair.controller = `did:key:${pair.publicKeyMultibase}`;
  pair.id = `${pair.controller}#${pair.publicKeyMultibase}`;
  const presentation = vc.createPresentation({
    verifiableCredential: credentials, holder: pair.controller, version: 2.0, verify: false
  });
  const {documentLoader} = makeLoader();
  const verifiablePresentation = await vc.signPresentation({
    presentation, challenge, domain, documentLoader,
    suite: new DataIntegrityProof({signer: pair.signer(), cryptosuite: eddsaRdfc})
  });
  return post(url, {verifiablePresentation, options});
}

async function post(url, body) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {'content-type': 'application/json', accept: 'application/json'},
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(20_000)
  });
  return {
    ok: response.status < 300, status: response.status, type: response.headers.get('content-type'),
    body: await response.json()
  };
}
