"""did:web (did:web Method Specification, section "DID method operations").

The document is whatever the web server says: this method is worth as much as the domain and its TLS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from did.document import DID_CONTEXT, MULTIKEY_CONTEXT, DidDocument, Relationship
from did.errors import FeatureNotSupported, InvalidDid
from did.fetch import Fetch
from did.keys import PublicKey
from did.multikey import encode_multikey
from did.resolver import CURRENT, ResolutionOptions, ResolutionResult
from did.strict_json import parse_object
from did.url import Did

ACCEPT = "application/did+ld+json, application/did+json, application/did, application/json"
MAX_DOCUMENT_BYTES = 1_000_000

_LOOPBACK_HOSTS = ("localhost", "127.0.0.1")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII)
_IPV4 = re.compile(r"(.*\.)?[0-9]+", re.ASCII)
_SEGMENT = re.compile(r"(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+", re.ASCII)


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A key as a document shows it.

    `revoked_at` is for compromised keys only. A key that is merely no longer used stays as it is:
    whoever reads `revoked` rejects everything the key ever signed.
    """

    fragment: str
    public_key: PublicKey
    relationships: Sequence[Relationship]
    revoked_at: datetime | None = None


def url_of(did: Did | str, *, loopback_http: bool = False) -> str:
    """Where the document is. With `loopback_http`, this machine's own is read without TLS.

    Raises:
        InvalidDid: not a did:web, an IP address for a host, or a path that climbs or hides something.
    """
    did = Did.parse(did) if isinstance(did, str) else did
    base = base_url_of(did, loopback_http=loopback_http)
    has_path = ":" in did.method_specific_id
    return f"{base}/did.json" if has_path else f"{base}/.well-known/did.json"


def base_url_of(did: Did, *, loopback_http: bool = False) -> str:
    """The https URL that the method-specific identifier spells, without a file name."""
    if did.method not in ("web", "webvh"):
        raise InvalidDid(f"{did} is not a did:web")
    host, *segments = did.method_specific_id.split(":")
    # Only the colon before a port is percent-encoded.
    name, _, port = re.sub("%3[Aa]", ":", host).partition(":")
    is_loopback = name in _LOOPBACK_HOSTS
    if _HOST.fullmatch(name.lower()) is None or (_IPV4.fullmatch(name) and not is_loopback):
        raise InvalidDid(f"{name[:200]!r} is not a domain name")
    if "%3" in host and (not port.isdecimal() or not 0 < int(port[:6]) < 65_536):
        raise InvalidDid(f"{port[:20]!r} is not a port")
    for segment in segments:
        plain = unquote(segment)
        if _SEGMENT.fullmatch(segment) is None or plain in (".", "..") or set(plain) & set("/\\?#\0"):
            raise InvalidDid(f"{segment[:200]!r} is no path segment")
    scheme = "http" if loopback_http and is_loopback else "https"
    return "/".join([f"{scheme}://{name}" + (f":{port}" if port else ""), *segments])


def did_of(url: str) -> str:
    """The did:web of a base URL, for example `https://host:8443/t/acme` → `did:web:host%3A8443:t:acme`.

    Raises `InvalidDid` for a URL that no did:web can stand for.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or parts.query or parts.fragment or "@" in parts.netloc:
        raise InvalidDid(f"{url[:200]!r} is no base URL of a did:web")
    path = parts.path.strip("/")
    segments = [parts.netloc.lower().replace(":", "%3A"), *(path.split("/") if path else [])]
    did = Did.parse("did:web:" + ":".join(segments))
    base_url_of(did)
    return str(did)


class WebMethod:
    """Reads did:web documents through `fetch`, without following redirects."""

    name = "web"

    def __init__(self, fetch: Fetch, *, loopback_http: bool = False) -> None:
        self._fetch = fetch
        self._loopback_http = loopback_http

    def resolve(self, did: Did, options: ResolutionOptions = CURRENT) -> ResolutionResult:
        """Only the current version exists; others raise `FeatureNotSupported`."""
        if not options.is_current:
            raise FeatureNotSupported("did:web has no older versions")
        url = url_of(did, loopback_http=self._loopback_http)
        response = self._fetch(url, accept=ACCEPT, max_bytes=MAX_DOCUMENT_BYTES, max_redirects=0)
        document = DidDocument.parse(parse_object(response.require_body()), str(did))
        return ResolutionResult(document, {}, {"contentType": "application/did"}, response.max_age_s)


def build_document(
    did: str,
    keys: Sequence[PublishedKey],
    *,
    also_known_as: Iterable[str] = (),
    services: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The did.json of a DID, its keys as Multikeys in the order given.

    An account that anchors for this DID is named in `also_known_as` as `did:pkh:` and its CAIP-10
    account id: `DidDocument.accounts` finds it there, and no further JSON-LD context is needed.
    """
    document: dict[str, Any] = {"@context": [DID_CONTEXT, MULTIKEY_CONTEXT], "id": str(Did.parse(did))}
    aliases = list(also_known_as)
    if aliases:
        document["alsoKnownAs"] = aliases
    document["verificationMethod"] = [_method(did, key) for key in keys]
    for relationship in Relationship:
        listed = [f"{did}#{key.fragment}" for key in keys if relationship in key.relationships]
        if listed:
            document[relationship.value] = listed
    endpoints = [dict(service) for service in services]
    if endpoints:
        document["service"] = endpoints
    return document


def _method(did: str, key: PublishedKey) -> dict[str, str]:
    method = {
        "id": f"{did}#{key.fragment}",
        "type": "Multikey",
        "controller": did,
        "publicKeyMultibase": encode_multikey(key.public_key),
    }
    if key.revoked_at is not None:
        method["revoked"] = key.revoked_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return method
