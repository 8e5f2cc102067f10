"""`/.well-known/jwt-vc-issuer`: where verifiers find the keys of an SD-JWT VC whose `iss` is a URL of this node."""

import json
from typing import Any

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from did.jose import algorithm_of
from did.jwk import jwk_of
from did.keys import KeyType, PublicKey
from portal.db.session import platform_session, tenant_session
from portal.keys import repository
from portal.pages.errors import error_response
from portal.pages.responses import respond
from portal.process import node
from portal.tenants.repository import find_public

router = APIRouter(tags=["published"])
_CACHING = "public, max-age=60"  # as long as did.json, which says the same


@router.get(
    "/.well-known/jwt-vc-issuer/t/{slug}", response_class=Response, summary="JWT VC Issuer Metadata of a tenant"
)
@router.head("/.well-known/jwt-vc-issuer/t/{slug}", include_in_schema=False)
def jwt_vc_issuer(slug: str, request: Request) -> Response:
    """SD-JWT VC, "JWT VC Issuer Metadata": the issuer's URL and its keys, each under the name that `kid` gives it."""
    this = node()
    with platform_session(this.app_engine) as session:
        found = find_public(session, "tenant", slug)
    if found is None:
        return error_response(request, 404, code="issuer-not-found", detail="No tenant of this node has this address.")
    with tenant_session(this.app_engine, found.tenant_id) as session:
        metadata = metadata_of(session)
    return respond(
        request,
        json.dumps(metadata, separators=(",", ":")).encode(),
        media_type="application/json",
        cache_control=_CACHING,
        headers={"Access-Control-Allow-Origin": "*"},
    )


def metadata_of(session: Session) -> dict[str, Any]:
    """Every key that ever signed as the did:web identity, but for the compromised ones: a key set cannot say since
    when one is not to be believed.
    """
    identity = repository.identity(session, "web")
    keys = [
        {
            **jwk_of(PublicKey(KeyType(key.key_type), key.public_key)),
            "kid": place.verification_method,
            "alg": algorithm_of(KeyType(key.key_type)),
            "use": "sig",
        }
        for key, place in repository.keys_with_places(session, identity.id)
        if key.compromised_at is None
    ]
    return {"issuer": identity.base_url, "jwks": {"keys": keys}}
