"""Units of work: one tenant's, the platform's, and what runs after the commit.

Code inside a block may `flush`, never `commit`. The tenant is set for the transaction, never for the
connection, since connections are pooled and shared.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.orm import Session, SessionTransaction

_SET_TENANT = text("SELECT set_config('app.tenant_id', :tenant, true)")
_SET_PERSON = text("SELECT set_config('app.person_id', :person, true)")

log = logging.getLogger(__name__)


@contextmanager
def tenant_session(engine: Engine, tenant_id: UUID) -> Iterator[Session]:
    """One unit of work of one tenant: committed when the block ends, rolled back when it raises."""
    with Session(engine, expire_on_commit=False) as session:

        @event.listens_for(session, "after_begin")
        def _set_tenant(_session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
            connection.execute(_SET_TENANT, {"tenant": str(tenant_id)})

        with session.begin():
            yield session


@contextmanager
def person_session(engine: Engine, person_id: UUID) -> Iterator[Session]:
    """One unit of work that reads a person's own rows in all tenants; it writes nothing there."""
    with Session(engine, expire_on_commit=False) as session:

        @event.listens_for(session, "after_begin")
        def _set_person(_session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
            connection.execute(_SET_PERSON, {"person": str(person_id)})

        with session.begin():
            yield session


@contextmanager
def platform_session(engine: Engine) -> Iterator[Session]:
    """One unit of work across tenants.

    With the application's engine it sees platform tables only; with the engine of role dcp_platform (rounds,
    sweeper) also the few columns of tenant tables which that role was granted.
    """
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def after_commit(session: Session, send: Callable[[], object]) -> None:
    """Run `send` once the unit of work is durable; never if it rolls back."""

    @event.listens_for(session, "after_commit", once=True)
    def _send(_session: Session) -> None:
        send()
