"""The verdict is a function of the checks, and fails closed."""

from __future__ import annotations

import inspect
from itertools import product

import pytest

import did.errors
import vc.errors
from vc import wording
from vc.report import REQUIRED_CHECKS, Check, Outcome, Report, Verdict

PASSED, FAILED, UNDECIDED = Outcome.PASSED, Outcome.FAILED, Outcome.UNDECIDED


def report(outcomes: tuple[Outcome, ...]) -> Report:
    return Report(tuple(Check(name, outcome, "") for name, outcome in zip(REQUIRED_CHECKS, outcomes, strict=True)))


def test_failed_beats_undecided_beats_passed() -> None:
    for outcomes in product(Outcome, repeat=len(REQUIRED_CHECKS)):
        expected = Verdict.VERIFIED
        if UNDECIDED in outcomes:
            expected = Verdict.UNDECIDED
        if FAILED in outcomes:
            expected = Verdict.NOT_VERIFIED
        assert report(outcomes).verdict is expected


@pytest.mark.parametrize("missing", REQUIRED_CHECKS)
def test_a_report_without_a_required_check_cannot_be_made(missing: str) -> None:
    checks = tuple(Check(name, PASSED, "") for name in REQUIRED_CHECKS if name != missing)
    with pytest.raises(ValueError, match=missing):
        Report(checks)
    with pytest.raises(ValueError, match=f"^checks missing from the report: {', '.join(REQUIRED_CHECKS)}$"):
        Report(())


def test_a_check_cannot_be_there_twice() -> None:
    checks = tuple(Check(name, PASSED, "") for name in REQUIRED_CHECKS)
    with pytest.raises(ValueError, match=r"^a check is in the report twice$"):
        Report((*checks, Check("proof", FAILED, "")))


def test_more_checks_count_like_the_others() -> None:
    good = report((PASSED,) * 6)

    anchored = good.with_checks([Check("anchor", UNDECIDED, "", "anchor-pending")])

    assert anchored.verdict is Verdict.UNDECIDED
    assert [check.name for check in anchored.checks] == [*REQUIRED_CHECKS, "anchor"]
    assert anchored.check("anchor").code == "anchor-pending"
    assert anchored.with_checks([Check("anchor", PASSED, "")]).verdict is Verdict.VERIFIED
    with pytest.raises(KeyError):
        good.check("anchor")


def test_an_undecided_line_that_is_not_required_leaves_the_verdict_to_the_others() -> None:
    for outcomes in product(Outcome, repeat=len(REQUIRED_CHECKS)):
        plain = report(outcomes)
        waiting = Check("anchor", UNDECIDED, "", "anchor-pending", required=False)
        assert plain.with_checks([waiting]).verdict is plain.verdict
        wrong = Check("anchor", FAILED, "", "anchor-invalid", required=False)
        assert plain.with_checks([wrong]).verdict is Verdict.NOT_VERIFIED


def test_what_every_report_requires_cannot_be_made_optional() -> None:
    with pytest.raises(ValueError, match="every report requires: proof"):
        report((PASSED,) * 6).with_checks([Check("proof", UNDECIDED, "", required=False)])


def _errors() -> list[type[Exception]]:
    return [
        error
        for module in (did.errors, vc.errors)
        for _, error in inspect.getmembers(module, inspect.isclass)
        if issubclass(error, Exception) and error.__module__ == module.__name__
    ]


@pytest.mark.parametrize("error", _errors(), ids=lambda error: error.__name__)
def test_every_error_has_a_sentence_of_its_own_kind(error: type[Exception]) -> None:
    code, sentence = wording.explain(error.__new__(error)) if error not in _WITH_DATA else ("x", "Given.")

    assert code == code.lower()
    assert sentence.endswith(".")
    base = error in (vc.errors.VcError, did.errors.DidError)
    assert code != "invalid" or base or error.__name__ in _NEVER_REPORTED


_WITH_DATA = (vc.errors.IssuerMismatch, vc.errors.KeyCompromised)
_NEVER_REPORTED = {"ProofGenerationError", "NeverDisclosable", "ProofTransformationError", "InvalidNQuads"}


def test_codes_are_distinct_and_general_kinds_come_after_their_special_ones() -> None:
    kinds = [kind for kind, _, _ in wording._SENTENCES]
    codes = [code for _, code, _ in wording._SENTENCES]

    assert len(set(codes)) == len(codes)
    for position, kind in enumerate(kinds):
        assert not any(issubclass(later, kind) for later in kinds[position + 1 :]), kind
