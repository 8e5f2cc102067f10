"""Whatever is done to a log, its chain or an earlier head shows it (security.md, section 5)."""

import copy
import random

import pytest

from portal.audit.chain import BEFORE_THE_FIRST, Fault, Head, find_faults, hash_of

TENANT = "018f0000-0000-7000-8000-000000000001"


def log(count):
    """A log as it is written: each entry names the hash of the one before it."""
    entries, previous = [], BEFORE_THE_FIRST
    for number in range(1, count + 1):
        entry = {
            "number": number, "at": f"2026-11-24T09:00:{number:02d}.000000Z", "tenant": TENANT, "actor": "key:registrar",
            "act": "award.revoked", "target": f"credential:{number}", "detail": {"entries": number}, "previous": previous,
        }  # fmt: skip
        previous = entry["hash"] = hash_of(entry)
        entries.append(entry)
    return entries


def rehashed(entries, start):
    """What somebody does who may write everything: entries from `start` (an index) on are linked anew."""
    previous = entries[start - 1]["hash"] if start else BEFORE_THE_FIRST
    for entry in entries[start:]:
        entry["previous"] = previous
        previous = entry["hash"] = hash_of(entry)
    return entries


def faults(entries, heads=()):
    return [(finding.fault, finding.number) for finding in find_faults(entries, tenant=TENANT, heads=heads)]


def head_of(entries):
    return Head(len(entries), entries[-1]["hash"])


def test_a_log_as_it_was_written_has_no_fault():
    entries = log(20)

    assert faults(entries, [head_of(entries[:7]), head_of(entries)]) == []
    assert faults([]) == []


@pytest.mark.parametrize("member", ["at", "actor", "act", "target", "previous", "hash"])
def test_a_changed_member_is_found_where_it_is(member):
    entries = log(9)
    entries[4][member] = "ff" * 32

    assert (Fault.ALTERED, 5) in faults(entries)


def test_a_removed_entry_is_found():
    entries = log(9)
    del entries[4]

    assert faults(entries)[0] == (Fault.MISSING, 5)


def test_two_swapped_entries_are_found():
    entries = log(9)
    entries[3], entries[4] = entries[4], entries[3]

    assert (Fault.OUT_OF_ORDER, 4) in faults(entries)


def test_a_log_cut_at_its_end_shows_only_against_a_head():
    entries = log(9)
    head = head_of(entries)

    assert faults(entries[:6]) == []
    assert faults(entries[:6], [head]) == [(Fault.TRUNCATED, 7)]
    assert faults([], [head]) == [(Fault.TRUNCATED, 1)]


def test_a_log_written_anew_shows_against_a_head():
    entries = log(9)
    head = head_of(entries[:7])
    entries[2]["actor"] = "key:somebody-else"
    rehashed(entries, 2)

    assert faults(entries) == []
    assert faults(entries, [head]) == [(Fault.REWRITTEN, 7)]


def test_the_log_of_another_tenant_is_no_log_of_this_one():
    entries = log(2)

    assert [fault.fault for fault in find_faults(entries, tenant="other")] == [Fault.FOREIGN, Fault.FOREIGN]


def _alter(entries, rng):
    entry = rng.choice(entries)
    member = rng.choice(["at", "actor", "act", "target", "detail", "tenant", "previous", "hash", "number"])
    entry[member] = {"x": 1} if member == "detail" else 10**6 if member == "number" else f"{rng.random()}"


def _drop_a_member(entries, rng):
    del rng.choice(entries)[rng.choice(["at", "actor", "hash", "detail", "number"])]


def _delete(entries, rng):
    del entries[rng.randrange(len(entries))]


def _swap(entries, rng):
    a, b = rng.sample(range(len(entries)), 2)
    entries[a], entries[b] = entries[b], entries[a]


def _repeat(entries, rng):
    entries.insert(rng.randrange(len(entries)), copy.deepcopy(rng.choice(entries)))


def _cut(entries, rng):
    del entries[rng.randrange(len(entries)) :]


def _write_anew(entries, rng):
    start = rng.randrange(len(entries))
    entries[start]["actor"] = "key:somebody-else"
    rehashed(entries, start)


def test_a_thousand_random_tamperings_are_all_found():
    written, rng = log(25), random.Random(20261124)
    head = head_of(written)
    acts = [_alter, _drop_a_member, _delete, _swap, _repeat, _cut, _write_anew]

    missed = []
    for number in range(1_000):
        entries, act = copy.deepcopy(written), acts[number % len(acts)]
        act(entries, rng)
        if not faults(entries, [head]):
            missed.append((number, act.__name__))

    assert missed == []
