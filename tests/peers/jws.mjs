/**
 * Compact JWS with npm's `jose`, which knows nothing of credentials.
 *
 * Requests: {sign: {header, payload}, jwk}    → {ok, token}     (`payload` is text; `jwk` private)
 *           {verify: token, jwk, typ, now}    → {ok, header, payload}
 */
import {CompactSign, importJWK, jwtVerify} from 'jose';
import {serve} from './protocol.mjs';

const algorithms = {Ed25519: 'EdDSA', 'P-256': 'ES256', 'P-384': 'ES384'};

const algorithmOf = jwk => jwk.kty === 'RSA' ? jwk.alg : algorithms[jwk.crv];

await serve(async ({sign, verify, jwk, typ, now}) => {
  const alg = algorithmOf(jwk);
  const key = await importJWK(jwk, alg);
  if(sign) {
    const payload = new TextEncoder().encode(sign.payload);
    return {ok: true, token: await new CompactSign(payload).setProtectedHeader({alg, ...sign.header}).sign(key)};
  }
  const {payload, protectedHeader} = await jwtVerify(verify, key, {
    algorithms: [alg], typ, currentDate: new Date(now * 1000)
  });
  return {ok: true, header: protectedHeader, payload};
});
