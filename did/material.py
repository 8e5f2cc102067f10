"""The verification material of a verification method: which type carries its key in which member.

Sources: Controlled Identifiers 1.0, section 2.2 (Multikey, JsonWebKey); DID Extensions (properties),
section "Verification Method Types", for the older ones that documents in use still have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from did import base58
from did.errors import InvalidPublicKey, InvalidVerificationMethod
from did.jwk import public_key_of
from did.keys import KeyType, PublicKey, compressed
from did.multikey import decode_multikey, key_of_multicodec

_MATERIAL = ("publicKeyMultibase", "publicKeyJwk", "publicKeyBase58", "publicKeyHex", "publicKeyBase64", "publicKeyPem")
_SECRETS = ("secretKeyMultibase", "secretKeyJwk", "privateKeyMultibase", "privateKeyJwk", "privateKeyBase58")

# XML Schema dateTimeStamp: the time zone is part of it.
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def public_key_in(method: Mapping[str, Any]) -> PublicKey:
    """The public key of a verification method.

    Raises:
        InvalidPublicKey: no material, two kinds of it, a private key beside it, a form that the
            method's type does not have, or a key of another type than the method's.
    """
    url, method_type = method.get("id"), method.get("type")
    secrets = [name for name in _SECRETS if name in method]
    if secrets:
        raise InvalidPublicKey(f"{url} gives its private key away in {secrets[0]}")
    found = [name for name in _MATERIAL if name in method]
    if len(found) != 1:
        raise InvalidPublicKey(f"{url} has {len(found)} kinds of verification material, not one")
    form = _FORMS.get(str(method_type))
    read = None if form is None else form[1].get(found[0])
    if form is None or read is None:
        raise InvalidPublicKey(f"{url}: {found[0]} in a {method_type} is not supported")
    key = read(method[found[0]])
    if form[0] is not None and key.type is not form[0]:
        raise InvalidPublicKey(f"{url} is a {method_type} with an {key.type} key")
    return key


def timestamp_in(method: Mapping[str, Any], name: str) -> datetime | None:
    """Raises `InvalidVerificationMethod` for a value that is no dateTimeStamp."""
    value = method.get(name)
    if value is None:
        return None
    problem = f"{method.get('id')}: {name} is not a date and time with its zone"
    if not isinstance(value, str) or _TIMESTAMP.fullmatch(value) is None:
        raise InvalidVerificationMethod(problem)
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidVerificationMethod(problem) from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidPublicKey("the verification material is not text")
    return value


def _from_jwk(value: object) -> PublicKey:
    if not isinstance(value, Mapping):
        raise InvalidPublicKey("publicKeyJwk is not an object")
    return public_key_of(value)


def _from_multibase(value: object) -> PublicKey:
    return decode_multikey(_text(value))


def _from_base58(key_type: KeyType) -> Callable[[object], PublicKey]:
    return lambda value: _from_bytes(key_type, base58.decode(_text(value)))


def _from_hex(key_type: KeyType) -> Callable[[object], PublicKey]:
    return lambda value: _from_bytes(key_type, _hex(value))


def _hex(value: object) -> bytes:
    try:
        return bytes.fromhex(_text(value))
    except ValueError as error:
        raise InvalidPublicKey("publicKeyHex is not hexadecimal") from error


def _from_bytes(key_type: KeyType, data: bytes) -> PublicKey:
    if key_type in (KeyType.ED25519, KeyType.X25519):
        return PublicKey(key_type, data)
    return compressed(key_type, data)


# Type of the method → type of its key (None: the material says it), and how each member is read.
_FORMS: dict[str, tuple[KeyType | None, dict[str, Callable[[object], PublicKey]]]] = {
    # The last form is how resolvers show an ERC-1056 attribute that holds a Multikey.
    "Multikey": (
        None,
        {"publicKeyMultibase": _from_multibase, "publicKeyHex": lambda value: key_of_multicodec(_hex(value))},
    ),
    "JsonWebKey": (None, {"publicKeyJwk": _from_jwk}),
    "JsonWebKey2020": (None, {"publicKeyJwk": _from_jwk}),
    "Ed25519VerificationKey2020": (
        KeyType.ED25519,
        {"publicKeyMultibase": _from_multibase, "publicKeyJwk": _from_jwk},
    ),
    "Ed25519VerificationKey2018": (
        KeyType.ED25519,
        {
            "publicKeyBase58": _from_base58(KeyType.ED25519),
            "publicKeyHex": _from_hex(KeyType.ED25519),
            "publicKeyJwk": _from_jwk,
        },
    ),
    "EcdsaSecp256r1VerificationKey2019": (
        KeyType.P256,
        {"publicKeyMultibase": _from_multibase, "publicKeyJwk": _from_jwk},
    ),
    "EcdsaSecp256k1VerificationKey2019": (
        KeyType.SECP256K1,
        {
            "publicKeyMultibase": _from_multibase,
            "publicKeyJwk": _from_jwk,
            "publicKeyBase58": _from_base58(KeyType.SECP256K1),
            "publicKeyHex": _from_hex(KeyType.SECP256K1),
        },
    ),
    "X25519KeyAgreementKey2020": (KeyType.X25519, {"publicKeyMultibase": _from_multibase}),
    "X25519KeyAgreementKey2019": (
        KeyType.X25519,
        {"publicKeyBase58": _from_base58(KeyType.X25519), "publicKeyHex": _from_hex(KeyType.X25519)},
    ),
}
