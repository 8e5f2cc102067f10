/**
 * Verifies a credential with @digitalbazaar/vc: form, dates, every proof, and that the issuer is the
 * controller that authorizes the key for assertions; its status with @digitalbazaar/vc-bitstring-status-list.
 *
 * Request: {credential, now, documents?, networks?, fetch?}; see loader.mjs.
 * Answer: {ok, proofs: [{suite, verified}], status: [{purpose, index, set}], shimmed: [id], errors}
 *
 * `ok` asks for more than the library does: all proofs of a set must verify, not one, and no status may be set.
 */
import * as vc from '@digitalbazaar/vc';
import {flatten, serve} from './protocol.mjs';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {makeLoader} from './loader.mjs';
import {verifyingSuites} from './suites.mjs';

await serve(async ({credential, now, documents, networks, fetch}) => {
  const {documentLoader, shimmed} = makeLoader({documents, networks, fetch});
  const suite = verifyingSuites();
  const result = await vc.verifyCredential({
    credential: structuredClone(credential), suite, documentLoader, checkStatus, now
  });
  const proofs = (result.results ?? []).filter(({proof}) => proof).map(({proof, verified}) => ({
    suite: proof.cryptosuite ?? proof.type, verified
  }));
  const status = (result.statusResult?.results ?? []).map(({credentialStatus, status: set}) => ({
    purpose: credentialStatus.statusPurpose, index: credentialStatus.statusListIndex, set
  }));
  const expected = [credential.proof ?? []].flat().length;
  const ok = result.verified && proofs.length === expected && expected > 0 &&
    proofs.every(({verified}) => verified) && status.every(({set}) => set === false);
  return {
    ok, proofs, status, shimmed: [...shimmed],
    errors: [...flatten(result.error), ...flatten(result.statusResult?.error)]
  };
});
