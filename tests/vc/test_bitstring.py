"""Bitstring Status List v1.0: the bits."""

from __future__ import annotations

import base64
import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vc.errors import MalformedValue, RangeError_, StatusListLength
from vc.status import bitstring

# Section 2.2, example 3: an empty list of the minimum size.
PUBLISHED = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"


def test_the_published_empty_list_is_read() -> None:
    assert bitstring.decode(PUBLISHED) == bytes(16 * 1024)


def test_a_new_list_has_the_minimum_length_or_more() -> None:
    assert len(bitstring.new_list()) == 16 * 1024
    assert len(bitstring.new_list(131_073)) == 16 * 1024 + 1
    with pytest.raises(StatusListLength, match="131072"):
        bitstring.new_list(131_071)


def test_index_zero_is_the_left_most_bit() -> None:
    bits = bitstring.new_list()
    bitstring.set_(bits, 0, True)
    bitstring.set_(bits, 10, True)

    assert bits[:3] == b"\x80\x20\x00"
    bitstring.set_(bits, 0, False)
    assert bits[:3] == b"\x00\x20\x00"


@settings(max_examples=15)
@given(st.sets(st.integers(0, 131_071), max_size=20))
def test_what_is_set_and_nothing_else_comes_back(indexes: set[int]) -> None:
    bits = bitstring.new_list()
    for index in indexes:
        bitstring.set_(bits, index, True)

    read = bitstring.decode(bitstring.encode(bits))

    assert {index for index in range(131_072) if bitstring.get(read, index)} == indexes


@given(st.binary(min_size=8, max_size=8), st.integers(1, 32))
def test_an_entry_of_several_bits_is_read_from_the_left(data: bytes, size: int) -> None:
    text = "".join(f"{byte:08b}" for byte in data)

    for index in range(64 // size):
        assert bitstring.value_at(data, index, size=size) == int(text[index * size : (index + 1) * size], 2)


@pytest.mark.parametrize("index", [-1, 131_072, 10**12])
def test_an_index_outside_is_an_error(index: int) -> None:
    bits = bitstring.new_list()
    for use in (lambda: bitstring.get(bits, index), lambda: bitstring.set_(bits, index, True)):
        with pytest.raises(RangeError_, match="none with index"):
            use()


def test_an_entry_across_the_end_is_an_error() -> None:
    assert bitstring.value_at(bytes(3), 7, size=3) == 0
    with pytest.raises(RangeError_, match="none with index 8"):
        bitstring.value_at(bytes(3), 8, size=3)


def test_the_same_bits_give_the_same_text() -> None:
    assert bitstring.encode(bitstring.new_list()) == bitstring.encode(bitstring.new_list())
    assert base64.urlsafe_b64decode(bitstring.encode(b"")[1:] + "==")[4:8] == bytes(4)  # no time stamp


def _encoded(data: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a base64url multibase"),
        ("H4sIAAAA", "not a base64url multibase"),
        ("z6Mk", "not a base64url multibase"),
        ("u", "not base64url without padding"),
        ("uH4sI====", "not base64url without padding"),
        ("uH4s+", "not base64url without padding"),
        ("uA", "not base64url without padding"),
        (_encoded(b"plain"), "not GZIP"),
        (_encoded(zlib.compress(bytes(99))), "not GZIP"),
        (_encoded(gzip.compress(bytes(99), mtime=0)[:-1]), "not one complete GZIP member"),
        (_encoded(gzip.compress(bytes(99), mtime=0) + b"x"), "not one complete GZIP member"),
        (_encoded(gzip.compress(bytes(bitstring.MAX_BYTES + 1), mtime=0)), "unpacks to more than"),
    ],
)
def test_what_is_no_list_is_refused(text: str, reason: str) -> None:
    with pytest.raises(MalformedValue, match=reason):
        bitstring.decode(text)


def test_the_largest_list_is_read() -> None:
    assert len(bitstring.decode(bitstring.encode(bytes(bitstring.MAX_BYTES)))) == bitstring.MAX_BYTES


def test_a_broken_check_sum_is_refused() -> None:
    packed = bytearray(gzip.compress(bytes(99), mtime=0))
    packed[-5] ^= 1
    with pytest.raises(MalformedValue, match="not GZIP"):
        bitstring.decode(_encoded(bytes(packed)))
