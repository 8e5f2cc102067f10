"""`python -m tests.bench [--quick]`: prints a table and writes build/bench.json."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from tests.bench import merkle, proofs, sd_jwt, tokens
from tests.bench.measure import table, write

OUTPUT = Path(__file__).resolve().parents[2] / "build" / "bench.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repeats; to see that it runs")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    _stay_on_one_core()
    quick = arguments.quick
    results = proofs.measure(count=60 if quick else 250, repeats=2 if quick else 7)
    results += proofs.measure_jcs(count=60 if quick else 250, repeats=2 if quick else 7)
    results += tokens.measure(count=60 if quick else 250, repeats=2 if quick else 7)
    results += sd_jwt.measure(count=60 if quick else 250, repeats=2 if quick else 7)
    results += merkle.measure(leaves=10_000 if quick else 131_072, repeats=2 if quick else 7)
    print(table(results))
    write(results, arguments.output)


def _stay_on_one_core() -> None:
    """Everybody measured gets the same core, the programs that are started from here included."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


if __name__ == "__main__":
    main()
