"""Tenants over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from portal.auth.depends import may
from portal.auth.principal import Principal
from portal.process import node
from portal.tenants import service
from portal.tenants.schemas import TenantCreate, TenantRead

router = APIRouter(prefix="/v1/tenants", tags=["tenants"])


@router.post("", status_code=201, summary="Make a tenant with its keys and DIDs")
def create_tenant(
    body: TenantCreate, principal: Annotated[Principal, may("tenants:create", tenant="node")]
) -> TenantRead:
    """The did:web identity works at once; did:ethr follows when the chain has the keys."""
    this = node()
    tenant_id = service.create_tenant(this, body.slug, body.name, actor=principal.actor, now=this.now())
    return service.read_tenant(this, tenant_id)


@router.get("", summary="List your tenants")
def list_tenants(ids: Annotated[list[UUID], may("tenants:read", tenant="every")]) -> list[TenantRead]:
    """All of them for a super admin; for others those where they have a role."""
    this = node()
    return [service.read_tenant(this, tenant_id) for tenant_id in ids]
