"""Status lists as strangers get them: the bytes that were signed, now and at any earlier time.

Everything is addressed by path alone. Nobody needs a cookie or a query to read a list, so a request tells the node
which list is read and nothing about the credential, or who reads it.
"""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal.anchors.proofs import published_anchor_json
from portal.db.session import platform_session, tenant_session
from portal.pages.errors import error_response
from portal.pages.responses import FOR_EVER, respond
from portal.process import node
from portal.status_lists import repository
from portal.status_lists.kinds import kind_of
from portal.status_lists.models import StatusList, StatusListVersion
from portal.status_lists.publish import TTL_S
from portal.tenants.repository import Found, find_public
from vc import timestamps
from vc.errors import MalformedValue

router = APIRouter(tags=["published"])

ANY_ORIGIN = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag"}
_PATH = "/t/{slug}/status/{list_id}"
_KEPT = f"public, max-age={TTL_S}"
_MAX_UNIX_S = 253_402_300_799  # the last second of the year 9999


@router.get(_PATH, response_class=Response, summary="A status list")
@router.head(_PATH, include_in_schema=False)
def status_list(slug: str, list_id: str, request: Request) -> Response:
    """Signed, in the media type of its kind; it may be kept as long as its own `ttl` says."""
    if "time" in request.query_params:
        # Token Status List, section 8.4: the answer of a server without this parameter.
        return error_response(
            request, 501, code="time-is-a-path", detail="Ask for an earlier version at …/at/{time}, without a query."
        )
    this, found = node(), _find(slug, list_id)
    if found is None:
        return _unknown(request)
    with tenant_session(this.app_engine, found.tenant_id) as session:
        kept = session.get_one(StatusList, found.target_id)
        version = repository.newest_version(session, kept.id)
    return _served(request, kept, version, cache_control=_KEPT)


@router.get(f"{_PATH}/versions", summary="Every version of a status list")
def status_list_versions(slug: str, list_id: str, request: Request) -> Response:
    """From when each version was served, and where it still is."""
    this, found = node(), _find(slug, list_id)
    if found is None:
        return _unknown(request)
    with tenant_session(this.app_engine, found.tenant_id) as session:
        url = session.get_one(StatusList, found.target_id).url
        times = repository.version_times(session, found.target_id)
    versions = [
        {"version": number, "from": _exact(begin), "url": f"{url}/at/{_exact(begin)}"} for number, begin in times
    ]
    return JSONResponse({"list": url, "versions": versions}, headers={"Cache-Control": _KEPT, **ANY_ORIGIN})


@router.get(f"{_PATH}/at/{{moment}}", response_class=Response, summary="A status list as it was served at a time")
@router.head(f"{_PATH}/at/{{moment}}", include_in_schema=False)
def status_list_at(slug: str, list_id: str, moment: str, request: Request) -> Response:
    """`moment` is RFC 3339 with a zone, or seconds since 1970. The past does not change: the answer may be kept."""
    this, found = node(), _find(slug, list_id)
    if found is None:
        return _unknown(request)
    at = _moment(moment)
    if at is None:
        detail = "The time must be written as in 2026-11-24T00:00:00Z, or in seconds since 1970."
        return error_response(request, 422, code="malformed-time", detail=detail)
    if at > this.now():
        return error_response(request, 404, code="time-to-come", detail="That time has not come yet.")
    with tenant_session(this.app_engine, found.tenant_id) as session:
        kept = session.get_one(StatusList, found.target_id)
        version = repository.version_at(session, kept.id, at)
    if version is None:
        return error_response(request, 404, code="before-the-list", detail="The list did not exist at that time.")
    return _served(request, kept, version, cache_control=FOR_EVER)


@router.get(f"{_PATH}/anchor.json", summary="The anchor proof of a status list as served now")
def status_list_anchor(slug: str, list_id: str, request: Request) -> Response:
    this, found = node(), _find(slug, list_id)
    if found is None:
        return _unknown(request)
    with tenant_session(this.app_engine, found.tenant_id) as session:
        proof = published_anchor_json(session, repository.newest_version(session, found.target_id).id)
    return proof_response(request, proof)


def proof_response(request: Request, proof: dict[str, Any] | None) -> Response:
    if proof is None:
        return error_response(request, 404, code="not-anchored", detail="This version is in no anchor round yet.")
    return JSONResponse(proof, headers={"Cache-Control": "no-cache", **ANY_ORIGIN})


def _find(slug: str, list_id: str) -> Found | None:
    with platform_session(node().app_engine) as session:
        tenant, found = find_public(session, "tenant", slug), find_public(session, "status_list", list_id)
    return found if tenant is not None and found is not None and found.tenant_id == tenant.tenant_id else None


def _unknown(request: Request) -> Response:
    return error_response(request, 404, code="status-list-not-found", detail="No status list has this address.")


def _served(request: Request, kept: StatusList, version: StatusListVersion, *, cache_control: str) -> Response:
    """The stored bytes with a validator; a client that has them already gets 304 and no body."""
    media_type = kind_of(kept.encoding, kept.purpose).media_type
    return respond(request, version.data, media_type=media_type, cache_control=cache_control, headers=ANY_ORIGIN)


def _exact(at: datetime) -> str:
    """To the microsecond, so that the time of a version leads to this version."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _moment(text: str) -> datetime | None:
    if text.isascii() and text.isdigit():
        return datetime.fromtimestamp(int(text), UTC) if len(text) < 13 and int(text) <= _MAX_UNIX_S else None
    with suppress(MalformedValue):
        return timestamps.parse(text)
    return None
