"""DIDs and DID URLs (Decentralized Identifiers 1.0, sections 3.1 and 3.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote

from did.errors import InvalidDid, InvalidDidUrl

MAX_LENGTH = 4_096

_ID_CHARS = r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})"
_DID = rf"did:(?P<method>[a-z0-9]+):(?P<id>(?:{_ID_CHARS}*:)*{_ID_CHARS}+)"
# RFC 3986: pchar, and for query and fragment also "/" and "?".
_PCHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_DID_RE = re.compile(_DID, re.ASCII)
_DID_URL_RE = re.compile(
    rf"{_DID}(?P<path>(?:/{_PCHAR}*)*)(?:\?(?P<query>(?:{_PCHAR}|[/?])*))?(?:\#(?P<fragment>(?:{_PCHAR}|[/?])*))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Did:
    """A syntactically valid DID. That it resolves is another question."""

    method: str
    method_specific_id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `InvalidDid` unless all of `text` is one DID, without path, query or fragment."""
        match = _DID_RE.fullmatch(text) if len(text) <= MAX_LENGTH else None
        if match is None:
            raise InvalidDid(f"{text[:200]!r} is not a DID")
        return cls(match["method"], match["id"])

    def __str__(self) -> str:
        return f"did:{self.method}:{self.method_specific_id}"


@dataclass(frozen=True, slots=True)
class DidUrl:
    """`path` is empty or begins with a slash; `query` and `fragment` come without their mark."""

    did: Did
    path: str = ""
    query: str | None = None
    fragment: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `InvalidDidUrl` unless all of `text` is one absolute DID URL."""
        match = _DID_URL_RE.fullmatch(text) if len(text) <= MAX_LENGTH else None
        if match is None:
            raise InvalidDidUrl(f"{text[:200]!r} is not a DID URL")
        return cls(Did(match["method"], match["id"]), match["path"], match["query"], match["fragment"])

    def __str__(self) -> str:
        query = "" if self.query is None else f"?{self.query}"
        fragment = "" if self.fragment is None else f"#{self.fragment}"
        return f"{self.did}{self.path}{query}{fragment}"

    def parameters(self) -> dict[str, str]:
        """The DID parameters of the query. Raises `InvalidDidUrl` when one is given twice."""
        found: dict[str, str] = {}
        for part in (self.query or "").split("&"):
            name, _, value = part.partition("=")
            if not name:
                continue
            name = unquote(name)
            if name in found:
                raise InvalidDidUrl(f"the parameter {name!r} is given twice")
            found[name] = unquote(value)
        return found
