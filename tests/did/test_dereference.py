"""Keys under DID URLs and https URLs, and who must vouch for them."""

import json
from datetime import UTC, datetime

import pytest

from did.dereference import dereference_key
from did.document import Relationship
from did.errors import (
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
