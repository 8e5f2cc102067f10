"""Public keys and the check of a signature.

The algorithm always follows from the key, never from what a message claims about itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import coincurve
import coincurve.ecdsa
import nacl.exceptions
import nacl.signing
from cryptography.exceptions import InvalidSignature as _BadSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from did.errors import InvalidPublicKey, InvalidSignature


class KeyType(StrEnum):
    ED25519 = "Ed25519"
    P256 = "P-256"
    P384 = "P-384"
    SECP256K1 = "secp256k1"
    X25519 = "X25519"
    RSA = "RSA"


_RAW_BYTES = {KeyType.ED25519: 32, KeyType.X25519: 32, KeyType.P256: 33, KeyType.P384: 49, KeyType.SECP256K1: 33}
_NIST_CURVES: dict[KeyType, tuple[ec.EllipticCurve, hashes.HashAlgorithm, int]] = {
    KeyType.P256: (ec.SECP256R1(), hashes.SHA256(), 32),
    KeyType.P384: (ec.SECP384R1(), hashes.SHA384(), 48),
}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """`raw` is 32 bytes for Ed25519 and X25519, and the compressed SEC1 point for the other curves.

    For RSA it is the key in DER (`did.rsa`); such keys only verify tokens, and `did.jose` does that.

    Raises:
        InvalidPublicKey: wrong length or prefix. Whether the point is on the curve is checked by
            `require_point`, which every decoder of this package calls.
    """

    type: KeyType
    raw: bytes

    def __post_init__(self) -> None:
        if self.type is KeyType.RSA:
            return  # the length says nothing; `did.rsa` checks the numbers
        expected = _RAW_BYTES[self.type]
        if len(self.raw) != expected:
            raise InvalidPublicKey(f"an {self.type} key has {expected} bytes, not {len(self.raw)}")
        if expected % 2 and self.raw[0] not in (2, 3):
            raise InvalidPublicKey(f"a compressed {self.type} key begins with 02 or 03, not {self.raw[0]:02x}")


def require_point(key: PublicKey) -> PublicKey:
    """The key itself, once its point is known to be on the curve. Raises `InvalidPublicKey`."""
    if key.type in _NIST_CURVES:
        _nist_key(key)
    elif key.type is KeyType.SECP256K1:
        _secp256k1_key(key)
    return key


def compressed(key_type: KeyType, point: bytes) -> PublicKey:
    """A key from any SEC1 form of its point. Raises `InvalidPublicKey`."""
    if len(point) == _RAW_BYTES[key_type]:
        return require_point(PublicKey(key_type, point))
    size = _RAW_BYTES[key_type] - 1
    if len(point) != 2 * size + 1 or point[0] != 4:
        raise InvalidPublicKey(f"{len(point)} bytes are no {key_type} point")
    try:
        if key_type is KeyType.SECP256K1:
            return PublicKey(key_type, coincurve.PublicKey(point).format(compressed=True))
        ec.EllipticCurvePublicKey.from_encoded_point(_NIST_CURVES[key_type][0], point)
    except ValueError as error:
        raise InvalidPublicKey(f"the point is not on {key_type}") from error
    return PublicKey(key_type, bytes([2 + point[-1] % 2]) + point[1 : size + 1])


def uncompressed(key: PublicKey) -> tuple[bytes, bytes]:
    """The coordinates x and y of a key on a Weierstrass curve. Raises `InvalidPublicKey`."""
    if key.type is KeyType.SECP256K1:
        point = _secp256k1_key(key).format(compressed=False)
        return point[1:33], point[33:]
    size = _NIST_CURVES[key.type][2]
    numbers = _nist_key(key).public_numbers()
    return numbers.x.to_bytes(size), numbers.y.to_bytes(size)


def verify_signature(key: PublicKey, data: bytes, signature: bytes) -> None:
    """Check `signature` over `data`.

    Ed25519 (RFC 8032), or ECDSA as the concatenation r‖s (IEEE P1363) over SHA-256, for P-384 over
    SHA-384. Both values of s are accepted, as FIPS 186-5 does.

    Raises:
        InvalidSignature: it does not verify, or has the wrong length.
        InvalidPublicKey: the point is not on the curve, or the key has no single algorithm: X25519 signs nothing,
            and which padding an RSA key is used with only a token's profile can say.
    """
    if key.type is KeyType.ED25519:
        _verify_ed25519(key, data, signature)
    elif key.type is KeyType.SECP256K1:
        _verify_secp256k1(key, data, signature)
    elif key.type in _NIST_CURVES:
        _verify_nist(key, data, signature)
    else:
        raise InvalidPublicKey(f"an {key.type} key cannot sign here")


def _verify_ed25519(key: PublicKey, data: bytes, signature: bytes) -> None:
    if len(signature) != 64:
        raise InvalidSignature(f"an Ed25519 signature has 64 bytes, not {len(signature)}")
    try:
        nacl.signing.VerifyKey(key.raw).verify(data, signature)
    except nacl.exceptions.BadSignatureError as error:
        raise InvalidSignature("the Ed25519 signature does not verify") from error


def _verify_nist(key: PublicKey, data: bytes, signature: bytes) -> None:
    _, digest, size = _NIST_CURVES[key.type]
    if len(signature) != 2 * size:
        raise InvalidSignature(f"a {key.type} signature has {2 * size} bytes, not {len(signature)}")
    der = encode_dss_signature(int.from_bytes(signature[:size]), int.from_bytes(signature[size:]))
    try:
        _nist_key(key).verify(der, data, ec.ECDSA(digest))
    except _BadSignature as error:
        raise InvalidSignature(f"the {key.type} signature does not verify") from error


def _verify_secp256k1(key: PublicKey, data: bytes, signature: bytes) -> None:
    if len(signature) != 64:
        raise InvalidSignature(f"a secp256k1 signature has 64 bytes, not {len(signature)}")
    point = _secp256k1_key(key)
    try:
        parsed = coincurve.ecdsa.deserialize_compact(signature)
    except ValueError as error:
        raise InvalidSignature("r or s is not below the order of secp256k1") from error
    # libsecp256k1 verifies low s only; the other half is the same signature.
    _, low = coincurve.ecdsa.signature_normalize(parsed)
    if not point.verify(coincurve.ecdsa.cdata_to_der(low), hashlib.sha256(data).digest(), hasher=None):
        raise InvalidSignature("the secp256k1 signature does not verify")


@lru_cache(maxsize=4_096)
def _nist_key(key: PublicKey) -> ec.EllipticCurvePublicKey:
    curve = _NIST_CURVES[key.type][0]
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, key.raw)
    except ValueError as error:
        raise InvalidPublicKey(f"the point is not on {key.type}") from error


@lru_cache(maxsize=4_096)
def _secp256k1_key(key: PublicKey) -> coincurve.PublicKey:
    try:
        return coincurve.PublicKey(key.raw)
    except ValueError as error:
        raise InvalidPublicKey("the point is not on secp256k1") from error
