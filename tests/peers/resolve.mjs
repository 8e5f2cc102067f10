/**
 * Resolves a DID with did-resolver: did:web, did:ethr, did:key.
 *
 * Request: {did, networks?}; see resolution.mjs.
 * Answer: {ok, didDocument, didDocumentMetadata, didResolutionMetadata}, as did-resolver says it, no shim.
 */
import {makeResolver} from './resolution.mjs';
import {serve} from './protocol.mjs';

await serve(async ({did, networks}) => {
  const result = await makeResolver({networks}).resolve(did);
  return {ok: Boolean(result.didDocument) && !result.didResolutionMetadata.error, ...result};
});
