from __future__ import annotations

import time
from itertools import combinations

import pytest

from tests.attacks.poison_graphs import CASES, Case
from tests.attacks.without_limits import SPECIAL, comes_through, without
from vc.canonical import rdf
from vc.model import parse_json

SECONDS = 1.5
RULES = sorted({guard for case in CASES for guard in case.guards})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_poison_is_refused_in_time(case: Case) -> None:
    data = case.document()
    start = time.process_time()  # what the input costs, however busy the machine is
    with pytest.raises(case.error) as caught:
        rdf.canonicalize(parse_json(data))
    assert time.process_time() - start < SECONDS
    assert type(caught.value) is case.error


@pytest.mark.parametrize("rule", RULES)
def test_without_a_rule_exactly_its_cases_come_through(rule: str) -> None:
    through = {case.name for case in CASES if comes_through(case.document(), [rule])}

    assert through == {case.name for case in CASES if case.guards == (rule,)}


@pytest.mark.parametrize("case", [case for case in CASES if len(case.guards) > 1], ids=lambda case: case.name)
def test_each_guard_of_a_case_stops_it_on_its_own(case: Case) -> None:
    data = case.document()

    for rules in combinations(case.guards, len(case.guards) - 1):
        assert not comes_through(data, rules)
    assert comes_through(data, case.guards)


def test_a_harmless_document_passes_with_and_without_rules() -> None:
    data = b'{"@context":{"@vocab":"urn:v:"},"a":1}'
    for rules in ((), RULES):
        with without(rules) as canonicalize:
            assert canonicalize(data) == rdf.canonicalize(parse_json(data))


def test_every_case_names_a_rule_and_a_source() -> None:
    assert len(CASES) >= 10
    assert len({case.rule for case in CASES}) >= 10
    assert all(case.source for case in CASES)
    assert set(SPECIAL) <= set(RULES)
