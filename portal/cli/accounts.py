"""dcp key create | list | revoke, dcp person create | reset"""

import secrets
import sys
from datetime import timedelta
from uuid import UUID

from portal.audit.actors import OPERATOR
from portal.auth import service
from portal.auth.roles import EVERYTHING, OF_A_TENANT, SUPER_ADMIN
from portal.cli.commands import say
from portal.db.session import platform_session, tenant_session
from portal.errors import InvalidFile, PersonNotFound
from portal.people import accounts, members, second_factor, sessions
from portal.people.passwords import MAX_LENGTH, hash_password, require_good
from portal.process import node
from portal.tenants import repository


def create_key(name: str, *, tenant: str | None, permissions: list[str], days: int, as_json: bool) -> None:
    this = node()
    now, lifetime = this.now(), timedelta(days=days)
    if tenant is None:
        with platform_session(this.app_engine) as session:
            row, key = service.add_api_key(
                session, name, tenant_id=None, permissions=permissions or EVERYTHING, lifetime=lifetime, now=now
            )
    else:
        tenant_id = _tenant_id(tenant)
        with tenant_session(this.app_engine, tenant_id) as session:
            row, key = service.make_tenants_key(
                session, name, tenant_id=tenant_id, permissions=permissions or OF_A_TENANT, lifetime=lifetime,
                actor=OPERATOR, now=now,
            )  # fmt: skip
    facts = {"id": row.id, "name": name, "tenant": tenant, "permissions": row.permissions, "key": key,
             "expires_at": row.expires_at}  # fmt: skip
    say(f"{key}\nIt is shown this once, and ends on {row.expires_at:%Y-%m-%d}.", facts, as_json=as_json)


def list_keys(*, tenant: str | None, as_json: bool) -> None:
    this = node()
    tenant_id = None if tenant is None else _tenant_id(tenant)
    with platform_session(this.app_engine) as session:
        rows = service.keys_of(session, tenant_id)
    facts = [
        {"id": row.id, "name": row.name, "permissions": row.permissions, "created_at": row.created_at,
         "expires_at": row.expires_at, "last_used_at": row.last_used_at}
        for row in rows
    ]  # fmt: skip
    lines = [
        f"{row.id}  {row.name}  {'does not end' if row.expires_at is None else f'ends {row.expires_at:%Y-%m-%d}'}"
        f"  {'never used' if row.last_used_at is None else f'used {row.last_used_at:%Y-%m-%d %H:%M}'}"
        for row in rows
    ]
    say("\n".join(lines) or "no API keys; make one with `dcp key create`", facts, as_json=as_json)


def revoke_key(key_id: UUID, *, tenant: str | None, as_json: bool) -> None:
    this = node()
    if tenant is None:
        with platform_session(this.app_engine) as session:
            service.revoke(session, key_id, tenant_id=None, actor=OPERATOR, now=this.now())
    else:
        tenant_id = _tenant_id(tenant)
        with tenant_session(this.app_engine, tenant_id) as session:
            service.revoke(session, key_id, tenant_id=tenant_id, actor=OPERATOR, now=this.now())
    say(f"API key {key_id} is revoked", {"id": key_id, "revoked": True}, as_json=as_json)


def create_person(
    email: str,
    *,
    name: str,
    super_admin: bool,
    tenant: str | None,
    role: str | None,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """One transaction: with a tenant the membership is part of it."""
    this = node()
    now, tenant_id = this.now(), None if tenant is None else _tenant_id(tenant)
    password = _read_password() if password_stdin else secrets.token_urlsafe(18)
    unit = platform_session(this.app_engine) if tenant_id is None else tenant_session(this.app_engine, tenant_id)
    with unit as session:
        person = accounts.add_person(
            session, this.cipher, email=email, name=name, password=password,
            platform_role=SUPER_ADMIN if super_admin else None, now=now,
        )  # fmt: skip
        if tenant_id is not None and role is not None:
            members.add_member(session, person.id, role, tenant_id=tenant_id, actor=OPERATOR, now=now)
    facts = {"id": person.id, "super_admin": super_admin, "tenant": tenant, "role": role}
    words = f"{email} can sign in"
    if not password_stdin:
        facts["password"] = password
        words += f" with the password\n{password}\nIt is shown this once; change it after the first sign-in."
    say(words, facts, as_json=as_json)


def reset_person(email: str, *, password_stdin: bool, as_json: bool) -> None:
    """For who lost a password or a second factor, after you made sure who asks."""
    this = node()
    password = _read_password() if password_stdin else secrets.token_urlsafe(18)
    with platform_session(this.app_engine) as session:
        person = accounts.find_by_email(session, this.cipher, email)
        if person is None:
            raise PersonNotFound(f"nobody on this node has the address {email}")
        require_good(password, email=email)
        person.password_hash = hash_password(password)
        second_factor.switch_off(session, person)
        ended = sessions.revoke_all(session, person.id, now=this.now())
    facts = {"id": person.id, "sessions_ended": ended}
    words = f"{email} has a new password and no second factor; {ended} sessions ended"
    if not password_stdin:
        facts["password"] = password
        words += f"\n{password}\nIt is shown this once; change it after the next sign-in."
    say(words, facts, as_json=as_json)


def _read_password() -> str:
    password = sys.stdin.readline(MAX_LENGTH + 2).removesuffix("\n").removesuffix("\r")
    if not password:
        raise InvalidFile("standard input holds no password")
    return password


def _tenant_id(slug: str) -> UUID:
    with platform_session(node().app_engine) as session:
        return repository.require_tenant_id(session, slug)
