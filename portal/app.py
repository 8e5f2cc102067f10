"""The web server's application: routers, limits, error handlers."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal import problems
from portal.auth.depends import is_known
from portal.errors import PortalError, TooManyAttempts
from portal.idempotency.middleware import IdempotencyKeys
from portal.limits import BodyLimit
from portal.openapi import describe
from portal.pages.errors import error_response
from portal.process import node
from portal.public import NodeSource
from portal.rate_limits.middleware import RateLimits
from portal.services import routers
from portal.telemetry.request_ids import RequestIds, RequestNames
from portal.version import VERSION

log = logging.getLogger(__name__)


def create_app() -> FastAPI:
    """Build the application. Settings are read on the first request, by `portal.process.node`."""
    app = FastAPI(
        title="Digital Credentials Platform",
        version=VERSION,
        summary="Issue, anchor, verify and track digital credentials.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    for router in routers(lambda: NodeSource(node())):
        app.include_router(router)
    app.add_middleware(IdempotencyKeys, get_node=node, is_known=is_known)
    app.add_middleware(RateLimits, get_allowance=lambda: node().settings)
    app.add_middleware(BodyLimit)
    app.add_exception_handler(PortalError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(DataError, _not_storable)
    app.add_exception_handler(Exception, _broken)
    app.middleware("http")(_safe_headers)
    app.add_middleware(RequestIds)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]
    return app


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[dict[str, object]] | None = None,
    names: RequestNames | None = None,
) -> JSONResponse:
    """The answer to a program."""
    body = problems.body_of(status, code, detail, errors=errors or (), names=names)
    return JSONResponse(body, status_code=status, media_type=problems.MEDIA_TYPE)


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, PortalError):
        raise error
    if not request.url.path.startswith("/v1/"):
        return error_response(request, error.status, code=error.code, detail=error.detail)
    answer = problem(error.status, error.code, error.detail, errors=list(error.errors))
    if error.status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="dcp"'
    if isinstance(error, TooManyAttempts):
        answer.headers["Retry-After"] = str(error.retry_after_s)
    return answer


async def _malformed(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    faults: list[dict[str, object]] = [
        {"pointer": "/" + "/".join(str(part) for part in fault["loc"]), "code": fault["type"], "detail": fault["msg"]}
        for fault in error.errors()
    ]
    detail = "; ".join(f"{fault['pointer']}: {fault['detail']}" for fault in faults)
    if not request.url.path.startswith("/v1/"):
        return error_response(request, 422, code="malformed-request", detail=detail)
    return problem(422, "malformed-request", detail, errors=faults)


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if request.url.path.startswith("/v1/"):
        # The status names the code: the framework's sentences may change with its version.
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        return problem(error.status_code, code, str(error.detail))
    return error_response(request, error.status_code)


async def _not_storable(request: Request, error: Exception) -> Response:
    """The database refuses a value by its kind: a NUL character, half of a character, a number out of range."""
    log.info("value refused by the database: %s %s", request.method, request.url.path, exc_info=error)
    detail = "The request holds a character or a number that cannot be stored, for example NUL (U+0000)."
    if request.url.path.startswith("/v1/"):
        return problem(422, "malformed-request", detail)
    return error_response(request, 422, code="malformed-request", detail=detail)


async def _broken(request: Request, error: Exception) -> Response:
    """The outermost frame: the log gets the fault, the caller a sentence."""
    names: RequestNames | None = request.scope.get("request_names")
    name = {} if names is None else {"request_id": names.request_id}
    log.error("request failed: %s %s", request.method, request.url.path, exc_info=error, extra=name)
    if request.url.path.startswith("/v1/"):
        sentence = "The fault is the node's, not yours. It was written to the log under this request's name."
        answer: Response = problem(500, "internal-error", sentence, names=names)
    else:
        answer = error_response(request, 500)
    if names is not None:
        answer.headers["X-Request-Id"] = names.request_id
    return answer


async def _safe_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response
