"""`Idempotency-Key`: a request that is sent again gets the answer of the first time, and is carried out once.

For POST under /v1/ by callers who name themselves. The same key with another body is refused; while the first is
under way, a second is told to wait. Draft-ietf-httpapi-idempotency-key-header, with the rules that Stripe made usual.
"""

import hashlib
import re
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.idempotency import store
from portal.idempotency.store import Answer, Begun, InFlight, OtherRequest
from portal.problems import send_problem
from portal.wiring import Node

_CREDENTIALS = (b"authorization", b"x-api-key", b"cookie")
_KEY = re.compile(rb"[\x21-\x7e]{1,255}")
_BOUNDARY = re.compile(rb'boundary="?([^";,]{1,200})"?', re.IGNORECASE)
# Nothing was done, and a repetition may go better.
_NOT_KEPT = frozenset({401, 403, 413, 429, 503})
# Where a program can wait for the same request that is already under way.
_RETRY_AFTER = b"1"


class IdempotencyKeys:
    """ASGI middleware; `get_node` is asked when the first such request comes.

    `is_known` says whether the request's key or session is good now.
    """

    def __init__(self, app: ASGIApp, get_node: Callable[[], Node], is_known: Callable[[Scope], bool]) -> None:
        self._app, self._get_node, self._is_known = app, get_node, is_known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"]) if scope["type"] == "http" else {}
        key = headers.get(b"idempotency-key")
        caller = [headers[name] for name in _CREDENTIALS if name in headers]
        if key is None or not caller or scope["method"] != "POST" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
        elif _KEY.fullmatch(key) is None:
            await send_problem(
                send, 400, "invalid-idempotency-key", "Use 1 to 255 visible ASCII characters, best a UUID."
            )
        else:
            name = _digest(*caller, scope["path"].encode(), scope["query_string"], key)
            await self._once(scope, receive, send, name, headers.get(b"content-type", b""))

    async def _once(self, scope: Scope, receive: Receive, send: Send, name: bytes, content_type: bytes) -> None:
        body = await _read(receive)
        if body is None:  # the client is gone, or the body was too large and has been refused
            return
        node = self._get_node()
        if not await run_in_threadpool(self._is_known, scope):
            # A key that was revoked meanwhile gets nothing that was kept for it; the application says why.
            await self._app(scope, _once(body), send)
            return
        request = _digest(content_type.partition(b";")[0], _without_boundary(body, content_type))
        found = await run_in_threadpool(store.begin, node, name, request, now=node.now())
        match found:
            case Begun():
                await self._carry_out(scope, send, body, node, found)
            case InFlight():
                detail = "The same request is being carried out; ask again soon."
                headers = [(b"retry-after", _RETRY_AFTER)]
                await send_problem(send, 409, "request-in-flight", detail, headers=headers)
            case OtherRequest():
                detail = "This Idempotency-Key was used for a request with another body; use a new one."
                await send_problem(send, 422, "idempotency-key-reused", detail)
            case Answer():
                await _send(send, Answer(found.status, (*found.headers, (b"idempotent-replayed", b"true")), found.body))

    async def _carry_out(self, scope: Scope, send: Send, body: bytes, node: Node, begun: Begun) -> None:
        """Let the application answer, keep what it says, and only then send it."""
        start: Message = {}
        parts: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        try:
            await self._app(scope, _once(body), collect)
        finally:
            if not parts:
                # The server answers with 500 by itself, or the process ends; neither is an answer to keep.
                await run_in_threadpool(store.release, node, begun)
        answer = Answer(start["status"], tuple((bytes(a), bytes(b)) for a, b in start["headers"]), b"".join(parts))
        if answer.status in _NOT_KEPT:
            await run_in_threadpool(store.release, node, begun)
        else:
            await run_in_threadpool(store.keep, node, begun, answer)
        await _send(send, answer)


def _once(body: bytes) -> Receive:
    """The body that was read, for the application to read again."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


async def _read(receive: Receive) -> bytes | None:
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _without_boundary(body: bytes, content_type: bytes) -> bytes:
    """A form that is sent again has another boundary and is the same form."""
    found = _BOUNDARY.search(content_type) if content_type.lower().startswith(b"multipart/") else None
    return body if found is None else body.replace(b"--" + found[1], b"--")


def _digest(*parts: bytes) -> bytes:
    """SHA-256 over parts, each with its length before it, so that no two lists of parts read the same."""
    return hashlib.sha256(b"".join(len(part).to_bytes(8) + part for part in parts)).digest()


async def _send(send: Send, answer: Answer) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)})
    await send({"type": "http.response.body", "body": answer.body})
