"""Keys, the identities they sign for, and every DID document ever published."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, TenantOwned


class SigningKey(TenantOwned, Base):
    """A private key under envelope encryption. *Retired* keys still verify; *compromised* ones do not."""

    __tablename__ = "signing_keys"
    __table_args__ = (CheckConstraint("state IN ('active', 'retired', 'compromised')", name="state"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key_type: Mapped[str]
    public_key: Mapped[bytes]
    wrapped: Mapped[bytes]
    state: Mapped[str]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    compromised_at: Mapped[datetime | None]


class IssuerIdentity(TenantOwned, Base):
    """A DID a tenant signs as. Stored, never computed from a port or a slug that may change (decision 14)."""

    __tablename__ = "issuer_identities"
    __table_args__ = (
        CheckConstraint("method IN ('web', 'ethr', 'key')", name="method"),
        UniqueConstraint("tenant_id", "method", "key_type"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    method: Mapped[str]
    did: Mapped[str] = mapped_column(unique=True)
    base_url: Mapped[str]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    key_type: Mapped[str] = mapped_column(default="", server_default="")
    """Of a did:key, which is one key; empty for the methods whose documents hold several."""


class IdentityKey(TenantOwned, Base):
    """Under which DID URL a key stands in an identity's document."""

    __tablename__ = "identity_keys"
    __table_args__ = (UniqueConstraint("identity_id", "key_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("issuer_identities.id", ondelete="CASCADE"))
    key_id: Mapped[UUID] = mapped_column(ForeignKey("signing_keys.id", ondelete="CASCADE"))
    verification_method: Mapped[str]
    relationship: Mapped[str]


class DidDocumentVersion(TenantOwned, Base):
    """The bytes of a DID document as served from `created_at` on."""

    __tablename__ = "did_document_versions"
    __table_args__ = (UniqueConstraint("identity_id", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("issuer_identities.id", ondelete="CASCADE"))
    version: Mapped[int]
    data: Mapped[bytes]
    created_at: Mapped[datetime]
