"""What the API's description says beyond what the endpoints say themselves."""

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


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the header that every writing POST takes (portal/idempotency)."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        for path, operations in document["paths"].items():
            if path.startswith("/v1/") and "post" in operations:
                operations["post"].setdefault("parameters", []).append(_KEY)
        app.openapi_schema = document
    return app.openapi_schema
