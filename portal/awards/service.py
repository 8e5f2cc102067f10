"""What happens to an award after it was issued."""

from datetime import datetime
from uuid import UUID

from portal.awards import repository
from portal.awards.models import Award
from portal.db.session import platform_session, tenant_session
from portal.errors import CredentialNotFound
from portal.status_lists import service as status_lists
from portal.tenants.repository import find_public
from portal.wiring import Node


def revoke(node: Node, public_id: str, *, reason: str | None, now: datetime, tenant_id: UUID | None = None) -> Award:
    """Revoke the award behind a credential: the award and all its status entries, in one transaction.

    Final. Repeating it changes nothing and keeps the first reason. `tenant_id` limits it to one tenant.

    Raises:
        CredentialNotFound
    """
    with platform_session(node.app_engine) as session:
        found = find_public(session, "credential", public_id)
    if found is None or (tenant_id is not None and found.tenant_id != tenant_id):
        raise CredentialNotFound(
            f"no credential {public_id!r} on this node; the id is the last part of its page's address"
        )
    with tenant_session(node.app_engine, found.tenant_id) as session:
        pair = repository.find_credential(session, found.target_id)
        if pair is None:
            raise CredentialNotFound(f"credential {public_id!r} is no longer on this node")
        award = repository.locked_award(session, pair[1].id)
        if award.status != "revoked":
            award.status, award.reason, award.changed_at = "revoked", reason, now
            status_lists.set_entries(node, session, repository.credential_ids(session, award.id), value=True, now=now)
    return award
