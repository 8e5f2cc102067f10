"""RSA keys of other people: their signatures are checked here, none are made (RFC 7518, sections 3.3, 3.5 and 6.3).

An RSA key is a `PublicKey` whose `raw` is the DER form of RFC 8017, appendix A.1.1.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import InvalidSignature as _BadSignature
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from did.errors import InvalidPublicKey, InvalidSignature
from did.keys import KeyType, PublicKey

MIN_BITS = 2048  # RFC 7518, section 3.3
MAX_BITS = 8192  # the work of a check grows with the square of the length

_MIN_EXPONENT = 65_537  # FIPS 186-5, section 5.1
_MAX_EXPONENT_BITS = 32

_PADDINGS: dict[str, padding.AsymmetricPadding] = {
    "RS256": padding.PKCS1v15(),
    # RFC 7518, section 3.5: the salt is as long as the hash.
    "PS256": padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32),
}


def rsa_key(modulus: bytes, exponent: bytes) -> PublicKey:
    """The key of two unsigned big-endian numbers.

    Raises:
        InvalidPublicKey: fewer than `MIN_BITS` or more than `MAX_BITS`, or an exponent that is even, below 65537 or
            longer than 32 bits.
    """
    n, e = int.from_bytes(modulus), int.from_bytes(exponent)
    _check_numbers(n, e)
    try:
        key = rsa.RSAPublicNumbers(e, n).public_key()
    except ValueError as error:
        raise InvalidPublicKey("the numbers are no RSA key") from error
    return PublicKey(KeyType.RSA, key.public_bytes(Encoding.DER, PublicFormat.PKCS1))


def rsa_numbers(key: PublicKey) -> tuple[bytes, bytes]:
    """Modulus and exponent as RFC 7518, section 6.3.1, writes them: big-endian, no leading zero."""
    numbers = _loaded(key).public_numbers()
    return _unsigned(numbers.n), _unsigned(numbers.e)


def verify_rsa(key: PublicKey, algorithm: str, data: bytes, signature: bytes) -> None:
    """Check a signature by `algorithm`, which is "RS256" or "PS256".

    Raises:
        InvalidSignature: it does not verify.
        InvalidPublicKey: the key is no usable RSA key, or not one for this algorithm.
    """
    scheme = _PADDINGS.get(algorithm)
    if scheme is None:
        raise InvalidPublicKey(f"an RSA key does not verify {algorithm[:20]!r}")
    try:
        _loaded(key).verify(signature, data, scheme, hashes.SHA256())
    except _BadSignature as error:
        raise InvalidSignature("the RSA signature does not verify") from error


@lru_cache(maxsize=1_024)
def _loaded(key: PublicKey) -> rsa.RSAPublicKey:
    try:
        loaded = load_der_public_key(key.raw)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidPublicKey("the bytes are no RSA key") from error
    if not isinstance(loaded, rsa.RSAPublicKey):
        raise InvalidPublicKey("the bytes are no RSA key")
    numbers = loaded.public_numbers()
    _check_numbers(numbers.n, numbers.e)
    return loaded


def _check_numbers(n: int, e: int) -> None:
    if not MIN_BITS <= n.bit_length() <= MAX_BITS:
        raise InvalidPublicKey(f"an RSA key has {MIN_BITS} to {MAX_BITS} bits here, not {n.bit_length()}")
    if e < _MIN_EXPONENT or e % 2 == 0 or e.bit_length() > _MAX_EXPONENT_BITS:
        raise InvalidPublicKey("the RSA exponent is even, below 65537 or too long")


def _unsigned(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)
