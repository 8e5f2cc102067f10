/**
 * Makes and reads bitstrings with @digitalbazaar/vc-bitstring-status-list.
 *
 * Request: {length, set: [index]} or {encodedList, ask: [index]}
 * Answer: {ok, encodedList} or {ok, length, set: [index]}
 */
import {createList, decodeList} from '@digitalbazaar/vc-bitstring-status-list';
import {serve} from './protocol.mjs';

await serve(async ({length, set, encodedList, ask}) => {
  if(encodedList === undefined) {
    const list = await createList({length});
    set.forEach(index => list.setStatus(index, true));
    return {ok: true, encodedList: await list.encode()};
  }
  const list = await decodeList({encodedList});
  return {ok: true, length: list.length, set: ask.filter(index => list.getStatus(index))};
});
