"""RDFC-1.0 test suite (w3c/rdf-canon): `python -m tests.conformance.rdf_canon VECTORS_DIR`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from vc.canonical import rdf
from vc.errors import PoisonGraph

DIGESTS = {"SHA256": "SHA-256", "SHA384": "SHA-384"}


def run(vectors: Path) -> tuple[int, list[str]]:
    """How many tests passed, and a line for each that did not."""
    folder = vectors / "rdf-canon"
    passed, failures = 0, []
    for entry in json.loads((folder / "manifest.jsonld").read_text())["entries"]:
        problem = check(entry, folder)
        if problem is None:
            passed += 1
        else:
            failures.append(f"rdf-canon {entry['id']}: {problem}")
    return passed, failures


def check(entry: dict[str, Any], folder: Path) -> str | None:
    nquads = (folder / entry["action"]).read_text(encoding="utf-8")
    digest = DIGESTS[entry.get("hashAlgorithm", "SHA256")]
    try:
        canonical = rdf.canonicalize_nquads(nquads, digest=digest)
    except PoisonGraph:
        return None if entry["type"] == "rdfc:RDFC10NegativeEvalTest" else "refused as a poison graph"
    if entry["type"] == "rdfc:RDFC10EvalTest":
        return None if canonical.data == (folder / entry["result"]).read_bytes() else "another result"
    if entry["type"] == "rdfc:RDFC10MapTest":
        expected = json.loads((folder / entry["result"]).read_text())
        return None if canonical.identifiers == expected else "another identifier map"
    return f"a test of the type {entry['type']} that should have been refused"


def main() -> int:
    passed, failures = run(Path(sys.argv[1]))
    print(f"rdf-canon: {passed} passed, {len(failures)} failed")
    for line in failures:
        print(line)
    return 0 if passed and not failures else 1


if __name__ == "__main__":
    sys.exit(main())
