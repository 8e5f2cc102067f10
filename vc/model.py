"""Strict JSON, and a typed read-only view over a credential as it was received.

A signed document is never rebuilt: the view reads the JSON, unknown members stay where they are.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from did.strict_json import is_deeper_than
from vc import timestamps
from vc.errors import ParsingError

MAX_DOCUMENT_BYTES = 256 * 1024
MAX_NESTING = 100
_MAX_SAFE_INTEGER = 2**53 - 1


def parse_json(data: bytes, *, max_bytes: int = MAX_DOCUMENT_BYTES) -> dict[str, Any]:
    """Read one JSON object, strictly (RFC 8259 with the restrictions of RFC 7493).

    Raises:
        ParsingError: not an object, or what `parse_json_value` refuses.
    """
    value = parse_json_value(data, max_bytes=max_bytes)
    if not isinstance(value, dict):
        raise ParsingError("the document is not a JSON object")
    return value


def parse_json_value(data: bytes, *, max_bytes: int = MAX_DOCUMENT_BYTES) -> Any:
    """Read one JSON value of any kind, as strictly as `parse_json` reads objects.

    Raises:
        ParsingError: too large, not UTF-8, not JSON, a member named twice, NaN, a number that does not survive a
            64-bit float, a lone surrogate, nested too deep.
    """
    if len(data) > max_bytes:
        raise ParsingError(f"the document has {len(data)} bytes; at most {max_bytes} are read")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParsingError(f"the document is not UTF-8 (byte {error.start})") from None
    if text.startswith("\ufeff"):
        raise ParsingError("the document starts with a byte order mark; JSON has none")
    if is_deeper_than(text, MAX_NESTING):
        raise ParsingError(f"the document is nested deeper than {MAX_NESTING}")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ParsingError(f"not JSON: {error.msg} at line {error.lineno} column {error.colno}") from None
    if "\\u" in text:
        _refuse_surrogates(value)
    return value


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise ParsingError(f"the member {name[:100]!r} is there twice")
            seen.add(name)
    return members


def _refuse_constant(text: str) -> NoReturn:
    raise ParsingError(f"JSON has no {text}")


def _parse_int(text: str) -> int:
    # A long run of digits is never converted: the work would grow with its square.
    if len(text) > 17 or not -_MAX_SAFE_INTEGER <= int(text) <= _MAX_SAFE_INTEGER:
        raise ParsingError("an integer beyond 2^53 - 1 does not survive transport")
    return int(text)


def _parse_float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ParsingError("a number is too large for a 64-bit float")
    return value


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique_members,
    parse_constant=_refuse_constant,
    parse_int=_parse_int,
    parse_float=_parse_float,
)


def _refuse_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise ParsingError("a lone surrogate is not text") from None


def list_of(value: Any) -> list[Any]:
    """JSON-LD's "one or many": nothing, one value, or an array of values, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential as received. Members of the wrong type read as absent; `vc.structure.check` names them."""

    json: Mapping[str, Any]

    @property
    def id(self) -> str | None:
        value = self.json.get("id")
        return value if isinstance(value, str) else None

    @property
    def contexts(self) -> tuple[Any, ...]:
        return tuple(list_of(self.json.get("@context")))

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(t for t in list_of(self.json.get("type")) if isinstance(t, str))

    @property
    def issuer_id(self) -> str | None:
        """The issuer's URL, given as a string or as an object's `id`."""
        issuer = self.json.get("issuer")
        if isinstance(issuer, Mapping):
            issuer = issuer.get("id")
        return issuer if isinstance(issuer, str) else None

    @property
    def valid_from(self) -> datetime | None:
        """Raises `MalformedValue` for a value that is no time."""
        return self._time("validFrom", "issuanceDate")

    @property
    def valid_until(self) -> datetime | None:
        """Raises `MalformedValue` for a value that is no time."""
        return self._time("validUntil", "expirationDate")

    @property
    def statuses(self) -> tuple[Mapping[str, Any], ...]:
        return self._objects("credentialStatus")

    @property
    def schemas(self) -> tuple[Mapping[str, Any], ...]:
        return self._objects("credentialSchema")

    @property
    def proofs(self) -> tuple[Mapping[str, Any], ...]:
        return self._objects("proof")

    @property
    def subjects(self) -> tuple[Mapping[str, Any], ...]:
        return self._objects("credentialSubject")

    def _objects(self, name: str) -> tuple[Mapping[str, Any], ...]:
        return tuple(item for item in list_of(self.json.get(name)) if isinstance(item, Mapping))

    def _time(self, *names: str) -> datetime | None:
        for name in names:
            if name in self.json:
                return timestamps.parse(self.json[name], f"/{name}")
        return None
