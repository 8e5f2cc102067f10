"""What the resolver's HTTP face says (DID Resolution 1.0, sections 5 and 12.1)."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from did.did_url import dereference, options_of
from did.errors import (
    DidNotFound,
    FeatureNotSupported,
    InvalidDid,
    InvalidDidDocument,
    InvalidDidUrl,
    InvalidOptions,
    MethodNotSupported,
    RepresentationNotSupported,
    ResolutionUnavailable,
)
from did.fetch import Response
from did.kept import KeepingFetch
from did.methods.web import PublishedKey, WebMethod, build_document
from did.multikey import decode_multikey
from did.representation import (
    DEREFERENCING,
    DID,
    DID_JSON,
    DID_LD_JSON,
    DOCUMENT_TYPES,
    RESOLUTION,
    answer_dereferencing,
    answer_resolution,
    negotiate,
)
from did.resolver import ResolutionOptions, ResolutionResult, Resolver

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = decode_multikey("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2")
SUBJECT = "did:web:issuer.example"
DOCUMENT = build_document(
    SUBJECT,
    [PublishedKey("key-1", KEY, ["assertionMethod"])],
    services=[
        {"id": f"{SUBJECT}#files", "type": ["Files", "Other"], "serviceEndpoint": "https://files.example/a/"},
        {
            "id": "#many",
            "type": "Many",
            "serviceEndpoint": ["https://one.example", {"uri": "x"}, "https://two.example"],
        },
        {"id": f"{SUBJECT}#map", "type": "Map", "serviceEndpoint": {"uri": "https://x.example"}},
    ],
)


def fetch(url, **options):
    if url != "https://issuer.example/.well-known/did.json":
        return Response(404, {}, b"", url)
    return Response(200, {}, json.dumps(DOCUMENT).encode(), url)


RESOLVER = Resolver([WebMethod(fetch)], clock=lambda: NOW)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, RESOLUTION),
        ("", RESOLUTION),
        ("*/*", RESOLUTION),
        ("text/html,application/xhtml+xml,*/*;q=0.8", RESOLUTION),
        ("application/*", RESOLUTION),
        ("application/did", DID),
        ("application/did+json", DID_JSON),
        ("APPLICATION/DID+LD+JSON", DID_LD_JSON),
        ("application/json", "application/json"),
        ('application/ld+json;profile="https://w3id.org/did-resolution"', RESOLUTION),
        ("application/did;q=0.5, application/did+json", DID_JSON),
        ("application/did-resolution;q=0, */*", DID),
        ("application/did;q=0.3, application/did+json;q=0.7, */*;q=0.1", DID_JSON),
        ("application/did;q=x, application/json", "application/json"),
        ("application/did; charset=utf-8", DID),
    ],
)
def test_the_type_that_is_liked_best_is_chosen(accept, chosen):
    assert negotiate(accept, (RESOLUTION, *DOCUMENT_TYPES)) == chosen


@pytest.mark.parametrize("accept", ["text/html", "application/cbor", "application/did;q=0", ",", "x" * 5_000])
def test_what_cannot_be_given_is_refused(accept):
    with pytest.raises(RepresentationNotSupported):
        negotiate(accept, (RESOLUTION, *DOCUMENT_TYPES))
    answer = answer_resolution(RESOLVER.resolve(SUBJECT), accept)
    assert (answer.status, answer.media_type) == (406, RESOLUTION)
    assert json.loads(answer.body)["didResolutionMetadata"]["error"]["type"].endswith("#REPRESENTATION_NOT_SUPPORTED")


def test_a_document_alone_or_with_its_metadata():
    result = RESOLVER.resolve(SUBJECT)
    whole = answer_resolution(result, RESOLUTION)
    assert (whole.status, whole.media_type) == (200, RESOLUTION)
    assert json.loads(whole.body) == {
        "didDocument": DOCUMENT,
        "didResolutionMetadata": {"contentType": "application/did"},
        "didDocumentMetadata": {},
    }
    alone = answer_resolution(result, "application/did+ld+json")
    assert (alone.status, alone.media_type, json.loads(alone.body)) == (200, DID_LD_JSON, DOCUMENT)
    plain = json.loads(answer_resolution(result, "application/did+json").body)
    assert plain == {name: value for name, value in DOCUMENT.items() if name != "@context"}


STATUSES = [
    (InvalidDid, 400), (InvalidDidUrl, 400), (InvalidOptions, 400), (DidNotFound, 404), (RepresentationNotSupported, 406),
    (InvalidDidDocument, 500), (MethodNotSupported, 501), (FeatureNotSupported, 501), (ResolutionUnavailable, 500),
]  # fmt: skip


@pytest.mark.parametrize(("error", "status"), STATUSES)
def test_each_error_has_the_status_of_the_table(error, status):
    class Failing:
        name = "failing"

        def resolve(self, did, options=None):
            raise error("why")

    resolver = Resolver([Failing()], clock=lambda: NOW)
    for accept in (None, "application/did"):
        answer = answer_resolution(resolver.resolve("did:failing:a"), accept)
        assert (answer.status, answer.media_type) == (status, RESOLUTION)
        answer = answer_dereferencing(dereference("did:failing:a#b", resolver=resolver), accept)
        assert (answer.status, answer.media_type) == (status, DEREFERENCING)


def test_a_deactivated_did_is_gone():
    answer = answer_resolution(ResolutionResult(None, {"deactivated": True}), "application/did")
    assert (answer.status, answer.media_type) == (410, RESOLUTION)


def content(url, accept=None):
    return dereference(url, resolver=RESOLVER, accept=accept).content


def test_a_did_url_leads_to_the_document_or_a_part_of_it():
    assert content(SUBJECT) == DOCUMENT
    assert content(f"{SUBJECT}#key-1") == DOCUMENT["verificationMethod"][0]
    assert content(f"{SUBJECT}#files") == DOCUMENT["service"][0]
    assert content(f"{SUBJECT}#many") == DOCUMENT["service"][1]


def test_services_are_selected():
    assert content(f"{SUBJECT}?service=files")["service"] == [DOCUMENT["service"][0]]
    assert content(f"{SUBJECT}?serviceType=Other")["service"] == [DOCUMENT["service"][0]]
    assert content(f"{SUBJECT}?service=files&serviceType=Many")["service"] == []
    assert content(f"{SUBJECT}?service=files&relativeRef=b%3Fc", "text/uri-list") == ["https://files.example/a/b?c"]
    assert content(f"{SUBJECT}?serviceType=Many", "text/uri-list") == ["https://one.example", "https://two.example"]


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("did:web", InvalidDidUrl),
        (f"{SUBJECT}#nothing", DidNotFound),
        (f"{SUBJECT}/whois", DidNotFound),
        (f"{SUBJECT}?transformKey=JsonWebKey", DidNotFound),
        (f"{SUBJECT}?service=files#part", FeatureNotSupported),
        (f"{SUBJECT}?versionId=1", FeatureNotSupported),
        (f"{SUBJECT}?versionTime=yesterday", InvalidOptions),
        (f"{SUBJECT}?versionTime=2026-01-01T00:00:00", InvalidOptions),
        (f"{SUBJECT}?service=a&service=b", InvalidDidUrl),
        ("did:web:other.example#key-1", DidNotFound),
        ("did:nobody:x", MethodNotSupported),
    ],
)
def test_what_a_did_url_cannot_lead_to(url, error):
    result = dereference(url, resolver=RESOLVER)
    assert result.content is None
    assert result.dereferencing_metadata["error"]["type"] == error.problem_type


def test_a_list_of_urls_needs_a_url():
    result = dereference(f"{SUBJECT}?service=map", resolver=RESOLVER, accept="text/uri-list")
    assert result.dereferencing_metadata["error"]["type"] == DidNotFound.problem_type


def test_versions_are_options():
    assert options_of({}) == ResolutionOptions()
    assert options_of({"versionId": "4"}) == ResolutionOptions("4")
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert options_of({"versionTime": "2026-01-01T01:00:00+01:00"}) == ResolutionOptions(None, moment)


def test_parts_over_http():
    part = answer_dereferencing(dereference(f"{SUBJECT}#key-1", resolver=RESOLVER), "application/did+ld+json")
    assert (part.status, part.media_type, json.loads(part.body)) == (
        200,
        DID_LD_JSON,
        DOCUMENT["verificationMethod"][0],
    )
    whole = answer_dereferencing(dereference(f"{SUBJECT}#key-1", resolver=RESOLVER), None)
    assert whole.media_type == DEREFERENCING
    assert json.loads(whole.body)["content"] == DOCUMENT["verificationMethod"][0]
    urls = dereference(f"{SUBJECT}?service=files", resolver=RESOLVER, accept="text/uri-list")
    answer = answer_dereferencing(urls, "text/uri-list")
    assert (answer.status, answer.location, answer.body) == (303, "https://files.example/a/", b"")
    assert answer_dereferencing(urls, "text/html").status == 406


# --- keeping ---------------------------------------------------------------------------------------


class Counting:
    def __init__(self, status=200, body=b"x", **headers):
        self.asked = 0
        self.status, self.body, self.headers = status, body, headers

    def __call__(self, url, *, accept, max_bytes=0, max_redirects=0):
        self.asked += 1
        return Response(self.status, self.headers, self.body, url)


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.mark.parametrize(
    ("server", "asked"),
    [
        (Counting(), 1),
        (Counting(**{"cache-control": "max-age=60"}), 1),
        (Counting(**{"cache-control": "max-age=0"}), 3),
        (Counting(**{"cache-control": "no-store"}), 3),
        (Counting(**{"cache-control": "s-maxage=0, max-age=60"}), 1),
        (Counting(status=404), 3),
        (Counting(status=500), 3),
        (Counting(body=b"x" * 16_000_001), 3),
    ],
)
def test_good_answers_are_kept(server, asked):
    fetch = KeepingFetch(server, keep_s=300, clock=lambda: NOW)
    for _ in range(3):
        fetch("https://a.example", accept="*/*", max_bytes=100_000_000)
    assert server.asked == asked


def test_they_get_old_and_can_be_forgotten():
    server, clock = Counting(), Clock()
    fetch = KeepingFetch(server, keep_s=300, clock=clock)
    for seconds, asked in [(0, 1), (299, 1), (300, 2), (299, 3)]:
        clock.now = NOW + timedelta(seconds=seconds)
        fetch("https://a.example", accept="*/*")
        assert server.asked == asked
    fetch.forget("https://a.example")
    fetch("https://a.example", accept="*/*")
    assert server.asked == 4


def test_a_kept_answer_does_not_break_a_smaller_limit_or_fewer_redirects():
    server = Counting(body=b"x" * 100)
    fetch = KeepingFetch(server, keep_s=300, clock=lambda: NOW)
    fetch("https://a.example", accept="*/*", max_redirects=3)
    fetch("https://a.example", accept="*/*", max_redirects=0)
    fetch("https://a.example", accept="*/*", max_redirects=0, max_bytes=99)
    assert server.asked == 3


def test_the_oldest_make_room(monkeypatch):
    monkeypatch.setattr("did.kept.MAX_KEPT_BYTES", 250)
    server = Counting(body=b"x" * 100)
    fetch = KeepingFetch(server, keep_s=300, clock=lambda: NOW)
    for name in ("a", "b", "a", "c", "a", "b"):
        fetch(f"https://{name}.example", accept="*/*")
    assert server.asked == 4
    assert fetch._bytes == 200
