"""API keys of a tenant over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from portal.auth import service
from portal.auth.depends import Access, may
from portal.auth.models import ApiKey
from portal.db.session import platform_session, tenant_session
from portal.errors import NotPermitted
from portal.process import node

router = APIRouter(prefix="/v1/tenants/{tenant}/api-keys", tags=["api keys"])
Manager = Annotated[Access, may("api-keys:manage")]


class ApiKeyCreate(BaseModel):
    name: str = Field(min_length=1, max_length=100, description="What it is for.", examples=["registrar's import"])
    permissions: list[str] = Field(min_length=1, max_length=100, examples=[["batches:read", "batches:issue"]])
    days: int = Field(90, ge=1, le=366, description="It ends after so many days.")


class ApiKeyRead(BaseModel):
    id: UUID
    name: str
    permissions: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="To within five minutes; null if never.")

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        return cls(
            id=key.id,
            name=key.name,
            permissions=list(key.permissions or ()),
            created_at=key.created_at,
            expires_at=key.expires_at,
            last_used_at=key.last_used_at,
        )


class ApiKeyMade(ApiKeyRead):
    key: str = Field("", description="Shown this once; the node keeps a digest only.")


@router.post("", status_code=201, summary="Make an API key")
def create_key(body: ApiKeyCreate, access: Manager) -> ApiKeyMade:
    """It holds the listed permissions in this tenant. Nobody gives a key what they do not hold themselves."""
    missing = sorted(set(body.permissions) - access.principal.permissions)
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        row, key = service.make_tenants_key(
            session,
            body.name,
            tenant_id=access.tenant_id,
            permissions=body.permissions,
            lifetime=timedelta(days=body.days),
            actor=access.actor,
            now=this.now(),
        )
        if missing:
            raise NotPermitted(f"you cannot give what you do not hold: {', '.join(missing)}")
    return ApiKeyMade(**ApiKeyRead.of(row).model_dump(), key=key)


@router.get("", summary="List the API keys that were not revoked")
def list_keys(access: Annotated[Access, may("api-keys:read")]) -> list[ApiKeyRead]:
    with platform_session(node().app_engine) as session:
        return [ApiKeyRead.of(key) for key in service.keys_of(session, access.tenant_id)]


@router.delete("/{key_id}", status_code=204, response_class=Response, summary="Revoke an API key")
def revoke_key(key_id: UUID, access: Manager) -> Response:
    """At once: the next request with it is refused."""
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        service.revoke(session, key_id, tenant_id=access.tenant_id, actor=access.actor, now=this.now())
    return Response(status_code=204)
