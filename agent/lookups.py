"""What a verification asks the world: keys, status lists, types. All of it through one resolver and one client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from did.dereference import dereference_key
from did.document import DidDocument, Relationship, VerificationMethod
from did.errors import DidError, KeyNotAuthorized
from did.fetch import Fetch
from did.resolver import Resolver
from did.strict_json import parse_object
from vc.errors import StatusUnavailable, VcError
from vc.model import parse_json
from vc.sd_jwt.errors import TypeMetadataUnavailable
from vc.sd_jwt.type_metadata import MAX_METADATA_BYTES
from vc.secured import Form, form_of
from vc.status import token_list

_STATUS_ACCEPT = "application/vc, application/vc+jwt;q=0.9, application/ld+json;q=0.9, application/json;q=0.8"
_DOCUMENT_ACCEPT = "application/cid, application/did, application/ld+json, application/json;q=0.9"
_MAX_STATUS_LIST_BYTES = 4_000_000
_MAX_JSON_BYTES = 256_000


@dataclass(frozen=True, slots=True)
class Lookups:
    """Nothing that is sent tells which credential is meant: no cookie, no query, no referrer.

    `kept` may answer from what it keeps for a while: keys, types, schemas. Status lists are always asked for anew,
    so that a revocation is seen at once.
    """

    resolver: Resolver
    fetch: Fetch
    kept: Fetch

    def key(self, url: str, purpose: str) -> VerificationMethod:
        """The verification method at `url`, if its document lists it for `purpose`. Raises `DidError`."""
        return dereference_key(url, _relationship(purpose), resolver=self.resolver, fetch=self.kept)

    def keys(self, identifier: str, purpose: str) -> Iterable[VerificationMethod]:
        """All keys that the document of a DID or of a web address lists for `purpose`. Raises `DidError`."""
        relationship = _relationship(purpose)
        if identifier.startswith("https://"):
            json = parse_object(self.json(identifier, accept=_DOCUMENT_ACCEPT))
            return tuple(DidDocument.parse(json, identifier).methods(relationship))
        return tuple(self.resolver.require_document(identifier).methods(relationship))

    def json(self, url: str, *, accept: str = "application/json") -> bytes:
        """The bytes at an https URL. Raises `DidError`."""
        return self.kept(url, accept=accept, max_bytes=_MAX_JSON_BYTES).require_body()

    def status_list(self, url: str) -> Mapping[str, Any] | str:
        """The list behind a URL, as a document or as a token. Raises `StatusUnavailable`."""
        body = self._status(url, _STATUS_ACCEPT)
        form = form_of(body)
        if form is None:
            raise StatusUnavailable("the status list cannot be read: neither a document nor a token")
        if form is not Form.LDP_VC:
            return body.decode("ascii", "replace").strip()
        try:
            return parse_json(body, max_bytes=_MAX_STATUS_LIST_BYTES)
        except VcError as error:
            raise StatusUnavailable(f"the status list cannot be read: {error}") from error

    def status_token(self, uri: str) -> str:
        """The Status List Token at a URI. Raises `StatusUnavailable`."""
        return self._status(uri, token_list.MEDIA_TYPE).decode("ascii", "replace").strip()

    def type_metadata(self, vct: str) -> bytes:
        """The metadata of a type whose name is a web address. Raises `TypeMetadataUnavailable`."""
        if not vct.startswith(("https://", "http://")):
            raise TypeMetadataUnavailable(f"{vct[:200]} is no web address, where its metadata could be")
        try:
            response = self.kept(vct, accept="application/json", max_bytes=MAX_METADATA_BYTES)
            return response.require_body()
        except DidError as error:
            raise TypeMetadataUnavailable(f"the metadata of {vct[:200]} could not be fetched: {error}") from error

    def _status(self, url: str, accept: str) -> bytes:
        try:
            response = self.fetch(url, accept=accept, max_bytes=_MAX_STATUS_LIST_BYTES, max_redirects=3)
        except DidError as error:  # refused as an address, or unreachable
            raise StatusUnavailable(f"the status list could not be fetched: {error}") from error
        if response.status != 200:
            raise StatusUnavailable(f"the status list answers with HTTP status {response.status}")
        return response.body


def _relationship(purpose: str) -> Relationship:
    if purpose not in list(Relationship):
        raise KeyNotAuthorized(f"{purpose!r} is no verification relationship")
    return Relationship(purpose)
