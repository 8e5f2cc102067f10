"""Keys held in this process."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import coincurve
import nacl.bindings
import nacl.exceptions
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agent.errors import AgentError
from did.keys import KeyType, PublicKey

_CURVES: dict[KeyType, tuple[ec.EllipticCurve, hashes.HashAlgorithm, int]] = {
    KeyType.P256: (ec.SECP256R1(), hashes.SHA256(), 32),
    KeyType.P384: (ec.SECP384R1(), hashes.SHA384(), 48),
}
_K1_BYTES = 32  # coincurve would pad a shorter one
_SIGNATURE_BYTES = 64  # Ed25519, and r‖s of secp256k1


class UnusableKey(AgentError):
    """The bytes are no private key of this type, or the type cannot sign."""


def generate_private_key(key_type: KeyType) -> bytes:
    """Return a new private key from the system's randomness: 32 bytes, for P-384 48.

    Raises:
        UnusableKey: no keys of this type are made here.
    """
    if key_type is KeyType.ED25519:
        return secrets.token_bytes(32)
    if key_type is KeyType.SECP256K1:
        return bytes(coincurve.PrivateKey().secret)
    if key_type in _CURVES:
        curve, _hash, size = _CURVES[key_type]
        return ec.generate_private_key(curve).private_numbers().private_value.to_bytes(size, "big")
    raise UnusableKey(f"{key_type} keys do not sign")


def public_key_of_private(private: bytes, key_type: KeyType) -> PublicKey:
    """The public half. Raises `UnusableKey`."""
    if key_type is KeyType.SECP256K1 and len(private) != _K1_BYTES:
        raise UnusableKey(f"a {key_type} private key has {_K1_BYTES} bytes, not {len(private)}")
    try:
        if key_type is KeyType.ED25519:
            return PublicKey(key_type, nacl.bindings.crypto_sign_seed_keypair(private)[0])
        if key_type is KeyType.SECP256K1:
            return PublicKey(key_type, coincurve.PrivateKey(private).public_key.format(compressed=True))
        public = _ec_private(private, key_type).public_key()
    except (ValueError, TypeError, nacl.exceptions.CryptoError):
        # The cause is not chained: its text could show the bytes.
        raise UnusableKey(f"not a private key of type {key_type}") from None
    return PublicKey(key_type, public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))


@dataclass(frozen=True, slots=True)
class LocalSigner:
    """Signs with a private key in memory; a `CustodySigner`. `private` is never printed.

    Raises:
        UnusableKey: `private` is no key of this type.
    """

    private: bytes = field(repr=False)
    key_type: KeyType
    verification_method: str
    public_key: PublicKey = field(init=False, compare=False)
    _sign: Callable[[bytes], bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "public_key", public_key_of_private(self.private, self.key_type))
        object.__setattr__(self, "_sign", _signing_function(self.private, self.key_type))

    def sign(self, data: bytes) -> bytes:
        """The raw signature: Ed25519 64 bytes; ECDSA r‖s over the key's own hash."""
        return self._sign(data)


def _signing_function(private: bytes, key_type: KeyType) -> Callable[[bytes], bytes]:
    """Everything that depends on the key alone is computed once."""
    if key_type is KeyType.ED25519:
        _public, secret = nacl.bindings.crypto_sign_seed_keypair(private)
        return lambda data: nacl.bindings.crypto_sign(data, secret)[:_SIGNATURE_BYTES]
    if key_type is KeyType.SECP256K1:
        k1 = coincurve.PrivateKey(private)
        return lambda data: bytes(k1.sign_recoverable(data)[:_SIGNATURE_BYTES])
    _curve, digest, size = _CURVES[key_type]
    key, algorithm = _ec_private(private, key_type), ec.ECDSA(digest)

    def sign(data: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(data, algorithm))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return sign


def _ec_private(private: bytes, key_type: KeyType) -> ec.EllipticCurvePrivateKey:
    if key_type not in _CURVES:
        raise UnusableKey(f"{key_type} keys do not sign")
    curve, _hash, size = _CURVES[key_type]
    if len(private) != size:
        raise UnusableKey(f"a {key_type} private key has {size} bytes, not {len(private)}")
    return ec.derive_private_key(int.from_bytes(private, "big"), curve)
