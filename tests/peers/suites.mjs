/** Digital Bazaar's proof suites, by the name that `cryptosuite` (or, for the old one, `type`) has in a proof. */
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as ecdsaJcs from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import * as eddsaJcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import * as sd from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import {cryptosuite as ecdsaRdfc} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';

const OLD = 'Ed25519Signature2020';

const SIGNING = {
  'eddsa-rdfc-2022': () => eddsaRdfc,
  'eddsa-jcs-2022': () => eddsaJcs.createSignCryptosuite(),
  'ecdsa-rdfc-2019': () => ecdsaRdfc,
  'ecdsa-jcs-2019': () => ecdsaJcs.createSignCryptosuite(),
  'ecdsa-sd-2023': ({mandatoryPointers}) => sd.createSignCryptosuite({mandatoryPointers})
};

const VERIFYING = {
  'eddsa-rdfc-2022': () => eddsaRdfc,
  'eddsa-jcs-2022': () => eddsaJcs.createVerifyCryptosuite(),
  'ecdsa-rdfc-2019': () => ecdsaRdfc,
  'ecdsa-jcs-2019': () => ecdsaJcs.createVerifyCryptosuite(),
  'ecdsa-sd-2023': () => sd.createVerifyCryptosuite()
};

/** One suite instance per suite that is known; a proof of any other is not verified. */
export function verifyingSuites() {
  const integrity = Object.values(VERIFYING).map(make => new DataIntegrityProof({cryptosuite: make()}));
  return [...integrity, new Ed25519Signature2020()];
}

export async function signingSuite({suite, key, created, mandatoryPointers}) {
  const signer = (await importKey(key)).signer();
  if(suite === OLD) {
    return new Ed25519Signature2020({signer, date: created});
  }
  if(!SIGNING[suite]) {
    throw new Error(`there is no suite ${suite}`);
  }
  return new DataIntegrityProof({signer, date: created, cryptosuite: SIGNING[suite]({mandatoryPointers})});
}

export function disclosingSuite({selectivePointers}) {
  return new DataIntegrityProof({cryptosuite: sd.createDiscloseCryptosuite({selectivePointers})});
}

/** `key`: `{jwk: private JWK, id, controller}`. */
export async function importKey({jwk, id, controller}) {
  const library = jwk.kty === 'OKP' ? Ed25519Multikey : EcdsaMultikey;
  const pair = await library.fromJwk({jwk: {...jwk, key_ops: ['sign']}, secretKey: true, id, controller});
  pair.id = id;
  pair.controller = controller;
  return pair;
}
