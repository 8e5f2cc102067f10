"""dcp audit log export | verify"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import typer
from sqlalchemy import select

from anchoring.errors import AnchoringError, AnchorPending
from anchoring.leaf import Kind
from anchoring.proof import AnchorProof
from anchoring.verify import verify_anchor
from portal.anchors.proofs import published_anchor_json
from portal.audit import service
from portal.audit.chain import Finding, Head, find_faults
from portal.audit.models import AuditHead
from portal.cli.commands import say
from portal.db.session import platform_session, tenant_session
from portal.errors import InvalidFile
from portal.process import node
from portal.tenants import repository
from vc.canonical import jcs

_PAGE = 1_000


def export(*, tenant: str) -> None:
    """One JSON object per line, oldest first: what `dcp audit log verify --file` reads anywhere."""
    for entry in _stored(_tenant_id(tenant)):
        typer.echo(json.dumps(entry, ensure_ascii=False))


def verify(*, tenant: str, as_json: bool) -> int:
    """Exit code 0: nothing was changed; 1: the faults are listed; 3: no head could be held against the chain."""
    tenant_id = _tenant_id(tenant)
    with tenant_session(node().app_engine, tenant_id) as session:
        heads = service.heads(session)
    entries = list(_stored(tenant_id))
    findings = find_faults(entries, tenant=str(tenant_id), heads=heads)
    anchored, doubt = _anchored(tenant_id)
    held = None if anchored is None else f"the chain holds the log's state up to entry {anchored}"
    return _report(len(entries), findings, held=held, doubt=doubt, as_json=as_json)


def verify_file(file: Path, *, head: str | None, as_json: bool) -> int:
    """The same for an export, with no database: its chain of hashes is checked, and the head if one is given."""
    entries = list(_read(file))
    heads = [] if head is None else [_head(head)]
    tenant = str(entries[0].get("tenant")) if entries else ""
    findings = find_faults(entries, tenant=tenant, heads=heads)
    held = None if head is None else "the log goes on from the head that was given"
    doubt = "without a head (--head) nobody can tell whether the end was cut off" if head is None else None
    return _report(len(entries), findings, held=held, doubt=doubt, as_json=as_json)


def _report(count: int, findings: list[Finding], *, held: str | None, doubt: str | None, as_json: bool) -> int:
    words = [f"{finding.fault.value}: {finding.message}" for finding in findings]
    words.append(f"{count} entries, {'none changed' if not findings else 'NOT AS WRITTEN'}")
    words.extend(sentence for sentence in (held, doubt) if sentence is not None and not findings)
    facts = {"entries": count, "faults": [each.to_json() for each in findings], "held_by": held, "doubt": doubt}
    say("\n".join(words), facts, as_json=as_json)
    return _exit_code(findings, doubt)


def _exit_code(findings: list[Finding], doubt: str | None) -> int:
    if findings:
        return 1
    return 0 if doubt is None else 3


def _anchored(tenant_id: UUID) -> tuple[int | None, str | None]:
    """Up to which entry a final anchor holds the log, asked of the chain itself; or why that cannot be told."""
    this = node()
    with tenant_session(this.app_engine, tenant_id) as session:
        newest_first = session.scalars(select(AuditHead).order_by(AuditHead.number.desc())).all()
        proofs = [(head, published_anchor_json(session, head.id)) for head in newest_first]
    if this.chain is None:
        return None, "this node has no chain, so that no head could be held against one"
    for head, proof in proofs:
        if proof is None:
            continue
        digest = hashlib.sha256(jcs.canonicalize(json.loads(service.head_bytes(head)))).digest()
        try:
            verify_anchor(Kind.AUDIT_HEAD, digest, AnchorProof.parse(proof), this.chain)
        except AnchorPending:
            continue
        except AnchoringError as error:
            return None, f"the head at entry {head.number} does not hold against the chain: {error}"
        return head.number, None
    return None, "no head is final on the chain yet"


def _tenant_id(slug: str) -> UUID:
    with platform_session(node().app_engine) as session:
        return repository.require_tenant_id(session, slug)


def _stored(tenant_id: UUID) -> Iterator[dict[str, Any]]:
    after = 0
    while True:
        with tenant_session(node().app_engine, tenant_id) as session:
            page = service.page(session, after=after, limit=_PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1]["number"]


def _read(file: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidFile(f"cannot read {file}: {error}") from error
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InvalidFile(f"{file}, line {number} is not JSON: {error}") from error
        if not isinstance(entry, dict):
            raise InvalidFile(f"{file}, line {number} is not a JSON object")
        yield entry


def _head(text: str) -> Head:
    number, _, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise InvalidFile(f"{text!r} is no head: write the entry's number, a colon and its 64 hexadecimal digits")
    return Head(int(number), digest)
