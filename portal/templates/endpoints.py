"""Templates over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel

from portal.auth.depends import Access, may
from portal.db.session import tenant_session
from portal.process import node
from portal.templates import service

router = APIRouter(prefix="/v1/tenants/{tenant}/templates", tags=["templates"])


class TemplateRead(BaseModel):
    template: str
    version: int
    document: dict[str, Any]


@router.put("/{template}", summary="Store a template; a changed one gets a new version")
def put_template(
    template: str, document: dict[str, Any], access: Annotated[Access, may("templates:write")]
) -> TemplateRead:
    """Versions never change: what was issued keeps the version it was made from."""
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        stored = service.put_template(
            session,
            tenant_id=access.tenant_id,
            slug=template,
            document=document,
            actor=access.actor,
            now=this.now(),
        )
        return TemplateRead(template=template, version=stored.version, document=stored.document)


@router.get("", summary="List a tenant's templates")
def list_templates(access: Annotated[Access, may("templates:read")]) -> list[str]:
    with tenant_session(node().app_engine, access.tenant_id) as session:
        return service.slugs(session)
