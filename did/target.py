"""A URL that may be asked, checked as text before anything is resolved.

There is no repair here. A URL that two parsers could read differently is refused, because the one
that checks and the one that connects must mean the same host (WHATWG URL and RFC 3986 differ in
backslashes, userinfo, white space and the many spellings of an IPv4 address).

Any text comes apart somehow (`Parts`); `RULES` are what makes a URL of it, each on its own: a rule relies on no
other one, so that a test can take one away and see what only that one held back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Self

import httpcore

from did.addresses import is_loopback, parse_address
from did.errors import FetchRefused

MAX_LENGTH = 4_096

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*(/[^?#]*)?(\?[^#]*)?(#.*)?", re.ASCII)
# RFC 3986, appendix B: every text comes apart.
_PARTS = re.compile(
    r"((?P<scheme>[^:/?#]+):)?(//(?P<authority>[^/?#]*))?(?P<path>[^?#]*)(?P<query>\?[^#]*)?(#.*)?", re.DOTALL
)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_PORTS = {"https": 443, "http": 80}
# Names that only the machine or its network knows (RFC 6761, RFC 6762 with its appendix G, RFC 8375,
# RFC 9476, and ICANN's choice of .internal).
_LOCAL_SUFFIXES = (
    *("localhost", "localdomain", "local", "internal", "intranet", "private"),
    *("corp", "home", "home.arpa", "lan", "alt", "onion"),
)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a text says as a URL, true or not. `host` is in lower case, or an address in its standard spelling.

    `port_text` is None where there is no colon. `of_this_machine`: such a host was named, and may be.
    """

    url: str
    scheme: str
    authority: str
    host: str
    port_text: str | None
    path: str
    allow_loopback: bool
    of_this_machine: bool

    @classmethod
    def split(cls, url: str, *, allow_loopback: bool) -> Self:
        match = _PARTS.fullmatch(url)
        found = {} if match is None else match.groupdict()
        authority = found.get("authority") or ""
        if authority.startswith("["):
            host, _, rest = authority[1:].partition("]")
            port_text = rest[1:] if rest.startswith(":") else None
        else:
            host, colon, rest = authority.partition(":")
            port_text = rest if colon else None
        address = parse_address(host)
        host = host.lower() if address is None else str(address)
        return cls(
            url,
            (found.get("scheme") or "").lower(),
            authority,
            host,
            port_text,
            (found.get("path") or "/") + (found.get("query") or ""),
            allow_loopback,
            allow_loopback and _is_loopback_host(host),
        )

    @property
    def in_brackets(self) -> str | None:
        return self.authority[1:].partition("]")[0] if self.authority.startswith("[") else None

    @property
    def port(self) -> int:
        if self.port_text is None or _PORT.fullmatch(self.port_text) is None:
            return _PORTS.get(self.scheme, _PORTS["https"])
        return int(self.port_text)


@dataclass(frozen=True, slots=True)
class Rule:
    """`broken` says what is wrong with a URL, or None. `name` is stable; two rows may share one."""

    name: str
    broken: Callable[[Parts], str | None]


@dataclass(frozen=True, slots=True)
class Target:
    """`host` is a name in lower case or a plain address, without brackets. `path` includes the query."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str, *, allow_loopback: bool) -> Self:
        """Raises `FetchRefused`; its `rule` says why."""
        parts = Parts.split(url, allow_loopback=allow_loopback)
        for rule in RULES:
            reason = rule.broken(parts)
            if reason is not None:
                raise FetchRefused(rule.name, reason)
        return cls(url.partition("#")[0], parts.scheme, parts.host, parts.port, parts.path)

    @property
    def authority(self) -> str:
        """The value of the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS.get(self.scheme) else f"{host}:{self.port}"

    def for_httpcore(self) -> httpcore.URL:
        return httpcore.URL(
            scheme=self.scheme.encode(), host=self.host.encode(), port=self.port, target=self.path.encode()
        )


def _length(parts: Parts) -> str | None:
    return f"the URL has {len(parts.url)} characters" if len(parts.url) > MAX_LENGTH else None


def _characters(parts: Parts) -> str | None:
    if any(not "!" <= char <= "~" for char in parts.url) or "\\" in parts.url:
        return f"the URL has characters that no URL may have: {parts.url[:200]!r}"
    return None


def _syntax(parts: Parts) -> str | None:
    return None if _URL.fullmatch(parts.url) else f"{parts.url[:200]!r} is not an absolute URL"


def _scheme(parts: Parts) -> str | None:
    # Whether plain http leads to this machine is known when the name is resolved (`did.fetch`).
    if parts.scheme == "https" or (parts.scheme == "http" and parts.allow_loopback):
        return None
    return f"only https is asked, not {parts.scheme}"


def _userinfo(parts: Parts) -> str | None:
    return "a URL with a user name in it is not asked" if "@" in parts.authority else None


def _brackets(parts: Parts) -> str | None:
    _, bracket, rest = parts.authority.partition("]")
    if parts.in_brackets is not None and (not bracket or (rest and not rest.startswith(":"))):
        return f"{parts.authority!r} is not an address in brackets"
    return None


def _zone(parts: Parts) -> str | None:
    text = parts.in_brackets
    return None if text is None or "%" not in text else f"{text!r} names a network interface of this machine"


def _bracketed_address(parts: Parts) -> str | None:
    text = parts.in_brackets
    return None if text is None or isinstance(parse_address(text), IPv6Address) else f"{text!r} is no IPv6 address"


def _port_syntax(parts: Parts) -> str | None:
    text = parts.port_text
    if text is None or (_PORT.fullmatch(text) and 0 < int(text) < 65_536):
        return None
    return f"{text!r} is not a port"


def _ambiguous_address(parts: Parts) -> str | None:
    # Whatever ends in a number is an IPv4 address to somebody (WHATWG URL, "ends in a number").
    labels = parts.host.split(".")
    last = labels[-2] if labels[-1] == "" and len(labels) > 1 else labels[-1]
    if _NUMBER.fullmatch(last) is None or isinstance(parse_address(parts.host), IPv4Address):
        return None
    return f"{parts.host!r} is an IPv4 address in a spelling that is not standard"


def _host_name(parts: Parts) -> str | None:
    if _names_none(parts) or (
        len(parts.host) <= 253 and all(_LABEL.fullmatch(label) for label in parts.host.split("."))
    ):
        return None
    return f"{parts.host!r} is not a host name"


def _local_name(parts: Parts) -> str | None:
    if _names_none(parts):
        return None
    if "." not in parts.host or any(("." + parts.host).endswith("." + name) for name in _LOCAL_SUFFIXES):
        return f"{parts.host!r} is a name on this machine or its network"
    return None


def _port(parts: Parts) -> str | None:
    # The other well-known ports belong to other protocols.
    if parts.of_this_machine or parts.port >= 1_024 or parts.port == _PORTS.get(parts.scheme):
        return None
    return f"port {parts.port} is not asked"


def _names_none(parts: Parts) -> bool:
    """An address is no name, and names of this machine are known when they may be asked."""
    return ":" in parts.host or parts.of_this_machine


def _is_loopback_host(host: str) -> bool:
    address = parse_address(host)
    return host == "localhost" or host.endswith(".localhost") or (address is not None and is_loopback(address))


RULES: tuple[Rule, ...] = (
    Rule("length", _length),
    Rule("characters", _characters),
    Rule("syntax", _syntax),
    Rule("scheme", _scheme),
    Rule("userinfo", _userinfo),
    Rule("host-syntax", _brackets),
    Rule("zone", _zone),
    Rule("host-syntax", _bracketed_address),
    Rule("port-syntax", _port_syntax),
    Rule("ambiguous-address", _ambiguous_address),
    Rule("host-syntax", _host_name),
    Rule("local-name", _local_name),
    Rule("port", _port),
)
