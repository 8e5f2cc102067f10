"""What `GET /1.0/identifiers/{did}` answers (DID Resolution 1.0, sections 9, 10 and 12.1).

Pure: a result and an `Accept` header go in, a status, a media type and bytes come out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from did.did_url import URI_LIST, DereferencingResult
from did.errors import (
    DidError,
    DidNotFound,
    FeatureNotSupported,
    InvalidDid,
    InvalidDidUrl,
    InvalidOptions,
    MethodNotSupported,
    RepresentationNotSupported,
)
from did.resolver import ResolutionResult, problem_of

RESOLUTION = "application/did-resolution"
DEREFERENCING = "application/did-url-dereferencing"
DID = "application/did"
DID_JSON = "application/did+json"
DID_LD_JSON = "application/did+ld+json"

# What a document can be had as, the first of them without a preference.
DOCUMENT_TYPES = (DID, DID_LD_JSON, DID_JSON, "application/ld+json", "application/json")

_OLD_PROFILE = "https://w3id.org/did-resolution"
_STATUS: dict[str, int] = {
    InvalidDid.problem_type: 400,
    InvalidDidUrl.problem_type: 400,
    InvalidOptions.problem_type: 400,
    DidNotFound.problem_type: 404,
    RepresentationNotSupported.problem_type: 406,
    MethodNotSupported.problem_type: 501,
    FeatureNotSupported.problem_type: 501,
}
_MAX_ACCEPT = 2_000


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """`location` is there for a redirect to a service endpoint."""

    status: int
    media_type: str
    body: bytes
    location: str | None = None


def answer_resolution(result: ResolutionResult, accept: str | None) -> HttpAnswer:
    """The whole result or only the document, as `accept` prefers; errors are always whole results."""
    try:
        chosen = negotiate(accept, (RESOLUTION, *DOCUMENT_TYPES))
    except RepresentationNotSupported as error:
        return _failure(error, RESOLUTION, ResolutionResult(None, {}, {"error": problem_of(error)}).to_json())
    status = _status_of(result.resolution_metadata, result.document_metadata)
    if chosen == RESOLUTION or result.document is None:
        return HttpAnswer(status, RESOLUTION, _bytes(result.to_json()))
    return HttpAnswer(status, chosen, _document_bytes(result.document.json, chosen))


def answer_dereferencing(result: DereferencingResult, accept: str | None) -> HttpAnswer:
    """The same for a DID URL. An endpoint asked for as `text/uri-list` becomes a redirect to it."""
    try:
        chosen = negotiate(accept, (DEREFERENCING, *DOCUMENT_TYPES, URI_LIST))
    except RepresentationNotSupported as error:
        whole = DereferencingResult(None, {}, {"error": problem_of(error)})
        return _failure(error, DEREFERENCING, whole.to_json())
    status = _status_of(result.dereferencing_metadata, result.content_metadata)
    if status == 200 and chosen == URI_LIST and isinstance(result.content, list):
        return HttpAnswer(303, URI_LIST, b"", location=str(result.content[0]))
    if chosen in (DEREFERENCING, URI_LIST) or not isinstance(result.content, Mapping):
        return HttpAnswer(status, DEREFERENCING, _bytes(result.to_json()))
    return HttpAnswer(status, chosen, _document_bytes(result.content, chosen))


def negotiate(accept: str | None, offered: Sequence[str]) -> str:
    """The offered type that `accept` (RFC 9110, section 12.5.1) likes best; the first without one.

    The media type that universal resolvers used before, JSON-LD with a profile, means the whole result.

    Raises:
        RepresentationNotSupported: it likes none of them.
    """
    if accept is None or not accept.strip():
        return offered[0]
    best: tuple[float, int, str] | None = None
    ranges = [_read_range(part) for part in accept[:_MAX_ACCEPT].split(",")]
    for place, candidate in enumerate(offered):
        # The most specific range that matches decides about a type.
        matching = [(specific, quality) for name, quality in ranges if (specific := _matches(name, candidate))]
        quality = max(matching, default=(0, 0.0))[1]
        if quality > 0 and (best is None or (quality, -place) > best[:2]):
            best = (quality, -place, candidate)
    if best is None:
        raise RepresentationNotSupported(f"none of {accept[:200]!r} can be given")
    return best[2]


def _read_range(text: str) -> tuple[str, float]:
    name, *parameters = (part.strip() for part in text.split(";"))
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                quality = min(max(float(value), 0.0), 1.0)
            except ValueError:
                quality = 0.0
        elif key.strip().lower() == "profile" and value.strip('" ') == _OLD_PROFILE:
            name = RESOLUTION
    return name.lower(), quality


def _matches(name: str, candidate: str) -> int:
    """0 for no, else how specific the range is."""
    if name == candidate:
        return 3
    if name == candidate.partition("/")[0] + "/*":
        return 2
    return 1 if name == "*/*" else 0


def _status_of(metadata: Mapping[str, Any], about_content: Mapping[str, Any]) -> int:
    error = metadata.get("error")
    if error is not None:
        return _STATUS.get(error["type"], 500)
    return 410 if about_content.get("deactivated") is True else 200


def _failure(error: DidError, media_type: str, body: Mapping[str, Any]) -> HttpAnswer:
    return HttpAnswer(_STATUS.get(error.problem_type, 500), media_type, _bytes(body))


def _document_bytes(content: Mapping[str, Any], media_type: str) -> bytes:
    # DID 1.0, section 6.2: @context belongs to the JSON-LD representation.
    if media_type == DID_JSON:
        content = {name: value for name, value in content.items() if name != "@context"}
    return _bytes(content)


def _bytes(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
