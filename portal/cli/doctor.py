"""`dcp doctor`: name what is broken and the fix."""

import sys

from pydantic import ValidationError

from config.settings import Settings, UnknownVariable, problems_of
from portal import doctor as checks

_MARKS = {checks.Outcome.FINE: "✓", checks.Outcome.LIMITED: "!", checks.Outcome.BROKEN: "✗"}


def doctor(*, as_json: bool = False) -> int:
    """Print each finding; return 0 when the node can run, else 1."""
    try:
        settings = Settings()
    except (ValidationError, UnknownVariable) as error:
        problem = problems_of(error) if isinstance(error, ValidationError) else str(error)
        finding = checks.Finding("settings", checks.Outcome.BROKEN, problem, "config/README.md lists every setting.")
        return _tell([finding], as_json=as_json)
    return _tell(checks.examine(settings), as_json=as_json)


def _tell(findings: list[checks.Finding], *, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(checks.to_json(findings) + "\n")
    else:
        for each in findings:
            fix = "" if each.fix is None else f"\n    fix: {each.fix}"
            sys.stdout.write(f"{_MARKS[each.outcome]} {each.name}: {each.message}{fix}\n")
    return 0 if checks.is_healthy(findings) else 1
