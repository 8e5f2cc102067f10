"""The little of CBOR (RFC 8949) that ecdsa-sd-2023 needs, in its one deterministic spelling (section 4.2).

Unsigned integers, byte strings, text strings, arrays and maps; no tags, no floats, no indefinite lengths.
"""

from __future__ import annotations

from typing import Any

from vc.errors import MalformedProof

_MAX_NESTING = 4

_UINT, _BYTES, _TEXT, _ARRAY, _MAP = 0, 2, 3, 4, 5  # major types; 1 would be negative integers


def encode(value: Any) -> bytes:
    """Raises `TypeError` for a value that is none of the kinds above."""
    match value:
        case bool():
            raise TypeError("no CBOR for a boolean here")
        case int() if value >= 0:
            return _head(_UINT, value)
        case bytes():
            return _head(_BYTES, len(value)) + value
        case str():
            data = value.encode()
            return _head(_TEXT, len(data)) + data
        case list() | tuple():
            return _head(_ARRAY, len(value)) + b"".join(encode(item) for item in value)
        case dict():
            entries = sorted((encode(key), encode(item)) for key, item in value.items())
            return _head(_MAP, len(value)) + b"".join(key + item for key, item in entries)
    raise TypeError(f"no CBOR for {type(value).__name__} here")


def decode(data: bytes) -> Any:
    """One value that takes all of `data`.

    Raises:
        MalformedProof: anything that `encode` would not have written.
    """
    reader = _Reader(data)
    value = reader.value(0)
    if reader.position != len(data):
        raise MalformedProof("bytes are left over after the proof's CBOR")
    return value


def _head(major: int, argument: int) -> bytes:
    if argument < 24:
        return bytes([major << 5 | argument])
    for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << (8 * size):
            return bytes([major << 5 | code]) + argument.to_bytes(size, "big")
    raise TypeError("an integer beyond 64 bits has no CBOR here")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def value(self, depth: int) -> Any:
        if depth > _MAX_NESTING:
            raise MalformedProof("the proof's CBOR is nested too deep")
        major, argument = self._head()
        if major == _UINT:
            return argument
        if major == _BYTES:
            return self._take(argument)
        if major == _TEXT:
            return self._text(argument)
        # Each item takes at least a byte, so a count beyond what is left is a lie.
        if major not in (_ARRAY, _MAP) or argument > len(self._data) - self.position:
            raise MalformedProof("the proof's CBOR holds something that no proof has")
        if major == _ARRAY:
            return [self.value(depth + 1) for _ in range(argument)]
        return self._map(argument, depth)

    def _head(self) -> tuple[int, int]:
        first = self._take(1)[0]
        major, code = first >> 5, first & 0x1F
        if code < 24:
            return major, code
        if code > 27:
            raise MalformedProof("the proof's CBOR has an indefinite length")
        argument = int.from_bytes(self._take(1 << (code - 24)), "big")
        if argument < (24, 1 << 8, 1 << 16, 1 << 32)[code - 24]:
            raise MalformedProof("the proof's CBOR is not in its shortest form")
        return major, argument

    def _take(self, length: int) -> bytes:
        taken = self._data[self.position : self.position + length]
        if len(taken) != length:
            raise MalformedProof("the proof's CBOR ends early")
        self.position += length
        return taken

    def _text(self, length: int) -> str:
        try:
            return self._take(length).decode()
        except UnicodeDecodeError:
            raise MalformedProof("the proof's CBOR has text that is not UTF-8") from None

    def _map(self, length: int, depth: int) -> dict[int, Any]:
        read: dict[int, Any] = {}
        for _ in range(length):
            key = self.value(depth + 1)
            if not isinstance(key, int) or key in read:
                raise MalformedProof("the proof's CBOR has a map whose keys are not distinct integers")
            read[key] = self.value(depth + 1)
        return read
