"""Every refusal of the VC API as problem details, whatever the client says it accepts."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import DataError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal.errors import PortalError
from portal.vc_api.bodies import MAX_BODY_BYTES
from portal.vc_api.errors import BodyTooLarge, NotVerified, RequestMalformed, VcApiRefused

_PROBLEM = "application/problem+json"
_NEVER_STORED = {"Cache-Control": "no-store"}


class VcApiRoute(APIRoute):
    """Bounds the body before it is read, and turns refusals into answers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                _require_bounded(request)
                response = await handle(request)
            except PortalError as refused:
                return refusal(refused)
            except RequestValidationError as malformed:
                detail = "; ".join(
                    f"{'/'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in malformed.errors()
                )
                return refusal(RequestMalformed(detail))
            except DataError:
                return refusal(RequestMalformed("a text holds a character that cannot be stored, for example U+0000"))
            response.headers.setdefault("Cache-Control", _NEVER_STORED["Cache-Control"])
            return response

        return answer


async def raw_body(request: Request) -> bytes:
    """The body as it came. Its length was announced and is bounded."""
    return await request.body()


def _require_bounded(request: Request) -> None:
    """Raises `BodyTooLarge`, `RequestMalformed`: a body without a length is not read."""
    if request.method != "POST":
        return
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        raise RequestMalformed("the request must say how long its body is (Content-Length)")
    if len(length) > 12 or int(length) > MAX_BODY_BYTES:
        raise BodyTooLarge(f"a body of at most {MAX_BODY_BYTES // 1024} kB is read")


def refusal(error: PortalError) -> JSONResponse:
    """RFC 9457 with the members that VCALM and the older VC API name: `problemDetails`, `errors`, `verified`."""
    problems = error.problems if isinstance(error, VcApiRefused) else ()
    body: dict[str, Any] = {
        "type": problems[0].type if problems else f"urn:dcp:problem:{error.code}",
        "title": error.code.replace("-", " "),
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "errors": [problem.name for problem in problems] or [error.code],
        "problemDetails": [problem.to_json() for problem in problems],
    }
    if isinstance(error, NotVerified):
        body |= {"verified": False, "checks": list(error.checks), "warnings": list(error.warnings)}
    headers = dict(_NEVER_STORED)
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="dcp"'
    return JSONResponse(body, status_code=error.status, media_type=_PROBLEM, headers=headers)
