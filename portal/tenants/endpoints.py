"""Tenants over HTTP."""

from fastapi import APIRouter

from portal.audit import actors
from portal.auth.depends import ApiKeyName
from portal.db.session import platform_session
from portal.process import node
from portal.tenants import repository, service
from portal.tenants.schemas import TenantCreate, TenantRead

router = APIRouter(prefix="/v1/tenants", tags=["tenants"])


@router.post("", status_code=201, summary="Make a tenant with its keys and DIDs")
def create_tenant(body: TenantCreate, caller: ApiKeyName) -> TenantRead:
    """The did:web identity works at once; did:ethr follows when the chain has the keys."""
    this = node()
    tenant_id = service.create_tenant(this, body.slug, body.name, actor=actors.api_key(caller), now=this.now())
    return service.read_tenant(this, tenant_id)


@router.get("", summary="List tenants")
def list_tenants(_caller: ApiKeyName) -> list[TenantRead]:
    this = node()
    with platform_session(this.app_engine) as session:
        ids = [repository.require_tenant_id(session, slug) for slug in repository.slugs(session)]
    return [service.read_tenant(this, tenant_id) for tenant_id in ids]
