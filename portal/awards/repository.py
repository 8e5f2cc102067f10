"""Awards and credentials of one tenant."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.awards.models import Award, Credential


def find_credential(session: Session, credential_id: UUID) -> tuple[Credential, Award] | None:
    row = session.execute(
        select(Credential, Award).join(Award, Award.id == Credential.award_id).where(Credential.id == credential_id)
    ).one_or_none()
    if row is None:
        return None
    credential, award = row
    return credential, award


def locked_award(session: Session, award_id: UUID) -> Award:
    """The award as it is now that we hold it, not as this session may have read it before waiting."""
    query = select(Award).where(Award.id == award_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def credential_ids(session: Session, award_id: UUID) -> list[UUID]:
    return list(session.scalars(select(Credential.id).where(Credential.award_id == award_id)))


def forms_of(session: Session, award_id: UUID) -> list[tuple[str, str]]:
    """Format and public id of each credential of an award, in the order of the template's formats."""
    rows = session.execute(
        select(Credential.format, Credential.public_id).where(Credential.award_id == award_id).order_by(Credential.id)
    )
    return [(form, public_id) for form, public_id in rows]


def page_of_batch(
    session: Session, batch_id: UUID, *, after: UUID | None, limit: int
) -> list[tuple[Credential, Award]]:
    """Credentials of a batch in the order of their making, `limit` at most, after a given id."""
    query = (
        select(Credential, Award)
        .join(Award, Award.id == Credential.award_id)
        .where(Award.batch_id == batch_id)
        .order_by(Credential.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Credential.id > after)
    return [(credential, award) for credential, award in session.execute(query)]


def count_of_batch(session: Session, batch_id: UUID) -> int:
    return session.scalar(select(func.count()).select_from(Award).where(Award.batch_id == batch_id)) or 0
