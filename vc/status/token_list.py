"""The byte array and the claims of a Token Status List (draft-ietf-oauth-status-list-18, sections 4.1, 4.2, 5.1, 6.2).

Index 0 lies in the least significant bits of the first byte: the other way round than in a bitstring.
The signed token around the claims is `vc.status.list_token`.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Final

from vc.errors import MalformedValue, RangeError_, StatusInvalid
from vc.status.entry import StatusValue

MEDIA_TYPE: Final = "application/statuslist+jwt"
MAX_BYTES: Final = 16 * 1024 * 1024  # what a hostile list may unpack to
BITS: Final = (1, 2, 4, 8)

_LST = "/status_list/lst"
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")
_MAX_INDEX = 10**18


class Status(IntEnum):
    """Section 7.1: the values that have a meaning of their own; all others are the application's."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2


_PURPOSES = {Status.INVALID: "revocation", Status.SUSPENDED: "suspension"}


@dataclass(frozen=True, slots=True)
class Reference:
    """The `status_list` member of a token's `status` claim, checked."""

    index: int
    uri: str


def new_list(length: int, *, bits: int) -> bytearray:
    """`length` entries of `bits` bits each, all VALID.

    Raises:
        MalformedValue: `bits` is not 1, 2, 4 or 8.
    """
    _check_bits(bits)
    return bytearray(-(-length * bits // 8))


def value_at(data: bytes | bytearray, index: int, *, bits: int) -> int:
    """The value of one entry. Raises `RangeError_` past the end (section 8.3, step 4: the token is refused)."""
    place, shift = _place(data, index, bits)
    return (data[place] >> shift) & ((1 << bits) - 1)


def set_value(data: bytearray, index: int, value: int, *, bits: int) -> None:
    """Raises `RangeError_` for an index past the end or a value that needs more bits."""
    place, shift = _place(data, index, bits)
    mask = (1 << bits) - 1
    if not 0 <= value <= mask:
        raise RangeError_(f"the value {value} does not fit into {bits} bits", _LST)
    data[place] = data[place] & ~(mask << shift) & 0xFF | (value << shift)


def encode(data: bytes | bytearray) -> str:
    """The value of `lst`: DEFLATE in the ZLIB format at the highest level, base64url without padding."""
    return base64.urlsafe_b64encode(zlib.compress(bytes(data), level=9)).rstrip(b"=").decode("ascii")


def decode(text: Any) -> bytes:
    """What `encode` packed; the work is bounded by `MAX_BYTES`.

    Raises:
        MalformedValue: not base64url, not one ZLIB stream, or more than `MAX_BYTES` unpacked.
    """
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text):
        raise MalformedValue("not base64url without padding", _LST)
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise MalformedValue("not base64url without padding", _LST) from None
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(packed, MAX_BYTES + 1)
    except zlib.error:
        raise MalformedValue("not ZLIB", _LST) from None
    if len(data) > MAX_BYTES:
        raise MalformedValue(f"unpacks to more than {MAX_BYTES} bytes", _LST)
    # `eof` is only set once the check sum at the end was read and fits.
    if not inflate.eof or inflate.unused_data:
        raise MalformedValue("not one complete ZLIB stream", _LST)
    return data


def build_status(uri: str, index: int) -> dict[str, Any]:
    """The `status` claim of a token whose status is entry `index` of the list at `uri` (section 6.2)."""
    return {"status_list": {"idx": index, "uri": uri}}


def build_claims(
    uri: str, *, data: bytes | bytearray, bits: int, issuer: str, issued_at: datetime, expires_at: datetime, ttl_s: int
) -> dict[str, Any]:
    """The claims of the Status List Token that is served at `uri` (section 5.1).

    Raises:
        MalformedValue: `bits` is not 1, 2, 4 or 8.
    """
    _check_bits(bits)
    return {
        "iss": issuer,
        "sub": uri,
        "iat": int(issued_at.timestamp()),
        "exp": int(expires_at.timestamp()),
        "ttl": ttl_s,
        "status_list": {"bits": bits, "lst": encode(data)},
    }


def parse_status(status: Any) -> Reference:
    """Read a `status` claim (section 6.2). Raises `MalformedValue`; the path starts at the claim."""
    if not isinstance(status, Mapping):
        raise MalformedValue("must be an object", "")
    listed = status.get("status_list")
    if not isinstance(listed, Mapping):
        raise MalformedValue("must be an object", "/status_list")
    index, uri = listed.get("idx"), listed.get("uri")
    if type(index) is not int or not 0 <= index < _MAX_INDEX:
        raise MalformedValue("must be a non-negative integer", "/status_list/idx")
    if not isinstance(uri, str) or not _URI.fullmatch(uri):
        raise MalformedValue("must be a URI", "/status_list/uri")
    return Reference(index, uri)


def check_reference(reference: Reference, claims: Mapping[str, Any]) -> StatusValue:
    """What the claims of a Status List Token say about `reference` (section 8.3, steps 3b to 5).

    **The caller verified the token**: its signature, its issuer, its times.

    Raises:
        StatusInvalid: the token is about another list.
        MalformedValue: a claim breaks a rule of section 4.2 or 5.1.
        RangeError_: the list has no such entry.
    """
    # 3b: the subject claim is the URI that the referenced token names.
    if claims.get("sub") != reference.uri:
        raise StatusInvalid("the status list that was served is not the one the credential names")
    ttl_s = claims.get("ttl")
    if ttl_s is not None and (isinstance(ttl_s, bool) or not isinstance(ttl_s, int | float) or ttl_s <= 0):
        raise MalformedValue("must be a positive number of seconds", "/ttl")
    # 3c: decompress.
    listed = claims.get("status_list")
    if not isinstance(listed, Mapping):
        raise MalformedValue("must be an object", "/status_list")
    bits = _check_bits(listed.get("bits"))
    # 4-5
    value = value_at(decode(listed.get("lst")), reference.index, bits=bits)
    purpose = _PURPOSES.get(Status(value), "status") if value in set(Status) else "status"
    return StatusValue(purpose, value, None, None if ttl_s is None else int(ttl_s * 1000))


def _check_bits(bits: Any) -> int:
    if type(bits) is not int or bits not in BITS:
        raise MalformedValue("must be 1, 2, 4 or 8", "/status_list/bits")
    return bits


def _place(data: bytes | bytearray, index: int, bits: int) -> tuple[int, int]:
    """Byte and shift of an entry."""
    _check_bits(bits)
    if index < 0 or (index + 1) * bits > len(data) * 8:
        raise RangeError_(f"the list has {len(data) * 8 // bits} entries, none with index {index}", _LST)
    place, rest = divmod(index * bits, 8)
    return place, rest
