"""Data Integrity proofs: ours judged by Digital Bazaar's libraries, and theirs by ours."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from did.keys import KeyType
from tests.peers import ours
from tests.peers.keys import Key, make_key
from tests.peers.programs import Program
from tests.peers.samples import CREATED, NOW, badge_for_suite, badge_of_2019, tampered_copies
from vc.report import Outcome, Verdict

SUITES = [
    ("eddsa-rdfc-2022", KeyType.ED25519),
    ("eddsa-jcs-2022", KeyType.ED25519),
    ("ecdsa-rdfc-2019", KeyType.P256),
    ("ecdsa-rdfc-2019", KeyType.P384),
    ("ecdsa-jcs-2019", KeyType.P256),
    ("ecdsa-jcs-2019", KeyType.P384),
    ("Ed25519Signature2020", KeyType.ED25519),
]
each_suite = pytest.mark.parametrize(("suite", "key_type"), SUITES, ids=[f"{s}-{k}" for s, k in SUITES])
Programs = Callable[[str], Program]


def their_issue(program: Programs, credential: dict[str, Any], suite: str, key: Key) -> dict[str, Any]:
    request = {"credential": credential, "suite": suite, "key": key.for_node(), "created": CREATED, "now": NOW}
    answer = program("di_issue.mjs").ask(request)
    assert answer["ok"], answer["errors"]
    return dict(answer["credential"])


def their_verdict(program: Programs, credential: dict[str, Any], **more: Any) -> dict[str, Any]:
    return program("di_verify.mjs").ask({"credential": credential, "now": NOW, **more})


def assert_they_refuse_every_change(program: Programs, secured: dict[str, Any], other_key: str) -> None:
    for what, changed in tampered_copies(secured, other_key=other_key):
        answer = their_verdict(program, changed)
        assert not answer["ok"], what
        assert answer["errors"], f"refused without a reason: {what}"


def assert_we_refuse_every_change(secured: dict[str, Any], other_key: str) -> None:
    for what, changed in tampered_copies(secured, other_key=other_key):
        report = ours.report_on(changed)
        assert report.verdict is Verdict.NOT_VERIFIED, what
        assert report.check("proof").outcome is Outcome.FAILED, what


@each_suite
def test_what_we_issue_they_verify(program: Programs, suite: str, key_type: KeyType) -> None:
    key, other = make_key(key_type), make_key(key_type)

    secured = ours.issue(badge_for_suite(suite, key.controller), suite, key)

    answer = their_verdict(program, secured)
    assert answer["ok"], answer["errors"]
    assert answer["proofs"] == [{"suite": suite, "verified": True}]
    assert_they_refuse_every_change(program, secured, other.verification_method)


@each_suite
def test_what_they_issue_we_verify(program: Programs, suite: str, key_type: KeyType) -> None:
    key, other = make_key(key_type), make_key(key_type)

    secured = their_issue(program, badge_for_suite(suite, key.controller), suite, key)

    report = ours.report_on(secured)
    assert report.verdict is Verdict.VERIFIED, report.to_json()
    assert_we_refuse_every_change(secured, other.verification_method)


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "Ed25519Signature2020"])
def test_one_key_and_one_time_make_one_proof_value(program: Programs, suite: str) -> None:
    """Ed25519 is deterministic, so two libraries that agree on every byte make the same signature."""
    key = make_key(KeyType.ED25519)
    for number in range(12):
        credential = badge_for_suite(suite, key.controller, number=number)

        mine = ours.issue(credential, suite, key)
        theirs = their_issue(program, credential, suite, key)

        assert mine == theirs


def test_a_credential_of_the_first_data_model_goes_both_ways(program: Programs) -> None:
    key, other = make_key(KeyType.ED25519), make_key(KeyType.ED25519)
    suite = "Ed25519Signature2020"

    mine = ours.issue(badge_of_2019(key.controller), suite, key)
    theirs = their_issue(program, badge_of_2019(key.controller), suite, key)

    assert mine == theirs
    assert their_verdict(program, mine)["ok"]
    assert ours.report_on(theirs).verdict is Verdict.VERIFIED
    assert_they_refuse_every_change(program, mine, other.verification_method)
    assert_we_refuse_every_change(theirs, other.verification_method)


@each_suite
def test_a_key_of_somebody_else_signs_for_nobody(program: Programs, suite: str, key_type: KeyType) -> None:
    """The signature is good; the issuer that the credential names did not make it."""
    mallory, alice = make_key(key_type), make_key(key_type)

    secured = ours.issue(badge_for_suite(suite, alice.controller), suite, mallory)

    answer, report = their_verdict(program, secured), ours.report_on(secured)
    assert not answer["ok"]
    assert any("controller" in error["message"] for error in answer["errors"]), answer["errors"]
    assert report.check("issuer").outcome is Outcome.FAILED
    assert report.verdict is Verdict.NOT_VERIFIED


@each_suite
def test_a_key_listed_for_another_purpose_does_not_assert(program: Programs, suite: str, key_type: KeyType) -> None:
    did = "did:web:university.example"
    key = make_key(key_type, controller=did, fragment="key-1")
    secured = ours.issue(badge_for_suite(suite, did), suite, key)
    for_assertions = did_document(key, "assertionMethod")
    for_logins = did_document(key, "authentication")

    good = their_verdict(program, secured, documents={did: for_assertions})
    bad = their_verdict(program, secured, documents={did: for_logins})
    our_good = ours.report_on(secured, methods=[ours.KnownDocuments("web", {did: for_assertions})])
    our_bad = ours.report_on(secured, methods=[ours.KnownDocuments("web", {did: for_logins})])

    assert good["ok"], good["errors"]
    assert our_good.verdict is Verdict.VERIFIED
    assert not bad["ok"]
    assert any("not authorized" in error["message"] for error in bad["errors"]), bad["errors"]
    assert our_bad.verdict is Verdict.NOT_VERIFIED
    assert our_bad.check("issuer").outcome is Outcome.FAILED


def did_document(key: Key, relationship: str) -> dict[str, Any]:
    method = {
        "id": key.verification_method,
        "type": "Multikey",
        "controller": key.controller,
        "publicKeyMultibase": key.multikey,
    }
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": key.controller,
        "verificationMethod": [method],
        relationship: [key.verification_method],
    }


def test_a_set_of_proofs_goes_both_ways(program: Programs) -> None:
    """Every proof of a set must hold; the library alone would be content with one."""
    did = "did:web:university.example"
    keys = {
        "eddsa-rdfc-2022": make_key(KeyType.ED25519, controller=did, fragment="a"),
        "ecdsa-rdfc-2019": make_key(KeyType.P256, controller=did, fragment="b"),
    }
    document = did_document(keys["eddsa-rdfc-2022"], "assertionMethod")
    other = did_document(keys["ecdsa-rdfc-2019"], "assertionMethod")
    for name in ("verificationMethod", "assertionMethod"):
        document[name] += other[name]
    credential = badge_for_suite("eddsa-rdfc-2022", did)

    mine, theirs = credential, copy.deepcopy(credential)
    for suite, key in keys.items():
        mine = ours.issue(mine, suite, key)
        theirs = their_issue(program, theirs, suite, key)

    known = [ours.KnownDocuments("web", {did: document})]
    answer = their_verdict(program, mine, documents={did: document})
    assert answer["ok"], answer["errors"]
    assert len(answer["proofs"]) == 2
    assert ours.report_on(theirs, methods=known).verdict is Verdict.VERIFIED
    for at in (0, 1):
        for secured in (mine, theirs):
            broken = copy.deepcopy(secured)
            broken["proof"][at]["created"] = "2026-11-23T09:30:01Z"
            assert not their_verdict(program, broken, documents={did: document})["ok"]
            assert ours.report_on(broken, methods=known).verdict is Verdict.NOT_VERIFIED
