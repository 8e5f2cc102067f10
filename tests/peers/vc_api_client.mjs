/**
 * A VC-API (VCALM) client: posts to a node over https and judges with @digitalbazaar/vc what comes back;
 * tokens in envelopes with jose, SD-JWTs with @sd-jwt/sd-jwt-vc, both under the key that the issuer publishes.
 *
 * Request: {action, url, ...}; `url` is that of the operation.
 *   issue: {credential, options, selectivePointers?, deriveUrl?}
 *     Issues; a base proof or an SD-JWT is derived from, at `deriveUrl`. What can be verified is verified here.
 *     Answer: {ok, status, credential, shown, claims?, errors}; `shown` is what was verified.
 *   post: {body}
 *     Answer: {ok, status, type, body}; `ok` is a status below 300.
 *   present: {credentials, challenge, domain, options}
 *     Signs a presentation with a did:key made for it and has the node verify it. Answer as `post`.
 */
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as vc from '@digitalbazaar/vc';
import {compactVerify, decodeProtectedHeader, importJWK} from 'jose';
import {digest, ES256} from '@sd-jwt/crypto-nodejs';
import {flatten, serve} from './protocol.mjs';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {cryptosuite as eddsaRdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {makeLoader} from './loader.mjs';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';
import {verifyingSuites} from './suites.mjs';

// The key decides, never the header.
const ALGORITHMS = {Ed25519: 'EdDSA', 'P-256': 'ES256', 'P-384': 'ES384'};
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
  if(shown.type === 'EnvelopedVerifiableCredential') {
    const claims = await judgeToken(shown);
    return {ok: true, status: issued.status, credential: secured, shown, claims, errors: []};
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

/** The claims of a token that holds under the key that its `kid` names, if its issuer publishes that key. */
async function judgeToken({id}) {
  const [, mediaType, token] = /^data:([^,]+),(.+)$/.exec(id);
  const signed = token.split('~')[0];
  const {kid} = decodeProtectedHeader(signed);
  const issuer = kid.split('#')[0];
  const {documentLoader} = makeLoader();
  const {document} = await documentLoader(issuer);
  const authorized = document.assertionMethod.some(entry => (entry.id ?? entry) === kid);
  if(!authorized) {
    throw new Error(`${issuer} does not let ${kid} make assertions`);
  }
  const jwk = await publicJwk((await documentLoader(kid)).document);
  const {payload} = await compactVerify(signed, await importJWK(jwk, ALGORITHMS[jwk.crv]));
  const claims = mediaType === 'application/dc+sd-jwt' ?
    await judgeSdJwt(token, jwk) : JSON.parse(new TextDecoder().decode(payload));
  if(claims.iss !== issuer) {
    throw new Error(`issued by ${claims.iss}, signed by ${issuer}`);
  }
  return claims;
}

async function judgeSdJwt(token, jwk) {
  const instance = new SDJwtVcInstance({verifier: await ES256.getVerifier(jwk), hasher: digest, hashAlg: 'sha-256'});
  await instance.verify(token);
  return instance.getClaims(token);
}

async function publicJwk(method) {
  const library = method.publicKeyMultibase.startsWith('z6Mk') ? Ed25519Multikey : EcdsaMultikey;
  return library.toJwk({keyPair: await library.from(method)});
}

async function present({url, credentials, challenge, domain, options}) {
  const pair = await Ed25519Multikey.generate();
  pair.controller = `did:key:${pair.publicKeyMultibase}`;
  pair.id = `${pair.controller}#${pair.publicKeyMultibase}`;
  // Not by `createPresentation`, which knows no enveloped credentials.
  const presentation = {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    type: ['VerifiablePresentation'],
    holder: pair.controller,
    verifiableCredential: credentials
  };
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
