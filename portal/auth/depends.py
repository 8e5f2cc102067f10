"""`may("batches:issue")`: the only authorization dependency. It answers who acts and in which tenant.

A tenant that the caller has nothing to do with is answered like one that does not exist.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Form, Header, Path
from sqlalchemy import select
from starlette.requests import Request
from starlette.types import Scope

from portal.auth import cookies, service
from portal.auth.principal import Caller, Principal
from portal.auth.roles import Permission
from portal.db.session import person_session, platform_session, tenant_session
from portal.errors import (
    CredentialNotFound,
    NotAuthenticated,
    NotPermitted,
    PersonRequired,
    PortalError,
    TenantNotFound,
)
from portal.people import members, sessions
from portal.people.models import Membership
from portal.process import node
from portal.tenants import repository as tenants
from portal.wiring import Node


@dataclass(frozen=True, slots=True)
class Access:
    """What `may` allowed: this principal in this tenant."""

    principal: Principal
    tenant_id: UUID
    slug: str

    @property
    def actor(self) -> str:
        return self.principal.actor


def authenticated(
    request: Request,
    authorization: Annotated[str | None, Header(description="Bearer and an API key")] = None,
    x_api_key: Annotated[str | None, Header(description="The same key, for clients that cannot set the other")] = None,
    x_csrf_token: Annotated[str | None, Header(description="Writes with a session: its token, see /v1/me")] = None,
) -> Caller:
    """Who sent `Authorization: Bearer …`, `X-API-Key: …` or a session's cookie.

    Raises `NotAuthenticated`, `CrossSiteRequest`.
    """
    del x_csrf_token  # declared for the API's description; `cookies` reads it
    this = node()
    scheme, _, token = (authorization or "").partition(" ")
    key = token.strip() if scheme.lower() == "bearer" else x_api_key
    if key:
        return service.authenticate(this, key, now=this.now())
    cookie = request.cookies.get(cookies.name(this))
    if not cookie:
        raise NotAuthenticated(
            "send an API key as `Authorization: Bearer …`; the first one is in the data folder: api-key"
        )
    caller = sessions.authenticate(this, cookie, now=this.now())
    cookies.require_own_page(request, this, cookie)
    return caller


def is_known(scope: Scope) -> bool:
    """Whether `authenticated` would let this request through; for what acts before the application does."""
    request = Request(scope)
    try:
        authenticated(request, request.headers.get("authorization"), request.headers.get("x-api-key"))
    except PortalError:
        return False
    return True


Authenticated = Annotated[Caller, Depends(authenticated)]


def signed_in(caller: Authenticated) -> Caller:
    """A person with a session, for what concerns only themselves. Raises `PersonRequired` for API keys."""
    if caller.kind != "person":
        raise PersonRequired("this is about a person's own account; an API key has none")
    return caller


SignedIn = Annotated[Caller, Depends(signed_in)]


@dataclass(frozen=True)
class May(ABC):
    """A dependency that lets through who holds the permission; the subclasses say where the tenant is named."""

    permission: Permission

    @abstractmethod
    def __call__(self, *request: Any, **parts: Any) -> Any:
        """FastAPI reads the parameters of the subclass."""


class InPath(May):
    """The tenant is the path's `{tenant}`."""

    def __call__(
        self, caller: Authenticated, tenant: Annotated[str, Path(description="Short name of the tenant.")]
    ) -> Access:
        return access_to(node(), caller, tenant, self.permission)


class InForm(May):
    """The tenant is a field of the form."""

    def __call__(
        self,
        caller: Authenticated,
        tenant: Annotated[str, Form(description="Short name of the tenant.", examples=["acme"])],
    ) -> Access:
        return access_to(node(), caller, tenant, self.permission)


class OfCredential(May):
    """The tenant is the issuer of the path's credential, `{public_id}`."""

    def __call__(self, caller: Authenticated, public_id: str) -> Access:
        this = node()
        with platform_session(this.app_engine) as session:
            found = tenants.find_public(session, "credential", public_id)
        principal = None if found is None else principal_in(this, caller, found.tenant_id)
        if found is None or principal is None:
            raise CredentialNotFound(
                f"no credential {public_id!r} of yours on this node; the id is the last part of its page's address"
            )
        _require(principal, self.permission)
        with tenant_session(this.app_engine, found.tenant_id) as session:
            slug = tenants.require(session, found.tenant_id).slug
        return Access(principal, found.tenant_id, slug)


class OnNode(May):
    """No tenant: the permission must hold on the node as a whole."""

    def __call__(self, caller: Authenticated) -> Principal:
        principal = Principal(caller.kind, caller.id, None, caller.everywhere)
        _require(principal, self.permission)
        return principal


class Everywhere(May):
    """Every tenant where the permission holds, in the order of their names."""

    def __call__(self, caller: Authenticated) -> list[UUID]:
        this = node()
        with platform_session(this.app_engine) as session:
            ids = [tenants.require_tenant_id(session, slug) for slug in tenants.slugs(session)]
        if self.permission in caller.everywhere:
            return ids
        mine = _homes(this, caller)
        held = [(each, principal_in(this, caller, each)) for each in ids if each in mine]
        return [each for each, principal in held if principal is not None and self.permission in principal.permissions]


_PLACES: dict[str, Callable[[Permission], May]] = {
    "path": InPath,
    "form": InForm,
    "credential": OfCredential,
    "node": OnNode,
    "every": Everywhere,
}


Place = Literal["path", "form", "credential", "node", "every"]


def may(permission: Permission, *, tenant: Place = "path") -> Any:
    """What an endpoint asks for; whoever may not is refused with 401, 403 or 404.

    Written `access: Annotated[Access, may("templates:read")]`. `tenant` says where the request names the tenant; with
    "node" the answer is a `Principal`, with "every" the ids of the tenants where the caller may.
    """
    return Depends(_PLACES[tenant](permission))


def principal_in(this: Node, caller: Caller, tenant_id: UUID) -> Principal | None:
    """What the caller is in a tenant; None for who has nothing to do with it."""
    if caller.everywhere:
        return Principal(caller.kind, caller.id, tenant_id, caller.everywhere)
    if caller.kind == "api_key":
        return Principal(caller.kind, caller.id, tenant_id, caller.at_home) if caller.home == tenant_id else None
    with tenant_session(this.app_engine, tenant_id) as session:
        held = members.permissions_of(session, caller.id)
    return None if held is None else Principal(caller.kind, caller.id, tenant_id, held)


def access_to(this: Node, caller: Caller, slug: str, permission: Permission) -> Access:
    """The tenant with this name, where the caller holds the permission. Raises `TenantNotFound`, `NotPermitted`."""
    with platform_session(this.app_engine) as session:
        found = tenants.find_public(session, "tenant", slug)
        if found is None and "tenants:read" in caller.everywhere:
            tenants.require_tenant_id(session, slug)  # names those there are, to who may see them all
    principal = None if found is None else principal_in(this, caller, found.tenant_id)
    if found is None or principal is None:
        raise TenantNotFound(f"no tenant {slug!r} that you have access to; GET /v1/tenants lists those")
    _require(principal, permission)
    return Access(principal, found.tenant_id, slug)


def _require(principal: Principal, permission: Permission) -> None:
    if permission not in principal.permissions:
        raise NotPermitted(f"this needs the permission {permission}, which you do not hold here")


def _homes(this: Node, caller: Caller) -> set[UUID]:
    if caller.kind == "api_key":
        return set() if caller.home is None else {caller.home}
    with person_session(this.app_engine, caller.id) as session:
        return set(session.scalars(select(Membership.tenant_id)))
