"""What the pages are given: plain values, and one protocol that the node fills in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from vc.report import Report

AwardState = Literal["active", "revoked", "suspended"]
Visibility = Literal["link", "public", "private"]


@dataclass(frozen=True, slots=True)
class FormLink:
    """One form of an award: a credential with an address of its own."""

    form: str
    public_id: str


@dataclass(frozen=True, slots=True)
class PublicCredential:
    """One issued credential as the node stores it.

    `data` is what was issued, byte for byte; `document` is what it says, as a VCDM document, for reading.
    `anchor` is the content of anchor.json, or None as long as there is none.
    `forms` are all credentials of its award, itself included, the main one first.
    """

    public_id: str
    tenant_slug: str
    tenant_name: str
    format: str
    data: bytes
    document: Mapping[str, Any]
    award_state: AwardState
    award_reason: str | None
    visibility: Visibility
    anchor: Mapping[str, Any] | None
    issued_at: datetime
    forms: tuple[FormLink, ...]


@dataclass(frozen=True, slots=True)
class Demo:
    """The credential that the start page lets the operator verify, tamper with and revoke."""

    credential: PublicCredential


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What the start page tells about the node.

    `origin` is what links and QR codes carry (no trailing slash). `phone_origin` is an address that
    a phone in the same network can open, or None if the node listens on loopback only.
    """

    origin: str
    version: str
    chain: str | None
    chain_is_local: bool
    tls: bool
    phone_origin: str | None = None
    ca_file: str | None = None
    api_key_file: str | None = None
    tenant_slugs: tuple[str, ...] = ()


class PageSource(Protocol):
    """Everything the pages ask of the node during one request."""

    def find_credential(self, public_id: str) -> PublicCredential | None:
        """Return the credential, whatever its visibility; the page decides what it shows."""
        ...

    def demo(self) -> Demo | None: ...

    def revoke_demo(self, public_id: str) -> None:
        """Revoke the award behind a credential of the demo tenant. Repeating it changes nothing."""
        ...

    def node_facts(self) -> NodeFacts: ...

    def verify(self, data: bytes | Mapping[str, Any], anchor: Mapping[str, Any] | None) -> Report: ...
