"""What happens to an award after it was issued: revoked for good, suspended for a while, reinstated.

active ⇄ suspended → revoked, and active → revoked. Each step is one transaction: the award, the entries of all its
credentials in all lists, the lists as they are published, and the log.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.awards import repository
from portal.awards.models import Award
from portal.db.session import platform_session, tenant_session
from portal.errors import AwardRevoked, CredentialNotFound
from portal.status_lists import service as status_lists
from portal.tenants.repository import find_public
from portal.wiring import Node

_ACTS: Final = {"revoked": "award.revoked", "suspended": "award.suspended", "active": "award.reinstated"}


def revoke(
    node: Node, public_id: str, *, reason: str | None, actor: str, now: datetime, tenant_id: UUID | None = None
) -> Award:
    """Revoke the award behind a credential, and so all its credentials.

    Final. Repeating it changes nothing and keeps the first reason. `tenant_id` limits it to one tenant.

    Raises:
        CredentialNotFound
    """
    return _change(node, public_id, "revoked", reason=reason, actor=actor, now=now, tenant_id=tenant_id)


def suspend(
    node: Node, public_id: str, *, reason: str | None, actor: str, now: datetime, tenant_id: UUID | None = None
) -> Award:
    """Let the award behind a credential not count until it is reinstated. Repeating it changes nothing.

    Raises:
        CredentialNotFound
        AwardRevoked: revoking is final.
        SuspensionNotPossible: one of its credentials has no status entry that could say so.
    """
    return _change(node, public_id, "suspended", reason=reason, actor=actor, now=now, tenant_id=tenant_id)


def reinstate(node: Node, public_id: str, *, actor: str, now: datetime, tenant_id: UUID | None = None) -> Award:
    """End the suspension of the award behind a credential; one that is not suspended stays as it is.

    Raises:
        CredentialNotFound
        AwardRevoked: revoking is final.
    """
    return _change(node, public_id, "active", reason=None, actor=actor, now=now, tenant_id=tenant_id)


def _change(
    node: Node,
    public_id: str,
    state: status_lists.State,
    *,
    reason: str | None,
    actor: str,
    now: datetime,
    tenant_id: UUID | None,
) -> Award:
    with platform_session(node.app_engine) as session:
        found = find_public(session, "credential", public_id)
    if found is None or (tenant_id is not None and found.tenant_id != tenant_id):
        raise CredentialNotFound(
            f"no credential {public_id!r} on this node; the id is the last part of its page's address"
        )
    with tenant_session(node.app_engine, found.tenant_id) as session:
        award = _held_award(session, found.target_id, public_id)
        if award.status == state:
            return award
        if award.status == "revoked":
            raise AwardRevoked(f"the award was revoked on {award.changed_at:%Y-%m-%d}; that is final: issue it anew")
        award.status, award.reason, award.changed_at = state, reason, now
        credentials = repository.credential_ids(session, award.id)
        status_lists.set_status(node, session, credentials, state, now=now)
        audit.record(
            session,
            tenant_id=award.tenant_id,
            actor=actor,
            act=_ACTS[state],
            target=f"award:{award.id}",
            detail={"credentials": len(credentials)},
            now=now,
        )
    return award


def _held_award(session: Session, credential_id: UUID, public_id: str) -> Award:
    pair = repository.find_credential(session, credential_id)
    if pair is None:
        raise CredentialNotFound(f"credential {public_id!r} is no longer on this node")
    return repository.locked_award(session, pair[1].id)
