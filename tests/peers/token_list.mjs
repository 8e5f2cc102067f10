/**
 * Makes and reads Status List Tokens with @sd-jwt/jwt-status-list; the signature is jose's affair.
 *
 * Request: {token, jwk, now, ask: [index]} or {statuses: [value], bits, claims, kid, privateJwk}
 * Answer: {ok, header, claims, bits, length, values: [value]} or {ok, token}
 */
import {createHeaderAndPayload, getListFromStatusListJWT, StatusList} from '@sd-jwt/jwt-status-list';
import {importJWK, jwtVerify, SignJWT} from 'jose';
import {serve} from './protocol.mjs';

await serve(async ({token, jwk, now, ask, statuses, bits, claims, kid, privateJwk}) => {
  if(token === undefined) {
    const list = new StatusList(statuses, bits);
    const {header, payload} = createHeaderAndPayload(list, claims, {alg: 'ES256', kid});
    const key = await importJWK(privateJwk, 'ES256');
    return {ok: true, token: await new SignJWT(payload).setProtectedHeader(header).sign(key)};
  }
  const {payload, protectedHeader} = await jwtVerify(token, await importJWK(jwk, 'ES256'), {
    algorithms: ['ES256'], typ: 'statuslist+jwt', currentDate: new Date(now), requiredClaims: ['sub', 'iat', 'exp']
  });
  const list = getListFromStatusListJWT(token);
  return {
    ok: true, header: protectedHeader, claims: {...payload, status_list: undefined}, bits: list.getBitsPerStatus(),
    length: list.statusList.length, values: ask.map(index => list.getStatus(index))
  };
});
