/**
 * Secures a credential with Digital Bazaar's libraries.
 *
 * Request: {credential, suite, key: {jwk, id, controller}, created, mandatoryPointers?, now?}
 * Answer: {ok, credential}
 */
import * as vc from '@digitalbazaar/vc';
import {makeLoader} from './loader.mjs';
import {serve} from './protocol.mjs';
import {signingSuite} from './suites.mjs';

await serve(async request => {
  const {documentLoader} = makeLoader();
  const suite = await signingSuite(request);
  const credential = await vc.issue({credential: request.credential, suite, documentLoader, now: request.now});
  return {ok: true, credential};
});
