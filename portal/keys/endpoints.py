"""DID resolution over HTTP (DID Resolution, HTTP(S) binding): a result, or the document alone, as `Accept` asks."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from did.did_url import dereference, options_of
from did.errors import InvalidOptions
from did.representation import HttpAnswer, answer_dereferencing, answer_resolution
from did.resolver import ResolutionResult, problem_of
from portal.process import node

resolution_router = APIRouter(tags=["identifiers"])


@resolution_router.get("/1.0/identifiers/{did:path}", response_class=Response, summary="Resolve a DID or DID URL")
def resolve(did: str, request: Request) -> Response:
    """`versionId` and `versionTime` ask for an older version, where the method has one."""
    resolver, accept = node().resolver, request.headers.get("accept")
    if "#" in did or "/" in did or "?" in did:
        return _response(answer_dereferencing(dereference(did, resolver=resolver, accept=accept), accept))
    try:
        result = resolver.resolve(did, options_of(request.query_params))
    except InvalidOptions as error:
        result = ResolutionResult(None, {}, {"error": problem_of(error)})
    return _response(answer_resolution(result, accept))


def _response(answer: HttpAnswer) -> Response:
    headers = {"Vary": "Accept", "Access-Control-Allow-Origin": "*"}
    if answer.location is not None:
        headers["Location"] = answer.location
    return Response(answer.body, status_code=answer.status, media_type=answer.media_type, headers=headers)
