"""Batches over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, UploadFile
from pydantic import BaseModel, Field

from portal.auth.depends import Access, may
from portal.awards import repository as awards
from portal.db.session import tenant_session
from portal.issuance import service
from portal.issuance.schemas import BatchRead
from portal.limits import MAX_UPLOAD_BYTES
from portal.process import node

router = APIRouter(prefix="/v1", tags=["batches"])


class CredentialRead(BaseModel):
    id: str
    award: UUID = Field(description="The same for all forms of one award.")
    format: str = Field(description="ldp_vc, vc+jwt, jwt_vc_json, ob-jwt or dc+sd-jwt.")
    page: str
    anchor: str
    status: str


class CredentialPage(BaseModel):
    data: list[CredentialRead]
    next_cursor: str | None


@router.post("/batches", status_code=202, summary="Issue from a spreadsheet")
def create_batch(
    template: Annotated[str, Form(description="Short name of the template.", examples=["bachelor"])],
    file: Annotated[UploadFile, File(description="CSV or XLSX, 20 MB at most.")],
    access: Annotated[Access, may("batches:issue", tenant="form")],
    skip_bad_rows: Annotated[bool, Form(description="Issue the good rows even if others have faults.")] = False,
) -> BatchRead:
    """Read and check the whole file, then issue. A file with faults is refused whole unless told otherwise."""
    this, tenant_id = node(), access.tenant_id
    batch = service.create_batch(
        this,
        tenant_id,
        template=template,
        filename=file.filename or "upload",
        data=file.file.read(MAX_UPLOAD_BYTES + 1),
        skip_bad_rows=skip_bad_rows,
        actor=access.actor,
    )
    return service.read_batch(this, tenant_id, batch.id)


@router.get("/tenants/{tenant}/batches/{batch_id}", summary="How far a batch is")
def read_batch(batch_id: UUID, access: Annotated[Access, may("batches:read")]) -> BatchRead:
    return service.read_batch(node(), access.tenant_id, batch_id)


@router.get("/tenants/{tenant}/batches/{batch_id}/credentials", summary="The credentials of a batch")
def list_credentials(
    batch_id: UUID,
    access: Annotated[Access, may("batches:read")],
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: UUID | None = None,
) -> CredentialPage:
    this, tenant_id = node(), access.tenant_id
    with tenant_session(this.app_engine, tenant_id) as session:
        service.require_batch(session, batch_id)
        pairs = awards.page_of_batch(session, batch_id, after=after, limit=limit)
    rows = [
        CredentialRead(
            id=credential.public_id,
            award=award.id,
            format=credential.format,
            page=f"{this.origin}/c/{credential.public_id}",
            anchor=f"{this.origin}/c/{credential.public_id}/anchor.json",
            status=award.status,
        )
        for credential, award in pairs
    ]
    return CredentialPage(data=rows, next_cursor=str(pairs[-1][0].id) if len(pairs) == limit else None)
