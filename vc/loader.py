"""JSON-LD contexts that this node knows. Nothing is ever fetched.

A context decides what a signed name means. So the set is closed, each file is pinned by its SHA-256
in `vc/contexts/manifest.json`, and a file that changed stops the process at the first use.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from vc.errors import UnknownContext


@dataclass(frozen=True, slots=True)
class BundledContext:
    """One row of the manifest."""

    url: str
    file: str
    sha256: str
    source: str
    licence: str
    exact: bool  # the bytes are known to be those that the URL serves


@cache
def _manifest() -> dict[str, BundledContext]:
    text = files("vc").joinpath("contexts", "manifest.json").read_text(encoding="utf-8")
    return {row["url"]: BundledContext(**row) for row in json.loads(text)}


def context_urls() -> frozenset[str]:
    """The URLs of all bundled contexts."""
    return frozenset(_manifest())


def context_sha256(url: str) -> bytes:
    """SHA-256 of the context's bytes, as the manifest pins it. Raises `UnknownContext`."""
    return bytes.fromhex(_row(url).sha256)


def context_bytes(url: str) -> bytes:
    """The context exactly as its publisher serves it.

    Raises:
        UnknownContext: not bundled.
        RuntimeError: the file is not the one the manifest pins; the installation is damaged.
    """
    row = _row(url)
    data = files("vc").joinpath("contexts", row.file).read_bytes()
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise RuntimeError(f"bundled context {row.file} differs from its pinned digest")
    return data


def has_exact_context(url: str) -> bool:
    """Is the context bundled with the very bytes that its URL serves, so that digests of it can be compared?"""
    row = _manifest().get(url)
    return row is not None and row.exact


@cache
def _document(url: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(context_bytes(url))
    return document


def load_context(url: str) -> dict[str, Any]:
    """The parsed context document, shared between callers: read it, do not change it.

    Raises:
        UnknownContext: not bundled.
    """
    return _document(url)


def context_document_loader(url: str, _options: dict[str, Any] | None = None) -> dict[str, Any]:
    """`load_context` in the shape that JSON-LD processors expect. Raises `UnknownContext`."""
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": load_context(url),
    }


def _row(url: str) -> BundledContext:
    row = _manifest().get(url)
    if row is None:
        raise UnknownContext(url)
    return row
