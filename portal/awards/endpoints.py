"""Awards over HTTP."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from portal.auth.depends import ApiKeyName
from portal.awards import service
from portal.process import node

router = APIRouter(prefix="/v1/credentials", tags=["awards"])


class Revocation(BaseModel):
    reason: str | None = Field(None, max_length=500, description="Shown on the public page.")


class RevocationRead(BaseModel):
    credential: str
    status: str
    reason: str | None
    changed_at: datetime


@router.post("/{public_id}/revoke", summary="Revoke the award behind a credential")
def revoke(public_id: str, body: Revocation, _caller: ApiKeyName) -> RevocationRead:
    """Final: there is no way back. Repeating it changes nothing."""
    this = node()
    award = service.revoke(this, public_id, reason=body.reason, now=this.now())
    return RevocationRead(credential=public_id, status=award.status, reason=award.reason, changed_at=award.changed_at)
