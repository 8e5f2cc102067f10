"""JSON Canonicalization Scheme (RFC 8785).

Most documents hold no number with a fraction and no member name outside the Basic Multilingual
Plane. For those a plain sort and a compact print is the canonical form, and orjson does it about
fifty times faster; everything else goes the long way.
"""

from __future__ import annotations

import math
from typing import Any

import orjson
import rfc8785

from vc.errors import MalformedValue, PoisonGraph

MAX_SAFE_INTEGER = 2**53 - 1  # RFC 8785 section 3.2.2.3 and RFC 7493: larger ones change in transit
MAX_DEPTH = 128


def canonicalize(value: Any) -> bytes:
    """The canonical UTF-8 bytes of a JSON value.

    Raises:
        MalformedValue: an integer beyond 2^53 - 1, NaN or an infinity, a lone surrogate, a member
            name that is no string, or a value that JSON does not have.
        PoisonGraph: nested deeper than `MAX_DEPTH`.
    """
    if _is_plain(value, 0):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return rfc8785.dumps(value)


def _is_plain(value: Any, depth: int) -> bool:
    """Check `value`; tell whether sorting by UTF-8 and printing compactly is already canonical."""
    kind = type(value)
    if kind is str:
        _check_text(value)
        return True
    if value is None or kind is bool:
        return True
    if kind is int:
        if not -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
            raise MalformedValue("an integer beyond 2^53 - 1 has no canonical form")
        return True
    if kind is float:
        if not math.isfinite(value):
            raise MalformedValue("JSON has no NaN and no infinity")
        return False
    if depth >= MAX_DEPTH:
        raise PoisonGraph(f"the document is nested deeper than {MAX_DEPTH}")
    if kind is dict:
        return _members_are_plain(value, depth)
    if kind is list or kind is tuple:
        plain = True
        for index, item in enumerate(value):
            if type(item) is str and item.isascii():
                continue
            try:
                plain &= _is_plain(item, depth + 1)
            except MalformedValue as error:
                error.under(index)
                raise
        return plain
    raise MalformedValue(f"JSON has no {kind.__name__}")


def _members_are_plain(members: dict[Any, Any], depth: int) -> bool:
    plain = True
    for name, item in members.items():
        if type(name) is not str:
            raise MalformedValue("a member name is not a string")
        if not name.isascii():
            _check_text(name)
            # UTF-16 order (RFC 8785) and UTF-8 order differ only where astral characters meet U+E000..U+FFFF.
            plain &= max(name) < "\ue000"
        # Most values are plain text or an object: no need to call for each, or twice.
        kind = type(item)
        if kind is str and item.isascii():
            continue
        try:
            if kind is dict and depth + 1 < MAX_DEPTH:
                plain &= _members_are_plain(item, depth + 1)
            else:
                plain &= _is_plain(item, depth + 1)
        except MalformedValue as error:
            error.under(name)
            raise
    return plain


def _check_text(text: str) -> None:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise MalformedValue("a lone surrogate is not text") from None
