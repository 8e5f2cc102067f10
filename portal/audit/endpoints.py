"""The audit log over HTTP: read only."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from sqlalchemy import select

from portal.anchors.proofs import published_anchor_json
from portal.audit import service
from portal.audit.models import AuditHead
from portal.auth.depends import Access, may
from portal.db.session import tenant_session
from portal.errors import PortalError
from portal.process import node

router = APIRouter(prefix="/v1/tenants/{tenant}/audit", tags=["audit"])
Reader = Annotated[Access, may("audit:read")]


class AuditHeadNotFound(PortalError):
    status = 404
    code = "audit-head-not-found"


class AuditEntryRead(BaseModel):
    number: int = Field(description="Place in the log, counted from 1.", examples=[7])
    at: str = Field(examples=["2026-11-24T09:00:00.250000Z"])
    tenant: UUID
    actor: str = Field(examples=["key:registrar"])
    act: str = Field(examples=["award.revoked"])
    target: str = Field(examples=["credential:hx0d…"])
    detail: dict[str, Any]
    previous: str = Field(description="Hash of the entry before; 64 zeros for the first.")
    hash: str = Field(description="SHA-256 of the JCS form of the other members.")


class AuditPage(BaseModel):
    data: list[AuditEntryRead]
    next_cursor: int | None = Field(description="Give it as `after` for the next page; null at the end.")


class AuditHeadRead(BaseModel):
    number: int
    hash: str
    document: dict[str, Any] = Field(description="What the leaf commits to.")
    anchor: dict[str, Any] | None = Field(description="The anchor proof; null until the head is in a round.")


@router.get("", summary="Who did what, oldest first")
def list_entries(
    access: Reader,
    after: Annotated[int, Query(ge=0, le=2**62, description="Entries with a higher number.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    act: Annotated[str | None, Query(max_length=100, examples=["award.revoked"])] = None,
) -> AuditPage:
    """Entries never change: what was read once need not be read again."""
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        entries = service.page(session, after=after, limit=limit, act=act)
    rows = [AuditEntryRead.model_validate(entry) for entry in entries]
    return AuditPage(data=rows, next_cursor=rows[-1].number if len(rows) == limit else None)


@router.get("/heads/{number}", summary="A head of the log with its anchor proof")
def read_head(
    number: Annotated[int, Path(ge=1, le=2**62, description="Entries at the time.")], access: Reader
) -> AuditHeadRead:
    """Keep it: later it shows whether the log still goes on from there."""
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        head = session.scalars(select(AuditHead).where(AuditHead.number == number)).one_or_none()
        if head is None:
            known = ", ".join(str(each.number) for each in service.heads(session)) or "none yet"
            raise AuditHeadNotFound(f"no head at entry {number} (heads: {known})")
        proof = published_anchor_json(session, head.id)
        document = json.loads(service.head_bytes(head))
    return AuditHeadRead(number=head.number, hash=head.hash.hex(), document=document, anchor=proof)
