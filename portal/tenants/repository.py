"""Tenants, and the way from a public name to the tenant it belongs to."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.errors import TenantNotFound
from portal.tenants.models import PublicId, Tenant

Kind = Literal["tenant", "credential", "status_list"]


@dataclass(frozen=True, slots=True)
class Found:
    """Where a public name leads."""

    tenant_id: UUID
    target_id: UUID


def find_public(session: Session, kind: Kind, name: str) -> Found | None:
    row = session.get(PublicId, (kind, name))
    return None if row is None else Found(row.tenant_id, row.target_id)


def add_public(session: Session, kind: Kind, name: str, tenant_id: UUID, target_id: UUID) -> None:
    session.add(PublicId(kind=kind, name=name, tenant_id=tenant_id, target_id=target_id))


def require_tenant_id(session: Session, slug: str) -> UUID:
    """Raises `TenantNotFound`, naming the tenants there are."""
    found = find_public(session, "tenant", slug)
    if found is None:
        known = ", ".join(slugs(session)) or "none yet; make one with `dcp tenant create`"
        raise TenantNotFound(f"no tenant {slug!r} on this node (tenants: {known})")
    return found.tenant_id


def slugs(session: Session) -> list[str]:
    rows = session.scalars(select(PublicId.name).where(PublicId.kind == "tenant").order_by(PublicId.name))
    return list(rows)


def require(session: Session, tenant_id: UUID) -> Tenant:
    tenant = session.get(Tenant, tenant_id)
    if tenant is None:
        raise TenantNotFound(f"no tenant {tenant_id}")
    return tenant
