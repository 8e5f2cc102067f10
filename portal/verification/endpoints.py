"""Routes of verification: `/verify` for people, `/v1/verify` for programs."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, UploadFile
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal.pages.endpoints import utc_now
from portal.pages.errors import error_response
from portal.pages.render import render
from portal.pages.responses import NEVER_STORED, html, problem
from portal.pages.results import build_result
from portal.pages.views import VerifyPage
from portal.verification.brought import note_on
from portal.verification.schemas import ReportRead, VerifyRequest
from portal.verification.service import (
    MAX_IMAGE_KB,
    MAX_KB,
    SubmissionRefused,
    VerificationSource,
    Verified,
    read_api_body,
    read_submission,
    verify_submission,
)
from vc.badges.baking import MAX_IMAGE_BYTES
from vc.model import MAX_DOCUMENT_BYTES

# A form carries the credential or a picture, perhaps an anchor proof, and its own boundaries.
_MAX_BODY_BYTES = MAX_IMAGE_BYTES + 2 * MAX_DOCUMENT_BYTES + 64 * 1024
_TOKEN = {"schema": {"type": "string"}}
_PICTURE = {"schema": {"type": "string", "format": "binary"}}
_BODY_SCHEMA = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": VerifyRequest.model_json_schema()},
            "application/vc": {"schema": {"type": "object"}},
            "application/vc+jwt": _TOKEN,
            "application/jwt": _TOKEN,
            "application/dc+sd-jwt": _TOKEN,
            "image/png": _PICTURE,
            "image/svg+xml": _PICTURE,
        },
    }
}


class BoundedRoute(APIRoute):
    """Refuses a body by its announced length, before anything of it is read.

    The server holds clients to the length they announce, so a body without one is refused too.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def bounded(request: Request) -> Response:
            if request.method == "POST":
                length = request.headers.get("content-length", "")
                if not (length.isascii() and length.isdigit()):
                    return error_response(request, 411)
                if len(length) > 12 or int(length) > _MAX_BODY_BYTES:
                    return error_response(
                        request,
                        413,
                        code="submission-too-large",
                        detail=f"Credentials of up to {MAX_KB} kB and pictures of up to {MAX_IMAGE_KB:,} kB are read.",
                    )
            return await handle(request)

        return bounded


async def _raw_body(request: Request) -> bytes:
    """The one place that must await: the body as it came, because a signature covers bytes, not objects."""
    return await request.body()


def verification_router(
    get_source: Callable[[], VerificationSource], *, now: Callable[[], datetime] = utc_now
) -> APIRouter:
    router = APIRouter(tags=["verification"], route_class=BoundedRoute)
    source_of = Annotated[VerificationSource, Depends(get_source)]

    @router.get("/verify", include_in_schema=False)
    @router.head("/verify", include_in_schema=False)
    def verify_form(request: Request) -> Response:
        return html(request, render("verify.html", page=_page()), cache_control="no-cache")

    @router.post("/verify", include_in_schema=False)
    def verify_posted(
        request: Request,
        source: source_of,
        credential: Annotated[str, Form()] = "",
        anchor: Annotated[str, Form()] = "",
        file: Annotated[UploadFile | None, File()] = None,
    ) -> Response:
        try:
            content = file.file.read(MAX_IMAGE_BYTES + 1) if file is not None else None
            submission = read_submission(source, text=credential, file=content, anchor_text=anchor)
        except SubmissionRefused as refused:
            page = _page(text=credential, anchor_text=anchor, problem=str(refused))
            return html(request, render("verify.html", page=page), status=refused.status)
        page = _result_page(source, verify_submission(source, submission), now())
        return html(request, render("verify.html", page=page))

    @router.post(
        "/v1/verify",
        response_model=ReportRead,
        response_class=JSONResponse,
        openapi_extra=_BODY_SCHEMA,
        summary="Verify a credential",
    )
    def verify(request: Request, source: source_of, body: Annotated[bytes, Depends(_raw_body)]) -> Response:
        """Run every check and report each one. The answer is 200 whatever the verdict is.

        The body is a credential in any form: a document, a JWT, an SD-JWT, a PNG or SVG picture with a badge in it.
        """
        try:
            submission = read_api_body(body)
        except SubmissionRefused as refused:
            return problem(
                request, status=refused.status, code=refused.code, title="Nothing to verify", detail=str(refused)
            )
        report = verify_submission(source, submission).report
        return JSONResponse(report.to_json(), headers={"Cache-Control": NEVER_STORED})

    return router


def _page(*, text: str = "", anchor_text: str = "", problem: str | None = None) -> VerifyPage:
    return VerifyPage(
        text=text[:4_000],
        anchor_text=anchor_text[:4_000],
        problem=problem,
        result=None,
        notes=(),
        disclosure=None,
        max_kb=MAX_KB,
        max_image_kb=MAX_IMAGE_KB,
    )


def _result_page(source: VerificationSource, verified: Verified, moment: datetime) -> VerifyPage:
    facts, known = source.node_facts(), verified.submission.known
    result = build_result(
        data=verified.brought.content,
        document=verified.brought.document,
        report=verified.report,
        anchor=verified.submission.anchor,
        award_state=known.award_state if known is not None else "active",
        award_reason=known.award_reason if known is not None else None,
        local_chain=facts.chain if facts.chain_is_local else None,
        now=moment,
    )
    notes = (verified.submission.note, note_on(verified.brought))
    return replace(_page(), result=result, notes=tuple(filter(None, notes)), disclosure=verified.brought.disclosure)
