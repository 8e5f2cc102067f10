"""Routes of the public pages. All data comes through `PageSource`."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal.pages.assets import PREFIX, load_assets
from portal.pages.demo import is_operator, is_own_form, tamper
from portal.pages.errors import error_response
from portal.pages.forms import file_name, media_types_of
from portal.pages.negotiation import choose
from portal.pages.qr import qr_svg
from portal.pages.render import render
from portal.pages.responses import (
    ASK_EACH_TIME_PRIVATE,
    ASK_EACH_TIME_PUBLIC,
    FOR_EVER,
    NEVER_STORED,
    html,
    respond,
)
from portal.pages.source import Demo, PageSource, PublicCredential
from portal.pages.views import (
    build_credential_page,
    build_start_page,
    build_tampered_page,
    result_of,
)

_PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HTML = "text/html"
_ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}


def utc_now() -> datetime:
    return datetime.now(UTC)


def pages_router(get_source: Callable[[], PageSource], *, now: Callable[[], datetime] = utc_now) -> APIRouter:
    """All public pages but `/verify`, which is in `portal.verification`."""
    router = APIRouter(tags=["pages"])
    _add_credential_routes(router, get_source, now)
    _add_start_routes(router, get_source, now)

    @router.get(PREFIX + "{name}", include_in_schema=False)
    @router.head(PREFIX + "{name}", include_in_schema=False)
    def static(name: str, request: Request) -> Response:
        asset = load_assets().by_path.get(PREFIX + name)
        if asset is None:
            return error_response(request, 404)
        return respond(request, asset.body, media_type=asset.media_type, cache_control=FOR_EVER)

    return router


def _add_credential_routes(
    router: APIRouter, get_source: Callable[[], PageSource], now: Callable[[], datetime]
) -> None:
    source_of = Annotated[PageSource, Depends(get_source)]

    @router.get("/c/{public_id}", response_class=Response, summary="A credential, as a page or as it was issued")
    @router.head("/c/{public_id}", include_in_schema=False)
    def credential(public_id: str, request: Request, source: source_of) -> Response:
        found = _find(source, public_id)
        if isinstance(found, _Refusal):
            return found.response(request)
        wanted = choose(request.headers.get("accept"), (_HTML, *media_types_of(found.format)))
        if wanted != _HTML:
            return _credential_bytes(request, found, wanted)
        report = source.verify(found.data, found.anchor)
        page = build_credential_page(found, report, facts=source.node_facts(), now=now())
        links = (f'</c/{each.public_id}>; rel="alternate"; type="{each.media_type}"' for each in page.forms)
        headers = {"Vary": "Accept", "Link": ", ".join(links)}
        return html(request, render("credential.html", page=page), cache_control=_caching(found), headers=headers)

    @router.get("/c/{public_id}/credential", response_class=Response, summary="The credential's bytes, to keep")
    @router.head("/c/{public_id}/credential", include_in_schema=False)
    def credential_file(public_id: str, request: Request, source: source_of) -> Response:
        found = _find(source, public_id)
        if isinstance(found, _Refusal):
            return found.response(request)
        response = _credential_bytes(request, found, media_types_of(found.format)[0])
        response.headers["Content-Disposition"] = f'attachment; filename="{file_name(found.format, public_id)}"'
        return response

    @router.get("/c/{public_id}/anchor.json", response_class=Response, summary="The anchor proof of a credential")
    @router.head("/c/{public_id}/anchor.json", include_in_schema=False)
    def anchor(public_id: str, request: Request, source: source_of) -> Response:
        found = _find(source, public_id)
        if isinstance(found, _Refusal):
            return found.response(request)
        if found.anchor is None:
            return error_response(
                request, 404, code="not-anchored", detail="This credential has no anchor proof, or not yet."
            )
        body = json.dumps(found.anchor, ensure_ascii=False, separators=(",", ":")).encode()
        return respond(request, body, media_type="application/json", cache_control=_caching(found), headers=_ANY_ORIGIN)

    @router.get("/c/{public_id}/qr.svg", response_class=Response, summary="A QR code that leads to the page")
    @router.head("/c/{public_id}/qr.svg", include_in_schema=False)
    def qr(public_id: str, request: Request, source: source_of) -> Response:
        found = _find(source, public_id)
        if isinstance(found, _Refusal):
            return found.response(request)
        svg = qr_svg(f"{source.node_facts().origin}/c/{public_id}")
        return respond(request, svg, media_type="image/svg+xml", cache_control=_caching(found))


def _add_start_routes(router: APIRouter, get_source: Callable[[], PageSource], now: Callable[[], datetime]) -> None:
    source_of = Annotated[PageSource, Depends(get_source)]

    @router.get("/", include_in_schema=False)
    @router.head("/", include_in_schema=False)
    def start(request: Request, source: source_of) -> Response:
        facts, demo, operator = source.node_facts(), source.demo(), is_operator(request)
        report = source.verify(demo.credential.data, demo.credential.anchor) if demo is not None else None
        phone_qr = qr_svg(facts.phone_origin) if operator and facts.phone_origin else None
        page = build_start_page(facts, demo, report, operator=operator, phone_qr=phone_qr, now=now())
        return html(request, render("start.html", page=page))

    @router.post("/demo/verify", include_in_schema=False)
    def demo_verify(request: Request, source: source_of) -> Response:
        demo = _demo(request, source)
        if demo is None:
            return _demo_refused(request)
        return _see_other(f"/c/{demo.credential.public_id}")

    @router.post("/demo/tamper", include_in_schema=False)
    def demo_tamper(request: Request, source: source_of) -> Response:
        demo = _demo(request, source)
        if demo is None:
            return _demo_refused(request)
        credential, facts, moment = demo.credential, source.node_facts(), now()
        original = result_of(credential, source.verify(credential.data, credential.anchor), facts=facts, now=moment)
        document, data, changes = tamper(credential.document)
        page = build_tampered_page(
            credential,
            original=original,
            document=document,
            data=data,
            report=source.verify(data, credential.anchor),
            changes=changes,
            facts=facts,
            now=moment,
        )
        return html(request, render("tampered.html", page=page))

    @router.post("/demo/revoke", include_in_schema=False)
    def demo_revoke(request: Request, source: source_of) -> Response:
        demo = _demo(request, source)
        if demo is None:
            return _demo_refused(request)
        source.revoke_demo(demo.credential.public_id)
        return _see_other(f"/c/{demo.credential.public_id}")


class _Refusal:
    """Why a credential is not shown."""

    def __init__(self, status: int, code: str, title: str, detail: str, look: str) -> None:
        self._status, self._code, self._title, self._detail, self._look = status, code, title, detail, look

    def response(self, request: Request) -> Response:
        return error_response(
            request, self._status, code=self._code, title=self._title, detail=self._detail, look=self._look
        )


_NOT_FOUND = _Refusal(
    404,
    "credential-not-found",
    "No credential here",
    "No credential has this address. Check the link, letter by letter; a QR code is safer than typing. "
    "That nothing is found says nothing about any document you hold: you can still have it checked.",
    "not-found",
)
_PRIVATE = _Refusal(
    403,
    "credential-private",
    "This credential is private",
    "Its recipient has closed this page. Ask the recipient to open it or to send you the credential itself; "
    "a file you receive can be checked here at any time.",
    "private",
)


def _find(source: PageSource, public_id: str) -> PublicCredential | _Refusal:
    if _PUBLIC_ID.fullmatch(public_id) is None:
        return _NOT_FOUND
    found = source.find_credential(public_id)
    if found is None:
        return _NOT_FOUND
    return _PRIVATE if found.visibility == "private" else found


def _caching(credential: PublicCredential) -> str:
    return ASK_EACH_TIME_PUBLIC if credential.visibility == "public" else ASK_EACH_TIME_PRIVATE


def _credential_bytes(request: Request, credential: PublicCredential, media_type: str) -> Response:
    """Exactly what was issued; any origin may read it, so that verifiers in browsers can."""
    return respond(
        request,
        credential.data,
        media_type=media_type,
        cache_control=_caching(credential),
        headers={"Vary": "Accept", **_ANY_ORIGIN},
    )


def _demo(request: Request, source: PageSource) -> Demo | None:
    return source.demo() if is_operator(request) and is_own_form(request) else None


def _demo_refused(request: Request) -> Response:
    return error_response(
        request,
        403,
        code="demo-refused",
        title="Only from the node’s own machine",
        detail="The demonstration works for whoever sits at the machine that runs this node, on its start page.",
    )


def _see_other(path: str) -> Response:
    return RedirectResponse(path, status_code=303, headers={"Cache-Control": NEVER_STORED})
