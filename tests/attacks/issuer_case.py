"""What a case of `tests/attacks/issuer_mismatches.py` is, and the lines that reports share."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.attacks.issuer_builds import Build


@dataclass(frozen=True)
class Case:
    rule: str
    source: str
    guards: tuple[str, ...]
    build: Build
    lines: dict[str, str] = field(default_factory=lambda: {"issuer": "issuer-mismatch"})


PROOF_TOO = {"issuer": "issuer-mismatch", "proof": "signature-mismatch"}
NOT_THERE = {"issuer": "key-not-found", "proof": "key-not-found"}
NOT_FOR_THIS = {"issuer": "key-not-authorized", "proof": "key-not-authorized"}
BAD_DOCUMENT = {"issuer": "issuer-identifier-invalid", "proof": "issuer-identifier-invalid"}
BAD_PROOF = {"issuer": "proof-malformed", "proof": "proof-malformed"}
NO_ISSUER = {"structure": "malformed", "issuer": "malformed"}
ODD_ISSUER = {"structure": "malformed", "issuer": "issuer-mismatch"}
