"""Sessions of browsers: a random cookie whose digest is in the database, with two time limits."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from portal.auth.principal import Caller
from portal.auth.roles import ROLES
from portal.db.ids import new_id
from portal.db.session import platform_session
from portal.errors import NotAuthenticated, SessionNotFound
from portal.people.models import Person, WebSession
from portal.wiring import Node

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
# How exact the idle time is; a session that is used all the time costs one write in as much time.
SEEN_NOTED_EVERY = timedelta(minutes=1)
KEPT_AFTER_END = timedelta(days=30)
_MAX_AGENT = 200


def start(session: Session, person_id: UUID, *, agent: str, now: datetime) -> tuple[WebSession, str]:
    """A new session and the cookie's value, which nothing but the browser keeps."""
    token = secrets.token_urlsafe(32)
    row = WebSession(
        id=new_id(now),
        person_id=person_id,
        digest=_digest(token),
        created_at=now,
        seen_at=now,
        agent="".join(character for character in agent if character.isprintable())[:_MAX_AGENT],
    )
    session.add(row)
    session.flush()
    return row, token


def authenticate(node: Node, token: str, *, now: datetime) -> Caller:
    """Who is signed in with this cookie. Raises `NotAuthenticated`."""
    with platform_session(node.app_engine) as session:
        found = session.execute(
            select(WebSession, Person)
            .join(Person, Person.id == WebSession.person_id)
            .where(WebSession.digest == _digest(token), *_alive(now))
        ).one_or_none()
        if found is None:
            raise NotAuthenticated("your session ended; sign in again")
        row, person = found
        if row.seen_at <= now - SEEN_NOTED_EVERY:
            session.execute(update(WebSession).where(WebSession.id == row.id).values(seen_at=now))
    everywhere = frozenset[str]() if person.platform_role is None else ROLES[person.platform_role]
    return Caller("person", person.id, everywhere=everywhere, session_id=row.id)


def end(node: Node, token: str, *, now: datetime) -> None:
    """Sign out; a cookie of no session changes nothing."""
    with platform_session(node.app_engine) as session:
        session.execute(
            update(WebSession)
            .where(WebSession.digest == _digest(token), WebSession.revoked_at.is_(None))
            .values(revoked_at=now)
        )


def of_person(session: Session, person_id: UUID, *, now: datetime) -> Sequence[WebSession]:
    """The sessions that are open, oldest first."""
    rows = select(WebSession).where(WebSession.person_id == person_id, *_alive(now)).order_by(WebSession.id)
    return session.scalars(rows).all()


def revoke(session: Session, person_id: UUID, session_id: UUID, *, now: datetime) -> None:
    """Raises `SessionNotFound`, also for somebody else's."""
    revoked = session.scalar(
        update(WebSession)
        .where(WebSession.id == session_id, WebSession.person_id == person_id, WebSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(WebSession.id)
    )
    if revoked is None:
        raise SessionNotFound(f"you have no open session {session_id}")


def revoke_all(session: Session, person_id: UUID, *, now: datetime, but: UUID | None = None) -> int:
    """Every session of a person, or every other one; returns how many."""
    rows = update(WebSession).where(WebSession.person_id == person_id, WebSession.revoked_at.is_(None))
    if but is not None:
        rows = rows.where(WebSession.id != but)
    return len(session.execute(rows.values(revoked_at=now).returning(WebSession.id)).all())


def forget(node: Node, *, now: datetime) -> int:
    """Remove sessions that ended long ago; returns how many."""
    with platform_session(node.app_engine) as session:
        old = delete(WebSession).where(WebSession.created_at < now - ABSOLUTE - KEPT_AFTER_END)
        return len(session.execute(old.returning(WebSession.id)).all())


def csrf_token(token: str) -> str:
    """Belongs to one session: who cannot read the cookie cannot make it, and it does not reveal the cookie."""
    digest = hmac.digest(token.encode(), b"csrf token", hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        WebSession.revoked_at.is_(None),
        WebSession.seen_at > now - IDLE,
        WebSession.created_at > now - ABSOLUTE,
    )


def _digest(token: str) -> bytes:
    # 256 random bits, as for API keys.
    return hashlib.sha256(token.encode()).digest()
