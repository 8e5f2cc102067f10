"""ecdsa-sd-2023: issuer, holder and verifier, each played by us or by Digital Bazaar's library."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from did.keys import KeyType
from tests.peers import ours
from tests.peers.keys import Key, make_key
from tests.peers.programs import Program
from tests.peers.samples import ALWAYS_SHOWN, CREATED, NOW, tampered_copies, unsecured_badge
from vc.proofs.disclosure import derive_proof
from vc.report import Outcome, Verdict

Programs = Callable[[str], Program]

CHOSEN = [
    "/credentialSubject/achievement/achievementType",
    "/credentialSubject/identifier/1",
    "/credentialSubject/achievement/tag/2",
]
PLAYERS = list(itertools.product(["we", "they"], repeat=2))


def issue(who: str, program: Programs, credential: dict[str, Any], key: Key) -> dict[str, Any]:
    if who == "we":
        return ours.issue_base(credential, key, ALWAYS_SHOWN)
    request = {
        "credential": credential,
        "suite": "ecdsa-sd-2023",
        "mandatoryPointers": ALWAYS_SHOWN,
        "key": key.for_node(),
        "created": CREATED,
        "now": NOW,
    }
    answer = program("di_issue.mjs").ask(request)
    assert answer["ok"], answer["errors"]
    return dict(answer["credential"])


def derive(who: str, program: Programs, secured: dict[str, Any], pointers: list[str]) -> dict[str, Any]:
    if who == "we":
        return derive_proof(secured, pointers)
    answer = program("di_derive.mjs").ask({"credential": secured, "selectivePointers": pointers})
    assert answer["ok"], answer["errors"]
    return dict(answer["credential"])


def verdicts(program: Programs, credential: dict[str, Any]) -> Iterator[bool]:
    """Theirs, then ours."""
    yield program("di_verify.mjs").ask({"credential": credential, "now": NOW})["ok"]
    report = ours.report_on(credential)
    assert report.verdict is not Verdict.UNDECIDED, report.to_json()
    yield report.verdict is Verdict.VERIFIED


@pytest.mark.parametrize(("issuer", "holder"), PLAYERS)
def test_whoever_issues_and_derives_both_verify(program: Programs, issuer: str, holder: str) -> None:
    key, other = make_key(KeyType.P256), make_key(KeyType.P256)
    base = issue(issuer, program, unsecured_badge(7, key.controller), key)

    shown = derive(holder, program, base, CHOSEN)

    achievement = shown["credentialSubject"]["achievement"]
    assert list(verdicts(program, shown)) == [True, True]
    assert set(achievement) == {"id", "type", "name", "description", "criteria", "achievementType", "tag"}
    assert achievement["tag"] == ["ects-180"]
    assert len(shown["credentialSubject"]["identifier"]) == 1
    for what, changed in (*tampered_copies(shown, other_key=other.verification_method), *chosen_ones_changed(shown)):
        assert list(verdicts(program, changed)) == [False, False], what


def chosen_ones_changed(shown: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Changes of statements that have a signature of their own."""
    changed = copy.deepcopy(shown)
    changed["credentialSubject"]["achievement"]["tag"] = ["ects-240"]
    yield "another tag", changed
    changed = copy.deepcopy(shown)
    changed["credentialSubject"]["achievement"]["tag"].append("with-honours")
    yield "one more tag", changed
    changed = copy.deepcopy(shown)
    del changed["credentialSubject"]["achievement"]["tag"]
    yield "a signature without its statement", changed
    changed = copy.deepcopy(shown)
    changed["credentialSubject"]["identifier"][0]["identityHash"] = "S-0000008"
    yield "another person", changed


@pytest.mark.parametrize(("issuer", "holder"), PLAYERS)
@pytest.mark.parametrize(
    "pointers",
    [[], ["/credentialSubject/achievement/image"], ["/credentialSubject"], ["/credentialSubject/identifier"]],
)
def test_any_choice_of_statements_verifies(program: Programs, issuer: str, holder: str, pointers: list[str]) -> None:
    key = make_key(KeyType.P256)
    base = issue(issuer, program, unsecured_badge(3, key.controller), key)

    shown = derive(holder, program, base, pointers)

    assert list(verdicts(program, shown)) == [True, True]


@pytest.mark.parametrize(("issuer", "holder"), PLAYERS)
@pytest.mark.parametrize("member", ["name", "achievementType"])
def test_what_was_changed_before_deriving_does_not_verify(
    program: Programs, issuer: str, holder: str, member: str
) -> None:
    key = make_key(KeyType.P256)
    base = issue(issuer, program, unsecured_badge(7, key.controller), key)
    changed = copy.deepcopy(base)
    changed["credentialSubject"]["achievement"][member] = "DoctoralDegree"

    shown = derive(holder, program, changed, CHOSEN)

    assert list(verdicts(program, shown)) == [False, False]


@pytest.mark.parametrize("holder", ["we", "they"])
def test_statements_of_two_credentials_do_not_mix(program: Programs, holder: str) -> None:
    key = make_key(KeyType.P256)
    mine = derive(holder, program, issue("we", program, unsecured_badge(1, key.controller), key), CHOSEN)
    theirs = derive(holder, program, issue("we", program, unsecured_badge(2, key.controller), key), CHOSEN)

    mixed = {**mine, "credentialSubject": theirs["credentialSubject"]}

    assert list(verdicts(program, mixed)) == [False, False]


@pytest.mark.parametrize("issuer", ["we", "they"])
def test_a_base_proof_is_for_the_holder_alone(program: Programs, issuer: str) -> None:
    key = make_key(KeyType.P256)

    base = issue(issuer, program, unsecured_badge(7, key.controller), key)

    report = ours.report_on(base)
    assert list(verdicts(program, base)) == [False, False]
    assert report.check("proof").outcome is Outcome.FAILED
