"""A credential in and out of a PNG (Open Badges 3.0, section 5.3.1; PNG third edition, sections 5 and 11.3.3.4).

The picture itself is never decoded: chunks are walked by their lengths, and all but the one are kept byte for byte.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from vc.badges.image_errors import (
    AlreadyBaked,
    BadgeMalformed,
    ImageNotRead,
    NoBadgeInside,
    OlderBadgeInside,
    SeveralBadgesInside,
)

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
_OLDER_KEYWORD = b"openbadges"
_MAX_CHUNKS = 50_000
_TEXT_CHUNKS = frozenset({b"tEXt", b"zTXt", b"iTXt"})


@dataclass(frozen=True, slots=True)
class _Chunk:
    """`start` and `end` are offsets of the whole chunk, length and CRC included."""

    type: bytes
    data: bytes
    start: int
    end: int

    @property
    def keyword(self) -> bytes | None:
        return self.data.partition(b"\0")[0] if self.type in _TEXT_CHUNKS else None


def read(image: bytes) -> bytes:
    """The text of the one `iTXt` chunk with the keyword. Raises `BakingError`."""
    chunks = list(_chunks(image))
    own = [chunk for chunk in chunks if chunk.keyword == KEYWORD]
    if not own:
        if any(chunk.keyword == _OLDER_KEYWORD for chunk in chunks):
            raise OlderBadgeInside("the picture carries a badge of Open Badges 2.0 or older; only 3.0 is read")
        raise NoBadgeInside("the picture carries no Open Badges 3.0 credential")
    if len(own) > 1:
        raise SeveralBadgesInside(f"the picture carries {len(own)} credentials; the standard allows one")
    return _text_of(own[0])


def bake(image: bytes, credential: bytes, *, replace: bool = False) -> bytes:
    """The same picture with `credential` in an `iTXt` chunk before its end. Raises `BakingError`."""
    chunks = list(_chunks(image))
    own = [chunk for chunk in chunks if chunk.keyword == KEYWORD]
    if own and not replace:
        raise AlreadyBaked("the picture already carries a credential")
    kept = [image[chunk.start : chunk.end] for chunk in chunks if chunk not in own]
    # keyword, no compression (flag and method), no language, no translated keyword
    text = _chunk(b"iTXt", KEYWORD + b"\0\0\0\0\0" + credential)
    return b"".join([SIGNATURE, *kept[:-1], text, kept[-1]])


def _chunk(type_: bytes, data: bytes) -> bytes:
    body = type_ + data
    return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def _chunks(image: bytes) -> Iterator[_Chunk]:
    """All chunks, from IHDR to IEND, each with a right CRC and nothing behind them."""
    if not image.startswith(SIGNATURE):
        raise ImageNotRead("this is no PNG")
    at, number, last = len(SIGNATURE), 0, b""
    while at < len(image):
        if last == b"IEND":
            raise ImageNotRead("the PNG goes on after its end")
        chunk = _next_chunk(image, at)
        if (chunk.type == b"IHDR") != (number == 0):
            raise ImageNotRead("the PNG does not begin with one header")
        if number == _MAX_CHUNKS:
            raise ImageNotRead(f"the PNG has more than {_MAX_CHUNKS} chunks")
        yield chunk
        at, number, last = chunk.end, number + 1, chunk.type
    if last != b"IEND":
        raise ImageNotRead("the PNG ends before its end")


def _next_chunk(image: bytes, at: int) -> _Chunk:
    length = int.from_bytes(image[at : at + 4], "big")
    end = at + 12 + length
    type_ = image[at + 4 : at + 8]
    if end > len(image) or len(type_) != 4:
        raise ImageNotRead("the PNG ends in the middle of a chunk")
    if not type_.isalpha():  # of bytes: ASCII letters only
        raise ImageNotRead("the PNG has a chunk with an impossible name")
    crc = int.from_bytes(image[end - 4 : end], "big")
    if zlib.crc32(image[at + 4 : end - 4]) != crc:
        raise ImageNotRead(f"the checksum of the PNG's {type_.decode('ascii')} chunk is wrong: the file is damaged")
    return _Chunk(type_, image[at + 8 : end - 4], at, end)


def _text_of(chunk: _Chunk) -> bytes:
    if chunk.type != b"iTXt":
        raise BadgeMalformed(f"the credential stands in a {chunk.type.decode('ascii')} chunk; the standard says iTXt")
    _, _, rest = chunk.data.partition(b"\0")
    # Section 5.3.1.1: compression must not be used. Nothing is unpacked, so nothing can burst.
    if rest[:2] != b"\0\0":
        raise BadgeMalformed("the credential in the picture is compressed, which the standard forbids")
    language, first, rest = rest[2:].partition(b"\0")
    translated, second, text = rest.partition(b"\0")
    if not first or not second or len(language) > 100 or len(translated) > 1_000:
        raise BadgeMalformed("the chunk with the credential is not put together as the PNG standard says")
    return text
