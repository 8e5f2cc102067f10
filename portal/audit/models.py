"""What was done to a tenant's data, by whom: rows that are added and never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, TenantOwned


class AuditEntry(TenantOwned, Base):
    """One act. `hash` covers the entry and the hash before it; the application may add rows and read them, no more.

    Names and addresses have no place here: an entry outlives the erasure of the person it is about.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]
    actor: Mapped[str]
    act: Mapped[str]
    target: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    previous: Mapped[bytes]
    hash: Mapped[bytes]


class AuditHead(TenantOwned, Base):
    """How long the log was at a moment, and the hash of its last entry. Each head is a leaf of an anchor round."""

    __tablename__ = "audit_heads"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes]
    created_at: Mapped[datetime]
