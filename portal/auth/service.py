"""API keys: made once, shown once, kept as a digest."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.auth.models import ApiKey
from portal.auth.principal import Caller
from portal.auth.roles import EVERYTHING, OF_A_TENANT
from portal.db.ids import new_id
from portal.db.session import platform_session
from portal.errors import ApiKeyNotFound, InvalidPermissions, NotAuthenticated
from portal.wiring import Node

PREFIX = "dcp_"
# How exact the time of last use is; a key that is used all the time costs one write in as much time.
USE_NOTED_EVERY = timedelta(minutes=5)


def make_api_key(
    node: Node,
    name: str,
    *,
    now: datetime,
    permissions: Collection[str] = EVERYTHING,
    lifetime: timedelta | None = None,
) -> str:
    """Return a new key of the whole node: 256 random bits that cannot be shown again. Raises `InvalidPermissions`."""
    with platform_session(node.app_engine) as session:
        _row, key = add_api_key(session, name, tenant_id=None, permissions=permissions, lifetime=lifetime, now=now)
    return key


def make_tenants_key(
    session: Session,
    name: str,
    *,
    tenant_id: UUID,
    permissions: Collection[str],
    lifetime: timedelta,
    actor: str,
    now: datetime,
) -> tuple[ApiKey, str]:
    """A key of one tenant, with an entry in its log. Raises `InvalidPermissions`."""
    row, key = add_api_key(session, name, tenant_id=tenant_id, permissions=permissions, lifetime=lifetime, now=now)
    audit.record(
        session,
        tenant_id=tenant_id,
        actor=actor,
        act="api-key.made",
        target=f"api-key:{row.id}",
        detail={"permissions": " ".join(sorted(set(permissions)))},
        now=now,
    )
    return row, key


def add_api_key(
    session: Session,
    name: str,
    *,
    tenant_id: UUID | None,
    permissions: Collection[str],
    lifetime: timedelta | None,
    now: datetime,
) -> tuple[ApiKey, str]:
    """Return the row and the key itself. Raises `InvalidPermissions`."""
    possible = EVERYTHING if tenant_id is None else OF_A_TENANT
    unknown = sorted(set(permissions) - possible)
    if unknown or not permissions:
        known = ", ".join(sorted(possible))
        raise InvalidPermissions(f"a key needs permissions out of: {known}; not {', '.join(unknown) or 'none'}")
    key = PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(
        id=new_id(now),
        name=name,
        digest=_digest(key),
        tenant_id=tenant_id,
        permissions=sorted(set(permissions)),
        created_at=now,
        expires_at=None if lifetime is None else now + lifetime,
    )
    session.add(row)
    session.flush()
    return row, key


def authenticate(node: Node, key: str, *, now: datetime) -> Caller:
    """Who holds the key. Raises `NotAuthenticated`, with one sentence for all reasons."""
    with platform_session(node.app_engine) as session:
        found = session.scalars(select(ApiKey).where(ApiKey.digest == _digest(key))).one_or_none()
        if found is None or found.revoked_at is not None or (found.expires_at is not None and found.expires_at <= now):
            raise NotAuthenticated(
                "this API key is unknown, or it ended or was revoked; the first one lies in the data folder: api-key"
            )
        _note_use(session, found, now)
        return _caller(found)


def keys_of(session: Session, tenant_id: UUID | None) -> Sequence[ApiKey]:
    """The keys of a tenant, or the node's own, that were not revoked; oldest first."""
    where = ApiKey.tenant_id.is_(None) if tenant_id is None else ApiKey.tenant_id == tenant_id
    return session.scalars(select(ApiKey).where(where, ApiKey.revoked_at.is_(None)).order_by(ApiKey.id)).all()


def revoke(session: Session, key_id: UUID, *, tenant_id: UUID | None, actor: str, now: datetime) -> None:
    """At once and for ever. Raises `ApiKeyNotFound`, also for a key of another tenant."""
    where = ApiKey.tenant_id.is_(None) if tenant_id is None else ApiKey.tenant_id == tenant_id
    revoked = session.scalar(
        update(ApiKey)
        .where(ApiKey.id == key_id, where, ApiKey.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApiKey.id)
    )
    if revoked is None:
        raise ApiKeyNotFound(f"no API key {key_id} that is in use")
    if tenant_id is not None:
        target = f"api-key:{key_id}"
        audit.record(session, tenant_id=tenant_id, actor=actor, act="api-key.revoked", target=target, now=now)


def _caller(key: ApiKey) -> Caller:
    held = EVERYTHING if key.permissions is None else frozenset(key.permissions)
    if key.tenant_id is None:
        return Caller("api_key", key.id, everywhere=held)
    return Caller("api_key", key.id, home=key.tenant_id, at_home=held & OF_A_TENANT)


def _note_use(session: Session, key: ApiKey, now: datetime) -> None:
    if key.last_used_at is None or key.last_used_at <= now - USE_NOTED_EVERY:
        unnoted = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= now - USE_NOTED_EVERY)
        session.execute(update(ApiKey).where(ApiKey.id == key.id, unnoted).values(last_used_at=now))


def _digest(key: str) -> bytes:
    # The key is 256 random bits, so a plain digest cannot be guessed and needs no salt.
    return hashlib.sha256(key.encode()).digest()
