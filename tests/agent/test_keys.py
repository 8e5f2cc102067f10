"""Keys in process: signatures that others accept, published vectors, nothing printed."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from agent.keys.local import LocalSigner, UnusableKey, generate_private_key, public_key_of_private
from did.errors import InvalidSignature
from did.keys import KeyType, verify_signature

SIGNING = [KeyType.ED25519, KeyType.P256, KeyType.P384, KeyType.SECP256K1]
SIZES = {KeyType.ED25519: 32, KeyType.P256: 32, KeyType.P384: 48, KeyType.SECP256K1: 32}
CURVES = {
    KeyType.P256: (ec.SECP256R1(), hashes.SHA256()),
    KeyType.P384: (ec.SECP384R1(), hashes.SHA384()),
    KeyType.SECP256K1: (ec.SECP256K1(), hashes.SHA256()),
}


def test_ed25519_as_in_rfc_8032_section_7_1_test_2():
    private = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")

    signer = LocalSigner(private, KeyType.ED25519, "did:web:x#1")

    assert signer.public_key.raw.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert signer.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


@pytest.mark.parametrize(
    ("key_type", "private", "public"),
    [
        # RFC 6979 A.2.5 and A.2.6: the key pairs
        (KeyType.P256, "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
         "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"),
        (KeyType.P384, "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5",
         "02ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13"),
        # SEC 2, section 2.4.1: the base point is the public key of one
        (KeyType.SECP256K1, "00" * 31 + "01", "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
    ],
)  # fmt: skip
def test_public_keys_as_published(key_type, private, public):
    assert public_key_of_private(bytes.fromhex(private), key_type).raw.hex() == public


@pytest.mark.parametrize("key_type", SIGNING)
def test_a_signature_holds_and_no_other_does(key_type):
    signer = LocalSigner(generate_private_key(key_type), key_type, "did:web:x#1")

    signature = signer.sign(b"message")

    assert len(signature) == 2 * SIZES[key_type]
    verify_signature(signer.public_key, b"message", signature)
    with pytest.raises(InvalidSignature):
        verify_signature(signer.public_key, b"massage", signature)
    with pytest.raises(InvalidSignature):
        verify_signature(signer.public_key, b"message", signature[:-1] + bytes([signature[-1] ^ 1]))


@pytest.mark.parametrize("key_type", SIGNING)
def test_another_library_accepts_the_signature(key_type):
    signer = LocalSigner(generate_private_key(key_type), key_type, "did:web:x#1")
    signature = signer.sign(b"message")

    if key_type is KeyType.ED25519:
        ed25519.Ed25519PublicKey.from_public_bytes(signer.public_key.raw).verify(signature, b"message")
        return
    curve, digest = CURVES[key_type]
    half = len(signature) // 2
    r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    ec.EllipticCurvePublicKey.from_encoded_point(curve, signer.public_key.raw).verify(
        encode_dss_signature(r, s), b"message", ec.ECDSA(digest)
    )


@pytest.mark.parametrize("key_type", SIGNING)
def test_new_keys_differ_and_have_the_right_size(key_type):
    keys = {generate_private_key(key_type) for _ in range(20)}

    assert len(keys) == 20
    assert {len(key) for key in keys} == {SIZES[key_type]}


def test_keys_for_agreement_do_not_sign():
    with pytest.raises(UnusableKey, match="do not sign"):
        generate_private_key(KeyType.X25519)
    with pytest.raises(UnusableKey, match="X25519"):
        public_key_of_private(bytes(32), KeyType.X25519)


ORDER_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.mark.parametrize("key_type", SIGNING)
@pytest.mark.parametrize("private", [b"", b"\x01" * 31, b"\x01" * 33, b"\x01" * 64])
def test_keys_of_another_size_are_refused(key_type, private):
    with pytest.raises(UnusableKey):
        LocalSigner(private, key_type, "did:web:x#1")


@pytest.mark.parametrize(
    ("key_type", "private"),
    [
        (KeyType.P256, bytes(32)),
        (KeyType.P256, ORDER_P256.to_bytes(32, "big")),
        (KeyType.P384, bytes(48)),
        (KeyType.SECP256K1, bytes(32)),
        (KeyType.SECP256K1, b"\xff" * 32),
    ],
)
def test_numbers_outside_the_curve_are_refused_without_being_shown(key_type, private):
    with pytest.raises(UnusableKey) as caught:
        LocalSigner(private, key_type, "did:web:x#1")

    assert caught.value.__cause__ is None
    assert private.hex() not in str(caught.value)


@pytest.mark.parametrize("key_type", SIGNING)
def test_the_private_key_is_never_printed(key_type):
    private = generate_private_key(key_type)
    signer = LocalSigner(private, key_type, "did:web:x#1")

    for text in (repr(signer), str(signer), f"{signer}"):
        assert repr(private) not in text
        assert private.hex() not in text
