"""Small pictures to bake into, put together by hand."""

from __future__ import annotations

import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(type_: bytes, data: bytes = b"") -> bytes:
    return len(data).to_bytes(4, "big") + type_ + data + zlib.crc32(type_ + data).to_bytes(4, "big")


HEADER = chunk(b"IHDR", (8).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0")
PIXELS = chunk(b"IDAT", zlib.compress((b"\0" + b"\x20\x60\xa0" * 8) * 8))
END = chunk(b"IEND")


def png(*more: bytes) -> bytes:
    """Eight by eight pixels of one blue, with more chunks after the header."""
    return SIGNATURE + HEADER + b"".join(more) + PIXELS + END


def itxt(text: bytes, *, keyword: bytes = b"openbadgecredential", middle: bytes = b"\0\0\0\0") -> bytes:
    return chunk(b"iTXt", keyword + b"\0" + middle + text)


SVG = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- drawn by hand > -->
<svg xmlns="http://www.w3.org/2000/svg" viewBox='0 0 8 8' data-note="a > b">
  <title>Zo\xc3\xab</title><rect width="8" height="8" fill="#2060a0"/>
</svg>
"""


def svg(inside: bytes, *, root: bytes = b'xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"') -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg" ' + root + b">" + inside + b"</svg>"
