"""DID documents (DID 1.0 section 5, Controlled Identifiers 1.0 section 2).

A document is kept as the JSON that was received. Verification methods are read when they are asked
for, so that one in an unknown form does not make the others useless.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from did.errors import (
    DidError,
    InvalidDidDocument,
    InvalidVerificationMethod,
    KeyNotAuthorized,
    KeyNotFound,
)
from did.keys import PublicKey
from did.material import public_key_in, timestamp_in

DID_CONTEXT = "https://www.w3.org/ns/did/v1"
MULTIKEY_CONTEXT = "https://w3id.org/security/multikey/v1"


class Relationship(StrEnum):
    ASSERTION_METHOD = "assertionMethod"
    AUTHENTICATION = "authentication"
    KEY_AGREEMENT = "keyAgreement"
    CAPABILITY_INVOCATION = "capabilityInvocation"
    CAPABILITY_DELEGATION = "capabilityDelegation"


@dataclass(frozen=True, slots=True)
class VerificationMethod:
    """One key of a document. `id` is absolute.

    `revoked_at` and `expires_at` are what the document says; whether they matter is for the caller
    to decide, who knows the time in question.
    """

    id: str
    type: str
    controller: str
    public_key: PublicKey
    revoked_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DidDocument:
    """A document that belongs to `id`. Made by `parse`."""

    id: str
    json: Mapping[str, Any]
    _methods: Mapping[str, Mapping[str, Any]] = field(repr=False)
    _relationships: Mapping[Relationship, frozenset[str]] = field(repr=False)

    @classmethod
    def parse(cls, json: object, expected_id: str) -> Self:
        """Read a document that was found under `expected_id`.

        Raises:
            InvalidDidDocument: not an object, another `id`, a member of the wrong shape, or two
                verification methods with one id.
        """
        if not isinstance(json, Mapping):
            raise InvalidDidDocument("the document is not a JSON object")
        _check_id(json, expected_id)
        methods: dict[str, Mapping[str, Any]] = {}
        for entry in _list_in(json, "verificationMethod"):
            if not isinstance(entry, Mapping):
                raise InvalidDidDocument("verificationMethod holds something that is not an object")
            _add_method(methods, entry, expected_id)
        relationships = {name: _relationship_in(json, name, methods, expected_id) for name in Relationship}
        return cls(expected_id, json, methods, relationships)

    def find_method(self, url: str) -> VerificationMethod | None:
        """None when the document has no such method.

        Raises:
            InvalidPublicKey, InvalidVerificationMethod: it has, in a form that cannot be used.
        """
        entry = self._methods.get(absolute(url, self.id))
        return None if entry is None else read_method(entry, self.id)

    def require_method(self, url: str, relationship: Relationship) -> VerificationMethod:
        """The method `url`, authorized for `relationship` by this document.

        Follows "Retrieve Verification Method" (Controlled Identifiers 1.0, section 3.3), from the
        step where the document is at hand.

        Raises:
            KeyNotFound, KeyNotAuthorized, InvalidPublicKey, InvalidVerificationMethod
        """
        method = self.find_method(url)
        if method is None:
            raise KeyNotFound(f"{self.id} has no verification method {url}")
        _check_controller(method, self)
        _check_listed(method, relationship, self)
        return method

    def lists(self, url: str, relationship: Relationship) -> bool:
        """Whether `url` stands under `relationship`, as a reference or embedded."""
        return absolute(url, self.id) in self._relationships[relationship]

    def method_json(self, url: str) -> Mapping[str, Any] | None:
        """The method `url` as the document writes it."""
        return self._methods.get(absolute(url, self.id))

    def methods(self, relationship: Relationship | None = None) -> Iterator[VerificationMethod]:
        """Every method that can be read, in the document's order; those in unknown forms are left out."""
        for url in self._methods:
            if relationship is not None and url not in self._relationships[relationship]:
                continue
            try:
                method = self.find_method(url)
            except DidError:
                continue
            if method is not None:
                yield method

    def accounts(self) -> frozenset[str]:
        """The blockchain accounts (CAIP-10) that the document names as its own."""
        named = {entry.get("blockchainAccountId") for entry in self._methods.values()}
        aliases = self.json.get("alsoKnownAs")
        for alias in aliases if isinstance(aliases, list) else []:
            if isinstance(alias, str) and alias.startswith("did:pkh:"):
                named.add(alias.removeprefix("did:pkh:"))
        return frozenset(account for account in named if isinstance(account, str))


def absolute(url: str, base: str) -> str:
    """A relative DID URL (DID 1.0, section 3.2.2) on its base; anything else unchanged."""
    return base + url if url.startswith("#") else url


def _check_id(json: Mapping[str, Any], expected_id: str) -> None:
    if json.get("id") != expected_id:
        raise InvalidDidDocument(f"the document of {expected_id} has another id: {str(json.get('id'))[:200]!r}")


def _check_new(url: str, methods: Mapping[str, object]) -> None:
    # The same id twice would leave it to the reader which key is meant.
    if url in methods:
        raise InvalidDidDocument(f"two verification methods have the id {url}")


def _check_controller(method: VerificationMethod, document: DidDocument) -> None:
    # A document speaks for its own keys only. Otherwise anybody could list a key "controlled"
    # by somebody else, and sign in that name.
    if method.controller != document.id:
        raise InvalidVerificationMethod(f"{method.id} is controlled by {method.controller}, not by its document")


def _check_listed(method: VerificationMethod, relationship: Relationship, document: DidDocument) -> None:
    if not document.lists(method.id, relationship):
        raise KeyNotAuthorized(f"{method.id} is not listed under {relationship} of {document.id}")


def _list_in(json: Mapping[str, Any], name: str) -> list[Any]:
    value = json.get(name, [])
    if not isinstance(value, list):
        raise InvalidDidDocument(f"{name} is not a list")
    return value


def _add_method(methods: dict[str, Mapping[str, Any]], entry: Mapping[str, Any], base: str) -> str:
    method_id = entry.get("id")
    if not isinstance(method_id, str) or not method_id:
        raise InvalidDidDocument("a verification method has no id")
    url = absolute(method_id, base)
    _check_new(url, methods)
    methods[url] = entry
    return url


def _relationship_in(
    json: Mapping[str, Any], name: Relationship, methods: dict[str, Mapping[str, Any]], base: str
) -> frozenset[str]:
    """The absolute ids under one relationship; methods embedded there are added to `methods`."""
    listed: set[str] = set()
    for entry in _list_in(json, name):
        if isinstance(entry, str):
            listed.add(absolute(entry, base))
        elif isinstance(entry, Mapping):
            listed.add(_add_method(methods, entry, base))
        else:
            raise InvalidDidDocument(f"{name} holds something that is neither a reference nor a method")
    return frozenset(listed)


def read_method(entry: Mapping[str, Any], base: str) -> VerificationMethod:
    """A verification method wherever it stands. Raises `InvalidPublicKey` or `InvalidVerificationMethod`."""
    url, method_type, controller = entry.get("id"), entry.get("type"), entry.get("controller")
    if not isinstance(url, str) or not isinstance(method_type, str) or not isinstance(controller, str):
        raise InvalidVerificationMethod(f"{url} has no id, no type or no controller")
    return VerificationMethod(
        id=absolute(url, base),
        type=method_type,
        controller=controller,
        public_key=public_key_in(entry),
        revoked_at=timestamp_in(entry, "revoked"),
        expires_at=timestamp_in(entry, "expires"),
    )
