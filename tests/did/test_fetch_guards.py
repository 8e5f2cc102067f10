"""Taking a rule of the outgoing client away lets exactly the cases through that it alone holds back.

Each case names its rules in the order in which they refuse it. So for any rules taken away it is known what comes of
every case: its first rule that is left refuses it, and without any it is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Any

import httpcore
import pytest

import did.addresses
import did.fetch
import did.target
from did.errors import FetchRefused
from did.fetch import HttpsFetcher
from tests.attacks.did_addresses import NAMES, PUBLIC, REDIRECTS, SPELLINGS, TRICKS, Case
from tests.attacks.without_rules import ALLOWED, PAGE, Names, Network, asked_first, redirect_to, redirected_to, without

CASES: list[tuple[Case, Callable[[Case], str]]] = [
    *((case, asked_first) for case in SPELLINGS + TRICKS + NAMES),
    *((case, redirected_to) for case in REDIRECTS),
]
RULES = list(dict.fromkeys([rule.name for rule in did.target.RULES] + [rule.name for rule in did.addresses.RULES]))
TOGETHER = sorted({case.guards for case, _ in CASES if case.behind})


def outcomes() -> list[str]:
    return [run(case) for case, run in CASES]


def expected(rules: Collection[str]) -> list[str]:
    return [next((rule for rule in case.guards if rule not in rules), ALLOWED) for case, _ in CASES]


def through(answers: Iterable[str]) -> int:
    return Counter(answers)[ALLOWED]


@pytest.mark.parametrize("rule", RULES)
def test_without_a_rule_exactly_its_cases_come_through_or_meet_the_rule_behind_it(rule: str) -> None:
    with without([rule]):
        answers = outcomes()

    assert answers == expected([rule])
    changed = [case for (case, _), answer in zip(CASES, answers, strict=True) if answer != case.rule]
    assert changed == [case for case, _ in CASES if case.rule == rule] != []


@pytest.mark.parametrize("rules", TOGETHER, ids=" ".join)
def test_without_all_rules_of_a_case_it_comes_through_and_so_do_those_that_need_no_other(
    rules: tuple[str, ...],
) -> None:
    with without(rules):
        answers = outcomes()

    assert answers == expected(rules)
    assert through(answers) == sum(set(case.guards) <= set(rules) for case, _ in CASES) > 0


def test_with_all_rules_nothing_comes_through_and_without_any_everything_does() -> None:
    assert through(outcomes()) == 0
    with without(RULES):
        assert through(outcomes()) == len(CASES)


def test_every_case_has_a_source_and_every_rule_a_case() -> None:
    assert all(case.source for case, _ in CASES)
    assert {case.rule for case, _ in CASES} == set(RULES)


# --- the number of redirects -----------------------------------------------------------------------------


def test_without_the_rule_about_redirects_more_are_followed_and_nothing_else_changes() -> None:
    def follow(hops: int) -> str:
        network = Network(*[redirect_to(f"/{hop}") for hop in range(hops)], PAGE)
        fetch = HttpsFetcher(timeout_s=5, resolve=Names([PUBLIC]), network=network)
        try:
            return fetch("https://issuer.example/", accept="*/*", max_redirects=2).url
        except FetchRefused as error:
            return error.rule

    assert [follow(hops) for hops in (2, 3, 4)] == ["https://issuer.example/1", "redirect", "redirect"]
    with without(["redirect"]):
        assert [follow(hops) for hops in (3, 4)] == ["https://issuer.example/2", "https://issuer.example/3"]
        assert outcomes() == expected([])


# --- rebinding: a name that leads elsewhere when it is asked again ---------------------------------------------

REBOUND = ["127.0.0.1", "169.254.169.254", "10.0.0.1", "0.0.0.0", "::1", "::ffff:127.0.0.1", "fd00:ec2::254"]


class _NotPinned(did.fetch._PinnedBackend):
    """Connects to what the name leads to now, as an ordinary client does."""

    names: Names

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:
        return self._network.connect_tcp(self.names(host, port)[0], port)


@pytest.mark.parametrize("second", REBOUND)
def test_a_rebound_name_is_connected_only_without_the_pin(second: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def connected() -> tuple[list[str], list[tuple[str, int]]]:
        names, network = Names([PUBLIC], [second]), Network(PAGE)
        _NotPinned.names = names
        HttpsFetcher(timeout_s=5, resolve=names, network=network)("https://issuer.example/", accept="*/*")
        return names.asked, network.connected

    assert connected() == (["issuer.example"], [(PUBLIC, 443)])
    monkeypatch.setattr(did.fetch, "_PinnedBackend", _NotPinned)
    assert connected() == (["issuer.example", "issuer.example"], [(second, 443)])


def test_without_the_pin_all_other_cases_are_still_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(did.fetch, "_PinnedBackend", _NotPinned)
    assert [asked_first(case) for case in SPELLINGS + TRICKS + NAMES] == [
        case.rule for case in SPELLINGS + TRICKS + NAMES
    ]


@pytest.mark.parametrize("second", REBOUND)
def test_a_name_rebound_between_two_hops_is_refused_by_the_rule_of_its_new_address(second: str) -> None:
    rule = did.addresses.refusing_rule(did.addresses.parse_address(second))
    case = Case("/again", str(rule), "DNS rebinding", (second,))

    assert redirected_to(case) == rule
    with without(RULES):
        assert redirected_to(case) == ALLOWED
