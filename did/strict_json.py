"""JSON as it arrives from strangers: one reading only.

Two parsers that keep different members of a duplicate pair would see two documents under one
signature or digest, so such input is refused (RFC 8259, section 4, calls the result unpredictable).
"""

from __future__ import annotations

import json
from typing import Any

from did.errors import InvalidDidDocument

MAX_DEPTH = 64


def parse_object(data: bytes | str) -> dict[str, Any]:
    """One JSON object in UTF-8.

    Raises:
        InvalidDidDocument: not JSON, duplicate members, half a surrogate pair, NaN or infinity, nested deeper than
            `MAX_DEPTH`, or not an object.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
        if "\\ud" in text.lower():
            # Half of a surrogate pair can be escaped in JSON, but not be written as UTF-8.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise InvalidDidDocument("the JSON is nested too deeply") from error
    except ValueError as error:
        raise InvalidDidDocument(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise InvalidDidDocument("the JSON is not an object")
    if _depth_exceeds(value, MAX_DEPTH):
        raise InvalidDidDocument("the JSON is nested too deeply")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a member is given twice")
    return value


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _depth_exceeds(value: object, limit: int) -> bool:
    level: list[object] = [value]
    for _ in range(limit):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
