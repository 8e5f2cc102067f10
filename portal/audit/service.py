"""Writing the log, in the transaction of what it tells: no entry, no act."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchoring.leaf import Kind
from portal.anchors.published import add_published_leaf
from portal.audit.chain import BEFORE_THE_FIRST, Head, hash_of
from portal.audit.models import AuditEntry, AuditHead
from portal.db.ids import new_id
from portal.tenants.models import Tenant
from portal.webhooks import outbox

Plain = str | int | bool | None


def record(
    session: Session,
    *,
    tenant_id: UUID,
    actor: str,
    act: str,
    target: str,
    now: datetime,
    detail: Mapping[str, Plain] | None = None,
) -> None:
    """Add an entry to a tenant's log.

    `actor` is an identifier such as `key:…`, `person:…` or `worker`; `act` reads `award.revoked`; `target` and `detail`
    hold identifiers and numbers, never a name or an address. Call it last in a unit of work: until its end the log's
    other writers wait.
    """
    # Serializes the writers of one log; rows that refer to the tenant are not held up by this kind of lock.
    session.execute(select(Tenant.id).where(Tenant.id == tenant_id).with_for_update(key_share=True))
    session.flush()
    newest = _newest(session)
    entry: dict[str, Any] = {
        "number": 1 if newest is None else newest.number + 1,
        "at": _time(now),
        "tenant": str(tenant_id),
        "actor": actor,
        "act": act,
        "target": target,
        "detail": dict(detail or {}),
        "previous": BEFORE_THE_FIRST if newest is None else newest.hash.hex(),
    }
    session.add(
        AuditEntry(
            id=new_id(now),
            tenant_id=tenant_id,
            number=entry["number"],
            at=now,
            actor=actor,
            act=act,
            target=target,
            detail=entry["detail"],
            previous=bytes.fromhex(entry["previous"]),
            hash=bytes.fromhex(hash_of(entry)),
        )
    )
    session.flush()
    outbox.emit(session, event=act, target=target, detail=entry["detail"], now=now)


def page(session: Session, *, after: int, limit: int, act: str | None = None) -> list[dict[str, Any]]:
    """Entries with a number above `after`, oldest first, `limit` at most, in the form that the hash covers."""
    query = select(AuditEntry).where(AuditEntry.number > after).order_by(AuditEntry.number).limit(limit)
    if act is not None:
        query = query.where(AuditEntry.act == act)
    return [to_json(entry) for entry in session.scalars(query)]


def to_json(entry: AuditEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": _time(entry.at),
        "tenant": str(entry.tenant_id),
        "actor": entry.actor,
        "act": entry.act,
        "target": entry.target,
        "detail": entry.detail,
        "previous": entry.previous.hex(),
        "hash": entry.hash.hex(),
    }


def publish_head(session: Session, *, tenant_id: UUID, now: datetime) -> bool:
    """Make the log's present end a leaf for the next round; False when nothing was added since the last head."""
    newest = _newest(session)
    last = session.scalar(select(AuditHead.number).order_by(AuditHead.number.desc()).limit(1))
    if newest is None or newest.number == last:
        return False
    head = AuditHead(id=new_id(now), tenant_id=tenant_id, number=newest.number, hash=newest.hash, created_at=now)
    session.add(head)
    add_published_leaf(session, Kind.AUDIT_HEAD, tenant_id=tenant_id, target_id=head.id, data=head_bytes(head), now=now)
    return True


def head_bytes(head: AuditHead) -> bytes:
    """The document that a head's leaf commits to."""
    return json.dumps(
        {
            "type": "AuditHead",
            "tenant": str(head.tenant_id),
            "number": head.number,
            "hash": head.hash.hex(),
            "time": _time(head.created_at),
        }
    ).encode()


def heads(session: Session) -> Sequence[Head]:
    rows = session.scalars(select(AuditHead).order_by(AuditHead.number))
    return [Head(row.number, row.hash.hex()) for row in rows]


def _newest(session: Session) -> AuditEntry | None:
    return session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)).one_or_none()


def _time(moment: datetime) -> str:
    """RFC 3339 with microseconds, always in UTC: one text for one moment."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
