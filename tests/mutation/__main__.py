"""Which mistakes would the tests not notice? `python -m tests.mutation vc/verify.py`.

Changes one thing at a time in the module, runs the tests that cover it, and prints the changes that none of
them noticed. Ends with 0 if the score is at least `--floor` per cent and every mutant was run.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.mutation.run import run

COVERED_BY: dict[str, tuple[str, ...]] = {
    "vc/verify.py": (
        "tests/vc/test_verify_asks.py",
        "tests/vc/test_verify.py",
        "tests/vc/test_verify_kinds.py",
        "tests/vc/test_verify_forms.py",
        "tests/attacks/test_issuer_mismatches.py",
    ),
    "vc/forms/data_integrity.py": ("tests/vc/test_verify.py", "tests/attacks/test_issuer_mismatches.py"),
    "vc/forms/document.py": (
        "tests/vc/test_verify.py",
        "tests/vc/test_verify_kinds.py",
        "tests/vc/test_verify_forms.py",
        "tests/attacks/test_issuer_mismatches.py",
    ),
    "vc/schema_work.py": ("tests/vc/test_schema_work.py", "tests/vc/test_schema.py"),
    "vc/report.py": ("tests/vc/test_report.py", "tests/vc/test_verify.py"),
    "vc/status/entry.py": ("tests/vc/test_status_entry.py",),
    "vc/status/bitstring.py": ("tests/vc/test_bitstring.py",),
    "vc/proofs/data_integrity.py": ("tests/vc/test_data_integrity.py",),
    "vc/proofs/proof.py": ("tests/vc/test_data_integrity.py",),
    "vc/proofs/suite.py": ("tests/vc/test_data_integrity.py",),
    "vc/proofs/selective.py": ("tests/vc/test_selective.py",),
    "vc/proofs/ecdsa_sd_2023.py": ("tests/vc/test_selective.py",),
    "vc/sd_jwt/payload.py": ("tests/attacks/test_forged_sd_jwt.py", "tests/vc/test_sd_jwt_issue.py"),
    "vc/sd_jwt/read.py": ("tests/attacks/test_forged_sd_jwt.py", "tests/vc/test_sd_jwt_vc.py"),
    "vc/sd_jwt/key_binding.py": ("tests/attacks/test_forged_sd_jwt.py", "tests/vc/test_sd_jwt_holder.py"),
    "vc/sd_jwt/issuer_key.py": ("tests/attacks/test_forged_sd_jwt.py", "tests/vc/test_sd_jwt_vc.py"),
    "did/fetch.py": ("tests/did/test_fetch_attacks.py", "tests/did/test_fetch.py", "tests/did/test_fetch_post.py"),
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__.splitlines()[0])
    parser.add_argument("target", help="a module, as a path from the repository's root")
    parser.add_argument("--tests", nargs="*", help="test files; default: those that are known to cover the module")
    parser.add_argument("--budget-s", type=float, default=1800.0, help="seconds for the whole run")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--floor", type=float, default=90.0, help="per cent of the mutants that must be noticed")
    options = parser.parse_args(arguments)
    tests = options.tests or [test for test in COVERED_BY.get(options.target, ()) if Path(test).exists()]
    if not tests:
        parser.error(f"no tests are known for {options.target}; name them with --tests")
    score = run(Path(options.target), tests, budget_s=options.budget_s, jobs=options.jobs)
    for mutant in score.survived:
        print(f"{options.target}:{mutant.line}: {mutant.change}")
    total = score.killed + len(score.survived)
    print(
        f"{options.target}: {score.killed} of {total} mutants noticed, {score.percent:.1f} %, {score.not_run} not run"
    )
    return 0 if score.percent >= options.floor and not score.not_run else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
