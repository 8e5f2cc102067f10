"""Status lists of one tenant."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.status_lists.models import StatusEntry, StatusList, StatusListVersion


def open_list(session: Session, identity_id: UUID, purpose: str, *, size: int) -> StatusList | None:
    """The list of an identity that still has free entries, locked until the transaction ends."""
    return session.scalars(
        select(StatusList)
        .where(StatusList.identity_id == identity_id, StatusList.purpose == purpose, StatusList.next_counter < size)
        .order_by(StatusList.created_at)
        .limit(1)
        .with_for_update()
    ).one_or_none()


def locked_list(session: Session, list_id: UUID) -> StatusList:
    """The list as it is now that we hold it, not as this session may have read it before waiting."""
    query = select(StatusList).where(StatusList.id == list_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def entries_of(session: Session, credential_ids: list[UUID]) -> list[StatusEntry]:
    return list(session.scalars(select(StatusEntry).where(StatusEntry.credential_id.in_(credential_ids))))


def newest_version(session: Session, list_id: UUID) -> StatusListVersion:
    return session.scalars(
        select(StatusListVersion)
        .where(StatusListVersion.list_id == list_id)
        .order_by(StatusListVersion.version.desc())
        .limit(1)
    ).one()


def next_version(session: Session, list_id: UUID) -> int:
    highest = session.scalar(select(func.max(StatusListVersion.version)).where(StatusListVersion.list_id == list_id))
    return (highest or 0) + 1
