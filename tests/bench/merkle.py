"""The batch tree beside the loop that anybody would write first."""

from __future__ import annotations

import hashlib
import time

from anchoring.merkle import InclusionProof, Tree
from tests.bench.measure import Comparison, Result, Run, compare

PLAIN = "a plain loop (hashlib)"


def measure(*, leaves: int, repeats: int) -> list[Result]:
    hashes = [hashlib.sha256(number.to_bytes(8)).digest() for number in range(leaves)]
    if Tree(hashes).root != plain_root(hashes):
        raise AssertionError("the two trees have different roots")
    contenders: dict[str, Run] = {
        "ours": lambda: _timed_build(hashes),
        PLAIN: lambda: _timed_plain_build(hashes),
        "our proofs": lambda: _timed_proofs(hashes),
        f"{PLAIN}, each proof alone": lambda: _timed_plain_proofs(hashes),
    }
    comparisons = [
        Comparison(f"merkle.build.{leaves}", "ours", [PLAIN], "leaves/s"),
        Comparison(f"merkle.proofs.{leaves}", "our proofs", [f"{PLAIN}, each proof alone"], "proofs/s"),
    ]
    return compare(contenders, comparisons, repeats=repeats)


def plain_levels(hashes: list[bytes]) -> list[list[bytes]]:
    """RFC 9162, section 2.1.1, pair by pair."""
    levels = [hashes]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = range(0, len(below) - 1, 2)
        level = [hashlib.sha256(b"\x01" + below[at] + below[at + 1]).digest() for at in pairs]
        if len(below) % 2:
            level.append(below[-1])
        levels.append(level)
    return levels


def plain_root(hashes: list[bytes]) -> bytes:
    return plain_levels(hashes)[-1][0]


def plain_proof(levels: list[list[bytes]], index: int) -> InclusionProof:
    """From the leaf up, each proof by itself."""
    path, node = [], index
    for level in levels[:-1]:
        sibling = node ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        node >>= 1
    return InclusionProof(index, len(levels[0]), tuple(path))


def _timed_build(hashes: list[bytes]) -> tuple[float, int]:
    start = time.perf_counter()
    Tree(hashes)
    return time.perf_counter() - start, len(hashes)


def _timed_plain_build(hashes: list[bytes]) -> tuple[float, int]:
    start = time.perf_counter()
    plain_root(hashes)
    return time.perf_counter() - start, len(hashes)


def _timed_proofs(hashes: list[bytes]) -> tuple[float, int]:
    tree = Tree(hashes)
    start = time.perf_counter()
    for _ in tree.proofs():
        pass
    return time.perf_counter() - start, len(hashes)


def _timed_plain_proofs(hashes: list[bytes]) -> tuple[float, int]:
    levels = plain_levels(hashes)
    start = time.perf_counter()
    for index in range(len(hashes)):
        plain_proof(levels, index)
    return time.perf_counter() - start, len(hashes)
