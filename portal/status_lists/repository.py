"""Status lists of one tenant."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.keys.models import IssuerIdentity
from portal.status_lists.kinds import Kind
from portal.status_lists.models import StatusEntry, StatusList, StatusListVersion


def hold_identities(session: Session, identity_ids: Sequence[UUID]) -> None:
    """Make others who give or set entries of these identities wait until the transaction ends.

    One lock for all lists of an identity: two that need several lists could otherwise wait for each other. Rows that
    only refer to the identity, such as new credentials, are not held up.
    """
    query = select(IssuerIdentity.id).where(IssuerIdentity.id.in_(identity_ids)).order_by(IssuerIdentity.id)
    session.execute(query.with_for_update(key_share=True))


def open_list(session: Session, identity_id: UUID, kind: Kind, *, size: int) -> StatusList | None:
    """The list of a held identity that still has free entries, as it is now."""
    query = (
        select(StatusList)
        .where(StatusList.identity_id == identity_id)
        .where(StatusList.encoding == kind.encoding, StatusList.purpose == kind.purpose)
        .where(StatusList.next_counter + StatusList.decoys < size)
        .order_by(StatusList.created_at, StatusList.id)
        .limit(1)
        .with_for_update()
    )
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def locked_list(session: Session, list_id: UUID) -> StatusList:
    """The list as it is now that we hold it, not as this session may have read it before waiting."""
    query = select(StatusList).where(StatusList.id == list_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def lists(session: Session, list_ids: Sequence[UUID]) -> dict[UUID, StatusList]:
    return {each.id: each for each in session.scalars(select(StatusList).where(StatusList.id.in_(list_ids)))}


def entries_of(session: Session, credential_ids: Sequence[UUID]) -> list[StatusEntry]:
    return list(session.scalars(select(StatusEntry).where(StatusEntry.credential_id.in_(credential_ids))))


def newest_version(session: Session, list_id: UUID) -> StatusListVersion:
    return session.scalars(
        select(StatusListVersion)
        .where(StatusListVersion.list_id == list_id)
        .order_by(StatusListVersion.version.desc())
        .limit(1)
    ).one()


def version_at(session: Session, list_id: UUID, moment: datetime) -> StatusListVersion | None:
    """The version that was served at a moment; None before the first."""
    return session.scalars(
        select(StatusListVersion)
        .where(StatusListVersion.list_id == list_id, StatusListVersion.created_at <= moment)
        .order_by(StatusListVersion.version.desc())
        .limit(1)
    ).one_or_none()


def version_times(session: Session, list_id: UUID) -> list[tuple[int, datetime]]:
    """Number and beginning of every version, oldest first."""
    rows = session.execute(
        select(StatusListVersion.version, StatusListVersion.created_at)
        .where(StatusListVersion.list_id == list_id)
        .order_by(StatusListVersion.version)
    )
    return [(version, created_at) for version, created_at in rows]


def published_before(session: Session, moment: datetime) -> list[UUID]:
    """Lists whose newest version is older than `moment`."""
    query = select(StatusListVersion.list_id).group_by(StatusListVersion.list_id)
    newest = func.max(StatusListVersion.created_at)
    return sorted(session.scalars(query.having(newest < moment)))


def next_version(session: Session, list_id: UUID) -> int:
    highest = session.scalar(select(func.max(StatusListVersion.version)).where(StatusListVersion.list_id == list_id))
    return (highest or 0) + 1
