"""The hash chain of an audit log, and the search for what was done to it. Pure: works on an export, without a database.

`hash = SHA-256(JCS(entry without its hash))`, where the entry names the hash before it; the first names 32 zero bytes.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from vc.canonical import jcs
from vc.errors import VcError

BEFORE_THE_FIRST = "00" * 32
_MEMBERS = ("number", "at", "tenant", "actor", "act", "target", "detail", "previous")


class Fault(StrEnum):
    """What is wrong at a place of the log."""

    ALTERED = "altered"
    MISSING = "missing"
    OUT_OF_ORDER = "out-of-order"
    FOREIGN = "foreign"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. `number` is the entry's place, counted from 1; the message is a sentence for people."""

    fault: Fault
    number: int
    message: str

    def to_json(self) -> dict[str, Any]:
        return {"fault": self.fault.value, "number": self.number, "message": self.message}


@dataclass(frozen=True, slots=True)
class Head:
    """The log had `number` entries, the last with this hash (64 hexadecimal digits)."""

    number: int
    hash: str


def hash_of(entry: Mapping[str, Any]) -> str:
    """The hash that belongs to an entry. Raises `KeyError` for a missing member, `VcError` for what has no JCS form."""
    return hashlib.sha256(jcs.canonicalize({member: entry[member] for member in _MEMBERS})).hexdigest()


def find_faults(entries: Iterable[Mapping[str, Any]], *, tenant: str, heads: Sequence[Head] = ()) -> list[Finding]:
    """Everything that shows that a log is not as it was written; an empty list when it is.

    `entries` come in the order in which the log has them; `heads` are earlier states, best those that a chain holds:
    only they show that a log was cut at its end, or written anew as a whole.
    """
    findings: list[Finding] = []
    hashes: dict[int, str] = {}
    previous, expected = BEFORE_THE_FIRST, 1
    for entry in entries:
        number = entry.get("number")
        if not isinstance(number, int):
            findings.append(Finding(Fault.ALTERED, expected, f"Entry {expected} has no number."))
            continue
        findings.extend(_faults_of(entry, number, expected, previous, tenant))
        previous, expected = str(entry.get("hash")), max(expected, number + 1)
        hashes[number] = previous
    findings.extend(_faults_of_heads(heads, hashes, expected - 1))
    return findings


def _faults_of(entry: Mapping[str, Any], number: int, expected: int, previous: str, tenant: str) -> Iterator[Finding]:
    if number > expected:
        gone = f"Entry {expected} is" if number == expected + 1 else f"Entries {expected} to {number - 1} are"
        yield Finding(Fault.MISSING, expected, f"{gone} missing.")
    elif number < expected:
        yield Finding(Fault.OUT_OF_ORDER, number, f"Entry {number} stands after entry {expected - 1}.")
    try:
        right = hash_of(entry) == entry.get("hash")
    except (KeyError, VcError):
        right = False
    if not right:
        yield Finding(Fault.ALTERED, number, f"Entry {number} was changed after it was written.")
    elif number == expected and entry["previous"] != previous:
        yield Finding(Fault.REWRITTEN, number, f"Entry {number} does not follow from the entry before it.")
    if entry.get("tenant") != tenant:
        yield Finding(Fault.FOREIGN, number, f"Entry {number} belongs to another log.")


def _faults_of_heads(heads: Sequence[Head], hashes: Mapping[int, str], length: int) -> Iterator[Finding]:
    for head in heads:
        if head.number > length:
            yield Finding(
                Fault.TRUNCATED, length + 1, f"The log once had {head.number} entries, and now ends after {length}."
            )
        elif head.number in hashes and hashes[head.number] != head.hash:
            yield Finding(
                Fault.REWRITTEN, head.number, f"Up to entry {head.number} the log is not the one that was recorded."
            )
