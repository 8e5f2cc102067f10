"""JSON as it arrives from strangers: one reading only.

Two parsers that keep different members of a duplicate pair would see two documents under one
signature or digest, so such input is refused (RFC 8259, section 4, calls the result unpredictable).
"""

from __future__ import annotations

import json
import re
from typing import Any

from did.errors import InvalidDidDocument

MAX_DEPTH = 64

# An unclosed string runs to the end, where the parser will complain.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def parse_object(data: bytes | str) -> dict[str, Any]:
    """One JSON object in UTF-8.

    Raises:
        InvalidDidDocument: not JSON, duplicate members, half a surrogate pair, NaN or infinity, nested deeper than
            `MAX_DEPTH`, or not an object.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        if is_deeper_than(text, MAX_DEPTH):
            raise InvalidDidDocument("the JSON is nested too deeply")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
        if "\\ud" in text.lower():
            # Half of a surrogate pair can be escaped in JSON, but not be written as UTF-8.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except ValueError as error:
        raise InvalidDidDocument(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InvalidDidDocument("the JSON is not an object")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a member is given twice")
    return value


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def is_deeper_than(text: str, limit: int) -> bool:
    """Whether brackets outside of strings are nested deeper than `limit`.

    Looked at before parsing: the parser of CPython recurses on the C stack, and where a program has raised the
    recursion limit, deep input ends the process instead of raising `RecursionError`.
    """
    if text.count("[") + text.count("{") <= limit:
        return False
    # Nothing is deeper than it has opening brackets, and most documents have few.
    if text.count("[") + text.count("{") <= limit:
        return False
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        first = match[0][0]
        if first in "[{":
            depth += 1
            if depth > limit:
                return True
        elif first in "]}":
            depth -= 1
    return False
