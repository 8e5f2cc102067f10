"""What tenants publish: DID documents here, status lists in `portal.status_lists.endpoints`, as they were stored."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from portal.anchors.proofs import published_anchor_json
from portal.db.session import platform_session, tenant_session
from portal.keys import repository as keys
from portal.pages.errors import error_response
from portal.pages.responses import ASK_EACH_TIME_PUBLIC, respond
from portal.process import node
from portal.status_lists.endpoints import ANY_ORIGIN, proof_response
from portal.status_lists.endpoints import router as status_lists_router
from portal.tenants.repository import find_public

router = APIRouter(tags=["published"])
router.include_router(status_lists_router)


@router.get("/t/{slug}/did.json", response_class=Response, summary="A tenant's DID document")
@router.head("/t/{slug}/did.json", include_in_schema=False)
def did_document(slug: str, request: Request) -> Response:
    this = node()
    with platform_session(this.app_engine) as session:
        found = find_public(session, "tenant", slug)
    if found is None:
        return error_response(request, 404, code="did-not-found", detail="No tenant of this node has this DID.")
    with tenant_session(this.app_engine, found.tenant_id) as session:
        document = keys.newest_document(session, keys.identity(session, "web").id)
    if document is None:
        return error_response(request, 404, code="did-not-found", detail="This tenant has no did:web document.")
    return _bytes(request, document.data, media_type="application/did+json", max_age_s=60)


@router.get("/t/{slug}/did-anchor.json", summary="The anchor proof of a tenant's current DID document")
def did_anchor(slug: str, request: Request) -> Response:
    this = node()
    with platform_session(this.app_engine) as session:
        found = find_public(session, "tenant", slug)
    if found is None:
        return error_response(request, 404, code="did-not-found", detail="No tenant of this node has this DID.")
    with tenant_session(this.app_engine, found.tenant_id) as session:
        document = keys.newest_document(session, keys.identity(session, "web").id)
        proof = None if document is None else published_anchor_json(session, document.id)
    return proof_response(request, proof)


def _bytes(request: Request, data: bytes, *, media_type: str, max_age_s: int) -> Response:
    """The stored bytes with a validator; a client that has them already gets 304 and no body."""
    caching = f"public, max-age={max_age_s}" if max_age_s else ASK_EACH_TIME_PUBLIC
    return respond(request, data, media_type=media_type, cache_control=caching, headers=ANY_ORIGIN)
