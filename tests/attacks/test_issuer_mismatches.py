from __future__ import annotations

from collections.abc import Collection
from itertools import combinations
from typing import Any

import pytest

from tests.attacks.issuer_mismatches import CASES, Case
from tests.attacks.without_guards import REMOVALS, without
from tests.vc.world import World
from vc.report import Outcome, Report, Verdict

GUARD_SETS: list[tuple[str, ...]] = [
    *((guard,) for guard in REMOVALS),
    *sorted({case.guards for case in CASES if len(case.guards) > 1}),
]


def lines(report: Report) -> dict[str, Any]:
    return {check.name: check.code for check in report.checks if check.outcome is not Outcome.PASSED}


def comes_through(case: Case, removed: Collection[str]) -> bool:
    world = World()
    credential = case.build(world)
    with without(removed, world) as policy:
        return world.verify(credential, policy=policy).verdict is Verdict.VERIFIED


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
    assert {guard for case in CASES for guard in case.guards} == set(REMOVALS)


# --- taking guards away lets exactly those cases through that no other guard holds back ----------------


@pytest.mark.parametrize("removed", GUARD_SETS, ids=" and ".join)
def test_without_these_guards_exactly_the_cases_that_have_no_other_come_through(removed: tuple[str, ...]) -> None:
    through = {case.rule for case in CASES if comes_through(case, removed)}

    assert through == {case.rule for case in CASES if set(case.guards) <= set(removed)}


@pytest.mark.parametrize("case", [case for case in CASES if len(case.guards) > 1], ids=lambda case: case.rule)
def test_each_guard_of_a_case_refuses_it_on_its_own(case: Case) -> None:
    for removed in combinations(case.guards, len(case.guards) - 1):
        assert not comes_through(case, removed)
    assert comes_through(case, case.guards)


def test_genuine_credentials_pass_with_and_without_guards() -> None:
    for removed in ((), tuple(REMOVALS)):
        world = World()
        credential = world.credential()
        with without(removed, world) as policy:
            assert world.verify(credential, policy=policy).verdict is Verdict.VERIFIED
