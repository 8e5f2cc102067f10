"""Expanded JSON-LD to RDF quads (JSON-LD 1.1 API, sections 7.2 and 8.1), in N-Quads terms.

A term is kept as the text that N-Quads has for it, escaped the canonical way (RDFC-1.0, "Canonical
N-Quads"): `<iri>`, `_:b0`, `"text"`. A quad is four of them, the last one empty in the default graph.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from vc.canonical import jcs
from vc.canonical.values import Expanded
from vc.errors import MalformedValue, PoisonGraph

Quad = tuple[str, str, str, str]

MAX_QUADS: Final = 20_000
MAX_TEXT: Final = 8_000_000  # characters of all statements
MAX_SAFE_INTEGER: Final = 2**53 - 1

RDF_TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_RDF_FIRST: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#first>"
_RDF_REST: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#rest>"
_RDF_NIL: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#nil>"
_RDF_JSON: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON>"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_I18N: Final = "https://www.w3.org/ns/i18n#"

_ESCAPES: Final = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {
    0x08: "\\b",
    0x09: "\\t",
    0x0A: "\\n",
    0x0C: "\\f",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
}
_NEEDS_ESCAPE: Final = re.compile(r'[\x00-\x1f"\\\x7f]')
_NO_TEXT: Final = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
_DECIMAL_TEXT: Final = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,4})?")
_SIXTEEN_DIGITS: Final = Context(prec=16, rounding=ROUND_HALF_UP)


def quoted(text: str) -> str:
    """A string literal in canonical N-Quads, without its type.

    Raises:
        MalformedValue: lone surrogates are no text; U+FFFE and U+FFFF are written differently by
            different processors, so a signature over them would not travel.
    """
    if not text.isascii() and _NO_TEXT.search(text):
        raise MalformedValue("a lone surrogate, U+FFFE or U+FFFF cannot be signed")
    if _NEEDS_ESCAPE.search(text):
        text = text.translate(_ESCAPES)
    return f'"{text}"'


def literal(item: Expanded) -> str:
    """A value object as an RDF literal. Raises `MalformedValue` for what processors would read differently."""
    value = item["@value"]
    types = item.get("@type")
    datatype: str | None = types[0] if types else None
    if datatype == "@json":
        return f"{quoted(jcs.canonicalize(value).decode())}^^{_RDF_JSON}"
    if isinstance(value, str):
        return _text_literal(value, datatype, item)
    if isinstance(value, bool):
        return _typed("true" if value else "false", datatype or f"{_XSD}boolean")
    if isinstance(value, int) and not -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
        raise MalformedValue("an integer beyond 2^53 - 1 changes in transport")
    return _number_literal(value, datatype)


def _text_literal(value: str, datatype: str | None, item: Expanded) -> str:
    if datatype is not None:
        return _typed(_double_text(value) if datatype == f"{_XSD}double" else value, datatype)
    language = item.get("@language")
    direction = item.get("@direction")
    if direction is not None:
        # rdfDirection "i18n-datatype", as the Data Integrity cryptosuites set it
        return f"{quoted(value)}^^<{_I18N}{language or ''}_{direction}>"
    if language is not None:
        return f"{quoted(value)}@{language}"
    return quoted(value)


def _typed(value: str, datatype: str) -> str:
    return quoted(value) if datatype == f"{_XSD}string" else f"{quoted(value)}^^<{datatype}>"


def _number_literal(value: float, datatype: str | None) -> str:
    """Section 8.6, numbers."""
    if not math.isfinite(value):
        raise MalformedValue("JSON has no NaN and no infinity")
    if datatype != f"{_XSD}double" and abs(value) < 1e21 and float(value).is_integer():
        return _typed(str(int(value)), datatype or f"{_XSD}integer")
    text = canonical_double(value)
    if datatype != f"{_XSD}double" and 0 < abs(value) < 1e-6 and "." not in repr(value):
        # 5e-7 prints without a decimal point, and some processors make an integer 0 of it.
        raise MalformedValue("processors disagree about so small a number; write it as a string")
    return _typed(text, datatype or f"{_XSD}double")


def _double_text(text: str) -> str:
    """A string typed as double. Others convert it like a number; what they cannot convert is refused."""
    if not _DECIMAL_TEXT.fullmatch(text) or not math.isfinite(float(text)):
        raise MalformedValue("text of the type double is a decimal number")
    return canonical_double(float(text))


def canonical_double(value: float) -> str:
    """XML Schema's canonical double with 15 digits after the point, as in `5.5E0`."""
    if value == 0:
        return "0.0E0"
    # Ties go away from zero, as in the number formatting of ECMAScript.
    rounded = _SIXTEEN_DIGITS.create_decimal(Decimal(value))
    sign, digits, _ = rounded.as_tuple()
    text = "".join(map(str, digits)).rstrip("0")
    return f"{'-' if sign else ''}{text[:1]}.{text[1:] or '0'}E{rounded.adjusted()}"


class QuadWriter:
    """Writes the quads of expanded node objects. Blank nodes are named `_:b0`, `_:b1`, …"""

    def __init__(self) -> None:
        self.quads: dict[Quad, None] = {}  # a set that keeps its order
        self._count = 0
        self._size = 0
        self._names: dict[str, str] = {}

    def write(self, nodes: list[Expanded]) -> None:
        """Raises `PoisonGraph` past `MAX_QUADS`, `MalformedValue` for values that have no literal."""
        for node in nodes:
            self._node(node, "")

    def _new_blank(self) -> str:
        name = f"_:b{self._count}"
        self._count += 1
        return name

    def _term(self, identifier: str) -> str:
        if identifier.startswith("_:"):
            if identifier not in self._names:
                self._names[identifier] = self._new_blank()
            return self._names[identifier]
        return f"<{identifier}>"

    def _add(self, quad: Quad) -> None:
        self.quads[quad] = None
        self._size += len(quad[0]) + len(quad[1]) + len(quad[2])
        if len(self.quads) > MAX_QUADS or self._size > MAX_TEXT:
            raise PoisonGraph(f"the document makes more than {MAX_QUADS} statements, or very long ones")

    def _node(self, node: Expanded, graph: str) -> str:
        identifier = node.get("@id")
        subject = self._new_blank() if identifier is None else self._term(identifier)
        for name, values in node.items():
            if name == "@id":
                continue
            if name == "@type":
                for type_ in values:
                    self._add((subject, RDF_TYPE, self._term(type_), graph))
            elif name == "@graph":
                for inner in values:
                    self._node(inner, subject)
            elif name == "@included":
                for inner in values:
                    self._node(inner, graph)
            elif name == "@reverse":
                for property_, others in values.items():
                    for other in others:
                        self._add((self._node(other, graph), f"<{property_}>", subject, graph))
            else:
                predicate = f"<{name}>"
                for value in values:
                    self._add((subject, predicate, self._object(value, graph), graph))
        return subject

    def _object(self, value: Expanded, graph: str) -> str:
        if "@value" in value:
            return literal(value)
        if "@list" in value:
            return self._list(value["@list"], graph)
        return self._node(value, graph)

    def _list(self, items: list[Expanded], graph: str) -> str:
        """Section 8.3."""
        head = _RDF_NIL
        for item in reversed(items):
            cell = self._new_blank()
            self._add((cell, _RDF_FIRST, self._object(item, graph), graph))
            self._add((cell, _RDF_REST, head, graph))
            head = cell
        return head
