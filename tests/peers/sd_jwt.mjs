/**
 * `@sd-jwt/sd-jwt-vc` as issuer, holder and verifier, with `@sd-jwt/crypto-nodejs`.
 *
 * Requests: {issue: {claims, frame, key, kid}} · {present: {text, frame, key, kb}} · {verify: {text, key, nonce?, at}}
 *   and for the benchmark {load: {claims, frame, key, kid, secured}}, then {run: "issue" | "verify"}.
 * Keys are JWKs: private ones to sign with, public ones to verify with. `kb` are the claims iat, aud, nonce; `at` is a time in seconds.
 * Answer: {ok, text} · {ok, claims, kb} · {ok, seconds, count}
 */
import {digest, ES256, generateSalt} from '@sd-jwt/crypto-nodejs';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';
import {serve} from './protocol.mjs';

const common = {hasher: digest, saltGenerator: generateSalt, hashAlg: 'sha-256', signAlg: 'ES256'};
let loaded;

async function issuer(key) {
  return new SDJwtVcInstance({...common, signer: await ES256.getSigner(key)});
}

async function holder(key) {
  return new SDJwtVcInstance({...common, kbSigner: key && await ES256.getSigner(key), kbSignAlg: 'ES256'});
}

async function verifier(key) {
  return new SDJwtVcInstance({
    ...common,
    verifier: await ES256.getVerifier(key),
    kbVerifier: async (data, signature, payload) => (await ES256.getVerifier(payload.cnf.jwk))(data, signature)
  });
}

/**
 * The key binding JWT. `present` of 0.19.0 selects twice if it is to make one, and its first reading takes the digests
 * of nested claims out of the payload: the text it then returns is not the one that it hashed.
 */
async function bind(instance, presented, kb) {
  const hash = Buffer.from(digest(presented, 'sha-256')).toString('base64url');
  return (await instance.createKBJwt({payload: kb}, hash)).encodeJwt();
}

const does = {
  async issue({claims, frame, key, kid}) {
    return {ok: true, text: await (await issuer(key)).issue(claims, frame, {header: {kid}})};
  },
  async present({text, frame, key, kb}) {
    const instance = await holder(key);
    const presented = await instance.present(text, frame);
    return {ok: true, text: kb ? presented + await bind(instance, presented, kb) : presented};
  },
  async verify({text, key, nonce, at}) {
    const result = await (await verifier(key)).verify(text, {keyBindingNonce: nonce, currentDate: at});
    return {ok: true, claims: result.payload, kb: result.kb?.payload};
  },
  async load(given) {
    loaded = {...given, issuer: await issuer(given.key), verifier: await verifier(publicPart(given.key))};
    return {ok: true};
  },
  run: what => runs[what]()
};

const runs = {
  issue: () => stopwatch(loaded.claims, claims =>
    loaded.issuer.issue(claims, loaded.frame, {header: {kid: loaded.kid}})),
  verify: () => stopwatch(loaded.secured, text => loaded.verifier.verify(text))
};

async function stopwatch(items, work) {
  const start = performance.now();
  for(const item of items) {
    await work(item);
  }
  return {ok: true, seconds: (performance.now() - start) / 1000, count: items.length};
}

function publicPart({d, ...jwk}) {
  return jwk;
}

await serve(async request => {
  const [[what, given]] = Object.entries(request);
  return does[what](given);
});
