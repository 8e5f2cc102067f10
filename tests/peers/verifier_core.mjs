/**
 * Verifies a credential with @digitalcredentials/verifier-core, which issuers and wallets of the education world use.
 *
 * Request: {credential}
 * Answer: {ok, log: [{id, valid}], errors, refused: [url]}
 *
 * No issuer registry is consulted (there is none offline) and nothing outside this machine is fetched: what
 * the library asked for elsewhere (JSON schemas, contexts that it does not bundle) is listed in `refused`.
 * It reads the clock itself.
 */
import {contexts} from './contexts.mjs';
import {flatten, serve} from './protocol.mjs';

const NOT_ASKED = new Set(['registered_issuer']);
const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]']);
const refused = new Set();

const fetchAnything = globalThis.fetch;
globalThis.fetch = async (input, options) => {
  const url = typeof input === 'string' ? input : input.url ?? String(input);
  if(LOCAL.has(new URL(url).hostname)) {
    return fetchAnything(input, options);
  }
  if(contexts.has(url)) {
    return Response.json(contexts.get(url));
  }
  refused.add(url);
  throw new TypeError(`${url} is outside this machine`);
};

const {verifyCredential} = await import('@digitalcredentials/verifier-core');

await serve(async ({credential}) => {
  refused.clear();
  const result = await verifyCredential({credential: structuredClone(credential), knownDIDRegistries: []});
  const log = (result.log ?? []).filter(({id}) => !NOT_ASKED.has(id))
    .map(({id, valid, error}) => ({id, valid: valid === true && !error}));
  const checked = new Set(log.map(({id}) => id));
  const wanted = ['valid_signature', 'expiration', ...(credential.credentialStatus ? ['revocation_status'] : [])];
  return {
    ok: !result.errors && wanted.every(id => checked.has(id)) && log.every(({valid}) => valid),
    log,
    errors: [...flatten(result.errors), ...(result.log ?? []).flatMap(({error}) => flatten(error))],
    refused: [...refused]
  };
});
