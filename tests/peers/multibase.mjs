import {encode} from 'base58-universal';

/** Multibase `z`: base58-btc. */
export function base58btc(bytes) {
  return `z${encode(bytes)}`;
}
