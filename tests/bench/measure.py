"""Rates of several contenders, measured in turn, so that a busy machine is unfair to none of them."""

from __future__ import annotations

import gc
import json
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Run = Callable[[], tuple[float, int]]
"""Does some work; returns the seconds it took and how many operations it was."""


@dataclass(frozen=True)
class Result:
    """One line of `build/bench.json` (architecture §4): ours, a reference of the same run, and value ÷ reference."""

    name: str
    value: float
    unit: str
    reference: str
    reference_value: float
    ratio: float


@dataclass(frozen=True)
class Comparison:
    """What one group measures: which contender is ours under which name, and beside whom it is put."""

    name: str
    ours: str
    references: Sequence[str]
    unit: str = "1/s"


def rates(contenders: Mapping[str, Run], *, repeats: int) -> dict[str, float]:
    """The median rate of each, over `repeats` rounds in which each runs once; a round before them warms up."""
    measured: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(repeats + 1):
        for name, run in contenders.items():
            gc.collect()
            seconds, count = run()
            if number > 0:
                measured[name].append(count / seconds)
    return {name: statistics.median(values) for name, values in measured.items()}


def compare(contenders: Mapping[str, Run], comparisons: Iterable[Comparison], *, repeats: int) -> list[Result]:
    measured = rates(contenders, repeats=repeats)
    return [
        Result(
            one.name,
            round(measured[one.ours], 1),
            one.unit,
            reference,
            round(measured[reference], 1),
            round(measured[one.ours] / measured[reference], 3),
        )
        for one in comparisons
        for reference in one.references
    ]


def over(items: Sequence[Any], work: Callable[[Any], object]) -> Run:
    """A run that does `work` once with each item."""

    def run() -> tuple[float, int]:
        start = time.perf_counter()
        for item in items:
            work(item)
        return time.perf_counter() - start, len(items)

    return run


def table(results: Sequence[Result]) -> str:
    """The results for people."""
    lines = [("name", "ours", "unit", "reference", "theirs", "ratio")]
    lines += [
        (r.name, f"{r.value:,.0f}", r.unit, r.reference, f"{r.reference_value:,.0f}", f"{r.ratio:.2f} ×")
        for r in results
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    rows = []
    for line in lines:
        cells = [
            text.rjust(w) if column in (1, 4, 5) else text.ljust(w)
            for column, (text, w) in enumerate(zip(line, widths, strict=True))
        ]
        rows.append("  ".join(cells).rstrip())
    return "\n".join(rows)


def write(results: Sequence[Result], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(result) for result in results], indent=2) + "\n")
