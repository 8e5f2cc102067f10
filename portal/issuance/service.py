"""Batches: made from a file, advanced step by step, read."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from agent.issuance import rows
from agent.issuance.batch import Step
from agent.issuance.batch import advance as advance_step
from agent.issuance.errors import FileTooLarge as TooLarge
from agent.issuance.errors import UnreadableFile
from agent.issuance.formats.issuer import key_types_of
from agent.issuance.template import TemplateDocument
from portal.audit import service as audit
from portal.db.ids import new_id
from portal.db.session import after_commit, platform_session, tenant_session
from portal.doorbell import ring
from portal.errors import FileTooLarge, InvalidFile, RowsRefused
from portal.issuance import repository
from portal.issuance.faults import fault_values, read_fault
from portal.issuance.models import Batch, BatchRow, BatchRowError
from portal.issuance.schemas import BatchRead
from portal.issuance.store import SEALED_VALUES, PostgresBatchStore
from portal.keys import repository as keys
from portal.limits import MAX_UPLOAD_BYTES
from portal.templates import service as templates
from portal.tenants import repository as tenants
from portal.wiring import Node

MAX_ERRORS_IN_ANSWER = 1_000


@dataclass(frozen=True, slots=True)
class CreatedBatch:
    """A batch that runs, and what reading its file found out."""

    id: UUID
    read: rows.RowsRead


def create_batch(
    node: Node, tenant_id: UUID, *, template: str, filename: str, data: bytes, skip_bad_rows: bool, actor: str
) -> CreatedBatch:
    """Read and check a whole file; only then store its good rows and let the batch run.

    Raises:
        TemplateNotFound, InvalidFile, FileTooLarge, IdentityNotReady: nothing was stored.
        RowsRefused: rows have faults and `skip_bad_rows` is off, or no row is good; nothing was stored.
    """
    now = node.now()
    with tenant_session(node.app_engine, tenant_id) as session:
        current = templates.current(session, template)
        identity = keys.identity(session, current.document.identity.removeprefix("did:"))
        for key_type in key_types_of(current.document):
            keys.assertion_key(session, identity.id, key_type)
    read = read_file(data, filename, current.document)
    errors = [error_json(error) for error in read.errors]
    if errors and not (skip_bad_rows and read.rows):
        raise RowsRefused(_refusal(filename, len(read.rows), len(errors), skip_bad_rows=skip_bad_rows), errors=errors)
    batch = Batch(
        id=new_id(now),
        tenant_id=tenant_id,
        template_version_id=current.version_id,
        identity_id=identity.id,
        filename=filename,
        state="running",
        rows_total=len(read.rows),
        rows_refused=len({error.line for error in read.errors}),
        created_at=now,
        touched_at=now,
    )
    with tenant_session(node.app_engine, tenant_id) as session:
        session.add(batch)
        session.flush()
        _add_rows(node, session, batch, read.rows)
        # Several faults of one line keep their order: sorted ids, since those of one millisecond are random.
        for fault_id, error in zip(sorted(new_id(now) for _ in read.errors), read.errors, strict=True):
            session.add(BatchRowError(**fault_values(node.cipher, batch, fault_id, error_json(error))))
        audit.record(
            session,
            tenant_id=tenant_id,
            actor=actor,
            act="batch.created",
            target=f"batch:{batch.id}",
            detail={"template": template, "rows": batch.rows_total, "refused": batch.rows_refused},
            now=now,
        )
        after_commit(session, lambda: ring("issuance.advance_batch", str(tenant_id), str(batch.id)))
    return CreatedBatch(batch.id, read)


def read_file(data: bytes, filename: str, template: TemplateDocument) -> rows.RowsRead:
    """Raises `FileTooLarge`, `InvalidFile`."""
    if len(data) > MAX_UPLOAD_BYTES:
        raise FileTooLarge(f"{filename} is larger than {MAX_UPLOAD_BYTES // 1_000_000} MB; split it into several files")
    try:
        return rows.read_rows(data, filename, template)
    except TooLarge as error:
        raise FileTooLarge(str(error)) from error
    except UnreadableFile as error:
        raise InvalidFile(str(error), errors=[{"code": error.code, "detail": str(error)}]) from error


def error_json(error: rows.RowError) -> dict[str, object]:
    return {"line": error.line, "column": error.column, "code": error.code, "message": error.message}


def advance(node: Node, tenant_id: UUID, batch_id: UUID, *, budget_s: float) -> bool:
    """Take durable steps for about `budget_s` seconds; returns whether more is to do."""
    store = PostgresBatchStore(node, tenant_id, batch_id)
    end = time.monotonic() + budget_s
    while step := advance_step(store):
        # What other workers hold, they finish; a message or the sweeper comes back for it.
        if step is Step.WAITING or time.monotonic() > end:
            return True
    return False


def standing_still(node: Node, *, idle_s: int) -> list[tuple[UUID, UUID]]:
    """Running batches that nobody advanced for a while: their message was lost, or their worker died."""
    with platform_session(node.platform_engine) as session:
        return repository.untouched_since(session, node.now() - timedelta(seconds=idle_s))


def require_batch(session: Session, batch_id: UUID) -> Batch:
    return repository.require(session, batch_id)


def read_batch(node: Node, tenant_id: UUID, batch_id: UUID) -> BatchRead:
    with tenant_session(node.app_engine, tenant_id) as session:
        batch = repository.require(session, batch_id)
        counts = repository.counts(session, batch_id)
        errors = repository.errors(session, batch_id)[:MAX_ERRORS_IN_ANSWER]
        slug = tenants.require(session, tenant_id).slug
        formats = list(templates.of_version(session, batch.template_version_id).formats)
    return BatchRead(
        id=batch.id,
        tenant=slug,
        state=batch.state,
        filename=batch.filename,
        rows=batch.rows_total,
        rows_refused=batch.rows_refused,
        reserved=counts.get("reserved", 0),
        recorded=counts.get("recorded", 0),
        formats=formats,
        created_at=batch.created_at,
        done_at=batch.done_at,
        errors=[read_fault(node.cipher, error) for error in errors],
    )


def _add_rows(node: Node, session: Session, batch: Batch, accepted: Sequence[rows.Row]) -> None:
    """Store the rows with their values sealed."""
    values = []
    for row in accepted:
        row_id = new_id(batch.created_at)
        plain = json.dumps(dict(row.values), ensure_ascii=False).encode()
        values.append(
            {
                "id": row_id,
                "tenant_id": batch.tenant_id,
                "batch_id": batch.id,
                "row_no": row.row_no,
                "line": row.line,
                "sealed_values": node.cipher.seal(plain, column=SEALED_VALUES, row=row_id),
                "state": "pending",
            }
        )
    if values:
        session.execute(insert(BatchRow), values)


def _refusal(filename: str, good: int, faults: int, *, skip_bad_rows: bool) -> str:
    told = f"{faults} fault{'' if faults == 1 else 's'}"
    if skip_bad_rows:
        return f"{filename}: {told} and no row that can be issued; mend the rows and send the file again"
    fix = "mend them, or issue the others with --skip-bad-rows" if good else "mend them"
    return f"{filename}: {told}, {good} good row{'' if good == 1 else 's'}; nothing was issued: {fix}"
