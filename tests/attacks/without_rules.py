"""The outgoing client with some of its rules taken away, and what then comes of a URL.

A rule's name is what its refusal says. Taking it away takes away every place that refuses under that name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import pytest

import did.addresses
import did.fetch
import did.target
from did.errors import FetchFailed, FetchRefused
from did.fetch import HttpsFetcher
from tests.attacks.did_addresses import PUBLIC, Case

ALLOWED = "allowed"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Network(httpcore.MockBackend):
    """Counts connections; every one is answered by the next page."""

    def __init__(self, *pages: bytes) -> None:
        self.pages = list(pages)
        self.connected: list[tuple[str, int]] = []

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:
        self.connected.append((host, port))
        return httpcore.MockStream([self.pages.pop(0)])


class Names:
    """A name server; with several answers it gives the next one each time it is asked."""

    def __init__(self, *answers: Collection[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        return list(self.answers[0] if len(self.answers) == 1 else self.answers.pop(0))


@contextmanager
def without(rules: Collection[str]) -> Iterator[None]:
    """No refusal under any of these names."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (did.target, did.addresses):
            patch.setattr(module, "RULES", tuple(rule for rule in module.RULES if rule.name not in rules))
        if "scheme" in rules:
            patch.setattr(did.fetch, "_check_transport", lambda _target: None)
        if "redirect" in rules:
            patch.setattr(did.fetch, "_check_hops", lambda _first, _left, _allowed: None)
        yield


def outcome(fetch: HttpsFetcher, url: str, *, max_redirects: int = 0) -> str:
    """The rule that refuses, or `ALLOWED`. That the HTTP library itself stumbles over what nobody refused is no rule."""
    try:
        fetch(url, accept="*/*", max_redirects=max_redirects)
    except FetchRefused as error:
        return error.rule
    except (FetchFailed, httpcore.UnsupportedProtocol, TypeError):
        return ALLOWED
    return ALLOWED


def asked_first(case: Case) -> str:
    """What comes of the case's URL, given by a stranger."""
    return outcome(HttpsFetcher(timeout_s=5, resolve=Names(case.resolves_to), network=Network(PAGE)), case.url)


def redirected_to(case: Case) -> str:
    """What comes of it when a public server redirects there."""
    network = Network(redirect_to(case.url), PAGE)
    fetch = HttpsFetcher(timeout_s=5, resolve=Names([PUBLIC], case.resolves_to), network=network)
    return outcome(fetch, "https://issuer.example/", max_redirects=3)


def redirect_to(location: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
