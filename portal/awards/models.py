"""Awards (the fact), their credentials (secured forms, immutable), and recipients."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, TenantOwned


class Recipient(TenantOwned, Base):
    """The person who earns. Names are searchable; the address is sealed and found by a keyed hash."""

    __tablename__ = "recipients"
    __table_args__ = (Index("ix_recipients_tenant_id_email_hash", "tenant_id", "email_hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    sealed_email: Mapped[bytes | None]
    email_hash: Mapped[bytes | None]
    created_at: Mapped[datetime]


class Award(TenantOwned, Base):
    """Who got what, from when, in which state. The truth about its status; lists follow."""

    __tablename__ = "awards"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'suspended', 'revoked')", name="status"),
        UniqueConstraint("tenant_id", "batch_row_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("recipients.id"))
    template_version_id: Mapped[UUID] = mapped_column(ForeignKey("template_versions.id"))
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batches.id"), index=True)
    batch_row_id: Mapped[UUID | None] = mapped_column(ForeignKey("batch_rows.id"))
    status: Mapped[str]
    reason: Mapped[str | None]
    visibility: Mapped[str] = mapped_column(default="link")
    awarded_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Credential(TenantOwned, Base):
    """One secured form of an award: immutable bytes in one format under one key."""

    __tablename__ = "credentials"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    award_id: Mapped[UUID] = mapped_column(ForeignKey("awards.id"), index=True)
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("issuer_identities.id"))
    key_id: Mapped[UUID] = mapped_column(ForeignKey("signing_keys.id"))
    format: Mapped[str]
    public_id: Mapped[str] = mapped_column(unique=True)
    data: Mapped[bytes]
    issued_at: Mapped[datetime]
