"""Responses of public pages: security headers, validators, problem details."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # The address of a credential's page is its key: it must not travel to other sites.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

NEVER_STORED = "no-store"
ASK_EACH_TIME_PRIVATE = "private, no-cache"
ASK_EACH_TIME_PUBLIC = "public, no-cache"
FOR_EVER = "public, max-age=31536000, immutable"


def respond(
    request: Request,
    body: str | bytes,
    *,
    media_type: str,
    cache_control: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One answer with validators: 304 when the client already has exactly this.

    The validator of text is weak, because whoever compresses it on the way changes its bytes.
    """
    content = body.encode() if isinstance(body, str) else body
    digest = hashlib.sha256(content).hexdigest()[:32]
    all_headers = {**_SECURITY_HEADERS, "Cache-Control": cache_control, **(headers or {})}
    if cache_control != NEVER_STORED and status == 200:
        all_headers["ETag"] = f'W/"{digest}"' if isinstance(body, str) else f'"{digest}"'
        if request.method in {"GET", "HEAD"} and _matches(request.headers.get("if-none-match"), digest):
            return Response(status_code=304, headers=all_headers)
    return Response(content, status_code=status, media_type=media_type, headers=all_headers)


def html(
    request: Request,
    body: str,
    *,
    cache_control: str = NEVER_STORED,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    return respond(
        request,
        body,
        media_type="text/html; charset=utf-8",
        cache_control=cache_control,
        status=status,
        headers=headers,
    )


def problem(request: Request, *, status: int, code: str, title: str, detail: str) -> Response:
    """RFC 9457 problem details. Clients match on `code`, which never changes."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail}
    return respond(
        request,
        json.dumps(body, ensure_ascii=False).encode(),
        media_type="application/problem+json",
        cache_control=NEVER_STORED,
        status=status,
    )


def _matches(if_none_match: str | None, digest: str) -> bool:
    """Weak comparison (RFC 9110, section 13.1.2)."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    tags = (tag.strip().removeprefix("W/").strip('"') for tag in if_none_match.split(","))
    return digest in tags
