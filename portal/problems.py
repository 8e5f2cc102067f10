"""RFC 9457 problem details: one shape for everything that the API refuses, whichever layer refuses it."""

import json
from collections.abc import Iterable
from typing import Any

from starlette.types import Send

from portal.telemetry.request_ids import RequestNames, current_names

MEDIA_TYPE = "application/problem+json"


def body_of(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Iterable[dict[str, Any]] = (),
    names: RequestNames | None = None,
) -> dict[str, Any]:
    """The members. `code` is stable; `errors` list the single faults; `names` default to the present request's."""
    body: dict[str, Any] = {
        "type": f"urn:dcp:problem:{code}",
        "title": code.replace("-", " "),
        "status": status,
        "code": code,
        "detail": detail,
    }
    faults = list(errors)
    if faults:
        body["errors"] = faults
    names = names or current_names()
    if names is not None:
        body["request_id"] = names.request_id
    return body


async def send_problem(
    send: Send, status: int, code: str, detail: str, *, headers: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """The answer of a middleware, which refuses before the framework has a request."""
    body = json.dumps(body_of(status, code, detail)).encode()
    all_headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": all_headers})
    await send({"type": "http.response.body", "body": body})
