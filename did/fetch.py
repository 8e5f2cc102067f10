"""The one outgoing HTTP client of the node.

Everything that a stranger's document can make the node ask for goes through here: DID documents,
keys, status lists, schemas. Whoever controls such a URL must not reach what only the node can reach.

The order of one hop:

1. the URL is checked as text (`did.target`);
2. its host is resolved once;
3. every address must be public;
4. the connection goes to one of these very addresses; TLS checks the host's name;
5. the answer is read within one deadline and one size;
6. a redirect starts again at 1.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import urljoin

import certifi
import httpcore

from did.addresses import Address, is_loopback, parse_address, refusing_rule
from did.errors import DidNotFound, FetchFailed, FetchRefused, ResolutionUnavailable
from did.target import Target

_REDIRECTS = (301, 302, 303, 307, 308)
_USER_AGENT = "dcp-node"
MAX_BYTES = 1_000_000
_MAX_AGE = re.compile(r"(?<![a-z-])max-age\s*=\s*\"?(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Response:
    """Header names are in lower case. `url` is the address that answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def max_age_s(self) -> int | None:
        """How long the server lets its answer be kept (RFC 9111, section 5.2.2); None: it does not say."""
        control = self.headers.get("cache-control", "").lower()
        if "no-store" in control or "no-cache" in control:
            return 0
        match = _MAX_AGE.search(control)
        return int(match[1]) if match else None

    def require_body(self) -> bytes:
        """The body of a 200. Raises `DidNotFound` where the server says no, else `ResolutionUnavailable`."""
        if self.status == 200:
            return self.body
        if self.status in (404, 410):
            raise DidNotFound(f"{self.url} answers {self.status}")
        raise ResolutionUnavailable(f"{self.url} answers {self.status}")


class Fetch(Protocol):
    """GET one URL.

    Raises:
        FetchRefused: the URL, an address it leads to, or a redirect is forbidden.
        FetchFailed: no complete answer in time and size.
    """

    def __call__(self, url: str, *, accept: str, max_bytes: int = MAX_BYTES, max_redirects: int = 0) -> Response: ...


def system_resolve(host: str, port: int) -> list[str]:
    """Every address the system's resolver knows for `host`. Raises OSError."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class HttpsFetcher:
    """`Fetch` over TLS.

    `timeout_s` bounds one call as a whole: names, connections, redirects and slow answers. With
    `allow_loopback`, addresses of this machine may be asked, and only they over plain http.
    `ca_file` is trusted beside the usual authorities. `resolve` and `network` are the outside world.
    """

    def __init__(
        self,
        *,
        timeout_s: float,
        allow_loopback: bool = False,
        ca_file: Path | None = None,
        resolve: Callable[[str, int], list[str]] = system_resolve,
        network: httpcore.NetworkBackend | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._allow_loopback = allow_loopback
        self._resolve = resolve
        self._network = network or httpcore.SyncBackend()
        self._tls = _tls_context(ca_file)

    def __call__(self, url: str, *, accept: str, max_bytes: int = MAX_BYTES, max_redirects: int = 0) -> Response:
        deadline = _Deadline(self._timeout_s)
        try:
            return self._follow(url, accept, max_bytes, max_redirects, deadline)
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise FetchFailed(f"{url} did not answer in {self._timeout_s} s") from error

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str], max_bytes: int = MAX_BYTES) -> Response:
        """POST to a URL under the same rules, following no redirect: a body is for the place it was addressed to.

        Raises:
            FetchRefused, FetchFailed: as for a GET.
        """
        deadline = _Deadline(self._timeout_s)
        try:
            target = Target.parse(url, allow_loopback=self._allow_loopback)
            addresses = self._addresses_of(target, deadline)
            return self._ask(target, addresses, _Question("POST", tuple(headers.items()), body), max_bytes, deadline)
        except (httpcore.TimeoutException, TimeoutError) as error:
            raise FetchFailed(f"{url} did not answer in {self._timeout_s} s") from error

    def _follow(self, url: str, accept: str, max_bytes: int, max_redirects: int, deadline: _Deadline) -> Response:
        first, hops_left = url, max_redirects
        while True:
            # 1
            target = Target.parse(url, allow_loopback=self._allow_loopback)
            # 2, 3
            addresses = self._addresses_of(target, deadline)
            # 4, 5
            response = self._ask(target, addresses, _Question.get(accept), max_bytes, deadline)
            location = response.headers.get("location")
            if response.status not in _REDIRECTS or location is None:
                return response
            _check_hops(first, hops_left, max_redirects)
            # 6
            hops_left -= 1
            url = _next_url(url, location)

    def _addresses_of(self, target: Target, deadline: _Deadline) -> list[str]:
        literal = parse_address(target.host)
        texts = [target.host] if literal is not None else self._look_up(target, deadline)
        if not texts:
            raise FetchFailed(f"{target.host} has no address")
        addresses = []
        # One forbidden address among good ones is an attack, not a choice.
        for text in texts:
            address = parse_address(text)
            addresses.append(text if address is None else str(address))
            if self._allow_loopback and address is not None and is_loopback(address):
                continue
            _check_public(target, text, address)
            _check_transport(target)
        return addresses

    def _look_up(self, target: Target, deadline: _Deadline) -> list[str]:
        """The system's resolver has no time limit of its own, so it is left behind when it is late."""
        answer: list[list[str]] = []
        failure: list[OSError | UnicodeError] = []

        def work() -> None:
            try:
                answer.append(self._resolve(target.host, target.port))
            except (OSError, UnicodeError) as error:
                failure.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(deadline.remaining_s())
        if failure:
            raise FetchFailed(f"{target.host} cannot be resolved: {failure[0]}") from failure[0]
        if not answer:
            raise FetchFailed(f"{target.host} was not resolved in time")
        return answer[0]

    def _ask(
        self, target: Target, addresses: list[str], question: _Question, max_bytes: int, deadline: _Deadline
    ) -> Response:
        backend = _PinnedBackend(self._network, addresses, deadline)
        headers = [
            ("Host", target.authority),
            *question.headers,
            ("Accept-Encoding", "identity"),
            ("User-Agent", _USER_AGENT),
            ("Connection", "close"),
        ]
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._tls, network_backend=backend) as pool,
                pool.stream(question.method, target.for_httpcore(), headers=headers, content=question.body) as answer,
            ):
                found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
                if found.get("content-encoding", "identity") != "identity":
                    raise FetchFailed(f"{target.url} answered in {found['content-encoding']}, which was not asked for")
                body = _read(answer.iter_stream(), found, max_bytes, target.url)
                return Response(answer.status, found, body, target.url)
        except TimeoutError:
            raise
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise FetchFailed(f"{target.url} cannot be read: {error}") from error


@dataclass(frozen=True, slots=True)
class _Question:
    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None = None

    @classmethod
    def get(cls, accept: str) -> Self:
        return cls("GET", (("Accept", accept),))


def _next_url(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:  # brackets around no address: left as it is for the rules to refuse
        return location


def _check_hops(first: str, hops_left: int, max_redirects: int) -> None:
    if hops_left <= 0:
        raise FetchRefused("redirect", f"{first} redirects more often than the {max_redirects} times allowed")


def _check_public(target: Target, text: str, address: Address | None) -> None:
    rule = refusing_rule(address)
    if rule is None:
        return
    if address is None:
        raise FetchRefused(rule, f"{target.host} leads to {text!r}, which is no plain address")
    raise FetchRefused(rule, f"{target.host} leads to {address}, which is not a public address ({rule})")


def _check_transport(target: Target) -> None:
    if target.scheme != "https":
        raise FetchRefused("scheme", f"plain http is for this machine only, not for {target.host}")


@lru_cache(maxsize=8)
def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Reading the authorities takes a while and their file does not change while the node runs."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(certifi.where())
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def _read(chunks: Iterable[bytes], headers: Mapping[str, str], max_bytes: int, url: str) -> bytes:
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise FetchFailed(f"{url} announces {announced} bytes; at most {max_bytes} are read")
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > max_bytes:
            raise FetchFailed(f"{url} sends more than {max_bytes} bytes")
    return bytes(body)


class _Deadline:
    def __init__(self, timeout_s: float) -> None:
        self._end_s = time.monotonic() + timeout_s

    def remaining_s(self) -> float:
        """Raises TimeoutError when nothing remains."""
        remaining = self._end_s - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        return remaining


class _PinnedBackend(httpcore.NetworkBackend):
    """Connects to addresses that were checked, whatever the URL's host would resolve to now."""

    def __init__(self, network: httpcore.NetworkBackend, addresses: list[str], deadline: _Deadline) -> None:
        self._network = network
        self._addresses = addresses
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the point of this class
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        for address in self._addresses[:-1]:
            with suppress(httpcore.ConnectError):
                return self._connect(address, port, local_address, socket_options)
        return self._connect(self._addresses[-1], port, local_address, socket_options)

    def _connect(
        self, address: str, port: int, local_address: str | None, socket_options: Iterable[Any] | None
    ) -> httpcore.NetworkStream:
        stream = self._network.connect_tcp(address, port, self._deadline.remaining_s(), local_address, socket_options)
        return _DeadlineStream(stream, self._deadline)


class _DeadlineStream(httpcore.NetworkStream):
    """No byte resets the clock: a server that drips one now and then is cut off in time."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, self._deadline.remaining_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.remaining_s())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.remaining_s())
        return _DeadlineStream(secured, self._deadline)
