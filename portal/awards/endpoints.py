"""Awards over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from portal.auth.depends import Access, may
from portal.awards import service
from portal.awards.models import Award
from portal.process import node

router = APIRouter(prefix="/v1/credentials", tags=["awards"])


class Revocation(BaseModel):
    reason: str | None = Field(None, max_length=500, description="Shown on the public page.")


class Suspension(BaseModel):
    reason: str | None = Field(None, max_length=500, description="Shown on the public page.")


class AwardRead(BaseModel):
    credential: str
    status: str
    reason: str | None
    changed_at: datetime


@router.post("/{public_id}/revoke", summary="Revoke the award behind a credential")
def revoke(
    public_id: str, body: Revocation, access: Annotated[Access, may("awards:revoke", tenant="credential")]
) -> AwardRead:
    """Final: there is no way back. Repeating it changes nothing."""
    this = node()
    award = service.revoke(
        this, public_id, reason=body.reason, actor=access.actor, now=this.now(), tenant_id=access.tenant_id
    )
    return _read(public_id, award)


@router.post("/{public_id}/suspend", summary="Suspend the award behind a credential")
def suspend(
    public_id: str, body: Suspension, access: Annotated[Access, may("awards:suspend", tenant="credential")]
) -> AwardRead:
    """It does not count until it is reinstated. Repeating it changes nothing.

    409 `suspension-not-possible` where the credential was issued without an entry for it: the template's member
    `status` decides.
    """
    this = node()
    award = service.suspend(
        this, public_id, reason=body.reason, actor=access.actor, now=this.now(), tenant_id=access.tenant_id
    )
    return _read(public_id, award)


@router.post("/{public_id}/reinstate", summary="End the suspension of the award behind a credential")
def reinstate(public_id: str, access: Annotated[Access, may("awards:suspend", tenant="credential")]) -> AwardRead:
    """An award that is not suspended stays as it is; a revoked one is refused (409 `award-revoked`)."""
    this = node()
    award = service.reinstate(this, public_id, actor=access.actor, now=this.now(), tenant_id=access.tenant_id)
    return _read(public_id, award)


def _read(public_id: str, award: Award) -> AwardRead:
    return AwardRead(credential=public_id, status=award.status, reason=award.reason, changed_at=award.changed_at)
