"""The list of status bits (Bitstring Status List v1.0, sections 3.3, 3.4 and 7.1).

Index 0 is the left-most bit: the most significant bit of the first byte.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib

from vc.errors import MalformedValue, RangeError_, StatusListLength

MINIMUM_ENTRIES = 131_072  # section 3.2 step 2: smaller lists say too much about the few who share them
MAX_BYTES = 16 * 1024 * 1024  # 134 million entries; what a hostile list may unpack to

_GZIP = 31  # zlib's code for "gzip framing, 32 kB window"
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


def new_list(length: int = MINIMUM_ENTRIES) -> bytearray:
    """`length` bits, all 0.

    Raises:
        StatusListLength: fewer than `MINIMUM_ENTRIES`.
    """
    if length < MINIMUM_ENTRIES:
        raise StatusListLength(f"a status list has at least {MINIMUM_ENTRIES} entries, not {length}")
    return bytearray(-(-length // 8))


def get(bits: bytes | bytearray, index: int) -> bool:
    """Raises `RangeError_` for an index past the end."""
    return bool(value_at(bits, index, size=1))


def set_(bits: bytearray, index: int, value: bool) -> None:  # noqa: FBT001
    """Raises `RangeError_` for an index past the end."""
    if not 0 <= index < len(bits) * 8:
        raise RangeError_(f"the list has {len(bits) * 8} entries, none with index {index}")
    mask = 0x80 >> (index % 8)
    if value:
        bits[index // 8] |= mask
    else:
        bits[index // 8] &= ~mask


def set_value(bits: bytearray, index: int, value: int, *, size: int) -> None:
    """Write the `size` bits of entry `index`.

    Raises:
        RangeError_: the entry is not within the list, or the value needs more bits.
    """
    if not 0 <= value < 1 << size:
        raise RangeError_(f"the value {value} does not fit into {size} bits")
    value_at(bits, index, size=size)
    for offset in range(size):
        set_(bits, index * size + offset, bool(value >> (size - 1 - offset) & 1))


def value_at(bits: bytes | bytearray, index: int, *, size: int) -> int:
    """The unsigned number made of the `size` bits of entry `index`.

    Raises:
        RangeError_: section 3.2 step 10, the entry is not within the list.
    """
    first, end = index * size, (index + 1) * size
    if index < 0 or end > len(bits) * 8:
        raise RangeError_(f"the list has {len(bits) * 8 // size} entries, none with index {index}")
    covering = bits[first // 8 : -(-end // 8)]
    return (int.from_bytes(covering, "big") >> (-end % 8)) & ((1 << size) - 1)


def compress(bits: bytes | bytearray) -> str:
    """GZIP, base64url without padding. The same bits give the same text: no time stamp is written."""
    packed = zlib.compress(bytes(bits), level=9, wbits=_GZIP)
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")


def encode(bits: bytes | bytearray) -> str:
    """The value of `encodedList` (section 3.3 step 3): `compress` with the multibase prefix of base64url."""
    return "u" + compress(bits)


def decode(text: str) -> bytes:
    """The bits in `encodedList` (section 3.4).

    Raises:
        MalformedValue: not multibase base64url, not GZIP, or more than `MAX_BYTES` unpacked.
    """
    # 2: multibase-decode, then expand.
    if not text.startswith("u"):
        raise MalformedValue("not a base64url multibase value", "/credentialSubject/encodedList")
    return decompress(text[1:])


def decompress(text: str) -> bytes:
    """What `compress` packed. Raises as `decode`; the work is bounded by `MAX_BYTES`."""
    path = "/credentialSubject/encodedList"
    if not _BASE64URL.fullmatch(text):
        raise MalformedValue("not base64url without padding", path)
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise MalformedValue("not base64url without padding", path) from None
    inflate = zlib.decompressobj(wbits=_GZIP)
    try:
        bits = inflate.decompress(packed, MAX_BYTES + 1)
    except zlib.error:
        raise MalformedValue("not GZIP", path) from None
    if len(bits) > MAX_BYTES:
        raise MalformedValue(f"unpacks to more than {MAX_BYTES} bytes", path)
    # `eof` is only set once the check sum at the end was read and fits.
    if not inflate.eof or inflate.unused_data:
        raise MalformedValue("not one complete GZIP member", path)
    return bits
