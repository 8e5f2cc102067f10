"""Templates over HTTP."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from portal.audit import actors
from portal.auth.depends import ApiKeyName
from portal.db.session import platform_session, tenant_session
from portal.process import node
from portal.templates import service
from portal.tenants import repository

router = APIRouter(prefix="/v1/tenants/{tenant}/templates", tags=["templates"])


class TemplateRead(BaseModel):
    template: str
    version: int
    document: dict[str, Any]


@router.put("/{template}", summary="Store a template; a changed one gets a new version")
def put_template(tenant: str, template: str, document: dict[str, Any], caller: ApiKeyName) -> TemplateRead:
    """Versions never change: what was issued keeps the version it was made from."""
    this = node()
    with platform_session(this.app_engine) as session:
        tenant_id = repository.require_tenant_id(session, tenant)
    with tenant_session(this.app_engine, tenant_id) as session:
        stored = service.put_template(
            session,
            tenant_id=tenant_id,
            slug=template,
            document=document,
            actor=actors.api_key(caller),
            now=this.now(),
        )
        return TemplateRead(template=template, version=stored.version, document=stored.document)


@router.get("", summary="List a tenant's templates")
def list_templates(tenant: str, _caller: ApiKeyName) -> list[str]:
    this = node()
    with platform_session(this.app_engine) as session:
        tenant_id = repository.require_tenant_id(session, tenant)
    with tenant_session(this.app_engine, tenant_id) as session:
        return service.slugs(session)
