"""Entries that belong to nobody, so that a published list does not tell how many awards were withdrawn, nor when.

A list is public: whoever fetches it can count what is set, and compare it with the version before. Decoys take their
places from the *end* of the list's secret permutation and credentials from its beginning; the two never meet, so a
decoy is never the entry of a credential, not even of one that is yet to be issued.
"""

import secrets
from random import Random

from agent.status import permute
from portal.status_lists.kinds import Kind
from portal.status_lists.models import StatusList

_SYSTEM: Random = secrets.SystemRandom()
_FIRST_SHARE = 256  # a new list of 131,072 entries gets from 512 to 1,023 decoys
_MOST_SHARE = 32  # and never more than 4,096
_MOST_AT_ONCE = 8


def first_decoys(size: int, random: Random = _SYSTEM) -> int:
    """How many decoys a new list starts with."""
    few = size // _FIRST_SHARE
    return few + random.randrange(few) if few else 0


def plant(
    status_list: StatusList, kind: Kind, bits: bytearray, key: bytes, *, size: int, random: Random = _SYSTEM
) -> None:
    """Give the decoys of a new list their values."""
    for number in range(status_list.decoys):
        kind.write(bits, _place(number, key, size), random.choice([0, *kind.values.values()]))


def stir(
    status_list: StatusList, kind: Kind, bits: bytearray, key: bytes, *, size: int, random: Random = _SYSTEM
) -> None:
    """Change a few decoys beside the real entries of a new version. The list must be held.

    They move as awards do: nothing comes back from revoked, and suspended ones may.
    """
    if not status_list.decoys:  # a list from before there were decoys
        status_list.decoys = min(first_decoys(size, random), size - status_list.next_counter)
        plant(status_list, kind, bits, key, size=size, random=random)
    free = min(size // _MOST_SHARE, size - status_list.next_counter) - status_list.decoys
    for _ in range(random.randrange(min(_MOST_AT_ONCE, max(free, 0) + 1))):
        kind.write(bits, _place(status_list.decoys, key, size), random.choice(list(kind.values.values())))
        status_list.decoys += 1
    final = kind.values.get("revoked")
    for _ in range(random.randrange(_MOST_AT_ONCE) if status_list.decoys else 0):
        index = _place(random.randrange(status_list.decoys), key, size)
        if kind.read(bits, index) != final:
            kind.write(bits, index, random.choice([0, *kind.values.values()]))


def _place(number: int, key: bytes, size: int) -> int:
    return permute(size - 1 - number, key, size)
