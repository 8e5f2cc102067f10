"""did:web and Bitstring Status List over https: our documents read by npm's web-did-resolver and Digital Bazaar."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from did.document import Relationship
from did.errors import ResolutionUnavailable
from did.fetch import HttpsFetcher
from did.keys import KeyType
from did.methods.web import PublishedKey, WebMethod, build_document, did_of
from did.multikey import decode_multikey
from did.resolver import Resolver
from tests.peers import ours
from tests.peers.https_server import Site, https_site
from tests.peers.keys import Key, make_key
from tests.peers.programs import Program
from tests.peers.samples import NOW, tampered_copies, unsecured_badge
from vc.report import Outcome, Verdict
from vc.status import bitstring
from vc.status.entry import build_list_credential

pytestmark = pytest.mark.enable_socket

Programs = Callable[[str], Program]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with https_site(tmp_path_factory.mktemp("https")) as started:
        yield started


@pytest.fixture(scope="module")
def trusting(site: Site) -> Iterator[Programs]:
    """Programs that accept the site's authority."""
    running: dict[str, Program] = {}

    def start(name: str) -> Program:
        if name not in running:
            running[name] = Program(name, ca=site.ca)
        return running[name]

    yield start
    for one in running.values():
        one.close()


def publish(site: Site, path: str, keys: dict[str, tuple[Key, list[Relationship]]]) -> dict[str, Any]:
    """Serve the document of `did_of(origin/path)`; returns it."""
    published = [
        PublishedKey(fragment, decode_multikey(key.multikey), relationships)
        for fragment, (key, relationships) in keys.items()
    ]
    document = build_document(did_of(f"{site.origin}{path}"), published)
    site.pages[f"{path or '/.well-known'}/did.json"] = json.dumps(document).encode()
    return document


def web_method(site: Site) -> WebMethod:
    return WebMethod(HttpsFetcher(timeout_s=5, allow_loopback=True, ca_file=site.ca))


def keys_of(site: Site, path: str) -> dict[str, tuple[Key, list[Relationship]]]:
    did = did_of(f"{site.origin}{path}")
    everything = list(Relationship)
    return {
        "key-1": (make_key(KeyType.ED25519, controller=did, fragment="key-1"), [Relationship.ASSERTION_METHOD]),
        "key-2": (make_key(KeyType.P256, controller=did, fragment="key-2"), everything),
        "key-3": (make_key(KeyType.P384, controller=did, fragment="key-3"), [Relationship.ASSERTION_METHOD]),
    }


@pytest.mark.parametrize("path", ["", "/t/acme", "/t/with%20space", "/t/d%C3%A9partement"])
def test_their_resolver_reads_our_documents(site: Site, trusting: Programs, path: str) -> None:
    document = publish(site, path, keys_of(site, path))

    answer = trusting("resolve.mjs").ask({"did": document["id"]})

    ours_too = Resolver([web_method(site)], clock=lambda: ours.time_of(NOW)).require_document(document["id"])
    assert answer["ok"], answer["didResolutionMetadata"]
    assert answer["didDocument"] == document == ours_too.json


def test_both_refuse_a_document_of_somebody_else(site: Site, trusting: Programs) -> None:
    document = publish(site, "/t/honest", keys_of(site, "/t/honest"))
    site.pages["/t/thief/did.json"] = json.dumps(document).encode()
    thief = did_of(f"{site.origin}/t/thief")

    answer = trusting("resolve.mjs").ask({"did": thief})
    mine = Resolver([web_method(site)], clock=lambda: ours.time_of(NOW)).resolve(thief)

    assert answer["didResolutionMetadata"]["error"] == "notFound"
    assert "does not match" in answer["didResolutionMetadata"]["message"]
    assert mine.document is None
    assert "another id" in mine.resolution_metadata["error"]["detail"]


def test_both_refuse_a_server_that_nobody_vouches_for(site: Site, program: Programs) -> None:
    document = publish(site, "/t/acme", keys_of(site, "/t/acme"))

    answer = program("resolve.mjs").ask({"did": document["id"]})

    assert answer["didResolutionMetadata"]["error"] == "notFound"
    assert "certificate" in answer["didResolutionMetadata"]["message"]
    fetcher = HttpsFetcher(timeout_s=5, allow_loopback=True)
    with pytest.raises(ResolutionUnavailable, match=r"(?i)certificate"):
        Resolver([WebMethod(fetcher)], clock=lambda: ours.time_of(NOW)).require_document(document["id"])


@pytest.mark.parametrize(
    ("fragment", "suite"),
    [
        ("key-1", "eddsa-rdfc-2022"),
        ("key-1", "eddsa-jcs-2022"),
        ("key-1", "Ed25519Signature2020"),
        ("key-2", "ecdsa-rdfc-2019"),
        ("key-3", "ecdsa-rdfc-2019"),
        ("key-3", "ecdsa-jcs-2019"),
    ],
)
def test_credentials_verify_through_the_served_document(
    site: Site, trusting: Programs, fragment: str, suite: str
) -> None:
    keys = keys_of(site, "/t/acme")
    document = publish(site, "/t/acme", keys)
    other = make_key(keys[fragment][0].key_type)
    credential = unsecured_badge(5, document["id"])
    if suite == "Ed25519Signature2020":
        credential["@context"].append("https://w3id.org/security/suites/ed25519-2020/v1")

    secured = ours.issue(credential, suite, keys[fragment][0])

    answer = trusting("di_verify.mjs").ask({"credential": secured, "now": NOW})
    assert answer["ok"], answer["errors"]
    assert ours.report_on(secured, methods=[web_method(site)]).verdict is Verdict.VERIFIED
    for what, changed in tampered_copies(secured, other_key=other.verification_method):
        assert not trusting("di_verify.mjs").ask({"credential": changed, "now": NOW})["ok"], what


def test_verifier_core_reads_the_served_document(site: Site, trusting: Programs) -> None:
    keys = keys_of(site, "/t/core")
    document = publish(site, "/t/core", keys)

    secured = ours.issue(unsecured_badge(5, document["id"]), "eddsa-rdfc-2022", keys["key-1"][0])

    assert trusting("verifier_core.mjs").ask({"credential": secured})["ok"]


# --- status ------------------------------------------------------------------------------------


class Revocable:
    """A credential with a served status list, both by one did:web tenant."""

    def __init__(self, site: Site, *, index: int, tenant: str) -> None:
        self._site, self._path, self._index = site, f"/t/{tenant}/status/revocation", index
        keys = keys_of(site, f"/t/{tenant}")
        self.did = publish(site, f"/t/{tenant}", keys)["id"]
        self.key = keys["key-1"][0]
        self.list_url = f"{site.origin}{self._path}"
        self.credential = ours.issue(
            unsecured_badge(index, self.did, status_list=self.list_url), "eddsa-rdfc-2022", self.key
        )

    def serve(self, *, set_: bool, by: Key | None = None) -> dict[str, Any]:
        bits = bitstring.new_list()
        bitstring.set_(bits, self._index, set_)
        unsecured = build_list_credential(
            self.list_url,
            (by or self.key).controller,
            "revocation",
            bits,
            valid_from=ours.time_of("2026-11-01T00:00:00Z"),
        )
        listed = ours.issue(unsecured, "eddsa-rdfc-2022", by or self.key)
        return self.serve_as_it_is(listed)

    def serve_as_it_is(self, listed: dict[str, Any]) -> dict[str, Any]:
        self._site.pages[self._path] = json.dumps(listed).encode()
        return listed


@pytest.mark.parametrize("index", [0, 1, 7, 8, 131_071])
def test_the_first_and_the_last_bit_mean_the_same_to_both(site: Site, trusting: Programs, index: int) -> None:
    revocable = Revocable(site, index=index, tenant=f"bit-{index}")
    for set_ in (False, True):
        listed = revocable.serve(set_=set_)

        theirs = trusting("di_verify.mjs").ask({"credential": revocable.credential, "now": NOW, "fetch": True})
        mine = ours.report_on(
            revocable.credential, methods=[web_method(site)], status_lists={revocable.list_url: listed}
        )

        assert theirs["status"] == [{"purpose": "revocation", "index": str(index), "set": set_}], theirs["errors"]
        assert theirs["ok"] is not set_
        assert (mine.verdict is Verdict.VERIFIED) is not set_
        assert mine.check("status").outcome is (Outcome.FAILED if set_ else Outcome.PASSED)


def test_verifier_core_sees_a_good_status(site: Site, trusting: Programs) -> None:
    revocable = Revocable(site, index=4711, tenant="core-status")
    revocable.serve(set_=False)

    answer = trusting("verifier_core.mjs").ask({"credential": revocable.credential})

    assert answer["ok"], answer
    assert {"id": "revocation_status", "valid": True} in answer["log"]


def test_verifier_core_sees_a_revocation(site: Site, trusting: Programs) -> None:
    # A tenant of its own: the library keeps DID documents.
    revocable = Revocable(site, index=4711, tenant="core-revoked")
    revocable.serve(set_=True)

    answer = trusting("verifier_core.mjs").ask({"credential": revocable.credential})

    assert not answer["ok"]
    assert {"id": "revocation_status", "valid": False} in answer["log"]


def test_a_list_that_was_changed_or_is_somebody_elses_is_refused(site: Site, trusting: Programs) -> None:
    revocable = Revocable(site, index=12, tenant="tampered")
    good = revocable.serve(set_=False)
    revoked = revocable.serve(set_=True)
    swapped = copy.deepcopy(revoked)
    swapped["credentialSubject"]["encodedList"] = good["credentialSubject"]["encodedList"]
    mallory = make_key(KeyType.ED25519)
    foreign = revocable.serve(set_=False, by=mallory)
    unsigned = {name: value for name, value in good.items() if name != "proof"}
    other_purpose = copy.deepcopy(good)
    other_purpose["credentialSubject"]["statusPurpose"] = "suspension"

    for listed in (swapped, foreign, unsigned, other_purpose):
        revocable.serve_as_it_is(listed)
        theirs = trusting("di_verify.mjs").ask({"credential": revocable.credential, "now": NOW, "fetch": True})
        mine = ours.report_on(
            revocable.credential, methods=[web_method(site)], status_lists={revocable.list_url: listed}
        )
        assert not theirs["ok"]
        assert theirs["errors"]
        # A list kept by somebody else is not the issuer's word: no yes, and no "revoked" either.
        assert mine.check("status").outcome is (Outcome.UNDECIDED if listed is foreign else Outcome.FAILED)


def test_a_list_that_cannot_be_fetched_is_no_yes(site: Site, trusting: Programs) -> None:
    revocable = Revocable(site, index=12, tenant="gone")

    theirs = trusting("di_verify.mjs").ask({"credential": revocable.credential, "now": NOW, "fetch": True})
    mine = ours.report_on(revocable.credential, methods=[web_method(site)])

    assert not theirs["ok"]
    assert any("answered 404" in error["message"] for error in theirs["errors"]), theirs["errors"]
    assert mine.verdict is Verdict.UNDECIDED
