/** DID resolution by did-resolver with web-did-resolver, ethr-did-resolver and Digital Bazaar's did:key. */
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {base58btc} from './multibase.mjs';
import {driver} from '@digitalbazaar/did-method-key';
import {getResolver as ethr} from 'ethr-did-resolver';
import {Resolver} from 'did-resolver';
import {getResolver as web} from 'web-did-resolver';

/**
 * `networks` is what ethr-did-resolver takes: a list of `{name?, chainId, rpcUrl, registry}`.
 * did:web goes to https and nowhere else; NODE_EXTRA_CA_CERTS names further authorities.
 */
export function makeResolver({networks = []} = {}) {
  return new Resolver({
    ...web(),
    ...(networks.length > 0 ? ethr({networks}) : {}),
    key: resolveKey
  });
}

const keyDriver = driver();
for(const [header, library] of [['z6Mk', Ed25519Multikey], ['zDna', EcdsaMultikey], ['z82L', EcdsaMultikey]]) {
  keyDriver.use({multibaseMultikeyHeader: header, fromMultibase: library.from});
}

async function resolveKey(did) {
  try {
    return {
      didDocument: await keyDriver.get({did}),
      didDocumentMetadata: {},
      didResolutionMetadata: {contentType: 'application/did+ld+json'}
    };
  } catch(error) {
    return {
      didDocument: null,
      didDocumentMetadata: {},
      didResolutionMetadata: {error: 'invalidDid', message: error.message}
    };
  }
}

/**
 * The one shim of this folder. ERC-1056 attributes named `did/pub/Multikey/veriKey` hold a multicodec
 * prefix and a key; ethr-did-resolver 11.1.3 shows any encoding that it was not told as `publicKeyHex`.
 * Returns the document with `publicKeyMultibase` in its place, and which methods were changed.
 */
export function readMultikeys(didDocument) {
  const shimmed = [];
  const methods = (didDocument.verificationMethod ?? []).map(method => {
    if(method.type !== 'Multikey' || method.publicKeyMultibase || !method.publicKeyHex) {
      return method;
    }
    shimmed.push(method.id);
    const {publicKeyHex, ...rest} = method;
    return {...rest, publicKeyMultibase: base58btc(Buffer.from(publicKeyHex, 'hex'))};
  });
  return {didDocument: {...didDocument, verificationMethod: methods}, shimmed};
}
