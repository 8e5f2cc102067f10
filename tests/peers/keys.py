"""Throw-away keys that `cryptography` makes and uses, so that no code of ours stands on both sides of a check."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from openvc.multibase import encode_multibase

from did.keys import KeyType

_PREFIXES = {KeyType.ED25519: b"\xed\x01", KeyType.P256: b"\x80\x24", KeyType.P384: b"\x81\x24"}
_CURVES: dict[KeyType, tuple[ec.EllipticCurve, hashes.HashAlgorithm, int]] = {
    KeyType.P256: (ec.SECP256R1(), hashes.SHA256(), 32),
    KeyType.P384: (ec.SECP384R1(), hashes.SHA384(), 48),
}

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Key:
    """A key pair with a name; without another name it is that of its did:key."""

    key_type: KeyType
    private: PrivateKey
    controller: str
    verification_method: str

    def sign(self, data: bytes) -> bytes:
        """As `vc.signer.Signer` asks: Ed25519, or r‖s over the curve's hash."""
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(data)
        _, digest, size = _CURVES[self.key_type]
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(digest)))
        return r.to_bytes(size) + s.to_bytes(size)

    @property
    def multikey(self) -> str:
        return _multikey(self.key_type, self.private)

    def private_jwk(self) -> dict[str, Any]:
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            raw = self.private.private_bytes_raw()
            public = self.private.public_key().public_bytes_raw()
            return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(public), "d": _base64url(raw)}
        size = _CURVES[self.key_type][2]
        numbers = self.private.private_numbers()
        return {
            "kty": "EC",
            "crv": self.key_type.value,
            "x": _base64url(numbers.public_numbers.x.to_bytes(size)),
            "y": _base64url(numbers.public_numbers.y.to_bytes(size)),
            "d": _base64url(numbers.private_value.to_bytes(size)),
        }

    def public_jwk(self) -> dict[str, Any]:
        return {name: value for name, value in self.private_jwk().items() if name != "d"}

    def for_node(self) -> dict[str, Any]:
        """As `di_issue.mjs` takes it."""
        return {"jwk": self.private_jwk(), "id": self.verification_method, "controller": self.controller}


def make_key(key_type: KeyType, *, controller: str | None = None, fragment: str | None = None) -> Key:
    """A new key, named `controller#fragment`, or by its did:key."""
    private: PrivateKey
    if key_type is KeyType.ED25519:
        private = ed25519.Ed25519PrivateKey.generate()
    else:
        private = ec.generate_private_key(_CURVES[key_type][0])
    multikey = _multikey(key_type, private)
    controller = controller or f"did:key:{multikey}"
    return Key(key_type, private, controller, f"{controller}#{fragment or multikey}")


def _multikey(key_type: KeyType, private: PrivateKey) -> str:
    if isinstance(private, ed25519.Ed25519PrivateKey):
        raw = private.public_key().public_bytes_raw()
    else:
        form = serialization.PublicFormat.CompressedPoint
        raw = private.public_key().public_bytes(serialization.Encoding.X962, form)
    return encode_multibase(_PREFIXES[key_type] + raw)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
