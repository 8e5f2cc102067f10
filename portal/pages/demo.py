"""The demonstration on the start page: who may use it, and how a copy is tampered with."""

import copy
import ipaddress
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from portal.pages.views import Change

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_FORWARDING_HEADERS = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_ADDITION = " with highest honours"
_PLACES = (
    ("credentialSubject", "achievement", "name"),
    ("credentialSubject", "name"),
    ("name",),
    ("issuer", "name"),
)


def is_operator(request: Request) -> bool:
    """True if the visitor sits at the node's own machine and called it by a loopback name.

    The name matters as much as the address: a page on the Internet whose name was pointed at 127.0.0.1 arrives
    from loopback too (DNS rebinding). Behind a proxy every visitor comes from loopback, so whatever was forwarded is
    refused.
    """
    if any(name in request.headers for name in _FORWARDING_HEADERS):
        return False
    return _is_loopback_address(request.client.host if request.client else "") and _host(request) in _LOOPBACK_NAMES


def is_own_form(request: Request) -> bool:
    """True if the form was sent by a page of this very origin (scheme, host and port)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("origin")
    if origin is None or origin == "null":  # extensions and settings may hide it; then Sec-Fetch-Site decides
        return site == "same-origin"
    return origin == f"{request.url.scheme}://{request.headers.get('host', '')}"


def tamper(document: Mapping[str, Any]) -> tuple[dict[str, Any], bytes, tuple[Change, ...]]:
    """Alter one member of a copy: what a forger would do to a diploma. The original stays as it is."""
    forged = copy.deepcopy(dict(document))
    for place in _PLACES:
        parent: Any = forged
        for key in place[:-1]:
            parent = parent.get(key) if isinstance(parent, dict) else None
            if isinstance(parent, list) and parent:
                parent = parent[0]
        before = parent.get(place[-1]) if isinstance(parent, dict) else None
        if isinstance(before, str):
            parent[place[-1]] = before + _ADDITION
            return forged, _bytes(forged), (Change(".".join(place), before, before + _ADDITION),)
    forged["name"] = _ADDITION.strip()
    return forged, _bytes(forged), (Change("name", "", _ADDITION.strip()),)


def _bytes(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _host(request: Request) -> str:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def _is_loopback_address(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text.split("%", 1)[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
