"""What people are in a tenant: memberships, roles of the tenant's own, invitations. Each change is in its audit log."""

import hashlib
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.auth.roles import ROLES, TENANT_ROLES, unknown_permissions
from portal.db.encrypted import ColumnCipher
from portal.db.ids import new_id
from portal.errors import (
    InvalidPermissions,
    InvalidRole,
    InvitationNotFound,
    MemberNotFound,
    NotPermitted,
    RoleInUse,
    RoleNotFound,
)
from portal.people import accounts
from portal.people.models import CustomRole, Invitation, Membership, Person

INVITATION_LIFETIME = timedelta(days=7)
_SEALED_EMAIL = "invitations.sealed_email"
_ROLE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


def permissions_of(session: Session, person_id: UUID) -> frozenset[str] | None:
    """What a person may do in the tenant of this session; None for who is no member."""
    role = role_of(session, person_id)
    return None if role is None else roles(session).get(role, frozenset())


def role_of(session: Session, person_id: UUID) -> str | None:
    return session.scalar(select(Membership.role).where(Membership.person_id == person_id))


def roles(session: Session) -> Mapping[str, frozenset[str]]:
    """The roles that a member of this session's tenant can have."""
    own = {each.role: frozenset(each.permissions) for each in session.scalars(select(CustomRole))}
    return own | TENANT_ROLES


def put_role(
    session: Session,
    role: str,
    permissions: Collection[str],
    *,
    tenant_id: UUID,
    granted_by: frozenset[str],
    actor: str,
    now: datetime,
) -> None:
    """Make or change a role of the tenant's own. Raises `InvalidRole`, `InvalidPermissions`, `NotPermitted`."""
    if role in ROLES or _ROLE.fullmatch(role) is None:
        raise InvalidRole(
            f"{role!r} cannot name a role of yours: use 1 to 40 of a-z, 0-9 and hyphens, no built-in name"
        )
    if unknown := unknown_permissions(permissions):
        raise InvalidPermissions(f"not permissions of a tenant: {', '.join(unknown)}")
    _require_held(granted_by, permissions)
    held = sorted(set(permissions))
    session.execute(
        insert(CustomRole)
        .values(id=new_id(now), tenant_id=tenant_id, role=role, permissions=held)
        .on_conflict_do_update(index_elements=["tenant_id", "role"], set_={"permissions": held})
    )
    detail = {"permissions": " ".join(held)}
    target = f"role:{role}"
    audit.record(session, tenant_id=tenant_id, actor=actor, act="role.changed", target=target, detail=detail, now=now)


def remove_role(session: Session, role: str, *, tenant_id: UUID, actor: str, now: datetime) -> None:
    """Raises `RoleNotFound`, `RoleInUse`."""
    found = session.scalars(select(CustomRole).where(CustomRole.role == role).with_for_update()).one_or_none()
    if found is None:
        raise RoleNotFound(f"no role {role!r} of this tenant's own")
    if session.scalar(select(Membership.id).where(Membership.role == role).limit(1)) is not None:
        raise RoleInUse(f"members have the role {role!r}; give them another one first")
    session.delete(found)
    audit.record(session, tenant_id=tenant_id, actor=actor, act="role.removed", target=f"role:{role}", now=now)


def members(session: Session) -> Sequence[tuple[Membership, Person]]:
    """All members with who they are, oldest first."""
    rows = select(Membership, Person).join(Person, Person.id == Membership.person_id).order_by(Membership.id)
    return [(row[0], row[1]) for row in session.execute(rows)]


def put_member(
    session: Session,
    person_id: UUID,
    role: str,
    *,
    tenant_id: UUID,
    granted_by: frozenset[str],
    actor: str,
    now: datetime,
) -> None:
    """Give a member another role.

    Nobody grants what they do not hold, nor takes a role from who holds more. Raises `MemberNotFound`, `RoleNotFound`,
    `NotPermitted`.
    """
    found = _require_member(session, person_id)
    _require_grantable(session, found.role, granted_by)
    _require_grantable(session, require_role(session, role), granted_by)
    found.role = role
    detail = {"role": role}
    target = f"person:{person_id}"
    audit.record(session, tenant_id=tenant_id, actor=actor, act="member.changed", target=target, detail=detail, now=now)


def remove_member(
    session: Session, person_id: UUID, *, tenant_id: UUID, granted_by: frozenset[str], actor: str, now: datetime
) -> None:
    """Raises `MemberNotFound`, `NotPermitted`."""
    found = _require_member(session, person_id)
    _require_grantable(session, found.role, granted_by)
    session.delete(found)
    target = f"person:{person_id}"
    audit.record(session, tenant_id=tenant_id, actor=actor, act="member.removed", target=target, now=now)


def add_member(session: Session, person_id: UUID, role: str, *, tenant_id: UUID, actor: str, now: datetime) -> None:
    """Make a person a member, or give a member this role. Raises `RoleNotFound`."""
    require_role(session, role)
    session.execute(
        insert(Membership)
        .values(id=new_id(now), tenant_id=tenant_id, person_id=person_id, role=role, created_at=now)
        .on_conflict_do_update(index_elements=["tenant_id", "person_id"], set_={"role": role})
    )
    detail = {"role": role}
    target = f"person:{person_id}"
    audit.record(session, tenant_id=tenant_id, actor=actor, act="member.added", target=target, detail=detail, now=now)


def invite(
    session: Session,
    cipher: ColumnCipher,
    *,
    email: str,
    role: str,
    tenant_id: UUID,
    granted_by: frozenset[str],
    actor: str,
    now: datetime,
) -> tuple[Invitation, str]:
    """An invitation and its token, shown once. Raises `InvalidAddress`, `RoleNotFound`, `NotPermitted`."""
    _require_grantable(session, require_role(session, role), granted_by)
    email = accounts.read_email(email)
    token, invitation_id = secrets.token_urlsafe(32), new_id(now)
    row = Invitation(
        id=invitation_id,
        tenant_id=tenant_id,
        digest=_digest(token),
        email_hash=accounts.email_hash(cipher, email),
        sealed_email=cipher.seal(email.encode(), column=_SEALED_EMAIL, row=invitation_id),
        role=role,
        created_at=now,
        expires_at=now + INVITATION_LIFETIME,
    )
    session.add(row)
    session.flush()
    detail = {"role": role}
    target = f"invitation:{invitation_id}"
    audit.record(session, tenant_id=tenant_id, actor=actor, act="member.invited", target=target, detail=detail, now=now)
    return row, token


def invitations(session: Session, *, now: datetime) -> Sequence[Invitation]:
    """Those that can still be accepted, oldest first."""
    open_ones = select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.expires_at > now)
    return session.scalars(open_ones.order_by(Invitation.id)).all()


def withdraw(session: Session, invitation_id: UUID, *, tenant_id: UUID, actor: str, now: datetime) -> None:
    """Raises `InvitationNotFound`."""
    found = session.scalars(
        select(Invitation).where(Invitation.id == invitation_id, Invitation.accepted_at.is_(None)).with_for_update()
    ).one_or_none()
    if found is None:
        raise InvitationNotFound(f"no open invitation {invitation_id}")
    session.delete(found)
    target = f"invitation:{invitation_id}"
    audit.record(session, tenant_id=tenant_id, actor=actor, act="invitation.withdrawn", target=target, now=now)


def redeem_invitation(session: Session, token: str, *, now: datetime) -> Invitation:
    """Take an invitation; of many at once one gets it. Raises `InvitationNotFound`."""
    found = session.scalars(
        update(Invitation)
        .where(Invitation.digest == _digest(token), Invitation.accepted_at.is_(None), Invitation.expires_at > now)
        .values(accepted_at=now)
        .returning(Invitation)
    ).one_or_none()
    if found is None:
        raise InvitationNotFound("this invitation is unknown, used or ended; ask for a new one")
    return found


def email_of(cipher: ColumnCipher, invitation: Invitation) -> str:
    return cipher.open(invitation.sealed_email, column=_SEALED_EMAIL, row=invitation.id).decode()


def require_role(session: Session, role: str) -> str:
    """Raises `RoleNotFound`, naming the roles there are."""
    known = roles(session)
    if role not in known:
        raise RoleNotFound(f"no role {role!r} (roles: {', '.join(sorted(known))})")
    return role


def _require_member(session: Session, person_id: UUID) -> Membership:
    found = session.scalars(select(Membership).where(Membership.person_id == person_id).with_for_update()).one_or_none()
    if found is None:
        raise MemberNotFound(f"no member {person_id} of this tenant")
    return found


def _require_grantable(session: Session, role: str, granted_by: frozenset[str]) -> None:
    _require_held(granted_by, roles(session).get(role, frozenset()))


def _require_held(granted_by: frozenset[str], permissions: Collection[str]) -> None:
    missing = sorted(set(permissions) - granted_by)
    if missing:
        raise NotPermitted(f"you cannot give what you do not hold: {', '.join(missing)}")


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
