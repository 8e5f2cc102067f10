"""did:webvh 1.0: logs of other implementations, our own, and those that must be refused."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from did.errors import (
    DidDeactivated,
    DidError,
    DidNotFound,
    InvalidDid,
    InvalidOptions,
    ResolutionUnavailable,
)
from did.fetch import Response
from did.methods.webvh import WebvhMethod, urls_of
from did.resolver import ResolutionOptions, Resolver
from did.url import Did
from tests.attacks.did_webvh import IDENTIFIERS, LOGS, WITNESSES
from tests.did.webvh_builder import Builder, Key, witness_parameter

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
VECTORS = Path(__file__).parent / "data" / "webvh"


class Server:
    def __init__(self, log, witnesses=None):
        self.files = {"did.jsonl": log, "did-witness.json": witnesses}
        self.asked = []

    def __call__(self, url, *, accept, max_bytes=0, max_redirects=0):
        assert max_redirects == 0
        self.asked.append(url)
        body = self.files[url.rpartition("/")[2]]
        return Response(404, {}, b"", url) if body is None else Response(200, {}, body, url)


def resolver_for(server):
    return Resolver([WebvhMethod(server, clock=lambda: NOW)], clock=lambda: NOW, cache_s=0)


def resolve(builder, witnesses=None, **options):
    body = None if witnesses is None else json.dumps(witnesses).encode()
    resolver = resolver_for(Server(builder.log, body))
    return resolver.require_document(builder.did, ResolutionOptions(**options))


def read_vector(name):
    log = (VECTORS / f"{name}.jsonl").read_bytes()
    witnesses = VECTORS / f"{name}.witness.json"
    return log, witnesses.read_bytes() if witnesses.exists() else None


NAMES = sorted(path.stem for path in VECTORS.glob("*.jsonl"))


def test_the_vectors_are_there():
    assert len(NAMES) == 5


@pytest.mark.parametrize("name", NAMES)
def test_logs_of_other_implementations_are_read(name):
    log, witnesses = read_vector(name)
    last = json.loads(log.splitlines()[-1])
    result = resolver_for(Server(log, witnesses)).resolve(last["state"]["id"])
    assert "error" not in result.resolution_metadata
    assert result.document_metadata["versionId"] == last["versionId"]
    if name == "deactivate":
        assert result.document is None
        assert result.document_metadata["deactivated"] is True
    else:
        assert result.document.json == last["state"]


@pytest.mark.parametrize("name", NAMES)
def test_any_changed_byte_of_them_is_noticed(name):
    log, witnesses = read_vector(name)
    did = json.loads(log.splitlines()[-1])["state"]["id"]
    for at in range(0, len(log) - 1, 7):
        wrong = bytearray(log)
        wrong[at] ^= 1
        resolver = resolver_for(Server(bytes(wrong), witnesses))
        with pytest.raises(DidError):
            resolver.require_document(did)


@pytest.mark.parametrize(("name", "build", "words", "source"), LOGS, ids=[case[0] for case in LOGS])
def test_a_log_that_is_wrong_is_refused(name, build, words, source):
    builder = build()
    everybody = [builder.witnessed(len(builder.entries) - 1, *(Key(seed) for seed in range(1, 6)))]
    with pytest.raises(DidError) as caught:
        resolve(builder, everybody)
    assert words in str(caught.value)
    assert not isinstance(caught.value, ResolutionUnavailable)


@pytest.mark.parametrize(("name", "build", "source"), WITNESSES, ids=[case[0] for case in WITNESSES])
def test_an_entry_without_its_witnesses_is_refused(name, build, source):
    builder, witnesses = build()
    with pytest.raises(InvalidDid, match="witnesses approve"):
        resolve(builder, witnesses)


@pytest.mark.parametrize(("did", "source"), IDENTIFIERS)
def test_an_identifier_that_hides_something_is_not_asked(did, source):
    server = Server(b"")
    with pytest.raises(InvalidDid):
        resolver_for(server).require_document(did)
    assert server.asked == []


def test_every_attack_names_its_source():
    assert all(case[-1] for case in [*LOGS, *WITNESSES, *IDENTIFIERS])
    assert len(LOGS) + len(WITNESSES) + len(IDENTIFIERS) >= 80


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("issuer.example", "https://issuer.example/.well-known/did.jsonl"),
        ("issuer.example:dids:one", "https://issuer.example/dids/one/did.jsonl"),
        ("example.com%3A3000:dids:issuer", "https://example.com:3000/dids/issuer/did.jsonl"),
    ],
)
def test_where_the_log_is(did, url):
    scid = Builder().scid
    assert urls_of(Did.parse(f"did:webvh:{scid}:{did}")) == (url, url.replace("did.jsonl", "did-witness.json"))


def test_versions_are_found_by_id_and_by_time():
    builder = Builder().add().add()
    first = builder.entries[0]
    assert resolve(builder).json == builder.entries[2]["state"]
    assert resolve(builder, version_id=first["versionId"]).json == first["state"]
    at = datetime(2026, 1, 1, 0, 0, 2, 500_000, tzinfo=UTC)
    assert resolve(builder, version_time=at).json == builder.entries[1]["state"]
    for options in ({"version_id": "1"}, {"version_time": datetime(2025, 1, 1, tzinfo=UTC)}):
        with pytest.raises(DidNotFound):
            resolve(builder, **options)
    with pytest.raises(InvalidOptions):
        resolve(builder, version_id=first["versionId"], version_time=at)


def test_an_older_version_outlives_a_wrong_entry_behind_it():
    """Section Read, step 11.2. What is current, or was at a time past the last good entry, is not known."""
    builder = Builder().add().add(key=Key(9))
    assert resolve(builder, version_id=builder.entries[1]["versionId"]).json == builder.entries[1]["state"]
    assert resolve(builder, version_time=datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)).json == builder.entries[0]["state"]
    with pytest.raises(InvalidDid):
        resolve(builder)
    with pytest.raises(InvalidDid):
        resolve(builder, version_time=NOW)


def test_a_deactivated_did_has_older_versions_only():
    builder = Builder().add(parameters={"deactivated": True, "updateKeys": []})
    with pytest.raises(DidDeactivated):
        resolve(builder)
    assert resolve(builder, version_id=builder.entries[0]["versionId"]).id == builder.did


def test_pre_rotation_goes_on_and_ends():
    second, third = Key(2), Key(3)
    builder = Builder(nextKeyHashes=[second.commitment, "whatever"])
    builder.add(key=second, parameters={"updateKeys": [second.multikey], "nextKeyHashes": [third.commitment]})
    builder.add(key=third, parameters={"updateKeys": [third.multikey], "nextKeyHashes": []})
    builder.add(key=third, parameters={"updateKeys": [Key(4).multikey]})
    builder.add(key=Key(4))
    assert resolve(builder).json == builder.entries[-1]["state"]


def test_witnesses_approve_all_that_came_before():
    one, two, three = Key(4), Key(5), Key(6)
    builder = Builder(witness=witness_parameter(2, one, two, three)).add().add(parameters={"witness": {}}).add()
    witnesses = [
        {"versionId": "9-unpublished", "proof": [{}]},
        builder.witnessed(2, one),
        {"versionId": builder.entries[1]["versionId"], "proof": [{"type": "nonsense"}]},
        builder.witnessed(2, three),
    ]
    assert resolve(builder, witnesses).json == builder.entries[-1]["state"]
    with pytest.raises(InvalidDid, match="1 of 2"):
        resolve(builder, [builder.witnessed(1, one), builder.witnessed(2, two)])


def test_what_the_witness_file_can_be():
    builder = Builder(witness=witness_parameter(1, Key(4)))
    for body, error in [
        (None, DidNotFound),
        (b"{", InvalidDid),
        (b"{}", InvalidDid),
        (b"[" * 100_000, InvalidDid),
        (b'[1, null, {"versionId": 5}, {"proof": []}]', InvalidDid),
        (json.dumps([{"versionId": builder.entries[0]["versionId"], "proof": [{}] * 2_001}]).encode(), InvalidDid),
    ]:
        with pytest.raises(error):
            resolver_for(Server(builder.log, body)).require_document(builder.did)


def test_without_witnesses_their_file_is_not_asked():
    builder = Builder()
    server = Server(builder.log)
    resolver_for(server).require_document(builder.did)
    assert server.asked == ["https://issuer.example/.well-known/did.jsonl"]


@pytest.mark.parametrize("log", [b"", b"\n", b"\xff", b"{}", b"[]", b"null", b'{"a":1}\n{"a":1}'])
def test_what_is_no_log_is_refused(log):
    with pytest.raises(DidError):
        resolver_for(Server(log)).require_document(Builder().did)


def test_a_log_of_another_place_is_refused():
    builder = Builder()
    with pytest.raises(InvalidDid, match="never was"):
        resolver_for(Server(builder.log)).require_document(builder.did.replace("issuer", "victim"))


def test_the_old_name_of_a_moved_did_says_where_it_went():
    log, _ = read_vector("portable-move")
    old = json.loads(log.splitlines()[0])["state"]["id"]
    with pytest.raises(InvalidDid, match="has moved"):
        resolver_for(Server(log)).require_document(old)


def test_too_many_entries_are_not_read(monkeypatch):
    monkeypatch.setattr("did.methods.webvh_log.MAX_ENTRIES", 2)
    with pytest.raises(InvalidDid, match="more than 2"):
        resolve(Builder().add().add())


def test_null_means_the_default():
    builder = Builder(witness=None, watchers=None, ttl=None, nextKeyHashes=None)
    metadata = resolver_for(Server(builder.log)).resolve(builder.did).document_metadata
    assert (metadata["ttl"], metadata["witness"], metadata["watchers"]) == ("3600", {}, [])


def test_the_controller_says_how_long_an_answer_is_kept():
    builder = Builder(ttl=0, watchers=["https://watcher.example"])
    server = Server(builder.log)
    resolver = Resolver([WebvhMethod(server, clock=lambda: NOW)], clock=lambda: NOW)
    assert resolver.resolve(builder.did).document_metadata["watchers"] == ["https://watcher.example"]
    resolver.resolve(builder.did)
    assert len(server.asked) == 2
