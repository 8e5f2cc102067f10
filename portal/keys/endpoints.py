"""DID resolution over HTTP (DID Resolution, section 6: HTTP(S) binding)."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from portal.process import node

resolution_router = APIRouter(tags=["identifiers"])

_STATUS = {"invalidDid": 400, "notFound": 404, "methodNotSupported": 501, "representationNotSupported": 406}


@resolution_router.get("/1.0/identifiers/{did:path}", response_class=Response, summary="Resolve a DID")
def resolve(did: str) -> Response:
    result = node().resolver.resolve(did)
    error = result.resolution_metadata.get("error")
    code = 200 if error is None else _status_of(error)
    return JSONResponse(result.to_json(), status_code=code, media_type="application/did-resolution")


def _status_of(error: object) -> int:
    # The standard writes errors as a URL with the code as fragment, or as objects with a type.
    text = str(error.get("type", "") if isinstance(error, dict) else error).rpartition("#")[2]
    name = "".join(part if index == 0 else part.capitalize() for index, part in enumerate(text.lower().split("_")))
    return _STATUS.get(name, _STATUS.get(text, 500))
