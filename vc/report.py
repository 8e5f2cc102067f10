"""The outcome of a verification: one line per named check, and a verdict that follows from them alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from vc.secured import Form

REQUIRED_CHECKS = ("structure", "issuer", "proof", "validity", "status", "schema")


class Outcome(StrEnum):
    """Of one check. `undecided`: the question could not be asked, for example because a server is down."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"


class Verdict(StrEnum):
    """Of a whole report. Only `verified` is a yes."""

    VERIFIED = "verified"
    NOT_VERIFIED = "not_verified"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Check:
    """One line: `message` is a sentence for people, `code` never changes and is for programs.

    With `required` false an undecided line leaves the verdict to the others; a failed line always counts.
    """

    name: str
    outcome: Outcome
    message: str
    code: str | None = None
    detail: Mapping[str, Any] | None = field(default=None)
    required: bool = True

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "outcome": self.outcome.value,
            "message": self.message,
            "code": self.code,
            "detail": None if self.detail is None else dict(self.detail),
            "required": self.required,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All checks, each name once, every required name there. `form` is that of the credential, where it has one."""

    checks: tuple[Check, ...]
    form: Form | None = None

    def __post_init__(self) -> None:
        names = [check.name for check in self.checks]
        if len(set(names)) != len(names):
            raise ValueError("a check is in the report twice")
        missing = [name for name in REQUIRED_CHECKS if name not in names]
        if missing:
            raise ValueError(f"checks missing from the report: {', '.join(missing)}")
        optional = [check.name for check in self.checks if check.name in REQUIRED_CHECKS and not check.required]
        if optional:
            raise ValueError(f"checks that every report requires: {', '.join(optional)}")

    @property
    def verdict(self) -> Verdict:
        """Verified only if every required check passed: failed beats undecided, undecided beats passed."""
        outcomes = {check.outcome for check in self.checks if check.required or check.outcome is Outcome.FAILED}
        if Outcome.FAILED in outcomes:
            return Verdict.NOT_VERIFIED
        if outcomes == {Outcome.PASSED}:
            return Verdict.VERIFIED
        return Verdict.UNDECIDED

    def check(self, name: str) -> Check:
        """Raises `KeyError` for a name that is not in the report."""
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(name)

    def with_checks(self, more: Iterable[Check]) -> Self:
        """The same report with checks added at its end, or put in place of those of the same name."""
        by_name = {check.name: check for check in self.checks} | {check.name: check for check in more}
        return type(self)(tuple(by_name.values()), self.form)

    def to_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict.value,
            "form": None if self.form is None else self.form.value,
            "checks": [check.to_json() for check in self.checks],
        }
