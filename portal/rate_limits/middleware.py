"""How many requests a caller may make per minute, told in each answer.

Headers of draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy` says what is allowed, `RateLimit` what is left.
"""

import hashlib
import math
import time
from collections.abc import Callable
from typing import Protocol

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import RateLimiter, SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from portal.problems import send_problem

_WINDOW_S = 60
_KEYS = (b"authorization", b"x-api-key")


class Allowance(Protocol):
    """Implemented by the node's settings."""

    @property
    def rate_limit_per_minute(self) -> int: ...

    @property
    def rate_limit_anonymous_per_minute(self) -> int: ...


class RateLimits:
    """ASGI middleware for the API (/v1/, the VC API and POST to pages); published documents are never limited.

    A caller is its key, or its address when it names none. Counts live in the process: a node of several server
    processes allows as many times more, and whoever is refused by one may be served by another.
    """

    def __init__(self, app: ASGIApp, get_allowance: Callable[[], Allowance]) -> None:
        self._app, self._get_allowance = app, get_allowance
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_limited(scope):
            await self._app(scope, receive, send)
            return
        allowance = self._get_allowance()
        address, key = _address(scope), _key(scope)
        if key is None:
            number, caller = allowance.rate_limit_anonymous_per_minute, address
        else:
            number, caller = allowance.rate_limit_per_minute, key
        guesses = _Limit(self._limiter, allowance.rate_limit_anonymous_per_minute, f"refused:{address}")
        limit = _Limit(self._limiter, number, caller)
        if key is not None and not guesses.has_room():
            await _refuse(send, guesses)
        elif not limit.take():
            await _refuse(send, limit)
        else:
            await self._app(scope, receive, _telling(send, limit, guesses if key is not None else None))


class _Limit:
    """One caller's allowance. Zero means that there is no limit."""

    def __init__(self, limiter: RateLimiter, per_minute: int, caller: str) -> None:
        self._limiter, self._caller, self.per_minute = limiter, caller, per_minute
        self._item = RateLimitItemPerMinute(per_minute) if per_minute else None

    def take(self) -> bool:
        return self._item is None or self._limiter.hit(self._item, self._caller)

    def has_room(self) -> bool:
        return self._item is None or self._limiter.test(self._item, self._caller)

    def headers(self) -> list[tuple[bytes, bytes]]:
        if self._item is None:
            return []
        stats = self._limiter.get_window_stats(self._item, self._caller)
        return [
            (b"ratelimit-policy", f'"default";q={self.per_minute};w={_WINDOW_S}'.encode()),
            (b"ratelimit", f'"default";r={stats.remaining};t={self.wait_s()}'.encode()),
        ]

    def wait_s(self) -> int:
        """Seconds until there is room for another request, at least one."""
        if self._item is None:
            return 1
        return max(1, math.ceil(self._limiter.get_window_stats(self._item, self._caller).reset_time - time.time()))


def _is_limited(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith("/v1/") or "/vc-api/" in path or scope["method"] == "POST"


def _key(scope: Scope) -> str | None:
    """A name for the key that was sent: its digest, so that no key stays in memory."""
    headers = dict(scope["headers"])
    given = [headers[name] for name in _KEYS if name in headers]
    return hashlib.sha256(given[0]).hexdigest() if given else None


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return "unknown" if client is None else str(client[0])


def _telling(send: Send, limit: _Limit, guesses: _Limit | None) -> Send:
    """Adds the headers; a key that was refused counts against the address, or random keys would never meet a limit."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            if guesses is not None and message["status"] == 401:
                guesses.take()
            message["headers"] = [*message["headers"], *limit.headers()]
        await send(message)

    return told


async def _refuse(send: Send, limit: _Limit) -> None:
    wait_s = limit.wait_s()
    detail = f"More than {limit.per_minute} requests in a minute. Wait {wait_s} seconds and go on."
    headers = [(b"retry-after", str(wait_s).encode()), *limit.headers()]
    await send_problem(send, 429, "too-many-requests", detail, headers=headers)
