"""Bitstrings: ours read by Digital Bazaar's library and by openvc, and theirs by ours."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from openvc.status import bitstring as openvc_bitstring

from tests.peers.programs import Program
from vc.status import bitstring

SIZE = 131_072
Programs = Callable[[str], Program]


def some_indexes(seed: int) -> list[int]:
    chosen = random.Random(seed).sample(range(SIZE), 500)
    return sorted({0, 1, 7, 8, 9, SIZE - 1, *chosen})


@pytest.mark.parametrize("indexes", [[], [0], [SIZE - 1], some_indexes(1), list(range(0, SIZE, 3))])
def test_they_read_what_we_write(program: Programs, indexes: list[int]) -> None:
    bits = bitstring.new_list(SIZE)
    for index in indexes:
        bitstring.set_(bits, index, True)

    encoded = bitstring.encode(bits)

    answer = program("status_list.mjs").ask({"encodedList": encoded, "ask": list(range(SIZE))})
    theirs = openvc_bitstring.decode_bitstring(encoded)
    assert answer["length"] == SIZE
    assert answer["set"] == indexes
    assert [index for index in range(SIZE) if openvc_bitstring.get_status_bit(theirs, index)] == indexes


@pytest.mark.parametrize("seed", range(3))
def test_we_read_what_they_write(program: Programs, seed: int) -> None:
    indexes = some_indexes(seed)
    bits = openvc_bitstring.new_bitstring(SIZE)
    for index in indexes:
        openvc_bitstring.set_status_bit(bits, index, 1)

    from_node = program("status_list.mjs").ask({"length": SIZE, "set": indexes})["encodedList"]
    from_openvc = openvc_bitstring.encode_bitstring(bytes(bits))

    for encoded in (from_node, from_openvc):
        decoded = bitstring.decode(encoded)
        assert [index for index in range(SIZE) if bitstring.get(decoded, index)] == indexes
