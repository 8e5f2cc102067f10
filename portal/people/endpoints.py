"""Signing in, and a person's own account."""

from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from portal.auth import cookies
from portal.auth.depends import Authenticated, SignedIn
from portal.auth.principal import Caller
from portal.db.session import person_session, platform_session, tenant_session
from portal.people import accounts, invitations, members, second_factor, sessions, sign_in
from portal.people.models import Membership
from portal.people.schemas import (
    Invited,
    MembershipRead,
    MeRead,
    NewAccount,
    PasswordChange,
    PasswordProof,
    RecoveryCodes,
    SessionRead,
    SessionStarted,
    SignIn,
    TotpCode,
    TotpSecret,
)
from portal.process import node
from portal.tenants import repository as tenants
from portal.wiring import Node

auth_router = APIRouter(prefix="/v1/auth", tags=["sign-in"])
me_router = APIRouter(prefix="/v1/me", tags=["your account"])


def from_own_page(request: Request) -> None:
    """A sign-in from another site's page would put a victim into an attacker's account. Raises `CrossSiteRequest`."""
    cookies.require_own_origin(request, node(), missing_is_fine=True)


OwnPage = Depends(from_own_page)


@auth_router.post("/sign-in", summary="Sign in with a password", dependencies=[OwnPage])
def sign_in_with_password(request: Request, response: Response, body: SignIn) -> SessionStarted:
    """Sets the session's cookie. With TOTP on, 401 `second-factor-required` asks for a code as well.

    The same 401 `sign-in-refused` for an unknown address and a wrong password; 429 after many attempts.
    """
    this = node()
    started = sign_in.sign_in(
        this,
        email=body.email,
        password=body.password,
        code=body.code,
        recovery_code=body.recovery_code,
        address=_address(request),
        agent=_agent(request),
        device=request.cookies.get(cookies.device_name(this)),
        now=this.now(),
    )
    before = request.cookies.get(cookies.name(this))
    if before:
        sessions.end(this, before, now=this.now())
    return _started(response, this, started)


@auth_router.post("/sign-out", status_code=204, response_class=Response, summary="End this session")
def sign_out(request: Request, _caller: SignedIn) -> Response:
    this = node()
    sessions.end(this, request.cookies[cookies.name(this)], now=this.now())
    response = Response(status_code=204)
    cookies.clear_session(response, this)
    return response


@auth_router.post("/invitations/accept", summary="Accept an invitation with a new account", dependencies=[OwnPage])
def accept_with_new_account(request: Request, response: Response, body: NewAccount) -> SessionStarted:
    """409 `person-exists` where the address has an account: sign in, then use /v1/me/invitations/accept."""
    this = node()
    started = invitations.accept_with_new_account(
        this,
        slug=body.tenant,
        token=body.token,
        name=body.name,
        password=body.password,
        address=_address(request),
        agent=_agent(request),
        now=this.now(),
    )
    return _started(response, this, started)


@me_router.get("", summary="Who you are and what you may do")
def read_me(request: Request, caller: Authenticated) -> MeRead:
    this = node()
    me = MeRead(
        kind=caller.kind, id=caller.id, permissions=sorted(caller.everywhere), memberships=_memberships(this, caller)
    )
    if caller.kind == "person":
        with platform_session(this.app_engine) as session:
            person = accounts.require_person(session, caller.id)
            me.email, me.name = accounts.email_of(this.cipher, person), accounts.name_of(this.cipher, person)
            me.totp = person.totp_confirmed_at is not None
            me.recovery_codes = second_factor.unused_recovery_codes(session, caller.id)
        me.csrf_token = sessions.csrf_token(request.cookies[cookies.name(this)])
    return me


@me_router.post("/password", summary="Change your password")
def change_password(request: Request, response: Response, body: PasswordChange, caller: SignedIn) -> SessionStarted:
    """All sessions end, and this browser gets a new one."""
    this = node()
    started = sign_in.change_password(
        this, caller.id, current=body.current, new=body.new, agent=_agent(request), now=this.now()
    )
    return _started(response, this, started)


@me_router.post("/totp", summary="Ask for a TOTP secret")
def begin_totp(body: PasswordProof, caller: SignedIn) -> TotpSecret:
    """It counts once a code of it was seen: /v1/me/totp/confirm."""
    this = node()
    secret, address = sign_in.begin_totp(this, caller.id, password=body.password, now=this.now())
    return TotpSecret(secret=secret, address=address)


@me_router.post("/totp/confirm", summary="Switch TOTP on")
def confirm_totp(body: TotpCode, caller: SignedIn) -> RecoveryCodes:
    """Your other sessions end."""
    this = node()
    codes = sign_in.confirm_totp(this, caller.id, body.code, keep=caller.session_id, now=this.now())
    return RecoveryCodes(recovery_codes=codes)


@me_router.post("/totp/off", status_code=204, response_class=Response, summary="Switch TOTP off")
def switch_totp_off(body: PasswordProof, caller: SignedIn) -> Response:
    """Its recovery codes are void."""
    this = node()
    sign_in.switch_totp_off(this, caller.id, password=body.password, now=this.now())
    return Response(status_code=204)


@me_router.post("/recovery-codes", summary="Get new recovery codes")
def renew_recovery_codes(body: PasswordProof, caller: SignedIn) -> RecoveryCodes:
    """The old ones are void."""
    this = node()
    codes = sign_in.renew_recovery_codes(this, caller.id, password=body.password, now=this.now())
    return RecoveryCodes(recovery_codes=codes)


@me_router.get("/sessions", summary="Where you are signed in")
def list_sessions(caller: SignedIn) -> list[SessionRead]:
    this = node()
    with platform_session(this.app_engine) as session:
        rows = sessions.of_person(session, caller.id, now=this.now())
    return [
        SessionRead(
            id=row.id, created_at=row.created_at, seen_at=row.seen_at, agent=row.agent,
            current=row.id == caller.session_id,
        )
        for row in rows
    ]  # fmt: skip


@me_router.delete("/sessions", status_code=204, response_class=Response, summary="End your other sessions")
def revoke_other_sessions(caller: SignedIn) -> Response:
    this = node()
    with platform_session(this.app_engine) as session:
        sessions.revoke_all(session, caller.id, now=this.now(), but=caller.session_id)
    return Response(status_code=204)


@me_router.delete("/sessions/{session_id}", status_code=204, response_class=Response, summary="End one session")
def revoke_session(session_id: UUID, caller: SignedIn) -> Response:
    this = node()
    with platform_session(this.app_engine) as session:
        sessions.revoke(session, caller.id, session_id, now=this.now())
    return Response(status_code=204)


@me_router.post("/invitations/accept", summary="Accept an invitation with this account")
def accept_with_this_account(body: Invited, caller: SignedIn) -> MembershipRead:
    """The invitation must be for the address of your account."""
    this = node()
    tenant_id = invitations.accept_as(this, caller.id, slug=body.tenant, token=body.token, now=this.now())
    return _membership(this, caller.id, tenant_id)


def _memberships(this: Node, caller: Caller) -> list[MembershipRead]:
    if caller.home is not None:
        with tenant_session(this.app_engine, caller.home) as session:
            slug = tenants.require(session, caller.home).slug
        return [MembershipRead(tenant=slug, role="api-key", permissions=sorted(caller.at_home))]
    with person_session(this.app_engine, caller.id) as session:
        ids = list(session.scalars(select(Membership.tenant_id).order_by(Membership.id)))
    return [_membership(this, caller.id, tenant_id) for tenant_id in ids]


def _membership(this: Node, person_id: UUID, tenant_id: UUID) -> MembershipRead:
    with tenant_session(this.app_engine, tenant_id) as session:
        slug, role = tenants.require(session, tenant_id).slug, members.role_of(session, person_id)
        held = members.permissions_of(session, person_id) or frozenset()
    return MembershipRead(tenant=slug, role=role or "", permissions=sorted(held))


def _started(response: Response, this: Node, started: sign_in.SignedIn) -> SessionStarted:
    cookies.set_session(response, this, started.token)
    if started.device is not None:
        cookies.set_device(response, this, started.device)
    response.headers["Cache-Control"] = "no-store"
    return SessionStarted(person=started.person_id, csrf_token=sessions.csrf_token(started.token))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")
