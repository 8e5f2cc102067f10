"""JSON-RPC over HTTP to one node.

The URL often holds a provider's key, so no message and no chained error of this module shows more of it
than the host. Redirects are not followed; answers are bounded in size and time.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from anchoring.errors import ChainUnavailable

_MAX_BYTES: Final = 16_000_000
_CHUNK: Final = 65_536
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_ANSWERED: Final = frozenset({200, 400})
"""Some providers put a JSON-RPC error under status 400; every other status is no answer."""


class RpcError(Exception):
    """The node answered with an error object. It was reached, and it refused."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code
        self.message = message


class JsonRpc:
    """One node. Calling it raises `ChainUnavailable` (no usable answer) or `RpcError` (a refusal)."""

    def __init__(
        self,
        url: str,
        *,
        timeout_s: float = 10.0,
        session: requests.Session | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("an RPC URL starts with http:// or https:// and names a host")
        self.host: Final = parts.hostname
        self._url = url
        self._timeout_s = timeout_s
        self._session = session or requests.Session()
        self._session.trust_env = parts.hostname not in _LOOPBACK  # no proxy between us and ourselves
        self._monotonic = monotonic
        self._ids = itertools.count(1)

    def __call__(self, method: str, params: list[Any]) -> Any:
        request_id = next(self._ids)
        body = {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}
        answer = self._parse(self._post(body, method), method)
        if answer.get("id") is not None and answer["id"] != request_id:
            raise ChainUnavailable(f"{self.host} answered another question than {method}")
        error = answer.get("error")
        if isinstance(error, dict):
            code = error.get("code")
            raise RpcError(code if isinstance(code, int) else 0, str(error.get("message", "no message"))[:500])
        if "result" not in answer:
            raise ChainUnavailable(f"{self.host} answered {method} with neither result nor error")
        return answer["result"]

    def _post(self, body: dict[str, Any], method: str) -> bytes:
        deadline = self._monotonic() + self._timeout_s
        try:
            with self._session.post(
                self._url, json=body, timeout=self._timeout_s, allow_redirects=False, stream=True
            ) as response:
                if response.status_code not in _ANSWERED:
                    raise ChainUnavailable(f"{self.host} answered {method} with HTTP status {response.status_code}")
                data = bytearray()
                for chunk in response.iter_content(_CHUNK):
                    data += chunk
                    if len(data) > _MAX_BYTES or self._monotonic() > deadline:
                        raise ChainUnavailable(f"the answer of {self.host} to {method} is too long or too slow")
                return bytes(data)
        except requests.RequestException as error:
            # Its text and its chain quote the URL, key included.
            raise ChainUnavailable(f"{self.host} did not answer {method}: {type(error).__name__}") from None

    def _parse(self, data: bytes, method: str) -> dict[str, Any]:
        try:
            answer = json.loads(data)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise ChainUnavailable(f"{self.host} answered {method} with something that is no JSON-RPC")
        return answer
