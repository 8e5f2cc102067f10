"""Pictures made to break their reader, or to show one badge to one reader and another to the next.

Run by `tests/attacks/test_badge_images.py`. Each case names its rule and where the rule is written or was broken.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from tests.vc.pictures import END, HEADER, PIXELS, SIGNATURE, SVG, chunk, itxt, png, svg
from vc.badges.baking import MAX_IMAGE_BYTES
from vc.badges.image_errors import (
    BadgeMalformed,
    BakingError,
    EntitiesRefused,
    ImageNotRead,
    ImageTooLarge,
    NoBadgeInside,
    SeveralBadgesInside,
)

_OB_PNG = "Open Badges 3.0, section 5.3.1"
_OB_SVG = "Open Badges 3.0, section 5.3.2"
_PNG = "PNG third edition, section 5"
_XML = "OWASP XML External Entity Prevention; defusedxml's table of attacks"
_ZIP = "CWE-409: highly compressed data"

GOOD = b"eyJhbGciOiJFUzI1NiJ9.e30.c2ln"
OTHER = b"eyJhbGciOiJFUzI1NiJ9.e30.b3RoZXI"
_ELEMENT = b'<openbadges:credential verify="' + GOOD + b'"/>'
_BOMB = zlib.compress(bytes(60_000_000), 9)


@dataclass(frozen=True)
class Case:
    rule: str
    source: str
    image: bytes
    error: type[BakingError]
    words: str


def _wrong_crc(image: bytes, at: bytes) -> bytes:
    place = image.index(at)
    return image[:place] + bytes([image[place] ^ 1]) + image[place + 1 :]


def _dtd(declarations: bytes, body: bytes = _ELEMENT) -> bytes:
    return b"<!DOCTYPE svg [" + declarations + b"]>" + svg(body)


_LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10 if level else b"lol" * 10) for level in range(10)
)

CASES = [
    # --- size and work -----------------------------------------------------------------------------
    Case("a PNG above the limit", "CWE-400", png(chunk(b"zzZz", bytes(MAX_IMAGE_BYTES))), ImageTooLarge, "larger"),
    Case("an SVG above the limit", "CWE-400", SVG + b" " * MAX_IMAGE_BYTES, ImageTooLarge, "larger"),
    Case("a credential above the limit in a PNG", "CWE-400", png(itxt(b"{" + b" " * 300_000 + b"}")),
         ImageTooLarge, "credential in the picture is larger"),
    Case("a credential above the limit in an SVG", "CWE-400",
         svg(b"<openbadges:credential>" + b"x" * 300_000 + b"</openbadges:credential>"), BadgeMalformed, "larger"),
    Case("a compressed credential that bursts", _ZIP, png(itxt(_BOMB, middle=b"\1\0\0\0")),
         BadgeMalformed, "compressed"),
    Case("a compressed credential at all", _OB_PNG + ": compression must not be used",
         png(itxt(zlib.compress(GOOD), middle=b"\1\0\0\0")), BadgeMalformed, "compressed"),
    Case("a compression method without compression", "PNG third edition, section 11.3.3.4",
         png(itxt(GOOD, middle=b"\0\1\0\0")), BadgeMalformed, "compressed"),
    Case("the keyword in a zTXt chunk", _OB_PNG,
         png(chunk(b"zTXt", b"openbadgecredential\0\0" + _BOMB)), BadgeMalformed, "zTXt"),
    Case("a picture of very many chunks", "CWE-400", png(chunk(b"tEXt") * 60_000), ImageNotRead, "more than 50000"),
    Case("an SVG nested without end", "CWE-674", svg(b"<g>" * 100_000), ImageNotRead, "nested deeper"),
    # --- two readers, two badges -------------------------------------------------------------------
    Case("two credentials in a PNG", _OB_PNG + ": not more than once", png(itxt(GOOD), itxt(OTHER)),
         SeveralBadgesInside, "2 credentials"),
    Case("the same credential twice in a PNG", _OB_PNG + ": not more than once", png(itxt(GOOD), itxt(GOOD)),
         SeveralBadgesInside, "2 credentials"),
    Case("one credential as iTXt and one as tEXt", _OB_PNG,
         png(itxt(GOOD), chunk(b"tEXt", b"openbadgecredential\0" + OTHER)), SeveralBadgesInside, "2 credentials"),
    Case("the keyword in a tEXt chunk", _OB_PNG, png(chunk(b"tEXt", b"openbadgecredential\0" + GOOD)),
         BadgeMalformed, "tEXt"),
    Case("two elements in an SVG", _OB_SVG + ": only one tag", svg(_ELEMENT * 2), SeveralBadgesInside, "2 credentials"),
    Case("a second element deep in the drawing", _OB_SVG + ": only one tag",
         svg(_ELEMENT + b"<defs><g>" + _ELEMENT + b"</g></defs>"), SeveralBadgesInside, "2 credentials"),
    Case("a second element under another prefix", "Namespaces in XML 1.0, section 3",
         svg(_ELEMENT + b'<x:credential xmlns:x="https://purl.imsglobal.org/ob/v3p0" verify="a.b.c"/>'),
         SeveralBadgesInside, "2 credentials"),
    Case("a second element under the prefix alone", "readers that go by the tag's name",
         svg(_ELEMENT + b'<g xmlns:openbadges="urn:other"><openbadges:credential verify="a.b.c"/></g>'),
         SeveralBadgesInside, "2 credentials"),
    Case("a credential in the attribute and one in the text", _OB_SVG,
         svg(b'<openbadges:credential verify="' + GOOD + b'">' + OTHER + b"</openbadges:credential>"),
         BadgeMalformed, "holds two"),
    Case("elements inside the element", _OB_SVG,
         svg(b"<openbadges:credential>eyJ<b/>hbGciOiJFUzI1NiJ9.e30.c2ln</openbadges:credential>"),
         BadgeMalformed, "other elements"),
    Case("an element inside the element", _OB_SVG,
         svg(b"<openbadges:credential>" + _ELEMENT + b"</openbadges:credential>"), SeveralBadgesInside, "2 credentials"),
    Case("a credential in a comment", "XML 1.0, section 2.5", svg(b"<!--" + _ELEMENT + b"-->"), NoBadgeInside, "no Open"),
    Case("a credential behind the end of the PNG", _PNG, png() + itxt(GOOD), ImageNotRead, "goes on"),
    Case("a PNG with an SVG behind it", "polyglot files", png(itxt(GOOD)) + svg(_ELEMENT), ImageNotRead, "goes on"),
    # --- damaged on the way, or on purpose ---------------------------------------------------------
    Case("a wrong checksum over the credential", _PNG + ".4: CRC", _wrong_crc(png(itxt(GOOD)), b"e30"),
         ImageNotRead, "checksum of the PNG's iTXt"),
    Case("a wrong checksum over the pixels", _PNG + ".4: CRC", _wrong_crc(png(itxt(GOOD)), PIXELS[-4:]),
         ImageNotRead, "checksum of the PNG's IDAT"),
    Case("a chunk longer than the file", _PNG + ".3",
         SIGNATURE + HEADER + b"\x7f\xff\xff\xffiTXt" + b"openbadgecredential\0", ImageNotRead, "middle of a chunk"),
    Case("a length that is negative in 32 bits", _PNG + ".3: at most 2^31 - 1",
         SIGNATURE + HEADER + b"\xff\xff\xff\xffiTXt" + bytes(40), ImageNotRead, "middle of a chunk"),
    Case("a file that stops in a chunk's head", _PNG, SIGNATURE + HEADER + b"\0\0", ImageNotRead, "middle of a chunk"),
    Case("a chunk whose name is no name", _PNG + ".3: ASCII letters", png(chunk(b"i\0Xt")), ImageNotRead, "impossible"),
    Case("a PNG without its header", _PNG + ".6", SIGNATURE + PIXELS + END, ImageNotRead, "begin with one header"),
    Case("a PNG with two headers", _PNG + ".6", png(HEADER), ImageNotRead, "begin with one header"),
    Case("a PNG without its end", _PNG + ".6", SIGNATURE + HEADER + itxt(GOOD), ImageNotRead, "before its end"),
    Case("a chunk without the zeros in it", "PNG third edition, section 11.3.3.4",
         png(chunk(b"iTXt", b"openbadgecredential\0\0\0" + GOOD)), BadgeMalformed, "put together"),
    # --- XML ---------------------------------------------------------------------------------------
    Case("a billion laughs", _XML, _dtd(_LAUGHS, b"<openbadges:credential>&l9;</openbadges:credential>"),
         EntitiesRefused, "declarations"),
    Case("one long entity, many times", _XML, _dtd(b'<!ENTITY a "' + b"a" * 50_000 + b'">', b"&a;" * 5_000),
         EntitiesRefused, "declarations"),
    Case("a file as an entity", "CWE-611", _dtd(b'<!ENTITY f SYSTEM "file:///etc/hostname">',
         b"<openbadges:credential>&f;</openbadges:credential>"), EntitiesRefused, "declarations"),
    Case("a parameter entity from elsewhere", "CWE-611", _dtd(b'<!ENTITY % p SYSTEM "http://127.0.0.1/p"> %p;'),
         EntitiesRefused, "declarations"),
    Case("a default attribute by declaration", "XML 1.0, section 3.3.2",
         _dtd(b'<!ATTLIST openbadges:credential verify CDATA "a.b.c">', b"<openbadges:credential/>"),
         EntitiesRefused, "declarations"),
    Case("an entity of a document type elsewhere", "XML 1.0, section 4.1",
         b'<!DOCTYPE svg SYSTEM "http://127.0.0.1/svg.dtd">' + svg(b"<openbadges:credential>&x;</openbadges:credential>"),
         BadgeMalformed, "empty"),
    Case("another encoding than the one it is read in", "XML 1.0, appendix F",
         b'<?xml version="1.0" encoding="UTF-7"?>' + svg(_ELEMENT), ImageNotRead, "UTF-8"),
    Case("an encoding that hides the tags from filters", "CAPEC-267",
         b'<?xml version="1.0" encoding="UTF-16"?>' + svg(_ELEMENT), ImageNotRead, "UTF-8"),
    Case("bytes that are no UTF-8", "RFC 3629, section 3: overlong forms",
         svg(b'<openbadges:credential verify="\xc0\xae"/>'), ImageNotRead, "no SVG"),
    Case("a web page with a drawing in it", "OB 3.0, section 5.3.2: the SVG is the document",
         b"<html><svg>" + _ELEMENT + b"</svg></html>", ImageNotRead, "no SVG"),
    Case("XML that ends too soon", "XML 1.0, section 2.1", svg(_ELEMENT)[:-3], ImageNotRead, "no SVG"),
]  # fmt: skip
