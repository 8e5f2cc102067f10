"""DID documents: what is read, and what is refused."""

import copy
from datetime import UTC, datetime

import pytest

from did.document import DidDocument, Relationship
from did.errors import (
    InvalidDid,
    InvalidDidDocument,
    InvalidDidUrl,
    InvalidPublicKey,
    InvalidVerificationMethod,
    KeyNotAuthorized,
    KeyNotFound,
)
from did.keys import KeyType
from did.url import Did, DidUrl

DID = "did:web:issuer.example"
MULTIKEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"


def method(fragment="key-1", **members):
    return {
        "id": f"{DID}#{fragment}",
        "type": "Multikey",
        "controller": DID,
        "publicKeyMultibase": MULTIKEY,
        **members,
    }


def document(*methods, **members):
    return {
        "id": DID,
        "verificationMethod": list(methods) or [method()],
        "assertionMethod": [f"{DID}#key-1"],
        **members,
    }


def read(json):
    return DidDocument.parse(json, DID)


def test_a_listed_key_is_found():
    found = read(document()).require_method(f"{DID}#key-1", Relationship.ASSERTION_METHOD)
    assert found.id == f"{DID}#key-1"
    assert found.public_key.type is KeyType.ED25519
    assert found.revoked_at is None


def test_relative_ids_belong_to_the_document():
    json = document(method(id="#key-1"), assertionMethod=["#key-1"])
    json["verificationMethod"][0]["id"] = "#key-1"
    for url in ("#key-1", f"{DID}#key-1"):
        assert read(json).require_method(url, Relationship.ASSERTION_METHOD).id == f"{DID}#key-1"


def test_an_embedded_method_serves_its_relationship_only():
    json = document(authentication=[method("login")])
    read(json).require_method(f"{DID}#login", Relationship.AUTHENTICATION)
    with pytest.raises(KeyNotAuthorized):
        read(json).require_method(f"{DID}#login", Relationship.ASSERTION_METHOD)


def test_a_key_listed_elsewhere_is_not_authorized():
    json = document(method(), assertionMethod=[], authentication=[f"{DID}#key-1"])
    with pytest.raises(KeyNotAuthorized):
        read(json).require_method(f"{DID}#key-1", Relationship.ASSERTION_METHOD)


@pytest.mark.parametrize("url", [f"{DID}#key-2", f"{DID}", f"{DID}#", "did:web:other.example#key-1", "#", ""])
def test_a_key_that_is_not_there_is_not_found(url):
    with pytest.raises(KeyNotFound):
        read(document()).require_method(url, Relationship.ASSERTION_METHOD)


@pytest.mark.parametrize("controller", ["did:web:victim.example", DID + "#", DID.upper(), ""])
def test_a_key_with_another_controller_is_refused(controller):
    """Controlled Identifiers 1.0, section 3.3: the method must belong to the document it is found in."""
    with pytest.raises(InvalidVerificationMethod, match="controlled"):
        read(document(method(controller=controller))).require_method(f"{DID}#key-1", Relationship.ASSERTION_METHOD)


def test_revoked_and_expires_are_told():
    json = document(method(revoked="2026-01-02T03:04:05Z", expires="2027-01-01T00:00:00+01:00"))
    found = read(json).find_method("#key-1")
    assert found.revoked_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert found.expires_at == datetime(2026, 12, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["2026-01-02", "2026-01-02T03:04:05", "2026-13-02T03:04:05Z", "soon", 5, True, [], ""]
)
def test_a_revocation_that_cannot_be_read_makes_the_key_unusable(value):
    with pytest.raises(InvalidVerificationMethod, match="revoked"):
        read(document(method(revoked=value))).find_method("#key-1")


@pytest.mark.parametrize(
    "change",
    [
        {"id": "did:web:other.example"},
        {"id": None},
        {"verificationMethod": {}},
        {"verificationMethod": ["did:web:issuer.example#key-1"]},
        {"verificationMethod": [{"type": "Multikey"}]},
        {"verificationMethod": [method(), method()]},
        {"verificationMethod": [method(), method(id="#key-1")]},
        {"assertionMethod": "did:web:issuer.example#key-1"},
        {"assertionMethod": [5]},
        {"authentication": [method()]},
        {"capabilityInvocation": [None]},
    ],
)
def test_a_malformed_document_is_refused(change):
    json = document()
    json.update(copy.deepcopy(change))
    with pytest.raises(InvalidDidDocument):
        read(json)


@pytest.mark.parametrize("json", [None, [], "text", 5])
def test_what_is_no_object_is_no_document(json):
    with pytest.raises(InvalidDidDocument):
        read(json)


JWK = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
HEX = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
P256_MULTIKEY = "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP"


@pytest.mark.parametrize(
    "members",
    [
        {"type": "JsonWebKey", "publicKeyJwk": JWK},
        {"type": "JsonWebKey2020", "publicKeyJwk": JWK},
        {"type": "Ed25519VerificationKey2020", "publicKeyMultibase": MULTIKEY},
        {"type": "Ed25519VerificationKey2018", "publicKeyBase58": "FVen3X669xLzsi6N2V91DoiyzHzg1uAgqiT8jZ9nS96Z"},
        {"type": "Ed25519VerificationKey2018", "publicKeyHex": HEX},
    ],
)
def test_older_forms_of_ed25519_are_read(members):
    json = document({"id": f"{DID}#key-1", "controller": DID, **members})
    assert read(json).find_method("#key-1").public_key.type is KeyType.ED25519


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"publicKeyMultibase": MULTIKEY, "publicKeyJwk": JWK},
        {"publicKeyMultibase": MULTIKEY, "secretKeyMultibase": "z3u2"},
        {"publicKeyMultibase": 5},
        {"publicKeyMultibase": "m" + MULTIKEY},
        {"publicKeyJwk": JWK},
        {"type": "JsonWebKey", "publicKeyJwk": "x"},
        {"type": "JsonWebKey", "publicKeyJwk": {**JWK, "d": "x"}},
        {"type": "Ed25519VerificationKey2020", "publicKeyMultibase": P256_MULTIKEY},
        {"type": "Ed25519VerificationKey2018", "publicKeyHex": "zz"},
        {"type": "EcdsaSecp256k1VerificationKey2019", "publicKeyHex": HEX},
        {"type": "RsaVerificationKey2018", "publicKeyPem": "-----BEGIN"},
        {"type": "Made up", "publicKeyMultibase": MULTIKEY},
    ],
)
def test_a_key_in_a_form_that_cannot_be_read_spoils_itself_only(members):
    bad = {"id": f"{DID}#bad", "type": "Multikey", "controller": DID, **members}
    parsed = read(document(method(), bad))
    with pytest.raises(InvalidPublicKey):
        parsed.find_method("#bad")
    assert [found.id for found in parsed.methods()] == [f"{DID}#key-1"]


def test_methods_can_be_asked_by_relationship():
    parsed = read(document(method(), method("key-2")))
    assert [found.id for found in parsed.methods()] == [f"{DID}#key-1", f"{DID}#key-2"]
    assert [found.id for found in parsed.methods(Relationship.ASSERTION_METHOD)] == [f"{DID}#key-1"]


def test_accounts_are_found_in_both_places():
    account = "eip155:31337:0x90F79bf6EB2c4f870365E785982E1f101E93b906"
    json = document(
        method(),
        {"id": "#acc", "type": "EcdsaSecp256k1RecoveryMethod2020", "controller": DID, "blockchainAccountId": account},
        alsoKnownAs=["did:pkh:eip155:1:0xabc", "https://issuer.example", 7],
    )
    assert read(json).accounts() == {account, "eip155:1:0xabc"}


@pytest.mark.parametrize(
    "text",
    [
        "did:web:a",
        "did:example:123:456",
        "did:x::a",
        "did:ethr:0x7a69:0xAb",
        "did:web:host%3A8443:t:acme",
        "did:a1:a-b_c.d",
    ],
)
def test_what_did_core_calls_a_did_is_one(text):
    assert str(Did.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "did", "did:", "did:web", "did:web:", "did:web:a:", "did:Web:a", "DID:web:a", "did:web:a b", "did:web:a#b",
     "did:web:a/b", "did:web:a?b", "did:web:%zz", "did:web:ä", " did:web:a", "did:web:a\n", "did:we-b:a", "did:web:" + "a" * 5000],
)  # fmt: skip
def test_what_did_core_does_not_call_a_did_is_none(text):
    with pytest.raises(InvalidDid):
        Did.parse(text)


def test_a_did_url_comes_apart_and_together_again():
    text = "did:web:issuer.example/path/x?versionId=4&a=b%20c#key-1"
    url = DidUrl.parse(text)
    assert (str(url.did), url.path, url.query, url.fragment) == (
        "did:web:issuer.example", "/path/x", "versionId=4&a=b%20c", "key-1",
    )  # fmt: skip
    assert url.parameters() == {"versionId": "4", "a": "b c"}
    assert str(url) == text


@pytest.mark.parametrize(
    "text", ["#key-1", "did:web:a#b#c", "did:web:a ?x", "did:web:a#\n", "https://a#b", "did:web:a#ä", "did:web:a?x=\\"]
)
def test_what_is_no_did_url_is_refused(text):
    with pytest.raises(InvalidDidUrl):
        DidUrl.parse(text)


def test_a_parameter_given_twice_is_refused():
    with pytest.raises(InvalidDidUrl, match="twice"):
        DidUrl.parse("did:web:a?versionId=1&versionId=2").parameters()
