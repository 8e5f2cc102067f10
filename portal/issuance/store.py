"""The durable side of a batch: `agent.ports.BatchStore` on PostgreSQL.

Each method is one transaction. What a killed process did not commit never happened; what it committed is not done
again, since every step looks at the rows' states under a lock.
"""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from agent.issuance.batch import BatchState
from agent.issuance.template_status import StatusSettings
from portal.anchors.trees import seal_batch
from portal.db.session import after_commit, tenant_session
from portal.doorbell import ring
from portal.failpoints import failpoint
from portal.issuance import repository
from portal.issuance.models import Batch
from portal.issuance.recorder import SEALED_VALUES, Recorder, identity_of_form
from portal.issuance.reserved import reserve_forms
from portal.keys import repository as keys
from portal.status_lists import service as status_lists
from portal.templates import service as templates
from portal.wiring import Node

__all__ = ["SEALED_VALUES", "PostgresBatchStore"]

_CHUNK = 200


class _Stopped(Exception):
    """The batch was paused or cancelled while a step was under way: the step is rolled back."""


class PostgresBatchStore:
    """One batch of one tenant."""

    def __init__(self, node: Node, tenant_id: UUID, batch_id: UUID) -> None:
        self._node, self._tenant_id, self._batch_id = node, tenant_id, batch_id

    def state(self) -> BatchState:
        with tenant_session(self._node.app_engine, self._tenant_id) as session:
            return BatchState(repository.require(session, self._batch_id).state)

    def reserve(self) -> int:
        """Give the next pending rows their identifiers and status entries, one per format; returns how many rows."""
        with suppress(_Stopped):
            return self._reserve(self._node.now())
        return 0

    def _reserve(self, now: datetime) -> int:
        with tenant_session(self._node.app_engine, self._tenant_id) as session:
            rows = repository.next_rows(session, self._batch_id, "pending", limit=_CHUNK)
            if not rows:
                return 0
            batch = repository.require(session, self._batch_id)
            template = templates.of_version(session, batch.template_version_id)
            made = reserve_forms(rows, template.formats, now=now)
            identity = keys.require_identity(session, batch.identity_id)
            wants: dict[UUID, list[tuple[UUID, str, StatusSettings]]] = {}
            for each in made:
                signs = identity_of_form(session, identity, each.form)
                wants.setdefault(signs.id, []).append((each.credential_id, each.form, template.status))
            for identity_id in sorted(wants):  # one order for all, so that no two steps wait for each other
                status_lists.reserve(self._node, session, identity_id, wants[identity_id], now=now)
            failpoint("batch.reserve")
            self._touch(session, now)
            return len(rows)

    def record(self) -> int:
        """Secure the next reserved rows and store everything that belongs to them; returns how many.

        The rows stay locked until the commit; before it nobody can see a signature. A row that can never be issued
        is set aside with its reason, and the others go on.
        """
        with suppress(_Stopped):
            return self._record(self._node.now())
        return 0

    def _record(self, now: datetime) -> int:
        with tenant_session(self._node.app_engine, self._tenant_id) as session:
            rows = repository.next_rows(session, self._batch_id, "reserved", limit=_CHUNK)
            if not rows:
                return 0
            recorder = Recorder(self._node, session, repository.require(session, self._batch_id), now)
            recorder.secure(rows)
            failpoint("batch.secure")
            recorder.store()
            self._touch(session, now)
            recorder.log()
            failpoint("batch.record")
            return len(rows)

    def finish(self) -> bool:
        """Seal the batch once every row is recorded; False while another worker still holds rows."""
        now = self._node.now()
        with tenant_session(self._node.app_engine, self._tenant_id) as session:
            batch = repository.require(session, self._batch_id, for_update=True)
            counts = repository.counts(session, self._batch_id)
            if counts.get("pending", 0) or counts.get("reserved", 0):
                return False
            if batch.state == "running":
                seal_batch(session, tenant_id=self._tenant_id, batch_id=self._batch_id, now=now)
                batch.state, batch.done_at, batch.touched_at = "done", now, now
                after_commit(session, lambda: ring("anchors.advance"))
        return True

    def _touch(self, session: Session, now: datetime) -> None:
        """Note the progress; whoever pauses the batch meanwhile waits for this step or makes it undone.

        Raises:
            _Stopped: the batch does not run any more.
        """
        query = update(Batch).where(Batch.id == self._batch_id, Batch.state == "running")
        if session.scalar(query.values(touched_at=now).returning(Batch.id)) is None:
            raise _Stopped
