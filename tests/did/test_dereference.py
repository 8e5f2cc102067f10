"""Keys under DID URLs and https URLs, and who must vouch for them."""

import json
from datetime import UTC, datetime

import pytest

from did.dereference import dereference_key
from did.document import Relationship
from did.errors import (
    DidError,
    DidNotFound,
    InvalidDidDocument,
    InvalidDidUrl,
    InvalidPublicKey,
    InvalidVerificationMethod,
    KeyNotAuthorized,
    KeyNotFound,
    MethodNotSupported,
    ResolutionUnavailable,
)
from did.fetch import Response
from did.jwk import jwk_of
from did.methods.web import PublishedKey, WebMethod, build_document
from did.multikey import decode_multikey
from did.resolver import Resolver

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MULTIKEY = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
KEY = decode_multikey(MULTIKEY)
P256 = decode_multikey("zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP")
ASSERTION = Relationship.ASSERTION_METHOD

ISSUER = "https://issuer.example/profiles/7"
DID = "did:web:issuer.example"


class Server:
    def __init__(self, **pages):
        self.pages = pages
        self.asked = []

    def __call__(self, url, *, accept, max_bytes=0, max_redirects=0):
        assert max_redirects == 0
        assert "#" not in url
        self.asked.append(url)
        status, body = self.pages.get(url, (404, ""))
        return Response(status, {}, json.dumps(body).encode(), url)


def find(url, pages, relationship=ASSERTION):
    server = Server(**{name: (200, page) for name, page in pages.items()})
    resolver = Resolver([WebMethod(server)], clock=lambda: NOW)
    return dereference_key(url, relationship, resolver=resolver, fetch=server)


def method(url, controller=ISSUER, **members):
    return {"id": url, "type": "Multikey", "controller": controller, "publicKeyMultibase": MULTIKEY, **members}


# --- DID URLs --------------------------------------------------------------------------------------

DID_PAGE = {
    "https://issuer.example/.well-known/did.json": build_document(DID, [PublishedKey("key-1", KEY, [ASSERTION])])
}


def test_a_key_of_a_did_is_found():
    found = find(f"{DID}#key-1", DID_PAGE)
    assert (found.public_key, found.controller, found.id) == (KEY, DID, f"{DID}#key-1")


@pytest.mark.parametrize(
    ("url", "relationship", "error"),
    [
        (f"{DID}#key-2", ASSERTION, KeyNotFound),
        (f"{DID}#key-1", Relationship.AUTHENTICATION, KeyNotAuthorized),
        (f"{DID}", ASSERTION, InvalidDidUrl),
        (f"{DID}#", ASSERTION, InvalidDidUrl),
        (f"{DID}/path#key-1", ASSERTION, InvalidDidUrl),
        (f"{DID}?versionId=1#key-1", ASSERTION, InvalidDidUrl),
        (f"{DID}?#key-1", ASSERTION, InvalidDidUrl),
        ("did:web:other.example#key-1", ASSERTION, DidNotFound),
        ("did:nobody:x#key-1", ASSERTION, MethodNotSupported),
        ("urn:uuid:5", ASSERTION, InvalidDidUrl),
        ("ftp://issuer.example#key-1", ASSERTION, InvalidDidUrl),
        ("", ASSERTION, InvalidDidUrl),
    ],
)
def test_a_did_url_that_leads_to_no_key(url, relationship, error):
    with pytest.raises(error):
        find(url, DID_PAGE, relationship)


# --- a document with the method in it --------------------------------------------------------------

DOCUMENT = {
    "id": ISSUER,
    "type": "Profile",
    "verificationMethod": [method(f"{ISSUER}#k")],
    "assertionMethod": [f"{ISSUER}#k"],
}


def test_a_key_in_an_issuer_s_profile_is_found():
    found = find(f"{ISSUER}#k", {ISSUER: DOCUMENT})
    assert (found.public_key, found.controller) == (KEY, ISSUER)


@pytest.mark.parametrize(
    ("page", "error"),
    [
        ({**DOCUMENT, "id": "https://issuer.example/profiles/8"}, InvalidDidDocument),
        ({**DOCUMENT, "id": f"{ISSUER}#k"}, InvalidDidDocument),
        ({**DOCUMENT, "assertionMethod": []}, KeyNotAuthorized),
        ({**DOCUMENT, "verificationMethod": []}, KeyNotFound),
        (
            {**DOCUMENT, "verificationMethod": [method(f"{ISSUER}#k", "https://victim.example")]},
            InvalidVerificationMethod,
        ),
        ({"id": ISSUER, "type": "Profile"}, KeyNotFound),
        ([], InvalidDidDocument),
    ],
)
def test_a_profile_that_does_not_vouch_for_the_key(page, error):
    with pytest.raises(error):
        find(f"{ISSUER}#k", {ISSUER: page})


def test_a_key_written_into_the_fragment_is_nobody_s():
    """Some verifiers take `controller#multikey` for the key itself; then anybody signs for any controller."""
    with pytest.raises(KeyNotFound):
        find(f"{ISSUER}#{MULTIKEY}", {ISSUER: {"id": ISSUER, "type": "Profile"}})


# --- a method that stands alone --------------------------------------------------------------------

ALONE = "https://issuer.example/keys/1"
LISTING = {"id": ISSUER, "assertionMethod": [ALONE]}


@pytest.mark.parametrize("url", [ALONE, f"{ALONE}#k"])
def test_a_key_document_is_found_when_its_controller_lists_it(url):
    pages = {ALONE: method(url), ISSUER: {"id": ISSUER, "assertionMethod": [url]}}
    found = find(url, pages)
    assert (found.public_key, found.controller, found.id) == (KEY, ISSUER, url)


def test_its_controller_may_be_a_did():
    page = {"https://issuer.example/.well-known/did.json": {"id": DID, "assertionMethod": [ALONE]}}
    assert find(ALONE, {ALONE: method(ALONE, DID), **page}).controller == DID


def test_both_places_may_show_the_same_key():
    listing = {**LISTING, "verificationMethod": [method(ALONE)]}
    assert find(ALONE, {ALONE: method(ALONE), ISSUER: listing}).public_key == KEY
    other = method(ALONE, publicKeyMultibase="zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP")
    with pytest.raises(InvalidVerificationMethod, match="another"):
        find(ALONE, {ALONE: method(ALONE), ISSUER: {**LISTING, "verificationMethod": [other]}})


@pytest.mark.parametrize(
    ("key", "listing", "error"),
    [
        (method(ALONE), {"id": ISSUER}, KeyNotAuthorized),
        (method(ALONE), {"id": ISSUER, "authentication": [ALONE]}, KeyNotAuthorized),
        (method(ALONE), {"id": "https://victim.example", "assertionMethod": [ALONE]}, InvalidDidDocument),
        (method(ALONE, "https://victim.example/p"), LISTING, KeyNotFound),
        (method(ALONE, ALONE), LISTING, InvalidVerificationMethod),
        (method(ALONE, f"{ISSUER}#x"), LISTING, InvalidVerificationMethod),
        (method(ALONE, "http://issuer.example/profiles/7"), LISTING, InvalidVerificationMethod),
        (method(ALONE, "urn:x"), LISTING, InvalidVerificationMethod),
        ({**method(ALONE), "controller": [ISSUER]}, LISTING, InvalidVerificationMethod),
        ({**method(ALONE), "id": "https://issuer.example/keys/2"}, LISTING, InvalidDidDocument),
        (method(ALONE, publicKeyMultibase="x"), LISTING, InvalidPublicKey),
        (method(ALONE, secretKeyMultibase="z"), LISTING, InvalidPublicKey),
    ],
)
def test_a_key_document_without_its_controller_s_word(key, listing, error):
    with pytest.raises(error):
        find(ALONE, {ALONE: key, ISSUER: listing})


# --- JWKs --------------------------------------------------------------------------------------------

SET = "https://issuer.example/jwks.json"


def jwk(kid, key=KEY, **members):
    return {**jwk_of(key), "kid": kid, **members}


@pytest.mark.parametrize(
    "page",
    [jwk("k"), jwk(f"{SET}#k"), {"keys": [jwk("other", P256), jwk("k")]}, jwk("k", use="sig", key_ops=["verify"])],
)
def test_a_jwk_is_found_by_its_kid(page):
    found = find(f"{SET}#k", {SET: page})
    assert (found.public_key, found.controller, found.id) == (KEY, SET, f"{SET}#k")


def test_a_jwk_may_be_the_whole_resource():
    assert find(SET, {SET: jwk(SET)}).controller == SET


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (jwk("x"), KeyNotFound),
        (jwk_of(KEY), KeyNotFound),
        ({"keys": []}, KeyNotFound),
        ({"keys": [1, "k"]}, KeyNotFound),
        ({"keys": {}}, InvalidPublicKey),
        ({"keys": [jwk("k"), jwk("k", P256)]}, InvalidVerificationMethod),
        (jwk("k", use="enc"), KeyNotAuthorized),
        (jwk("k", key_ops=["sign", "verify"]), KeyNotAuthorized),
        (jwk("k", d="x"), InvalidPublicKey),
        (jwk("k", crv="P-256"), InvalidPublicKey),
    ],
)
def test_a_jwk_that_does_not_serve(page, error):
    with pytest.raises(error):
        find(f"{SET}#k", {SET: page})


def test_a_jwk_serves_assertions_only():
    with pytest.raises(KeyNotAuthorized):
        find(f"{SET}#k", {SET: jwk("k")}, Relationship.AUTHENTICATION)


# --- servers -----------------------------------------------------------------------------------------


def test_nothing_there_is_not_the_same_as_no_answer():
    resolver = Resolver([], clock=lambda: NOW)
    for status, error in [
        (404, KeyNotFound),
        (410, KeyNotFound),
        (500, ResolutionUnavailable),
        (302, ResolutionUnavailable),
    ]:
        server = Server(**{ISSUER: (status, {})})
        with pytest.raises(error):
            dereference_key(f"{ISSUER}#k", ASSERTION, resolver=resolver, fetch=server)


def test_json_that_can_be_read_in_two_ways_is_not_read():
    def fetch(url, **options):
        return Response(200, {}, b'{"id":"a","id":"b"}', url)

    with pytest.raises(InvalidDidDocument):
        dereference_key(f"{ISSUER}#k", ASSERTION, resolver=Resolver([], clock=lambda: NOW), fetch=fetch)


def test_a_kid_that_is_empty_is_no_name():
    with pytest.raises(KeyNotFound):
        find(SET, {SET: jwk("")})
    with pytest.raises(KeyNotFound):
        find(f"{SET}#", {SET: jwk("")})


def test_a_web_key_is_asked_for_as_what_it_can_be():
    asked = []

    def fetch(url, **options):
        asked.append((url, options))
        return Response(200, {}, json.dumps(jwk("k")).encode(), url)

    resolver = Resolver([], clock=lambda: NOW)
    found = dereference_key("http://localhost/keys#k", ASSERTION, resolver=resolver, fetch=fetch)
    assert found.type == "JsonWebKey"
    accept = "application/cid, application/did, application/ld+json, application/jwk-set+json, application/jwk+json, */*;q=0.1"
    assert asked == [("http://localhost/keys", {"accept": accept, "max_bytes": 256_000, "max_redirects": 0})]


MESSAGES = [
    ("urn:" + "x" * 300, {}, "'" + ("urn:" + "x" * 300)[:200] + "' is neither a DID URL nor an https URL"),
    ("did:web:" + "x" * 300, {}, "'" + ("did:web:" + "x" * 300)[:200] + "' does not name a verification method"),
    (f"{ISSUER}#k", {}, f"there is nothing at {ISSUER}"),
    (ALONE, {ALONE: method(ALONE, "urn:x")}, f"{ALONE} names no controller whose document could list it"),
    (ALONE, {ALONE: method(ALONE), ISSUER: {"id": ISSUER}}, f"{ISSUER} does not list {ALONE} under assertionMethod"),
    (
        ALONE,
        {
            ALONE: method(ALONE),
            ISSUER: {**LISTING, "verificationMethod": [method(ALONE, type="Ed25519VerificationKey2020")]},
        },
        f"{ALONE} is one key alone and another in the document of {ISSUER}",
    ),
    (f"{SET}#k", {SET: {"keys": 5}}, f"{SET}: keys is not a list"),
    (f"{SET}#k", {SET: {"keys": []}}, f"{SET} has no key k"),
    (SET, {SET: {"keys": []}}, f"{SET} has no key {SET}"),
    (f"{SET}#k", {SET: {"keys": [jwk("k"), jwk("k")]}}, f"{SET} has two keys k"),
    (SET, {SET: {"keys": [jwk(SET), jwk(SET)]}}, f"{SET} has two keys {SET}"),
    (f"{SET}#k", {SET: jwk("k", use="enc")}, f"{SET}#k is not a key for assertionMethod"),
]


@pytest.mark.parametrize(("url", "pages", "message"), MESSAGES, ids=[message[-40:] for _, _, message in MESSAGES])
def test_a_refusal_says_what_and_why(url, pages, message):
    with pytest.raises(DidError) as caught:
        find(url, pages)
    assert str(caught.value) == message
