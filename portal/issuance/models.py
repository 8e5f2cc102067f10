"""Batches and their rows: the durable state that a worker advances."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, TenantOwned


class Batch(TenantOwned, Base):
    """Rows issued together. `touched_at` moves with every step; the sweeper looks for those that stand still."""

    __tablename__ = "batches"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'checked', 'running', 'paused', 'done', 'cancelled')", name="state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    template_version_id: Mapped[UUID] = mapped_column(ForeignKey("template_versions.id"))
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("issuer_identities.id"))
    filename: Mapped[str]
    state: Mapped[str]
    rows_total: Mapped[int]
    rows_refused: Mapped[int]
    created_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class BatchRow(TenantOwned, Base):
    """One accepted row. Its values are sealed, since they hold names and addresses.

    From `reserved` on it knows the identifiers and status entries that its credentials will have, so that a repeated
    attempt makes the same credentials and never a second one. `credential_id` and `public_id` are those of the
    template's first format; `other_forms` has the others' by format (portal/issuance/reserved.py).
    """

    __tablename__ = "batch_rows"
    __table_args__ = (
        UniqueConstraint("tenant_id", "batch_id", "row_no"),
        CheckConstraint("state IN ('pending', 'reserved', 'recorded', 'refused')", name="state"),
        Index("ix_batch_rows_batch_id_state", "batch_id", "state", "row_no"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"))
    row_no: Mapped[int]
    line: Mapped[int]
    sealed_values: Mapped[bytes]
    state: Mapped[str]
    award_id: Mapped[UUID | None]
    credential_id: Mapped[UUID | None]
    public_id: Mapped[str | None]
    other_forms: Mapped[dict[str, Any] | None]
    valid_from: Mapped[datetime | None]


class BatchRowError(TenantOwned, Base):
    """Why a row of the file was refused. The sentence is sealed, since it quotes the cell."""

    __tablename__ = "batch_row_errors"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), index=True)
    line: Mapped[int]
    column: Mapped[str | None]
    code: Mapped[str]
    sealed_message: Mapped[bytes]
