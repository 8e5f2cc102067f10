"""Multibase, multicodec and Multikey (Controlled Identifiers 1.0, sections 2.2.2, 2.4 and 2.5)."""

from __future__ import annotations

import base64
import binascii

from did import base58
from did.errors import InvalidPublicKey
from did.keys import KeyType, PublicKey, require_point

_PUBLIC_PREFIXES = {
    KeyType.ED25519: b"\xed\x01",
    KeyType.X25519: b"\xec\x01",
    KeyType.P256: b"\x80\x24",
    KeyType.P384: b"\x81\x24",
    KeyType.SECP256K1: b"\xe7\x01",
}
_SECRET_PREFIXES = {
    KeyType.ED25519: b"\x80\x26",
    KeyType.P256: b"\x86\x26",
    KeyType.P384: b"\x87\x26",
    KeyType.SECP256K1: b"\x81\x26",
}
_PUBLIC_TYPES = {prefix: key_type for key_type, prefix in _PUBLIC_PREFIXES.items()}
_SECRET_TYPES = {prefix: key_type for key_type, prefix in _SECRET_PREFIXES.items()}


def encode_multibase(data: bytes, base: str = "z") -> str:
    """`base` is `z` (base58btc) or `u` (base64url without padding)."""
    if base == "z":
        return "z" + base58.encode(data)
    if base == "u":
        return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
    raise ValueError(f"multibase {base!r} is not used here")


def decode_multibase(text: str) -> bytes:
    """Raises `InvalidPublicKey` for a base other than `z` and `u`, or a digit outside it."""
    if text.startswith("z"):
        return base58.decode(text[1:])
    if text.startswith("u"):
        return decode_base64url(text[1:])
    raise InvalidPublicKey(f"multibase {text[:1]!r} is neither z (base58btc) nor u (base64url)")


def decode_base64url(text: str) -> bytes:
    """Base64url without padding (RFC 7515), in its only canonical spelling. Raises `InvalidPublicKey`."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidPublicKey("not base64url without padding") from error
    if encode_base64url(data) != text:
        raise InvalidPublicKey("base64url in a spelling that is not canonical")
    return data


def encode_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def multicodec_key(key: PublicKey) -> bytes:
    """The key behind its multicodec prefix, without a multibase. Raises `InvalidPublicKey` for RSA keys."""
    prefix = _PUBLIC_PREFIXES.get(key.type)
    if prefix is None:
        raise InvalidPublicKey(f"an {key.type} key is not written as a Multikey here")
    return prefix + key.raw


def key_of_multicodec(data: bytes) -> PublicKey:
    """The reverse of `multicodec_key`. Raises `InvalidPublicKey`."""
    key_type = _PUBLIC_TYPES.get(data[:2])
    if key_type is None:
        raise InvalidPublicKey(f"multicodec {data[:2].hex()} is no supported public key")
    return require_point(PublicKey(key_type, data[2:]))


def encode_multikey(key: PublicKey) -> str:
    """For example `z6Mk…` for Ed25519."""
    return encode_multibase(multicodec_key(key))


def decode_multikey(text: str) -> PublicKey:
    """Raises `InvalidPublicKey` unless `text` is base58btc of a known prefix and a key of its length."""
    if not text.startswith("z"):
        raise InvalidPublicKey("a Multikey is written in base58btc and begins with z")
    return key_of_multicodec(base58.decode(text[1:]))


def decode_secret_multikey(text: str) -> tuple[KeyType, bytes]:
    """The private key that a `secretKeyMultibase` holds, as test vectors publish them."""
    if not text.startswith("z"):
        raise InvalidPublicKey("a Multikey is written in base58btc and begins with z")
    data = base58.decode(text[1:])
    key_type = _SECRET_TYPES.get(data[:2])
    if key_type is None:
        raise InvalidPublicKey("the multicodec is no supported private key")
    if len(data) - 2 != (48 if key_type is KeyType.P384 else 32):
        raise InvalidPublicKey(f"the length of the {key_type} private key is wrong")
    return key_type, data[2:]
