from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import vc.proofs.data_integrity
import vc.proofs.suite
import vc.verify
from did.document import DidDocument
from did.errors import KeyNotAuthorized
from tests.attacks.issuer_mismatches import (
    BINDING,
    CASES,
    MALLORY,
    METHOD,
    PURPOSE,
    RELATIONSHIP,
    SIGNATURE,
    STATUS,
    Case,
)
from tests.vc.world import POLICY, World
from vc.policy import Policy
from vc.report import Outcome, Report, Verdict


def lines(report: Report) -> dict[str, Any]:
    return {check.name: check.code for check in report.checks if check.outcome is not Outcome.PASSED}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_case_is_refused_by_its_check(case: Case) -> None:
    world = World()
    credential = case.build(world)

    report = world.verify(credential)

    assert report.verdict is not Verdict.VERIFIED
    assert lines(report) == case.lines


def test_each_case_has_its_own_rule_and_names_its_source() -> None:
    assert len(CASES) >= 40
    assert len({case.rule for case in CASES}) == len(CASES)
    assert all(case.source for case in CASES)


# --- taking one check away lets exactly its cases through ----------------------------------------------


Guard = Callable[[pytest.MonkeyPatch, World], Policy]


def _without_binding(patch: pytest.MonkeyPatch, _world: World) -> Policy:
    class Anybody(str):
        """Equal to every issuer."""

        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, _other: object) -> bool:
            return True

    patch.setattr(vc.verify, "controller_of", Anybody)
    return POLICY


def _without_method(patch: pytest.MonkeyPatch, _world: World) -> Policy:
    for module in (vc.verify, vc.proofs.data_integrity):
        patch.setattr(module, "check_method", lambda _method, _url: None)
    return POLICY


def _without_relationship(_patch: pytest.MonkeyPatch, world: World) -> Policy:
    def get_key(url: str, purpose: str) -> Any:
        did = url.partition("#")[0]
        try:
            return answer(url, purpose)
        except KeyNotAuthorized:
            return DidDocument.parse(world.documents[did], did).find_method(url)

    answer, world.get_key = world.get_key, get_key  # type: ignore[method-assign]
    return POLICY


def _without_purpose(patch: pytest.MonkeyPatch, _world: World) -> Policy:
    patch.setattr(vc.proofs.data_integrity, "check_purpose", lambda _proof, _expected: None)
    return POLICY


def _without_signature(patch: pytest.MonkeyPatch, _world: World) -> Policy:
    patch.setattr(vc.proofs.suite, "verify_signature", lambda _key, _data, _signature: None)
    return POLICY


def _without_status(_patch: pytest.MonkeyPatch, _world: World) -> Policy:
    return Policy(accepted_status_issuers=frozenset({MALLORY}))


GUARDS: dict[str, Guard] = {
    BINDING: _without_binding,
    METHOD: _without_method,
    PURPOSE: _without_purpose,
    RELATIONSHIP: _without_relationship,
    SIGNATURE: _without_signature,
    STATUS: _without_status,
}


@pytest.mark.parametrize("guard", GUARDS)
def test_without_a_guard_exactly_its_cases_pass(guard: str) -> None:
    passed = set()
    for case in CASES:
        world = World()
        credential = case.build(world)
        with pytest.MonkeyPatch.context() as patch:
            policy = GUARDS[guard](patch, world)
            if world.verify(credential, policy=policy).verdict is Verdict.VERIFIED:
                passed.add(case.rule)

    assert passed == {case.rule for case in CASES if case.guard == guard}
