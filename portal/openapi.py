"""What the API's description says beyond what the endpoints say themselves: keys, refusals, repeated requests."""

from typing import Any

from fastapi import FastAPI

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Send the same request again with the same key, and it is carried out once (kept for 24 hours).",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
    "example": "7d2f1c1e-5a0e-4f0e-9b51-0d6f3f1f2a11",
}

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. Programs match on `code`, which never changes; `detail` is for people.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:dcp:problem:tenant-not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "examples": ["tenant-not-found"]},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}, "description": "The single faults."},
        "request_id": {"type": "string", "examples": ["req_5f0c1d2e3b4a59687766a5b4"]},
    },
}

_REFUSALS = {
    "400": "The request breaks a rule of HTTP or of a header.",
    "401": "No key or session, or one that is unknown, expired or revoked.",
    "403": "The key or person may not do this here.",
    "404": "There is no such thing, or none of yours.",
    "409": "What there is does not allow it, or the same request is under way.",
    "413": "The body is too large.",
    "422": "The request is understood and cannot be carried out; `errors` name the faults.",
    "429": "Too many requests in a minute; `Retry-After` says how long to wait.",
    "503": "A part of the node is not there at the moment.",
}
_ALWAYS = ("400", "401", "403", "422", "429", "503")


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the refusals that every operation of /v1/ shares and the header that POST takes."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        document["components"]["schemas"]["Problem"] = _PROBLEM
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                _add_refusals(path, method, operation)
                if method == "post" and path.startswith("/v1/"):
                    operation.setdefault("parameters", []).append(_KEY)
        app.openapi_schema = document
    return app.openapi_schema


def _add_refusals(path: str, method: str, operation: dict[str, Any]) -> None:
    """The framework's own 422 describes a body that this node never sends; it is replaced."""
    responses = operation["responses"]
    if responses.get("422", {}).get("description") == "Validation Error":
        del responses["422"]
    if not path.startswith("/v1/"):
        responses.setdefault("4XX", _other_refusal(path))
        return
    writes = ("409", "413") if method != "get" else ()
    for status in (*_ALWAYS, *writes, *(("404",) if "{" in path or method == "post" else ())):
        responses.setdefault(status, _refusal(_REFUSALS[status]))


def _refusal(description: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": description, "content": content}


def _other_refusal(path: str) -> dict[str, Any]:
    """Of pages, and of the protocols that have a shape of their own for what went wrong."""
    kinds = ["application/problem+json", "application/json"]
    if path.startswith("/1.0/identifiers/"):
        kinds += ["application/did-resolution", "application/did-url-dereferencing"]
    content: dict[str, Any] = {kind: {"schema": {"type": "object"}} for kind in kinds}
    content["text/html"] = {"schema": {"type": "string"}}
    return {"description": "Refused: a page for people, an object for programs.", "content": content}
