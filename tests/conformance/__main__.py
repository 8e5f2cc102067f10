"""Every published vector this project holds itself to: `python -m tests.conformance VECTORS_DIR`.

Prints how many passed in each folder. Ends with 0 only if every folder had vectors and each one passed, or
is named in `CANNOT_PASS` with its reason.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from tests.conformance import data_integrity, jcs, rdf_canon

CANNOT_PASS: dict[str, str] = {}
"""The line of a vector that cannot pass, and why. None at present."""


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m tests.conformance VECTORS_DIR")
        return 2
    vectors = Path(arguments[0])
    if not vectors.is_dir():
        print(f"{vectors}: there is no such folder")
        return 1
    runs: tuple[tuple[str, Callable[[], data_integrity.Results]], ...] = (
        ("vc-di-eddsa", lambda: data_integrity.run_eddsa(vectors)),
        ("vc-di-ecdsa", lambda: data_integrity.run_ecdsa(vectors)),
        ("rdf-canon", lambda: {"rdf-canon": rdf_canon.run(vectors)}),
        ("jcs", lambda: {"jcs": jcs.run(vectors)}),
    )
    results: data_integrity.Results = {}
    for name, run in runs:
        try:
            results |= run()
        except FileNotFoundError as error:
            results[name] = (0, [f"{name}: {error.filename} is not there"])
    bad = sum(_report(label, *result) for label, result in results.items())
    passed = sum(passed for passed, _ in results.values())
    print(f"{passed} vectors passed in {len(results)} folders, {bad} problems")
    return 1 if bad or not passed else 0


def _report(label: str, passed: int, failures: list[str]) -> int:
    excused = {line for line in failures for start in CANNOT_PASS if line.startswith(start)}
    problems = [line for line in failures if line not in excused]
    print(f"{label}: {passed} passed, {len(failures)} not")
    for line in failures:
        print(f"  {line}")
    for start, reason in CANNOT_PASS.items():
        if any(line.startswith(start) for line in excused):
            print(f"  {start} cannot pass: {reason}")
    if not passed and not failures:
        print("  no vectors found")
        return 1
    return len(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
