"""A credential in and out of an SVG (Open Badges 3.0, section 5.3.2).

The document is read as a stream by expat, as defusedxml does it: no tree, no entity, nothing fetched. Baking
splices one element in; every other byte of the picture stays.
"""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from vc.badges.image_errors import (
    AlreadyBaked,
    BadgeMalformed,
    EntitiesRefused,
    ImageNotRead,
    NoBadgeInside,
    NotBakeable,
    OlderBadgeInside,
    SeveralBadgesInside,
)
from vc.model import MAX_DOCUMENT_BYTES

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_OLDER_NAMESPACES = frozenset({"http://openbadges.org", "https://openbadges.org"})
_SVG = "http://www.w3.org/2000/svg"
_MAX_DEPTH = 500
_SEPARATOR = " "  # never part of a name or a namespace
_START_TAG = re.compile(rb"""<([^\s/>]++)(?:[^"'>]++|"[^"]*+"|'[^']*+')*+>""")


def read(image: bytes) -> bytes:
    """What the one `openbadges:credential` element holds. Raises `BakingError`."""
    found = _Reader(image)
    if not found.badges:
        if found.older:
            raise OlderBadgeInside("the picture carries a badge of Open Badges 2.0 or older; only 3.0 is read")
        raise NoBadgeInside("the picture carries no Open Badges 3.0 credential")
    if len(found.badges) > 1:
        raise SeveralBadgesInside(f"the picture carries {len(found.badges)} credentials; the standard allows one")
    return found.badges[0].content()


def bake(image: bytes, credential: bytes, *, replace: bool = False) -> bytes:
    """The same picture with `credential` in an element right after the root's start tag. Raises `BakingError`.

    A compact JWS becomes the attribute `verify`, a document the text of the element.
    """
    found = _Reader(image)
    if found.badges:
        if not replace:
            raise AlreadyBaked("the picture already carries a credential")
        for badge in reversed(found.badges):
            image = image[: badge.start] + image[badge.end :]
        found = _Reader(image)
    start = found.root_start
    tag = _START_TAG.match(image, start)
    if tag is None:
        raise ImageNotRead("the SVG has no root element that can be read")
    declared = found.root_prefixes.get("openbadges")
    inside = _element(credential, declare=declared not in (None, NAMESPACE))
    head = tag[0].removesuffix(b">")
    closed = head.endswith(b"/")
    head = head.removesuffix(b"/")
    if declared is None:
        head += f' xmlns:openbadges="{NAMESPACE}"'.encode()
    baked = head + b">" + inside + (b"</" + tag[1] + b">" if closed else b"")
    return image[:start] + baked + image[tag.end() :]


def _element(credential: bytes, *, declare: bool) -> bytes:
    """`declare` says the namespace on the element itself, where the root uses the prefix for another one."""
    try:
        text = credential.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise NotBakeable("the credential is not UTF-8 text") from error
    namespace = f" xmlns:openbadges={quoteattr(NAMESPACE)}" if declare else ""
    if not text.startswith("{"):
        return f"<openbadges:credential{namespace} verify={quoteattr(text)}></openbadges:credential>".encode()
    data = text.replace("]]>", "]]]]><![CDATA[>")
    return f"<openbadges:credential{namespace}><![CDATA[{data}]]></openbadges:credential>".encode()


class _Badge:
    """One element for a credential. `start` and `end` are byte offsets in the document."""

    def __init__(self, start: int, verify: str | None) -> None:
        self.start = start
        self.end = start
        self.verify = verify
        self.text: list[str] = []
        self.size = 0
        self.has_children = False

    def add(self, text: str) -> None:
        self.size += len(text)
        if self.size > MAX_DOCUMENT_BYTES:
            raise BadgeMalformed(f"the credential in the picture is larger than {MAX_DOCUMENT_BYTES // 1024} kB")
        self.text.append(text)

    def content(self) -> bytes:
        text = "".join(self.text).strip()
        if self.has_children:
            raise BadgeMalformed("the element with the credential holds other elements")
        if self.verify is not None and text:
            raise BadgeMalformed("the element with the credential holds two: an attribute and a text")
        content = (self.verify or text).strip()
        if not content:
            raise BadgeMalformed("the element for the credential is empty")
        return content.encode("utf-8")


class _Reader:
    """One pass over an SVG: the badges in it, and where its root's start tag is."""

    def __init__(self, image: bytes) -> None:
        self.badges: list[_Badge] = []
        self.older = False
        self.root_start = -1
        self.root_prefixes: dict[str, str] = {}
        self._depth = 0
        self._open: _Badge | None = None
        self._image = image
        self._parser = self._parser_of()
        try:
            self._parser.Parse(image, True)
        except expat.ExpatError as error:
            raise ImageNotRead(f"this is no SVG that can be read: {expat.ErrorString(error.code)}") from error

    def _parser_of(self) -> Any:
        if self._image.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise ImageNotRead("the SVG is not UTF-8 text")
        parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.XmlDeclHandler = _refuse_other_encodings
        parser.StartDoctypeDeclHandler = _refuse_internal_subset
        parser.EntityDeclHandler = _refuse_entity
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        return parser

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        if self._depth == 0 and prefix is not None and uri is not None:
            self.root_prefixes[prefix] = uri

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        uri, local, prefix = _name(name)
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ImageNotRead(f"the SVG is nested deeper than {_MAX_DEPTH}")
        if self._depth == 1:
            if local != "svg" or uri not in ("", _SVG):
                raise ImageNotRead("this is XML, but no SVG")
            self.root_start = self._parser.CurrentByteIndex
        if self._open is not None:
            self._open.has_children = True
        # Some readers go by the namespace and some by the prefix: what either would take is a badge.
        if local == "credential" and (uri == NAMESPACE or prefix == "openbadges"):
            badge = _Badge(self._parser.CurrentByteIndex, attributes.get("verify"))
            self.badges.append(badge)
            self._open = badge
        self.older = self.older or (local == "assertion" and (uri in _OLDER_NAMESPACES or prefix == "openbadges"))

    def _end(self, name: str) -> None:
        uri, local, prefix = _name(name)
        self._depth -= 1
        if self._open is not None and local == "credential" and (uri == NAMESPACE or prefix == "openbadges"):
            tag = _START_TAG.match(self._image, self._open.start)
            if tag is not None and tag[0].endswith(b"/>"):
                self._open.end = tag.end()
            else:
                self._open.end = self._image.index(b">", self._parser.CurrentByteIndex) + 1
            self._open = None

    def _text(self, text: str) -> None:
        if self._open is not None:
            self._open.add(text)


def _name(name: str) -> tuple[str, str, str]:
    """Namespace, local name and prefix, from expat's way to write them; empty where there is none."""
    parts = name.split(_SEPARATOR)
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def _refuse_other_encodings(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in ("utf-8", "utf8"):
        raise ImageNotRead(f"the SVG is written in {encoding[:40]}; only UTF-8 is read")


def _refuse_internal_subset(_name: str, _system: str | None, _public: str | None, has_internal_subset: bool) -> None:  # noqa: FBT001  expat's signature
    if has_internal_subset:
        raise EntitiesRefused("the SVG brings declarations of its own, which are not read")


def _refuse_entity(*_declaration: object) -> None:
    raise EntitiesRefused("the SVG declares entities, which are not read")
