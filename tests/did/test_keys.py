"""Keys in every spelling, and signatures."""

import hashlib

import coincurve
import nacl.signing
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from did import base58
from did.errors import InvalidPublicKey, InvalidSignature
from did.jwk import jwk_of, public_key_of, thumbprint
from did.keys import KeyType, PublicKey, compressed, verify_signature
from did.multikey import decode_multibase, decode_multikey, decode_secret_multikey, encode_multibase, encode_multikey

# Controlled Identifiers 1.0, section 2.2.2, and the Data Integrity specifications' test vectors.
PUBLISHED = [
    (KeyType.ED25519, "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"),
    (KeyType.P256, "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP"),
    (KeyType.P384, "z82LkuBieyGShVBhvtE2zoiD6Kma4tJGFtkAhxR5pfkp5QPw4LutoYWhvQCnGjdVn14kujQ"),
]


def signer(key_type: KeyType):
    """A fresh public key and a function that signs with its private half."""
    if key_type is KeyType.ED25519:
        ed = nacl.signing.SigningKey.generate()
        return PublicKey(key_type, bytes(ed.verify_key)), lambda data: ed.sign(data).signature
    if key_type is KeyType.SECP256K1:
        private = coincurve.PrivateKey()
        key = PublicKey(key_type, private.public_key.format())
        return key, lambda data: private.sign_recoverable(hashlib.sha256(data).digest(), hasher=None)[:64]
    curve, digest, size = {
        KeyType.P256: (ec.SECP256R1(), hashes.SHA256(), 32),
        KeyType.P384: (ec.SECP384R1(), hashes.SHA384(), 48),
    }[key_type]
    nist = ec.generate_private_key(curve)
    numbers = nist.public_key().public_numbers()
    key = compressed(key_type, b"\4" + numbers.x.to_bytes(size) + numbers.y.to_bytes(size))

    def sign(data: bytes) -> bytes:
        r, s = decode_dss_signature(nist.sign(data, ec.ECDSA(digest)))
        return r.to_bytes(size) + s.to_bytes(size)

    return key, sign


SIGNING = [KeyType.ED25519, KeyType.P256, KeyType.P384, KeyType.SECP256K1]


@pytest.mark.parametrize(("key_type", "text"), PUBLISHED)
def test_published_multikeys_are_read_and_written(key_type, text):
    key = decode_multikey(text)
    assert key.type is key_type
    assert encode_multikey(key) == text


@pytest.mark.parametrize("key_type", SIGNING)
def test_a_signature_verifies_and_nothing_else_does(key_type):
    key, sign = signer(key_type)
    signature = sign(b"data")
    verify_signature(key, b"data", signature)
    with pytest.raises(InvalidSignature):
        verify_signature(key, b"Data", signature)
    with pytest.raises(InvalidSignature):
        verify_signature(signer(key_type)[0], b"data", signature)
    for at in range(len(signature)):
        wrong = bytearray(signature)
        wrong[at] ^= 1
        with pytest.raises(InvalidSignature):
            verify_signature(key, b"data", bytes(wrong))


@pytest.mark.parametrize("key_type", SIGNING)
@pytest.mark.parametrize("length", [0, 1, 63, 65, 95, 97])
def test_a_signature_of_another_length_is_refused(key_type, length):
    with pytest.raises(InvalidSignature, match="bytes"):
        verify_signature(signer(key_type)[0], b"data", b"\1" * length)


@pytest.mark.parametrize("key_type", SIGNING)
@pytest.mark.parametrize("byte", [0, 255])
def test_degenerate_signatures_are_refused(key_type, byte):
    """r = s = 0 was accepted by Java's ECDSA (CVE-2022-21449)."""
    size = 96 if key_type is KeyType.P384 else 64
    with pytest.raises(InvalidSignature):
        verify_signature(signer(key_type)[0], b"data", bytes([byte]) * size)


def test_both_halves_of_s_are_the_same_secp256k1_signature():
    key, sign = signer(KeyType.SECP256K1)
    signature = sign(b"data")
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high = order - int.from_bytes(signature[32:])
    verify_signature(key, b"data", signature[:32] + high.to_bytes(32))


def test_an_x25519_key_cannot_sign():
    with pytest.raises(InvalidPublicKey, match="cannot sign"):
        verify_signature(PublicKey(KeyType.X25519, b"\1" * 32), b"data", b"\0" * 64)


@pytest.mark.parametrize("key_type", SIGNING)
def test_every_spelling_of_a_key_means_the_same_key(key_type):
    key, _ = signer(key_type)
    assert public_key_of(jwk_of(key)) == key
    assert decode_multikey(encode_multikey(key)) == key


@pytest.mark.parametrize(("key_type", "size"), [(KeyType.P256, 33), (KeyType.P384, 49), (KeyType.SECP256K1, 33)])
def test_a_point_off_the_curve_is_refused(key_type, size):
    refused = 0
    for x in range(1, 40):
        try:
            compressed(key_type, b"\2" + x.to_bytes(size - 1))
        except InvalidPublicKey:
            refused += 1
    assert 5 < refused < 35
    with pytest.raises(InvalidPublicKey):
        compressed(key_type, b"\4" + b"\1" * (2 * (size - 1)))


@pytest.mark.parametrize(
    ("jwk", "message"),
    [
        ({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "d": "x"}, "private"),
        ({"kty": "oct", "k": "AAAA"}, "private"),
        ({"kty": "RSA", "n": "AQAB", "e": "AQAB"}, "2048 to 8192 bits here, not 17"),
        ({"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}, "not supported"),
        ({"kty": "EC", "crv": ["P-256"], "x": "AA", "y": "AA"}, "not supported"),
        ({"kty": "OKP", "crv": "Ed25519"}, "no text in x"),
        ({"kty": "OKP", "crv": "Ed25519", "x": 1}, "no text in x"),
        ({"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}, "32 bytes"),
        ({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo="}, "canonical"),
        ({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp"}, "canonical"),
        ({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo"}, "base64url"),
    ],
)
def test_a_jwk_that_is_no_public_key_is_refused(jwk, message):
    with pytest.raises(InvalidPublicKey, match=message):
        public_key_of(jwk)


def test_thumbprint_of_rfc_8037():
    """RFC 8037, appendix A.3."""
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "ignored"}
    assert thumbprint(jwk) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_thumbprint_of_rfc_7638():
    """RFC 7638, section 3.1."""
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn6"
        "4tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n9"
        "1CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    jwk = {"kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    assert thumbprint(jwk) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@given(st.binary(max_size=200))
def test_base58_has_an_inverse(data):
    assert base58.decode(base58.encode(data)) == data


@given(st.binary(max_size=100), st.sampled_from("zu"))
def test_multibase_has_an_inverse(data, base):
    assert decode_multibase(encode_multibase(data, base)) == data


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
        (
            b"The quick brown fox jumps over the lazy dog.",
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
        ),
        (bytes.fromhex("0000287fb4cd"), "11233QC4"),
    ],
)
def test_base58_of_the_draft(data, text):
    """draft-msporny-base58-03, section 5."""
    assert base58.encode(data) == text
    assert base58.decode(text) == data


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "z é", "1" * 9_000])
def test_what_is_not_base58_is_refused(text):
    with pytest.raises(InvalidPublicKey):
        base58.decode(text)


@pytest.mark.parametrize(
    "text", ["", "z", "z6Mk", "u7QFh", "f00", "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ22", "mAAAA"]
)
def test_what_is_not_a_multikey_is_refused(text):
    with pytest.raises(InvalidPublicKey):
        decode_multikey(text)


def test_the_secret_key_of_the_eddsa_vectors_belongs_to_their_public_key():
    """Data Integrity EdDSA Cryptosuites 1.0, appendix B."""
    key_type, secret = decode_secret_multikey("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq")
    public = bytes(nacl.signing.SigningKey(secret).verify_key)
    assert encode_multikey(PublicKey(key_type, public)) == "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
