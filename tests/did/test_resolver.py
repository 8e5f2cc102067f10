"""Resolution: methods, errors as data, the cache."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from did.document import Relationship
from did.errors import (
    DidDeactivated,
    DidNotFound,
    FeatureNotSupported,
    InvalidDid,
    InvalidDidDocument,
    MethodNotSupported,
    ResolutionUnavailable,
)
from did.fetch import Response
from did.keys import KeyType
from did.methods.jwk import JwkMethod
from did.methods.key import KeyMethod
from did.methods.key import did_of as did_key_of
from did.methods.web import PublishedKey, WebMethod, build_document, did_of, url_of
from did.multikey import decode_multikey
from did.resolver import ResolutionOptions, ResolutionResult, Resolver

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ED25519 = decode_multikey("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2")
P256 = decode_multikey("zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP")


class Server:
    """A fetcher that is a web server: URL to answer."""

    def __init__(self, **headers):
        self.pages = {}
        self.asked = []
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def __call__(self, url, *, accept, max_bytes=0, max_redirects=0):
        self.asked.append(url)
        assert max_redirects == 0, "did:web follows no redirect"
        status, body = self.pages.get(url, (404, b""))
        return Response(status, self.headers, body if isinstance(body, bytes) else json.dumps(body).encode(), url)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def server():
    return Server()


def resolver_for(server, **options):
    return Resolver([WebMethod(server), KeyMethod(), JwkMethod()], clock=lambda: NOW, **options)


DID = "did:web:issuer.example:t:acme"
URL = "https://issuer.example/t/acme/did.json"
DOCUMENT = build_document(
    DID,
    [
        PublishedKey("key-1", ED25519, [Relationship.ASSERTION_METHOD, Relationship.AUTHENTICATION]),
        PublishedKey("key-2", P256, [Relationship.ASSERTION_METHOD], revoked_at=NOW),
    ],
    also_known_as=["did:pkh:eip155:31337:0x90F79bf6EB2c4f870365E785982E1f101E93b906"],
)


def test_a_built_document_is_resolved(server):
    server.pages[URL] = (200, DOCUMENT)
    document = resolver_for(server).require_document(DID)
    assert document.json == DOCUMENT
    method = document.require_method(f"{DID}#key-1", Relationship.ASSERTION_METHOD)
    assert method.public_key == ED25519
    assert document.find_method(f"{DID}#key-2").revoked_at == NOW
    assert document.accounts() == {"eip155:31337:0x90F79bf6EB2c4f870365E785982E1f101E93b906"}
    assert "keyAgreement" not in document.json


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json"),
        ("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice/did.json"),
        ("did:web:example.com%3A3000", "https://example.com:3000/.well-known/did.json"),
        ("did:web:example.com%3a3000:user:alice", "https://example.com:3000/user/alice/did.json"),
    ],
)
def test_did_web_urls_of_the_specification(did, url):
    """did:web Method Specification, sections 2.1 and 3.2."""
    assert url_of(did) == url


@pytest.mark.parametrize(
    ("url", "did"),
    [
        ("https://host.example", "did:web:host.example"),
        ("https://host.example/", "did:web:host.example"),
        ("https://Host.example:8443/t/acme", "did:web:host.example%3A8443:t:acme"),
    ],
)
def test_a_base_url_has_a_did(url, did):
    assert did_of(url) == did


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example", "https://u@a.example", "https://a.example?x", "https://10.0.0.1/", "https://a.example/a b"],
)
def test_other_urls_have_none(url):
    with pytest.raises(InvalidDid):
        did_of(url)


def test_loopback_is_plain_http_only_where_it_is_configured():
    assert url_of("did:web:localhost%3A8000:t:a") == "https://localhost:8000/t/a/did.json"
    assert url_of("did:web:localhost%3A8000:t:a", loopback_http=True) == "http://localhost:8000/t/a/did.json"
    assert url_of("did:web:a.example:t:a", loopback_http=True) == "https://a.example/t/a/did.json"


@pytest.mark.parametrize(
    "did",
    ["did:web:10.0.0.1", "did:web:2130706433", "did:web:a.example:..:b", "did:web:a.example:%2e%2e:b", "did:web:a.example:x%2Fy",
     "did:web:a.example%3A", "did:web:a.example%3A99999", "did:web:a.example%3A80%3A80", "did:web:a.example::b", "did:web:a%2Fb",
     "did:web:a%40b.example", "did:web:a.example:b%00", "did:web:-:%5c", "did:web:.", "did:web:a..b", "did:key:z6Mk"],
)  # fmt: skip
def test_a_did_web_that_hides_something_is_refused(did):
    with pytest.raises(InvalidDid):
        url_of(did)


@pytest.mark.parametrize(
    ("page", "error"),
    [
        ((404, b""), DidNotFound),
        ((410, b""), DidNotFound),
        ((500, b""), ResolutionUnavailable),
        ((403, b""), ResolutionUnavailable),
        ((301, b""), ResolutionUnavailable),
        ((200, b"<html>"), InvalidDidDocument),
        ((200, b"\xff"), InvalidDidDocument),
        ((200, b"[]"), InvalidDidDocument),
        ((200, b'{"id":"did:web:issuer.example:t:acme","id":"x"}'), InvalidDidDocument),
        ((200, b'{"a":' * 70 + b"1" + b"}" * 70), InvalidDidDocument),
        ((200, b'{"a":' * 100_000), InvalidDidDocument),
        ((200, b'{"a":NaN}'), InvalidDidDocument),
        ((200, {**DOCUMENT, "id": "did:web:other.example"}), InvalidDidDocument),
    ],
)
def test_what_a_web_server_can_answer(server, page, error):
    server.pages[URL] = page
    with pytest.raises(error):
        resolver_for(server).require_document(DID)
    metadata = resolver_for(server).resolve(DID).resolution_metadata
    assert metadata["error"]["type"] == error.problem_type


@pytest.mark.parametrize(
    ("did", "error"), [("did:web", InvalidDid), ("did:nobody:x", MethodNotSupported), ("did:key:zzz", InvalidDid)]
)
def test_errors_are_data(server, did, error):
    result = resolver_for(server).resolve(did)
    assert result.document is None
    assert result.to_json() == {
        "didDocument": None,
        "didResolutionMetadata": {
            "error": {
                "type": error.problem_type,
                "title": error.title,
                "detail": result.resolution_metadata["error"]["detail"],
            }
        },
        "didDocumentMetadata": {},
    }
    with pytest.raises(error):
        resolver_for(server).require_document(did)


def test_answers_are_kept_until_they_are_old(server):
    server.pages[URL] = (200, DOCUMENT)
    clock = Clock()
    resolver = Resolver([WebMethod(server)], cache_s=300, clock=clock)
    for seconds, asked in [(0, 1), (299, 1), (300, 2), (301, 2)]:
        clock.now = NOW + timedelta(seconds=seconds)
        resolver.require_document(DID)
        assert len(server.asked) == asked
    clock.now = NOW - timedelta(seconds=1)
    resolver.require_document(DID)
    assert len(server.asked) == 3
    resolver.forget(DID)
    resolver.require_document(DID)
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("control", "asked"), [("no-store", 2), ("max-age=0", 2), ("public, max-age=60", 1), ("max-age=9999999", 1)]
)
def test_the_server_can_shorten_how_long(control, asked):
    server = Server(cache_control=control)
    server.pages[URL] = (200, DOCUMENT)
    resolver = resolver_for(server)
    resolver.require_document(DID)
    resolver.require_document(DID)
    assert len(server.asked) == asked


def test_errors_are_not_kept(server):
    resolver = resolver_for(server)
    resolver.resolve(DID)
    server.pages[URL] = (200, DOCUMENT)
    assert resolver.resolve(DID).document is not None


def test_the_cache_is_bounded(server, monkeypatch):
    monkeypatch.setattr("did.resolver.MAX_CACHED", 3)
    resolver = resolver_for(server)
    for number in range(6):
        did = f"did:web:a{number}.example"
        server.pages[url_of(did)] = (
            200,
            {**DOCUMENT, "id": did, "verificationMethod": [], "assertionMethod": [], "authentication": []},
        )
        resolver.require_document(did)
    assert len(resolver._cache) == 3


class Fixed:
    name = "fixed"

    def __init__(self, result):
        self.result = result

    def resolve(self, did, options=None):
        return self.result


def test_a_deactivated_did_has_no_document_and_is_no_error():
    resolver = Resolver([Fixed(ResolutionResult(None, {"deactivated": True}, {}))], clock=lambda: NOW)
    assert resolver.resolve("did:fixed:a").to_json() == {
        "didDocument": None, "didResolutionMetadata": {}, "didDocumentMetadata": {"deactivated": True},
    }  # fmt: skip
    with pytest.raises(DidDeactivated):
        resolver.require_document("did:fixed:a")


def test_a_method_that_finds_nothing_and_says_nothing_is_not_trusted():
    resolver = Resolver([Fixed(ResolutionResult(None))], clock=lambda: NOW)
    with pytest.raises(DidNotFound):
        resolver.require_document("did:fixed:a")


def test_a_did_key_is_its_own_document(server):
    did = did_key_of(ED25519)
    method = (
        resolver_for(server).require_document(did).require_method(f"{did}#{did[8:]}", Relationship.ASSERTION_METHOD)
    )
    assert method.public_key == ED25519
    assert server.asked == []


def test_only_current_versions_of_methods_without_history(server):
    result = resolver_for(server).resolve(did_key_of(ED25519), ResolutionOptions(version_id="1"))
    assert result.resolution_metadata["error"]["type"] == FeatureNotSupported.problem_type


JWK_P256 = (
    "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAiLC"
    "J5IjoiX0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9"
)
JWK_X25519 = "did:jwk:eyJrdHkiOiJPS1AiLCJjcnYiOiJYMjU1MTkiLCJ1c2UiOiJlbmMiLCJ4IjoiM3A3YmZYdDl3YlRUVzJIQzdPUTFOei1EUThoYmVHZE5yZngtRkctSUswOCJ9"


def test_the_p256_example_of_did_jwk(server):
    """did:jwk Method Specification, section "Examples", P-256."""
    document = resolver_for(server).require_document(JWK_P256)
    assert document.json["verificationMethod"][0]["publicKeyJwk"] == {
        "crv": "P-256",
        "kty": "EC",
        "x": "acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0",
        "y": "_KcyLj9vWMptnmKtm46GqDz8wf74I5LKgrl2GzH3nSE",
    }
    assert document.require_method(JWK_P256 + "#0", Relationship.ASSERTION_METHOD).public_key.type is KeyType.P256
    assert document.json["keyAgreement"] == [JWK_P256 + "#0"]


def test_the_x25519_example_of_did_jwk(server):
    """did:jwk Method Specification, section "Examples", X25519 with "use": "enc"."""
    document = resolver_for(server).require_document(JWK_X25519)
    assert document.json["keyAgreement"] == [JWK_X25519 + "#0"]
    assert "assertionMethod" not in document.json


@pytest.mark.parametrize(
    "did", ["did:jwk:AAAA", "did:jwk:e30", "did:jwk:eyJrdHkiOiJvY3QifQ", "did:jwk:eyJrdHkiOiJvY3QifQ=="]
)
def test_a_did_jwk_without_a_key_is_no_did(server, did):
    with pytest.raises(InvalidDid):
        resolver_for(server).require_document(did)
