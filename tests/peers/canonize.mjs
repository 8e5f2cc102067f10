/**
 * Canonical N-Quads by jsonld.js in safe mode and rdf-canonize, with the options of the RDFC cryptosuites.
 *
 * Request: {document, digest?: "SHA-256" | "SHA-384"}
 * Answer: {ok, canonical}
 */
import {contexts} from './contexts.mjs';
import * as rdfCanonize from 'rdf-canonize';
import jsonld from 'jsonld';
import {serve} from './protocol.mjs';

async function documentLoader(url) {
  if(!contexts.has(url)) {
    throw new Error(`${url} is not a bundled context`);
  }
  return {contextUrl: null, documentUrl: url, document: contexts.get(url), tag: 'static'};
}

await serve(async ({document, digest = 'SHA-256'}) => {
  const dataset = await jsonld.toRDF(document, {
    base: null, safe: true, rdfDirection: 'i18n-datatype', produceGeneralizedRdf: false, documentLoader
  });
  const canonical = await rdfCanonize.canonize(dataset, {
    algorithm: 'RDFC-1.0',
    messageDigestAlgorithm: digest,
    format: 'application/n-quads',
    signal: AbortSignal.timeout(10_000)
  });
  return {ok: true, canonical};
});
