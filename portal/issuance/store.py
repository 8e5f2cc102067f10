"""The durable side of a batch: `agent.ports.BatchStore` on PostgreSQL.

Each method is one transaction. What a killed process did not commit never happened; what it committed is not done
again, since every step looks at the rows' states under a lock.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from agent.issuance.batch import BatchState
from agent.issuance.draft import build_credential
from agent.issuance.errors import RowRefused
from agent.issuance.fields import NAME_FIELDS
from agent.issuance.issue import CredentialIssuer, IssuedCredential
from agent.issuance.rows import Row
from agent.issuance.template import TemplateDocument
from anchoring.leaf import Kind, leaf_hash
from anchoring.merkle import hash_leaf, root_of
from portal.anchors.models import Leaf
from portal.anchors.trees import seal_batch
from portal.audit import service as audit
from portal.audit.actors import NODE
from portal.awards.models import Award, Credential, Recipient
from portal.awards.recipients import RecipientBook
from portal.db.ids import new_id, new_public_id
from portal.db.session import after_commit, tenant_session
from portal.doorbell import ring
from portal.failpoints import failpoint
from portal.issuance import repository
from portal.issuance.faults import fault_values
from portal.issuance.models import Batch, BatchRow, BatchRowError
from portal.keys import repository as keys
from portal.keys.service import key_type_for, signer_for
from portal.status_lists import service as status_lists
from portal.templates import service as templates
from portal.tenants.models import PublicId
from portal.wiring import Node

SEALED_VALUES = "batch_rows.sealed_values"
_CHUNK = 200
_T = TypeVar("_T")
_SALT_BYTES = 32


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
        """Give the next pending rows their identifiers and status entries; returns how many."""
        with suppress(_Stopped):
            return self._reserve(self._node.now())
        return 0

    def _reserve(self, now: datetime) -> int:
        with tenant_session(self._node.app_engine, self._tenant_id) as session:
            rows = repository.next_rows(session, self._batch_id, "pending", limit=_CHUNK)
            if not rows:
                return 0
            batch = repository.require(session, self._batch_id)
            ids = sorted(new_id(now) for _row in rows)  # so that credentials sort as their rows do
            for row, credential_id in zip(rows, ids, strict=True):
                row.award_id, row.credential_id, row.public_id = new_id(now), credential_id, new_public_id()
                row.valid_from, row.state = now.replace(microsecond=0), "reserved"
            status_lists.reserve(self._node, session, batch.identity_id, ids, now=now)
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
            recorder = _Recorder(self._node, session, repository.require(session, self._batch_id), now)
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


class _Recorder:
    """Secures rows of one batch and adds what belongs to each credential to the session."""

    def __init__(self, node: Node, session: Session, batch: Batch, now: datetime) -> None:
        self._node, self._session, self._batch, self._now = node, session, batch, now
        self._template: TemplateDocument = templates.of_version(session, batch.template_version_id)
        self._identity = keys.require_identity(session, batch.identity_id)
        key_type = key_type_for(self._template.cryptosuite)
        signer, self._key_id = signer_for(node, session, batch.identity_id, key_type)
        self._issuer = CredentialIssuer(signer, self._template.cryptosuite, now.replace(microsecond=0))
        self._recipients = RecipientBook(session, node.cipher, batch.tenant_id)
        self._made: list[tuple[BatchRow, Row, IssuedCredential]] = []
        self._faults: list[dict[str, Any]] = []

    def secure(self, rows: Sequence[BatchRow]) -> None:
        """Build and sign; nothing is stored yet."""
        entries = status_lists.entries_for(self._session, [_set(row.credential_id) for row in rows])
        for row in rows:
            plain = self._node.cipher.open(row.sealed_values, column=SEALED_VALUES, row=row.id)
            values = Row(row_no=row.row_no, line=row.line, values=json.loads(plain))
            try:
                issued = self._issuer.issue(self._draft(row, values, entries[_set(row.credential_id)]))
            except RowRefused as refused:
                self._set_aside(row, refused)
                continue
            row.state = "recorded"
            self._made.append((row, values, issued))

    def store(self) -> None:
        """Insert everything in the order of its references, many rows at a time."""
        awards = [self._award(row, values) for row, values, _issued in self._made]
        for table, values_of_rows in (
            (Recipient, self._recipients.new_rows),
            (Award, awards),
            (Credential, [self._credential(row, issued) for row, _values, issued in self._made]),
            (PublicId, [self._public_id(row) for row, _values, _issued in self._made]),
            (Leaf, [self._leaf(row, issued) for row, _values, issued in self._made]),
            (BatchRowError, self._faults),
        ):
            if values_of_rows:
                self._session.execute(insert(table), values_of_rows)

    def log(self) -> None:
        """One entry for the whole step, with the root (RFC 9162) over the digests of what was signed in it."""
        if self._made:
            root = root_of([hash_leaf(issued.digest) for _row, _values, issued in self._made])
            audit.record(
                self._session,
                tenant_id=self._batch.tenant_id,
                actor=NODE,
                act="credentials.issued",
                target=f"batch:{self._batch.id}",
                detail={"credentials": len(self._made), "root": root.hex()},
                now=self._now,
            )

    def _draft(self, row: BatchRow, values: Row, entry: Mapping[str, Any]) -> dict[str, Any]:
        # Stored, not computed from today's origin: what a credential is called never changes.
        origin = self._identity.base_url.partition("/t/")[0]
        return build_credential(
            self._template,
            values,
            issuer_id=self._identity.did,
            credential_id=f"{origin}/c/{row.public_id}",
            achievement_id=f"urn:uuid:{self._batch.template_version_id}",
            status_entry=entry,
            valid_from=_set(row.valid_from),
            email_salt=secrets.token_hex(16),
        )

    def _award(self, row: BatchRow, values: Row) -> dict[str, Any]:
        name, email = recipient_name(values.values), values.values.get("recipient_email")
        return {
            "id": _set(row.award_id),
            "tenant_id": self._batch.tenant_id,
            "recipient_id": self._recipients.recipient_for(name, email, now=self._now),
            "template_version_id": self._batch.template_version_id,
            "batch_id": self._batch.id,
            "batch_row_id": row.id,
            "status": "active",
            "visibility": "link",
            "awarded_at": self._now,
            "changed_at": self._now,
        }

    def _credential(self, row: BatchRow, issued: IssuedCredential) -> dict[str, Any]:
        return {
            "id": _set(row.credential_id),
            "tenant_id": self._batch.tenant_id,
            "award_id": _set(row.award_id),
            "identity_id": self._identity.id,
            "key_id": self._key_id,
            "format": "ldp_vc",
            "public_id": _set(row.public_id),
            "data": issued.data,
            "issued_at": self._now,
        }

    def _public_id(self, row: BatchRow) -> dict[str, Any]:
        return {
            "kind": "credential",
            "name": _set(row.public_id),
            "tenant_id": self._batch.tenant_id,
            "target_id": _set(row.credential_id),
        }

    def _leaf(self, row: BatchRow, issued: IssuedCredential) -> dict[str, Any]:
        salt = secrets.token_bytes(_SALT_BYTES)
        return {
            "id": new_id(self._now),
            "tenant_id": self._batch.tenant_id,
            "credential_id": _set(row.credential_id),
            "batch_id": self._batch.id,
            "kind": int(Kind.DOCUMENT),
            "digest": issued.digest,
            "salt": salt,
            "leaf_hash": leaf_hash(Kind.DOCUMENT, salt, issued.digest),
        }

    def _set_aside(self, row: BatchRow, refused: RowRefused) -> None:
        row.state = "refused"
        fault = {"line": row.line, "column": None, "code": refused.code, "message": str(refused)}
        self._faults.append(fault_values(self._node.cipher, self._batch, new_id(self._now), fault))


def recipient_name(values: Mapping[str, str]) -> str:
    """The name of a row, as the credential shows it."""
    return " ".join(values[field] for field in NAME_FIELDS if field in values)


def _set(value: _T | None) -> _T:
    """A column that every reserved row has. Raises `LookupError`, which only damaged data can cause."""
    if value is None:
        raise LookupError("a reserved row lacks its identifiers")
    return value
