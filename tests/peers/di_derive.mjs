/**
 * Derives a selectively disclosed credential from an ecdsa-sd-2023 base proof.
 *
 * Request: {credential, selectivePointers}
 * Answer: {ok, credential}
 */
import * as vc from '@digitalbazaar/vc';
import {disclosingSuite} from './suites.mjs';
import {makeLoader} from './loader.mjs';
import {serve} from './protocol.mjs';

await serve(async ({credential, selectivePointers}) => {
  const {documentLoader} = makeLoader();
  const suite = disclosingSuite({selectivePointers});
  return {ok: true, credential: await vc.derive({verifiableCredential: credential, suite, documentLoader})};
});
