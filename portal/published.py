"""What tenants publish: DID documents and status lists, as the bytes that were stored."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal.anchors.proofs import published_anchor_json
from portal.db.session import platform_session, tenant_session
from portal.keys import repository as keys
from portal.pages.errors import error_response
from portal.pages.responses import ASK_EACH_TIME_PUBLIC, respond
from portal.process import node
from portal.status_lists import repository as status_lists
from portal.tenants.repository import find_public

router = APIRouter(tags=["published"])
_ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}


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


@router.get("/t/{slug}/status/{list_id}", response_class=Response, summary="A status list credential")
@router.head("/t/{slug}/status/{list_id}", include_in_schema=False)
def status_list(slug: str, list_id: str, request: Request) -> Response:
    this = node()
    with platform_session(this.app_engine) as session:
        tenant, found = find_public(session, "tenant", slug), find_public(session, "status_list", list_id)
    if tenant is None or found is None or found.tenant_id != tenant.tenant_id:
        return error_response(request, 404, code="status-list-not-found", detail="No status list has this address.")
    with tenant_session(this.app_engine, found.tenant_id) as session:
        version = status_lists.newest_version(session, found.target_id)
    return _bytes(request, version.data, media_type="application/vc", max_age_s=0)


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
    return _proof(request, proof)


@router.get("/t/{slug}/status/{list_id}/anchor.json", summary="The anchor proof of a status list as served now")
def status_list_anchor(slug: str, list_id: str, request: Request) -> Response:
    this = node()
    with platform_session(this.app_engine) as session:
        tenant, found = find_public(session, "tenant", slug), find_public(session, "status_list", list_id)
    if tenant is None or found is None or found.tenant_id != tenant.tenant_id:
        return error_response(request, 404, code="status-list-not-found", detail="No status list has this address.")
    with tenant_session(this.app_engine, found.tenant_id) as session:
        proof = published_anchor_json(session, status_lists.newest_version(session, found.target_id).id)
    return _proof(request, proof)


def _proof(request: Request, proof: dict[str, Any] | None) -> Response:
    if proof is None:
        return error_response(request, 404, code="not-anchored", detail="This version is in no anchor round yet.")
    return JSONResponse(proof, headers={"Cache-Control": "no-cache", **_ANY_ORIGIN})


def _bytes(request: Request, data: bytes, *, media_type: str, max_age_s: int) -> Response:
    """The stored bytes with a validator; a client that has them already gets 304 and no body."""
    caching = f"public, max-age={max_age_s}" if max_age_s else ASK_EACH_TIME_PUBLIC
    return respond(request, data, media_type=media_type, cache_control=caching, headers=_ANY_ORIGIN)
