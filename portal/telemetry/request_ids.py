"""One name per request, in the answer, in every line of the log, and in every problem; and the caller's trace, if any.

`X-Request-Id` is taken over from the caller when it looks like one. `traceparent` is read as W3C Trace Context says:
a malformed one counts as none.
"""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
# Trace Context, section 3.2: version ff is invalid; so are a trace id and a parent id of zeros only.
_TRACEPARENT = re.compile(
    rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-[\x21-\x7e]*)?"
)


@dataclass(frozen=True, slots=True)
class RequestNames:
    """`trace_id` is 32 hexadecimal digits, or None when the caller traces nothing."""

    request_id: str
    trace_id: str | None


_current: ContextVar[RequestNames | None] = ContextVar("request_names", default=None)


def current_names() -> RequestNames | None:
    """Of the request that is being answered; None outside of one."""
    return _current.get()


class RequestIds:
    """ASGI middleware; the outermost, so that everything below can be named."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        names = RequestNames(_request_id(headers.get(b"x-request-id")), _trace_id(headers.get(b"traceparent")))
        scope["request_names"] = names  # the outermost frame, above this one, answers faults of the node
        token = _current.set(names)

        async def named_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-request-id", names.request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, named_send)
        finally:
            _current.reset(token)


def _request_id(given: bytes | None) -> str:
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given.decode()
    return f"req_{secrets.token_hex(12)}"


def _trace_id(given: bytes | None) -> str | None:
    found = None if given is None else _TRACEPARENT.fullmatch(given)
    # Version 00 has exactly four parts (section 3.2.2); later versions may add more.
    if found is None or (given is not None and given.startswith(b"00-") and len(given) != 55):
        return None
    return found[1].decode()
