"""The published test vectors of did:key (w3c-ccg/did-method-key, `test-vectors/`, typed in) and laws of identifiers."""

import base64
import contextlib
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
from did.document import DidDocument
from did.errors import DidError, InvalidDid, InvalidDidDocument
from did.jwk import jwk_of, public_key_of
from did.keys import KeyType, PublicKey, verify_signature
from did.methods.erc1056 import address_of, checksum_address, keccak256
from did.methods.key import KeyMethod, did_of
from did.methods.web import did_of as did_web_of
from did.methods.web import url_of
from did.strict_json import parse_object
from did.url import Did, DidUrl

# seed → Multikey and publicKeyBase58 (ed25519-x25519.json)
ED25519 = [
    (0, "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp", "4zvwRjXUKGfvwnParsHAS3HuSVzV5cA4McphgmoCtajS"),
    (1, "z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG", "6ASf5EcmmEHTgDJ4X4ZT5vT6iHVJBXPg5AN5YoTCpGWt"),
    (2, "z6MknGc3ocHs3zdPiJbnaaqDi58NGb4pk1Sp9WxWufuXSdxf", "8pM1DN3RiT8vbom5u1sNryaNT1nyL8CTTW3b5PwWXRBH"),
    (3, "z6MkvqoYXQfDDJRv8L4wKzxYeuKyVZBfi9Qo6Ro8MiLH3kDQ", "HPYVwAQmskwT1qEEeRzhoomyfyupJGASQQtCXSNG8XS2"),
    (4, "z6MkwW6aqMnjgrhJXFUko3NnZPGzVpkNzhYK7yEhnsibmLwL", "J3qYF7YJMKCqQke47UQwiHizgFUXapHxRxKmxbkar89x"),
]
# Multikey and publicKeyBase58 (same file)
X25519 = [
    ("z6LShs9GGnqk85isEBzzshkuVWrVKsRp24GnDuHk8QWkARMW", "7By6kV2t2d188odEM4ExAve1UithKT6dLva4dwsDT3ak"),
    ("z6LSrHyXiPBhUbvPUtyUCdf32sniiMGPTAesgHrtEa4FePtr", "FcoNC5NqP9CePWbhfz95iHaEsCjGkZUioK9Ck7Qiw286"),
    ("z6LSkkqoZRC34AEpbkhZCqLDcHQVAxuLpQ7kC8XCXMVUfvjE", "A5fe37PAxhX5WNKngBpGHhC1KpNE7nwbK9oX2tqwxYxU"),
]
# seed, Multikey, publicKeyBase58 (secp256k1.json)
SECP256K1 = [
    (
        "9085d2bef69286a6cbb51623c8fa258629945cd55ca705cc4e66700396894e0c",
        "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
        "23o6Sau8NxxzXcgSc3PLcNxrzrZpbLeBn1izfv3jbKhuv",
    ),
    (
        "f0f4df55a2b3ff13051ea814a8f24ad00f2e469af73c363ac7e9fb999a9072ed",
        "zQ3shtxV1FrJfhqE1dvxYRcCknWNjHc3c5X1y3ZSoPDi2aur2",
        "291KzQhqCPC18PqH83XKhxv1HdqrdnxyS7dh15t2uNRzJ",
    ),
    (
        "6b0b91287ae3348f8c2f2552d766f30e3604867e34adc37ccbb74a8e6b893e02",
        "zQ3shZc2QzApp2oymGvQbzP8eKheVshBHbU4ZYjeXqwSKEn6N",
        "oesQ92MLiAkt2pjBcJFbW7H4DvzKJv22cotjYbmC2JEe",
    ),
    (
        "c0a6a7c560d37d7ba81ecee9543721ff48fea3e0fb827d42c1868226540fac15",
        "zQ3shadCps5JLAHcZiuX5YUtWHHL8ysBJqFLWvjZDKAWUBGzy",
        "pg3p1vprqePgUoqfAQ1TTgxhL6zLYhHyzooR1pqLxo9F",
    ),
    (
        "175a232d440be1e0788f25488a73d9416c04b6f924bea6354bf05dd2f1a75133",
        "zQ3shptjE6JwdkeKN4fcpnYQY3m9Cet3NiHdAfpvSUZBFoKBj",
        "24waDFAUAS16UpZwQQTXVEAmm17rQRjadjuAeBDW8aqL1",
    ),
]
# Multikey, curve, x, y, d (nist-curves.json)
NIST = [
    ("zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv", "P-256", "igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns",
     "efsX5b10x8yjyrj4ny3pGfLcY7Xby1KzgqOdqnsrJIM", "gPh-VvVS8MbvKQ9LSVVmfnxnKjHn4Tqj0bmbpehRlpc"),
    ("zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169", "P-256", "fyNYMN0976ci7xqiSdag3buk-ZCwgXU4kz9XNkBlNUI",
     "hW2ojTNfH7Jbi8--CJUo3OCbH3y5n91g-IMA9MLMbTU", "YjRs6vNvw4sYrzVVY8ipkEpDAD9PFqw1sUnvPRMA-WI"),
    ("z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9", "P-384",
     "lInTxl8fjLKp_UCrxI0WDklahi-7-_6JbtiHjiRvMvhedhKVdHBfi2HCY8t_QJyc",
     "y6N1IC-2mXxHreETBW7K3mBcw0qGr3CWHCs-yl09yCQRLcyfGv7XhqAngHOu51Zv",
     "hAyGZNj9031guBCdpAOaZkO-E5m-LKLYnMIq0-msrp8JLctseaOeNTHmP3uKVWwX"),
    ("z82LkvCwHNreneWpsgPEbV3gu1C6NFJEBg4srfJ5gdxEsMGRJUz2sG9FE42shbn2xkZJh54", "P-384",
     "CA-iNoHDg1lL8pvX3d1uvExzVfCz7Rn6tW781Ub8K5MrDf2IMPyL0RTDiaLHC1JT",
     "Kpnrn8DkXUD3ge4mFxi-DKr0DYO2KuJdwNBrhzLRtfMa3WFMZBiPKUPfJj8dYNl_",
     "Xe1HHeh-UsrJPRNLR_Y06VTrWpZYBXi7a7kiRqCgwnAOlJZPwE-xzL3DIIVMavAL"),
]  # fmt: skip
P521 = "z2J9gaYxrKVpdoG9A4gRnmpnRCcxU6agDtFVVBVdn1JedouoZN7SzcyREXXzWgt3gGiwpoHq7K68X4m32D8HgzG8wv3sY5j7"


def key_of(did_key: str) -> PublicKey:
    document = KeyMethod().resolve(Did.parse(did_key)).document
    (method,) = document.methods()
    assert method.id == f"{did_key}#{did_key.removeprefix('did:key:')}"
    assert method.controller == did_key
    return method.public_key


@pytest.mark.parametrize(("seed", "multikey", "base58_key"), ED25519)
def test_ed25519_vectors(seed, multikey, base58_key):
    private = nacl.signing.SigningKey(seed.to_bytes(32))
    key = key_of(f"did:key:{multikey}")
    assert (
        key
        == PublicKey(KeyType.ED25519, bytes(private.verify_key))
        == PublicKey(KeyType.ED25519, base58.decode(base58_key))
    )
    assert did_of(key) == f"did:key:{multikey}"
    verify_signature(key, b"data", private.sign(b"data").signature)


@pytest.mark.parametrize(("multikey", "base58_key"), X25519)
def test_x25519_vectors(multikey, base58_key):
    key = key_of(f"did:key:{multikey}")
    assert key == PublicKey(KeyType.X25519, base58.decode(base58_key))
    document = KeyMethod().resolve(Did.parse(did_of(key))).document
    assert "keyAgreement" in document.json
    assert "assertionMethod" not in document.json


@pytest.mark.parametrize(("seed", "multikey", "base58_key"), SECP256K1)
def test_secp256k1_vectors(seed, multikey, base58_key):
    private = coincurve.PrivateKey.from_hex(seed)
    key = key_of(f"did:key:{multikey}")
    assert key == PublicKey(KeyType.SECP256K1, base58.decode(base58_key))
    assert key.raw == private.public_key.format()
    assert did_of(key) == f"did:key:{multikey}"
    signature = private.sign_recoverable(hashlib.sha256(b"data").digest(), hasher=None)[:64]
    verify_signature(key, b"data", signature)
    assert address_of(key) == checksum_address(keccak256(private.public_key.format(compressed=False)[1:])[12:])


@pytest.mark.parametrize(("multikey", "curve", "x", "y", "d"), NIST)
def test_nist_vectors(multikey, curve, x, y, d):
    key = key_of(f"did:key:{multikey}")
    jwk = {"kty": "EC", "crv": curve, "x": x, "y": y}
    assert public_key_of(jwk) == key
    assert jwk_of(key) == jwk
    assert did_of(key) == f"did:key:{multikey}"
    size, name, digest = (
        (32, ec.SECP256R1(), hashes.SHA256()) if curve == "P-256" else (48, ec.SECP384R1(), hashes.SHA384())
    )
    private = ec.derive_private_key(int.from_bytes(base64.urlsafe_b64decode(d + "=" * (-len(d) % 4))), name)
    r, s = decode_dss_signature(private.sign(b"data", ec.ECDSA(digest)))
    verify_signature(key, b"data", r.to_bytes(size) + s.to_bytes(size))


@pytest.mark.parametrize("multikey", [P521, "z6Mk", "", "u7QHvzc", "z" + base58.encode(b"\xea\x01" + b"\1" * 48)])
def test_other_keys_are_no_did_key(multikey):
    with pytest.raises(InvalidDid):
        KeyMethod().resolve(Did("key", multikey))


@pytest.mark.parametrize(
    "address",
    [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0xde709f2102306220921060314715629080e2fb77",
    ],
)
def test_checksummed_addresses_of_erc_55(address):
    assert checksum_address(address.lower()) == address


# --- laws --------------------------------------------------------------------------------------------

_SEGMENT = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)
_HOST = st.from_regex(r"[a-z]([a-z0-9-]{0,6}[a-z0-9])?(\.[a-z]([a-z0-9-]{0,6}[a-z0-9])?){0,3}", fullmatch=True)


@given(st.text(max_size=80))
def test_parsing_any_text_gives_it_back_or_refuses_it(text):
    for parse in (Did.parse, DidUrl.parse):
        with contextlib.suppress(DidError):
            assert str(parse(text)) == text


@given(st.binary(max_size=120))
def test_any_bytes_are_an_object_or_refused(data):
    with contextlib.suppress(InvalidDidDocument):
        assert isinstance(parse_object(data), dict)


@given(_HOST, st.none() | st.integers(1, 65_535), st.lists(_SEGMENT, max_size=4))
def test_did_web_and_its_url_have_one_another(host, port, segments):
    base = f"https://{host}" + (f":{port}" if port else "") + "".join(f"/{segment}" for segment in segments)
    did = did_web_of(base)
    assert url_of(did) == base + ("/did.json" if segments else "/.well-known/did.json")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "type", "controller", "publicKeyJwk", "publicKeyMultibase", "revoked", "kty", "crv", "x", "y"]
            ),
            children,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["verificationMethod", "assertionMethod", "authentication", "alsoKnownAs", "service"]),
        _JSON,
        max_size=4,
    )
)
def test_any_json_is_a_document_or_refused(members):
    try:
        document = DidDocument.parse({"id": "did:web:a.example", **members}, "did:web:a.example")
    except InvalidDidDocument:
        return
    list(document.methods())
    document.accounts()


@given(
    st.sampled_from(list(KeyType)),
    st.binary(min_size=30, max_size=50),
    st.binary(max_size=20),
    st.binary(min_size=64, max_size=64),
)
def test_no_signature_verifies_by_chance_and_nothing_else_is_raised(key_type, raw, data, signature):
    with pytest.raises(DidError):
        verify_signature(PublicKey(key_type, raw), data, signature)
