/** The document loader that Digital Bazaar's libraries call for contexts, keys, DID documents and status lists. */
import {contexts} from './contexts.mjs';
import {makeResolver, readMultikeys} from './resolution.mjs';

const RELATIONSHIPS = ['assertionMethod', 'authentication', 'capabilityInvocation', 'capabilityDelegation', 'keyAgreement'];

/**
 * `documents`: url → document, given by the caller. `networks`: see `makeResolver`.
 * `fetch`: whether https documents that are not given may be fetched (status lists, never contexts).
 */
export function makeLoader({documents = {}, networks = [], fetch: mayFetch = false} = {}) {
  const resolver = makeResolver({networks});
  const resolved = new Map();
  const shimmed = new Set();

  async function didDocument(did) {
    if(documents[did]) {
      return documents[did];
    }
    if(!resolved.has(did)) {
      const {didDocument: found, didResolutionMetadata: {error, message}} = await resolver.resolve(did);
      if(!found) {
        throw new Error(`${did} was not resolved: ${error} ${message ?? ''}`);
      }
      const read = readMultikeys(found);
      read.shimmed.forEach(id => shimmed.add(id));
      resolved.set(did, read.didDocument);
    }
    return resolved.get(did);
  }

  async function load(url) {
    if(documents[url]) {
      return documents[url];
    }
    if(url.startsWith('did:')) {
      const [did, fragment] = url.split('#');
      const document = await didDocument(did);
      return fragment === undefined ? document : methodOf(document, url);
    }
    if(mayFetch && url.startsWith('https://')) {
      return fetchJson(url);
    }
    throw new Error(`nothing is known under ${url}`);
  }

  // `static` lets jsonld.js keep what it made of a context, as Digital Bazaar's own loader does.
  const documentLoader = async url => contexts.has(url) ?
    {contextUrl: null, documentUrl: url, document: contexts.get(url), tag: 'static'} :
    {contextUrl: null, documentUrl: url, document: structuredClone(await load(url))};
  return {documentLoader, shimmed};
}

function methodOf(document, url) {
  const fragment = url.slice(url.indexOf('#'));
  const embedded = RELATIONSHIPS.flatMap(name => document[name] ?? []).filter(entry => typeof entry === 'object');
  for(const method of [...(document.verificationMethod ?? []), ...embedded]) {
    if(method.id === url || method.id === fragment) {
      return method;
    }
  }
  throw new Error(`there is no verification method ${url}`);
}

async function fetchJson(url) {
  const response = await fetch(url, {
    headers: {accept: 'application/vc, application/json'},
    redirect: 'error',
    signal: AbortSignal.timeout(10_000)
  });
  if(!response.ok) {
    throw new Error(`${url} answered ${response.status}`);
  }
  return JSON.parse(await response.text());
}
