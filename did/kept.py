"""Answers of other people's servers, kept for a while (RFC 9111, as far as a client of documents needs it)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from did.fetch import Fetch, Response

MAX_KEPT_BYTES = 16_000_000


class KeepingFetch:
    """A `Fetch` that asks another one, and keeps good answers for at most `keep_s` seconds.

    The server can shorten that (`Cache-Control`), never lengthen it. Errors and refusals are not
    kept. Safe to share between threads.
    """

    def __init__(self, fetch: Fetch, *, keep_s: int, clock: Callable[[], datetime]) -> None:
        self._fetch = fetch
        self._keep_s = keep_s
        self._clock = clock
        self._kept: OrderedDict[tuple[str, str, int], tuple[datetime, Response]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __call__(self, url: str, *, accept: str, max_bytes: int = 1_000_000, max_redirects: int = 0) -> Response:
        key = (url, accept, max_redirects)
        found = self._find(key)
        if found is not None and len(found.body) <= max_bytes:
            return found
        response = self._fetch(url, accept=accept, max_bytes=max_bytes, max_redirects=max_redirects)
        if response.status == 200:
            self._keep(key, response)
        return response

    def forget(self, url: str) -> None:
        """Ask anew next time."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == url]:
                self._drop(key)

    def _find(self, key: tuple[str, str, int]) -> Response | None:
        now = self._clock()
        with self._lock:
            entry = self._kept.get(key)
            if entry is None or not timedelta(0) <= now - entry[0] < timedelta(seconds=self._age_limit(entry[1])):
                return None
            self._kept.move_to_end(key)
            return entry[1]

    def _keep(self, key: tuple[str, str, int], response: Response) -> None:
        if self._age_limit(response) <= 0 or len(response.body) > MAX_KEPT_BYTES:
            return
        now = self._clock()
        with self._lock:
            self._drop(key)
            self._kept[key] = (now, response)
            self._bytes += len(response.body)
            while self._bytes > MAX_KEPT_BYTES:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: tuple[str, str, int]) -> None:
        entry = self._kept.pop(key, None)
        if entry is not None:
            self._bytes -= len(entry[1].body)

    def _age_limit(self, response: Response) -> int:
        return self._keep_s if response.max_age_s is None else min(self._keep_s, response.max_age_s)
