"""A URL that may be asked, checked as text before anything is resolved.

There is no repair here. A URL that two parsers could read differently is refused, because the one
that checks and the one that connects must mean the same host (WHATWG URL and RFC 3986 differ in
backslashes, userinfo, white space and the many spellings of an IPv4 address).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Self

import httpcore

from did.addresses import is_loopback, parse_address
from did.errors import FetchRefused

MAX_LENGTH = 4_096

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?P<fragment>#.*)?",
    re.ASCII,
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
        if len(url) > MAX_LENGTH:
            raise FetchRefused("length", f"the URL has {len(url)} characters")
        if any(not "!" <= char <= "~" for char in url) or "\\" in url:
            raise FetchRefused("characters", f"the URL has characters that no URL may have: {url[:200]!r}")
        match = _URL.fullmatch(url)
        if match is None:
            raise FetchRefused("syntax", f"{url[:200]!r} is not an absolute URL")
        scheme = match["scheme"].lower()
        if scheme != "https" and not (scheme == "http" and allow_loopback):
            raise FetchRefused("scheme", f"only https is asked, not {scheme}")
        if "@" in match["authority"]:
            raise FetchRefused("userinfo", "a URL with a user name in it is not asked")
        host, port = _host_and_port(match["authority"], scheme)
        loopback = allow_loopback and _is_loopback_host(host)
        if not loopback:
            _check_name(host)
            _check_port(port, scheme)
        return cls(url.partition("#")[0], scheme, host, port, (match["path"] or "/") + (match["query"] or ""))

    @property
    def authority(self) -> str:
        """The value of the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def for_httpcore(self) -> httpcore.URL:
        return httpcore.URL(
            scheme=self.scheme.encode(), host=self.host.encode(), port=self.port, target=self.path.encode()
        )


def _host_and_port(authority: str, scheme: str) -> tuple[str, int]:
    if authority.startswith("["):
        text, bracket, rest = authority[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise FetchRefused("host-syntax", f"{authority!r} is not an address in brackets")
        if "%" in text:
            raise FetchRefused("zone", f"{text!r} names a network interface of this machine")
        address = parse_address(text)
        if not isinstance(address, IPv6Address):
            raise FetchRefused("host-syntax", f"{text!r} is no IPv6 address")
        host, port = str(address), rest[1:] if rest else ""
    else:
        host, _, port = authority.partition(":")
        host = host.lower()
    if not port and not authority.endswith(":"):
        return host, _PORTS[scheme]
    if _PORT.fullmatch(port) is None or not 0 < int(port) < 65_536:
        raise FetchRefused("port-syntax", f"{port!r} is not a port")
    return host, int(port)


def _check_name(host: str) -> None:
    if ":" in host:
        return
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]) or (labels[-1] == "" and len(labels) > 1 and _NUMBER.fullmatch(labels[-2])):
        # Whatever ends in a number is an IPv4 address to somebody (WHATWG URL, "ends in a number").
        address = parse_address(host)
        if not isinstance(address, IPv4Address) or str(address) != host:
            raise FetchRefused("ambiguous-address", f"{host!r} is an IPv4 address in a spelling that is not standard")
        return
    if len(host) > 253 or any(_LABEL.fullmatch(label) is None for label in labels):
        raise FetchRefused("host-syntax", f"{host!r} is not a host name")
    if len(labels) == 1 or any(host == name or host.endswith("." + name) for name in _LOCAL_SUFFIXES):
        raise FetchRefused("local-name", f"{host!r} is a name on this machine or its network")


def _check_port(port: int, scheme: str) -> None:
    # The other well-known ports belong to other protocols.
    if port < 1_024 and port != _PORTS[scheme]:
        raise FetchRefused("port", f"port {port} is not asked")


def _is_loopback_host(host: str) -> bool:
    address = parse_address(host)
    return host == "localhost" or host.endswith(".localhost") or (address is not None and is_loopback(address))
