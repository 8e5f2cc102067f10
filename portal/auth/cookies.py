"""The session's cookie, and the proof that a write with it comes from the node's own pages."""

import hmac

from starlette.requests import Request
from starlette.responses import Response

from portal.errors import CrossSiteRequest
from portal.people.devices import KEPT_FOR
from portal.people.sessions import ABSOLUTE, csrf_token
from portal.wiring import Node

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"


def name(node: Node) -> str:
    """Under https browsers take the `__Host-` name only if it is Secure, of this very host, and for every path."""
    return "__Host-dcp_session" if _is_https(node) else "dcp_session"


def set_session(response: Response, node: Node, token: str) -> None:
    response.set_cookie(
        name(node), token, max_age=int(ABSOLUTE.total_seconds()), path="/", secure=_is_https(node), httponly=True,
        samesite="lax",
    )  # fmt: skip


def device_name(node: Node) -> str:
    return "__Host-dcp_device" if _is_https(node) else "dcp_device"


def set_device(response: Response, node: Node, device: str) -> None:
    """Outlives the session, and signs nobody in (portal/people/devices.py)."""
    response.set_cookie(
        device_name(node), device, max_age=int(KEPT_FOR.total_seconds()), path="/", secure=_is_https(node),
        httponly=True, samesite="lax",
    )  # fmt: skip


def clear_session(response: Response, node: Node) -> None:
    response.delete_cookie(name(node), path="/", secure=_is_https(node), httponly=True, samesite="lax")


def require_own_page(request: Request, node: Node, token: str) -> None:
    """A read passes; a write needs this node's `Origin` and the session's token. Raises `CrossSiteRequest`."""
    if request.method in _SAFE:
        return
    require_own_origin(request, node)
    sent = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode(), csrf_token(token).encode()):
        raise CrossSiteRequest(f"send the session's token as `{CSRF_HEADER}`; GET /v1/me says which it is")


def require_own_origin(request: Request, node: Node, *, missing_is_fine: bool = False) -> None:
    """Browsers name the page's origin in every write; programs do not. Raises `CrossSiteRequest`."""
    origin = request.headers.get("origin")
    if origin is None and missing_is_fine:
        return
    if origin not in {node.origin, f"{request.url.scheme}://{request.headers.get('host', '')}"}:
        raise CrossSiteRequest("a write with a session needs the header Origin of this node's own address")


def _is_https(node: Node) -> bool:
    return node.origin.startswith("https://")
