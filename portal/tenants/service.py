"""Making tenants."""

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from portal.audit import service as audit
from portal.db.ids import new_id
from portal.db.session import platform_session, tenant_session
from portal.errors import InvalidSlug, TenantExists
from portal.keys import repository as key_repository
from portal.keys import service as keys
from portal.tenants import repository
from portal.tenants.models import Tenant
from portal.tenants.schemas import IdentityRead, TenantRead
from portal.wiring import Node

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


def create_tenant(node: Node, slug: str, name: str, *, actor: str, now: datetime) -> UUID:
    """Make a tenant with its keys and identities; its DID documents are stored before anyone can ask for them.

    Raises:
        InvalidSlug, TenantExists
    """
    if _SLUG.fullmatch(slug) is None:
        raise InvalidSlug(
            f"{slug!r} cannot be a tenant's short name: use 1 to 40 of a-z, 0-9 and hyphens, no hyphen at the ends"
        )
    if not name.strip():
        raise InvalidSlug(f"tenant {slug!r} needs a name, for example the university's")
    with platform_session(node.app_engine) as session:
        if repository.find_public(session, "tenant", slug) is not None:
            raise TenantExists(f"tenant {slug!r} exists already; choose another short name")
    tenant_id = new_id(now)
    try:
        with tenant_session(node.app_engine, tenant_id) as session:
            session.add(Tenant(id=tenant_id, slug=slug, name=name.strip(), created_at=now))
            repository.add_public(session, "tenant", slug, tenant_id, tenant_id)
            session.flush()
            keys.add_keys_and_identities(node, session, tenant_id=tenant_id, slug=slug, now=now)
            audit.record(
                session, tenant_id=tenant_id, actor=actor, act="tenant.created", target=f"tenant:{slug}", now=now
            )
    except IntegrityError as error:
        raise TenantExists(f"tenant {slug!r} was made by someone else at the same moment") from error
    return tenant_id


def read_tenant(node: Node, tenant_id: UUID) -> TenantRead:
    with tenant_session(node.app_engine, tenant_id) as session:
        tenant = repository.require(session, tenant_id)
        identities = [
            IdentityRead(method=identity.method, did=identity.did, published=identity.published_at is not None)
            for identity in key_repository.identities(session)
        ]
    return TenantRead(slug=tenant.slug, name=tenant.name, identities=identities)
