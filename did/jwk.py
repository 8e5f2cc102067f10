"""JSON Web Keys (RFC 7517, RFC 7518 section 6.2, RFC 8037) and their thumbprints (RFC 7638)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from did.errors import InvalidPublicKey
from did.keys import KeyType, PublicKey, compressed, uncompressed
from did.multikey import decode_base64url, encode_base64url
from did.rsa import MAX_BITS, rsa_key, rsa_numbers

_OKP = {"Ed25519": KeyType.ED25519, "X25519": KeyType.X25519}
_EC = {"P-256": (KeyType.P256, 32), "P-384": (KeyType.P384, 48), "secp256k1": (KeyType.SECP256K1, 32)}
_PRIVATE_MEMBERS = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
_THUMBPRINT_MEMBERS = {"OKP": ("crv", "kty", "x"), "EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}


def jwk_of(key: PublicKey) -> dict[str, str]:
    """Only the members that make the key."""
    if key.type in (KeyType.ED25519, KeyType.X25519):
        return {"kty": "OKP", "crv": str(key.type), "x": encode_base64url(key.raw)}
    if key.type is KeyType.RSA:
        n, e = rsa_numbers(key)
        return {"kty": "RSA", "n": encode_base64url(n), "e": encode_base64url(e)}
    x, y = uncompressed(key)
    return {"kty": "EC", "crv": str(key.type), "x": encode_base64url(x), "y": encode_base64url(y)}


def public_key_of(jwk: Mapping[str, Any]) -> PublicKey:
    """The key, whatever else the JWK says about it.

    Raises:
        InvalidPublicKey: unknown curve, wrong length, point not on the curve, an RSA key outside of `did.rsa`'s
            limits, or a private member: a private key that was published is nobody's key any more.
    """
    private = [name for name in _PRIVATE_MEMBERS if name in jwk]
    if private:
        raise InvalidPublicKey(f"the JWK gives away private members: {', '.join(private)}")
    kty, crv = jwk.get("kty"), jwk.get("crv")
    if kty == "OKP" and isinstance(crv, str) and crv in _OKP:
        return PublicKey(_OKP[crv], _member(jwk, "x", 32))
    if kty == "EC" and isinstance(crv, str) and crv in _EC:
        key_type, size = _EC[crv]
        return compressed(key_type, b"\x04" + _member(jwk, "x", size) + _member(jwk, "y", size))
    if kty == "RSA":
        return rsa_key(_number(jwk, "n", MAX_BITS // 8), _number(jwk, "e", 8))
    raise InvalidPublicKey(f"a JWK with kty {str(kty)[:40]!r} and crv {str(crv)[:40]!r} is not supported")


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """RFC 7638, SHA-256, base64url without padding. Raises `InvalidPublicKey`."""
    names = _THUMBPRINT_MEMBERS.get(str(jwk.get("kty")))
    if names is None:
        raise InvalidPublicKey("no thumbprint is defined for this kty")
    members: dict[str, str] = {}
    for name in names:
        value = jwk.get(name)
        if not isinstance(value, str):
            raise InvalidPublicKey(f"the JWK has no text in {name}")
        members[name] = value
    data = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return encode_base64url(hashlib.sha256(data.encode("utf-8")).digest())


def _text(jwk: Mapping[str, Any], name: str) -> str:
    value = jwk.get(name)
    if not isinstance(value, str):
        raise InvalidPublicKey(f"the JWK has no text in {name}")
    return value


def _number(jwk: Mapping[str, Any], name: str, max_bytes: int) -> bytes:
    """Base64urlUInt (RFC 7518, section 2): big-endian without leading zeros, of which there would be several forms."""
    text = _text(jwk, name)
    if len(text) > 2 * max_bytes:
        raise InvalidPublicKey(f"{name} is too long")
    data = decode_base64url(text)
    if data.startswith(b"\x00"):
        raise InvalidPublicKey(f"{name} begins with a zero")
    return data


def _member(jwk: Mapping[str, Any], name: str, size: int) -> bytes:
    data = decode_base64url(_text(jwk, name))
    if len(data) != size:
        raise InvalidPublicKey(f"{name} has {size} bytes on this curve, not {len(data)}")
    return data
