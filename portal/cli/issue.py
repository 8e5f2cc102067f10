"""dcp issue"""

import sys
import time
from pathlib import Path
from uuid import UUID

import typer

from agent.issuance.rows import RowsRead
from portal.audit.actors import OPERATOR
from portal.cli.commands import say
from portal.db.session import platform_session, tenant_session
from portal.errors import FileTooLarge, InvalidFile, RowsRefused
from portal.issuance import service
from portal.issuance.schemas import BatchRead
from portal.limits import MAX_UPLOAD_BYTES
from portal.process import node
from portal.templates import service as templates
from portal.tenants import repository

_POLL_S = 0.2
_QUIET_S = 60.0


def issue(file: Path, *, tenant: str, template: str, skip_bad_rows: bool, check: bool, as_json: bool) -> None:
    this = node()
    with platform_session(this.app_engine) as session:
        tenant_id = repository.require_tenant_id(session, tenant)
    with tenant_session(this.app_engine, tenant_id) as session:
        current = templates.current(session, template)
    data = _read(file)
    if check:
        _report_check(service.read_file(data, file.name, current.document), file, as_json=as_json)
        return
    created = service.create_batch(
        this, tenant_id, template=template, filename=file.name, data=data, skip_bad_rows=skip_bad_rows, actor=OPERATOR
    )
    if not as_json:
        _tell_notes(created.read)
    batch = _follow(tenant_id, created.id, quiet=as_json)
    words = _issued(batch) + (
        f", {batch.rows_refused} rows refused:\n"
        + "\n".join(
            f"  line {error.line}, column {error.column!r}: {error.message} [{error.code}]" for error in batch.errors
        )
        if batch.errors
        else ""
    )
    say(words, batch.model_dump(mode="json"), as_json=as_json)


def _issued(batch: BatchRead) -> str:
    if len(batch.formats) == 1:
        return f"{batch.recorded} credentials issued"
    return f"{batch.recorded} awards issued, each as {', '.join(batch.formats)}"


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_UPLOAD_BYTES:
            raise FileTooLarge(f"{file} is larger than {MAX_UPLOAD_BYTES // 1_000_000} MB; split it into several files")
        return file.read_bytes()
    except OSError as error:
        raise InvalidFile(f"cannot read {file}: {error.strerror}") from error


def _report_check(read: RowsRead, file: Path, *, as_json: bool) -> None:
    errors = [service.error_json(error) for error in read.errors]
    if errors:
        faults = "1 fault" if len(errors) == 1 else f"{len(errors)} faults"
        raise RowsRefused(f"{file.name}: {faults}, {len(read.rows)} good rows", errors=errors)
    say(f"{file.name}: {len(read.rows)} good rows, no faults", {"rows": len(read.rows), "errors": []}, as_json=as_json)


def _tell_notes(read: RowsRead) -> None:
    for note in read.notes:
        typer.echo(f"note: {note}", err=True)
    for warning in read.warnings:
        typer.echo(f"warning, line {warning.line}: {warning.message}", err=True)
    if read.unmapped:
        typer.echo(f"note: columns the template does not use: {', '.join(read.unmapped)}", err=True)


def _follow(tenant_id: UUID, batch_id: UUID, *, quiet: bool) -> BatchRead:
    """Watch the worker until the batch is done; say so when nothing moves."""
    this = node()
    last, since, warned = -1, time.monotonic(), False
    show = not quiet and sys.stderr.isatty()
    while True:
        batch = service.read_batch(this, tenant_id, batch_id)
        if batch.recorded + batch.reserved != last:
            last, since = batch.recorded + batch.reserved, time.monotonic()
        if show:
            done = batch.recorded * 30 // max(batch.rows, 1)
            sys.stderr.write(f"\r[{'█' * done}{'·' * (30 - done)}] {batch.recorded}/{batch.rows} signed and stored ")
            sys.stderr.flush()
        if batch.state != "running":
            if show:
                sys.stderr.write("\n")
            return batch
        if time.monotonic() - since > _QUIET_S and not warned:
            warned = True
            typer.echo(f"\nbatch {batch_id} waits for a worker; it goes on when one runs (`dcp up`)", err=True)
        time.sleep(_POLL_S)
