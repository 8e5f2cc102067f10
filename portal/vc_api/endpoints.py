"""The VC API (VCALM) of a tenant, under /t/{slug}/vc-api."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import JSONResponse

from portal.db.session import platform_session, tenant_session
from portal.process import node
from portal.tenants.repository import require_tenant_id
from portal.vc_api import bodies, deriving, issuing, presenting, schemas, status, store, verifying
from portal.vc_api.callers import Issuer, Reader, StatusSetter, Verifier
from portal.vc_api.errors import NotFound, Problem
from portal.vc_api.instances import DEFAULT, find_instance
from portal.vc_api.routing import VcApiRoute, raw_body

PREFIX = "/t/{slug}/vc-api"


def _known_instance(request: Request) -> None:
    """Raises `InstanceNotFound`, also for operations that are the same in every instance."""
    name = request.path_params.get("instance")
    if name is not None:
        find_instance(name)


_ROUTER: dict[str, Any] = {
    "prefix": PREFIX, "tags": ["VC API"], "route_class": VcApiRoute, "dependencies": [Depends(_known_instance)],
}  # fmt: skip
issuing_router = APIRouter(**_ROUTER)
verifying_router = APIRouter(**_ROUTER)

Slug = Annotated[str, Path(description="Short name of the tenant.", examples=["acme"])]
InstanceName = Annotated[str, Path(description="Name of the instance.", examples=["ecdsa-rdfc-2019-P-384"])]


def _json_body(request: Request, body: Annotated[bytes, Depends(raw_body)]) -> dict[str, Any]:
    return bodies.read_object(request.headers.get("content-type"), body)


Body = Annotated[dict[str, Any], Depends(_json_body)]


def _tenant(slug: Slug) -> UUID:
    with platform_session(node().app_engine) as session:
        return require_tenant_id(session, slug)


Tenant = Annotated[UUID, Depends(_tenant)]


@issuing_router.post(
    "/credentials/issue", status_code=201, openapi_extra=schemas.ISSUE, summary="Issue a credential (eddsa-rdfc-2022)"
)
def issue(caller: Issuer, tenant_id: Tenant, body: Body) -> JSONResponse:
    """Signs as the tenant's did:web. A credential without an issuer gets it; any other issuer is refused."""
    return _issued(issuing.issue(node(), tenant_id, body, DEFAULT, "web", caller=caller))


@issuing_router.post(
    "/instances/{instance}/credentials/issue",
    status_code=201,
    openapi_extra=schemas.ISSUE,
    summary="Issue a credential by one suite and key type",
)
def issue_by_instance(caller: Issuer, tenant_id: Tenant, instance: InstanceName, body: Body) -> JSONResponse:
    """Signs as the tenant's did:web; a key that it lacks is made and published first."""
    return _issued(issuing.issue(node(), tenant_id, body, find_instance(instance), "web", caller=caller))


@issuing_router.post(
    "/instances/did-key/{instance}/credentials/issue",
    status_code=201,
    openapi_extra=schemas.ISSUE,
    summary="Issue a credential as the tenant's did:key",
)
def issue_as_did_key(caller: Issuer, tenant_id: Tenant, instance: InstanceName, body: Body) -> JSONResponse:
    """As the other instances; the issuer is the tenant's did:key of that key type, made at the first use."""
    return _issued(issuing.issue(node(), tenant_id, body, find_instance(instance), "key", caller=caller))


@issuing_router.post(
    "/credentials/derive",
    status_code=201,
    openapi_extra=schemas.DERIVE,
    summary="Derive a credential that shows only a part",
)
@issuing_router.post("/instances/{instance}/credentials/derive", status_code=201, include_in_schema=False)
def derive(_caller: Issuer, _tenant_id: Tenant, body: Body) -> JSONResponse:
    """From a base proof (ecdsa-sd-2023) or an SD-JWT: what is mandatory, and what `options.selectivePointers` add."""
    return _issued(deriving.derive(body))


@issuing_router.post(
    "/credentials/status", openapi_extra=schemas.STATUS, summary="Set the status of an issued credential"
)
@issuing_router.post("/instances/{instance}/credentials/status", include_in_schema=False)
def set_status(caller: StatusSetter, tenant_id: Tenant, body: Body) -> JSONResponse:
    """Of every credential that was issued here under `credentialId`. A revocation is final."""
    status.set_status(node(), tenant_id, body, caller=caller)
    return JSONResponse({})


@issuing_router.get("/anchors/{credential_id:path}", summary="The anchor proof of a credential issued by the VC API")
def anchor(_caller: Reader, tenant_id: Tenant, credential_id: str) -> JSONResponse:
    """Of the newest credential with this `credentialId` that is in an anchor round."""
    with tenant_session(node().app_engine, tenant_id) as session:
        for row in store.named(session, credential_id):
            proof = store.anchor_json(session, row)
            if proof is not None:
                return JSONResponse(proof)
    raise NotFound([Problem("urn:dcp:problem:not-anchored", "no credential of this id is in an anchor round yet")])


@verifying_router.post("/credentials/verify", openapi_extra=schemas.VERIFY, summary="Verify a credential")
@verifying_router.post("/instances/{instance}/credentials/verify", include_in_schema=False)
def verify(_caller: Verifier, _tenant_id: Tenant, body: Body) -> JSONResponse:
    """200 only if every check that was asked for passed; without `options.checks` that is every check there is."""
    return JSONResponse(verifying.verify(node(), body))


@verifying_router.post("/presentations/verify", openapi_extra=schemas.PRESENTATION, summary="Verify a presentation")
@verifying_router.post("/instances/{instance}/presentations/verify", include_in_schema=False)
def verify_presentation(_caller: Verifier, _tenant_id: Tenant, body: Body) -> JSONResponse:
    """Its proof (with `options.challenge` and `options.domain`), its holder, and each credential in it."""
    return JSONResponse(presenting.verify(node(), body))


def _issued(document: Any) -> JSONResponse:
    return JSONResponse({"verifiableCredential": document}, status_code=201)
