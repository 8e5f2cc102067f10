"""What a template publishes: the type of its SD-JWT VCs."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from portal.db.session import platform_session, tenant_session
from portal.pages.errors import error_response
from portal.pages.responses import respond
from portal.process import node
from portal.templates import service
from portal.tenants.repository import find_public

router = APIRouter(tags=["published"])
_NEVER_CHANGES = "public, max-age=86400"


@router.get(
    "/t/{slug}/types/{template}/{version}", response_class=Response, summary="SD-JWT VC type metadata of a template"
)
@router.head("/t/{slug}/types/{template}/{version}", include_in_schema=False)
def type_metadata(slug: str, template: str, version: int, request: Request) -> Response:
    """The bytes that `vct#integrity` of the credentials of this type is the digest of."""
    this = node()
    with platform_session(this.app_engine) as session:
        found = find_public(session, "tenant", slug)
    data = None
    if found is not None:
        with tenant_session(this.app_engine, found.tenant_id) as session:
            data = service.type_metadata(session, template, version)
    if data is None:
        return error_response(request, 404, code="type-not-found", detail="No type of credential has this address.")
    return respond(
        request,
        data,
        media_type="application/json",
        cache_control=_NEVER_CHANGES,
        headers={"Access-Control-Allow-Origin": "*"},
    )
