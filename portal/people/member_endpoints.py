"""A tenant's members, roles and invitations over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from portal.auth.depends import Access, may
from portal.auth.roles import TENANT_ROLES
from portal.db.session import tenant_session
from portal.people import accounts, members
from portal.people.models import Invitation
from portal.people.schemas import (
    InvitationCreate,
    InvitationMade,
    InvitationRead,
    MemberRead,
    RoleChange,
    RolePut,
    RoleRead,
)
from portal.process import node
from portal.wiring import Node

router = APIRouter(prefix="/v1/tenants/{tenant}", tags=["members"])
Reader = Annotated[Access, may("members:read")]
Manager = Annotated[Access, may("members:manage")]
RoleManager = Annotated[Access, may("roles:manage")]


@router.get("/members", summary="List a tenant's members")
def list_members(access: Reader) -> list[MemberRead]:
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        return [
            MemberRead(
                person=person.id,
                email=accounts.email_of(this.cipher, person),
                name=accounts.name_of(this.cipher, person),
                role=membership.role,
                totp=person.totp_confirmed_at is not None,
                since=membership.created_at,
            )
            for membership, person in members.members(session)
        ]


@router.put("/members/{person_id}", status_code=204, response_class=Response, summary="Give a member another role")
def change_member(person_id: UUID, body: RoleChange, access: Manager) -> Response:
    """Nobody grants a role with more than they hold, nor takes one away from who holds more."""
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        members.put_member(
            session,
            person_id,
            body.role,
            tenant_id=access.tenant_id,
            granted_by=access.principal.permissions,
            actor=access.actor,
            now=this.now(),
        )
    return Response(status_code=204)


@router.delete("/members/{person_id}", status_code=204, response_class=Response, summary="Remove a member")
def remove_member(person_id: UUID, access: Manager) -> Response:
    """Their account and their memberships elsewhere stay."""
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        members.remove_member(
            session,
            person_id,
            tenant_id=access.tenant_id,
            granted_by=access.principal.permissions,
            actor=access.actor,
            now=this.now(),
        )
    return Response(status_code=204)


@router.get("/roles", summary="The roles a member can have")
def list_roles(access: Reader) -> list[RoleRead]:
    with tenant_session(node().app_engine, access.tenant_id) as session:
        known = members.roles(session)
    return [
        RoleRead(role=role, permissions=sorted(known[role]), own=role not in TENANT_ROLES) for role in sorted(known)
    ]


@router.put("/roles/{role}", status_code=204, response_class=Response, summary="Make or change a role of your own")
def put_role(role: str, body: RolePut, access: RoleManager) -> Response:
    """A changed role changes what its members may do from their next request on."""
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        members.put_role(
            session,
            role,
            body.permissions,
            tenant_id=access.tenant_id,
            granted_by=access.principal.permissions,
            actor=access.actor,
            now=this.now(),
        )
    return Response(status_code=204)


@router.delete("/roles/{role}", status_code=204, response_class=Response, summary="Remove a role of your own")
def remove_role(role: str, access: RoleManager) -> Response:
    """409 `role-in-use` while members have it."""
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        members.remove_role(session, role, tenant_id=access.tenant_id, actor=access.actor, now=this.now())
    return Response(status_code=204)


@router.post("/invitations", status_code=201, summary="Invite somebody")
def invite(body: InvitationCreate, access: Manager) -> InvitationMade:
    """The answer holds the token, once. It is good for seven days and one account."""
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        row, token = members.invite(
            session,
            this.cipher,
            email=body.email,
            role=body.role,
            tenant_id=access.tenant_id,
            granted_by=access.principal.permissions,
            actor=access.actor,
            now=this.now(),
        )
    return InvitationMade(**_read(this, row).model_dump(), token=token)


@router.get("/invitations", summary="The invitations that are open")
def list_invitations(access: Reader) -> list[InvitationRead]:
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        return [_read(this, row) for row in members.invitations(session, now=this.now())]


@router.delete(
    "/invitations/{invitation_id}", status_code=204, response_class=Response, summary="Withdraw an invitation"
)
def withdraw(invitation_id: UUID, access: Manager) -> Response:
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        members.withdraw(session, invitation_id, tenant_id=access.tenant_id, actor=access.actor, now=this.now())
    return Response(status_code=204)


def _read(this: Node, row: Invitation) -> InvitationRead:
    return InvitationRead(id=row.id, email=members.email_of(this.cipher, row), role=row.role, expires_at=row.expires_at)
