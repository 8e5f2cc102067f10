"""N-Quads as text (RDF 1.1 N-Quads): read into quads, with every term in its canonical form."""

from __future__ import annotations

import re
from typing import Final

from vc.canonical.quads import MAX_QUADS, Quad, quoted
from vc.errors import InvalidNQuads, MalformedValue, PoisonGraph

_IRI = r"<(?:[^\x00-\x20<>\"{}|^`\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>"
_BLANK = (
    r"_:[A-Za-z0-9_:\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    r"\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]"
    r"(?:[^\s<>\"\\]*[^\s<>\"\\.])?"
)
_STRING = r'"(?:[^\x22\x5c\x0a\x0d]|\\[tbnrf"\'\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*"'
_LANGUAGE = r"@[a-zA-Z]+(?:-[a-zA-Z0-9]+)*"
_LITERAL = rf"{_STRING}(?:\^\^{_IRI}|{_LANGUAGE})?"
_STATEMENT = re.compile(
    rf"[ \t]*({_IRI}|{_BLANK})[ \t]*({_IRI})[ \t]*({_IRI}|{_BLANK}|{_LITERAL})[ \t]*({_IRI}|{_BLANK})?[ \t]*\."
    r"[ \t]*(?:#.*)?"
)
_NOTHING = re.compile(r"[ \t]*(?:#.*)?")
_LITERAL_PARTS = re.compile(rf"({_STRING})(?:\^\^({_IRI})|({_LANGUAGE}))?", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_SINGLE: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_XSD_STRING: Final = "<http://www.w3.org/2001/XMLSchema#string>"


def parse_nquads(text: str) -> list[Quad]:
    """The statements of `text`, without duplicates, in their order.

    Raises:
        InvalidNQuads: a line that is no statement.
        PoisonGraph: more than `MAX_QUADS` statements.
    """
    quads: dict[Quad, None] = {}
    for number, line in enumerate(re.split(r"[\r\n]+", text), start=1):
        match = _STATEMENT.fullmatch(line)
        if match is None:
            if _NOTHING.fullmatch(line):
                continue
            raise InvalidNQuads(f"statement {number} is not N-Quads")
        subject, predicate, object_, graph = match.groups()
        try:
            quads[_term(subject), _term(predicate), _term(object_), _term(graph or "")] = None
        except MalformedValue as error:
            raise InvalidNQuads(f"statement {number}: {error.message}") from None
        if len(quads) > MAX_QUADS:
            raise PoisonGraph(f"more than {MAX_QUADS} statements")
    return list(quads)


def _term(text: str) -> str:
    if not text.startswith('"'):
        return _unescaped(text) if "\\" in text else text
    match = _LITERAL_PARTS.fullmatch(text)
    if match is None:  # the statement's expression has matched it already
        raise InvalidNQuads("a literal is broken")
    value, datatype, language = match.groups()
    canonical = quoted(_unescaped(value[1:-1]))
    if datatype is not None and datatype != _XSD_STRING:
        return f"{canonical}^^{_unescaped(datatype)}"
    return canonical + (language or "")


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_replace, text)


def _replace(match: re.Match[str]) -> str:
    short, long, single = match.groups()
    if single is not None:
        return _SINGLE[single]
    code = int(short or long, 16)
    if code > 0x10FFFF:
        raise InvalidNQuads("an escape past the end of Unicode")
    return chr(code)
