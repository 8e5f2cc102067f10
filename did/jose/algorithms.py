"""Which algorithm a key is used with. A header may name it; it never chooses (RFC 8725, sections 2.1 and 3.1)."""

from __future__ import annotations

from did.errors import InvalidPublicKey, InvalidSignature
from did.jose.errors import AlgorithmRefused, TokenSignatureInvalid
from did.keys import KeyType, PublicKey, verify_signature
from did.rsa import verify_rsa

_SIGNING = {KeyType.ED25519: "EdDSA", KeyType.P256: "ES256", KeyType.P384: "ES384", KeyType.SECP256K1: "ES256K"}

_ACCEPTED: dict[KeyType, frozenset[str]] = {
    # RFC 9864 gave EdDSA over Ed25519 a second name.
    KeyType.ED25519: frozenset({"EdDSA", "Ed25519"}),
    KeyType.P256: frozenset({"ES256"}),
    KeyType.P384: frozenset({"ES384"}),
    KeyType.SECP256K1: frozenset({"ES256K"}),
    # Two paddings of the same strength. A signature by one is none by the other.
    KeyType.RSA: frozenset({"RS256", "PS256"}),
}

KNOWN_ALGORITHMS: frozenset[str] = frozenset().union(*_ACCEPTED.values())


def algorithm_of(key_type: KeyType | PublicKey) -> str:
    """The `alg` that tokens signed with such a key carry: EdDSA, ES256, ES384 or ES256K.

    Raises:
        AlgorithmRefused: tokens are not signed with such keys here.
    """
    kind = key_type.type if isinstance(key_type, PublicKey) else key_type
    algorithm = _SIGNING.get(kind)
    if algorithm is None:
        raise AlgorithmRefused(f"no token is signed with an {kind} key here", rule="algorithm of the key")
    return algorithm


def accepted_algorithms(key: PublicKey) -> frozenset[str]:
    """Every `alg` that a token by this key may name; none for a key that signs nothing."""
    return _ACCEPTED.get(key.type, frozenset())


def check_algorithm(algorithm: str, key: PublicKey) -> None:
    """Raises `AlgorithmRefused` unless `algorithm` is one of this key."""
    if algorithm not in accepted_algorithms(key):
        raise AlgorithmRefused(
            f"the header says {algorithm[:40]!r}, but the key is an {key.type} key", rule="algorithm of the key"
        )


def check_signature(algorithm: str, key: PublicKey, data: bytes, signature: bytes) -> None:
    """Raises `TokenSignatureInvalid`, also for a key that is none."""
    try:
        if key.type is KeyType.RSA:
            verify_rsa(key, algorithm, data, signature)
        else:
            verify_signature(key, data, signature)
    except (InvalidSignature, InvalidPublicKey) as error:
        raise TokenSignatureInvalid(str(error), rule="signature") from error
