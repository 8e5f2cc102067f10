/**
 * Verifiable credentials as JWT (VCDM 1.1, section 6.3.1) with did-jwt-vc; and how fast it is, by its own stopwatch.
 *
 * Requests: {issue: payload, key}            → {ok, token}
 *           {verify: token, document, now}   → {ok, credential}
 *           {load: {payloads, tokens, key, document, now}}, then {run: "issue" | "verify"} → {ok, seconds, count}
 * `key`: {jwk (private), id, controller}; `document`: the DID document of the issuer; `now`: seconds.
 */
import {EdDSASigner, ES256KSigner, ES256Signer} from 'did-jwt';
import {createVerifiableCredentialJwt, verifyCredential} from 'did-jwt-vc';
import {serve} from './protocol.mjs';

const makers = {
  Ed25519: ['EdDSA', EdDSASigner],
  'P-256': ['ES256', ES256Signer],
  secp256k1: ['ES256K', ES256KSigner]
};

function issuerOf({jwk, controller}) {
  const [alg, make] = makers[jwk.crv];
  return {did: controller, signer: make(Buffer.from(jwk.d, 'base64url')), alg};
}

function resolverOf(document) {
  return {
    async resolve(did) {
      const found = did.split('#')[0] === document.id;
      return {
        didDocument: found ? document : null,
        didDocumentMetadata: {},
        didResolutionMetadata: found ? {contentType: 'application/did+ld+json'} : {error: 'notFound'}
      };
    }
  };
}

const issueOne = (payload, issuer, key) =>
  createVerifiableCredentialJwt(payload, issuer, {removeOriginalFields: false, header: {kid: key.id}});

const verifyOne = (token, resolver, now) => verifyCredential(token, resolver, {policies: {now}});

let loaded;

const runs = {
  async issue() {
    const issuer = issuerOf(loaded.key);
    const copies = loaded.payloads.map(payload => structuredClone(payload));
    return stopwatch(copies, payload => issueOne(payload, issuer, loaded.key));
  },
  async verify() {
    const resolver = resolverOf(loaded.document);
    return stopwatch(loaded.tokens, token => verifyOne(token, resolver, loaded.now));
  }
};

async function stopwatch(items, work) {
  const start = performance.now();
  for(const item of items) {
    await work(item);
  }
  return {ok: true, seconds: (performance.now() - start) / 1000, count: items.length};
}

await serve(async ({issue, key, verify, document, now, load, run}) => {
  if(load) {
    loaded = load;
    return {ok: true};
  }
  if(run) {
    return runs[run]();
  }
  if(issue) {
    return {ok: true, token: await issueOne(issue, issuerOf(key), key)};
  }
  const result = await verifyOne(verify, resolverOf(document), now);
  return {ok: result.verified === true, credential: result.verifiableCredential};
});
