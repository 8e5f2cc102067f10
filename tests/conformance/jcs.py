"""RFC 8785 test data (cyberphone/json-canonicalization): `python -m tests.conformance.jcs VECTORS_DIR`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from vc.canonical import jcs


def run(vectors: Path) -> tuple[int, list[str]]:
    """How many tests passed, and a line for each that did not."""
    folder = vectors / "jcs"
    passed, failures = 0, []
    for source in sorted((folder / "input").glob("*.json")):
        found = jcs.canonicalize(json.loads(source.read_text(encoding="utf-8")))
        expected = (folder / "output" / source.name).read_bytes()
        in_hex = bytes.fromhex((folder / "outhex" / source.with_suffix(".txt").name).read_text())
        if found == expected == in_hex:
            passed += 1
        else:
            failures.append(f"jcs {source.name}: another result")
    return passed, failures


def main() -> int:
    passed, failures = run(Path(sys.argv[1]))
    print(f"jcs: {passed} passed, {len(failures)} failed")
    for line in failures:
        print(line)
    return 0 if passed and not failures else 1


if __name__ == "__main__":
    sys.exit(main())
