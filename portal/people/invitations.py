"""Accepting an invitation: with a new account, or with the one that the address has."""

from datetime import datetime
from uuid import UUID

from portal.audit import actors
from portal.db.session import platform_session, tenant_session
from portal.errors import InvitationNotFound
from portal.people import accounts, members, sessions, throttle
from portal.people.sign_in import SignedIn
from portal.tenants import repository as tenants
from portal.wiring import Node

_NOT_FOUND = "this invitation is unknown, used or ended; ask for a new one"


def accept_with_new_account(
    node: Node, *, slug: str, token: str, name: str, password: str, address: str, agent: str, now: datetime
) -> SignedIn:
    """Account, membership and session in one transaction.

    Raises `TooManyAttempts`, `InvitationNotFound`, `PersonExists`, `WeakPassword`.
    """
    throttle.take(node, throttle.ADDRESS, address.encode(), now=now)
    tenant_id = _tenant_id(node, slug)
    with tenant_session(node.app_engine, tenant_id) as session:
        found = members.redeem_invitation(session, token, now=now)
        email = members.email_of(node.cipher, found)
        person = accounts.add_person(session, node.cipher, email=email, name=name, password=password, now=now)
        row, cookie = sessions.start(session, person.id, agent=agent, now=now)
        members.add_member(session, person.id, found.role, tenant_id=tenant_id, actor=actors.person(person.id), now=now)
    return SignedIn(person.id, row, cookie)


def accept_as(node: Node, person_id: UUID, *, slug: str, token: str, now: datetime) -> UUID:
    """Make a person who is signed in a member; returns the tenant. Raises `InvitationNotFound`."""
    tenant_id = _tenant_id(node, slug)
    with tenant_session(node.app_engine, tenant_id) as session:
        found = members.redeem_invitation(session, token, now=now)
        if found.email_hash != accounts.require_person(session, person_id).email_hash:
            raise InvitationNotFound(_NOT_FOUND)
        members.add_member(session, person_id, found.role, tenant_id=tenant_id, actor=actors.person(person_id), now=now)
    return tenant_id


def _tenant_id(node: Node, slug: str) -> UUID:
    with platform_session(node.app_engine) as session:
        found = tenants.find_public(session, "tenant", slug)
    if found is None:
        raise InvitationNotFound(_NOT_FOUND)
    return found.tenant_id
