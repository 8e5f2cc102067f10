"""Batches and rows of one tenant."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.errors import BatchNotFound
from portal.issuance.models import Batch, BatchRow, BatchRowError


def require(session: Session, batch_id: UUID, *, for_update: bool = False) -> Batch:
    query = select(Batch).where(Batch.id == batch_id)
    batch = session.scalars(query.with_for_update() if for_update else query).one_or_none()
    if batch is None:
        raise BatchNotFound(f"no batch {batch_id} of this tenant")
    return batch


def next_rows(session: Session, batch_id: UUID, state: str, *, limit: int) -> Sequence[BatchRow]:
    """Rows in a state, locked; rows that another worker holds are passed by."""
    return session.scalars(
        select(BatchRow)
        .where(BatchRow.batch_id == batch_id, BatchRow.state == state)
        .order_by(BatchRow.row_no)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def counts(session: Session, batch_id: UUID) -> dict[str, int]:
    """How many rows are in each state."""
    rows = session.execute(
        select(BatchRow.state, func.count()).where(BatchRow.batch_id == batch_id).group_by(BatchRow.state)
    )
    return {state: count for state, count in rows}  # noqa: C416  a Row is no tuple to mypy


def errors(session: Session, batch_id: UUID) -> Sequence[BatchRowError]:
    return session.scalars(
        select(BatchRowError).where(BatchRowError.batch_id == batch_id).order_by(BatchRowError.line, BatchRowError.id)
    ).all()


def untouched_since(session: Session, moment: datetime) -> list[tuple[UUID, UUID]]:
    """Tenant and id of running batches that nobody advanced since `moment` (role dcp_platform)."""
    rows = session.execute(select(Batch.tenant_id, Batch.id).where(Batch.state == "running", Batch.touched_at < moment))
    return [(tenant_id, batch_id) for tenant_id, batch_id in rows]
