"""`credentials/status`: setting the entry of a credential that the VC API issued."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from agent.issuance.template_status import PURPOSES
from portal.audit import service as audit
from portal.db.session import tenant_session
from portal.status_lists import service as status_lists
from portal.vc_api import bodies, store
from portal.vc_api.errors import MALFORMED_VALUE_ERROR, NotFound, Problem, RequestMalformed, StatusRefused
from portal.vc_api.issuing import STATUS_TYPE
from portal.vc_api.models import VcApiCredential
from portal.wiring import Node


def set_status(node: Node, tenant_id: UUID, body: Mapping[str, Any], *, caller: str) -> None:
    """Set or clear the entry for one purpose, of every credential that has the given name.

    Revocation is final, and what is revoked is not suspended any more. Repeating a request changes nothing.

    Raises:
        VcApiRefused: nothing was changed.
    """
    now = node.now()
    credential_id = bodies.optional_text(body, "credentialId")
    if credential_id is None:
        raise RequestMalformed("/credentialId must be there")
    purpose = _purpose(bodies.require_object(body, "credentialStatus"))
    value = bodies.optional_flag(body, "status", default=True)
    with tenant_session(node.app_engine, tenant_id) as session:
        rows = store.named(session, credential_id, for_update=True)
        if not rows:
            problem = Problem("urn:dcp:problem:credential-not-found", "no credential of this tenant has this id")
            raise NotFound([problem])
        references = status_lists.entries_for(node, session, [row.id for row in rows])
        able = [row for row in rows if _has_entry(references[row.id], purpose)]
        if not able:
            raise _refused(f"this credential was issued without an entry for {purpose}, so that cannot change")
        changed = [row for row in able if _change(row, purpose, value=value, now=now)]
        if not changed:
            return
        state: status_lists.State = ("revoked" if purpose == "revocation" else "suspended") if value else "active"
        status_lists.set_status(node, session, [row.id for row in changed], state, now=now)
        for row in changed:
            audit.record(
                session, tenant_id=tenant_id, actor=caller, act="credential.status", target=f"vc-api:{row.id}",
                now=now, detail={"purpose": purpose, "status": value},
            )  # fmt: skip


def _has_entry(reference: status_lists.StatusReference, purpose: str) -> bool:
    """An entry of a token status list says both."""
    return reference.token is not None or purpose in {entry["statusPurpose"] for entry in reference.entries}


def _change(row: VcApiCredential, purpose: str, *, value: bool, now: datetime) -> bool:
    """Note the new state; False where it is so already. Raises `StatusRefused`."""
    if purpose == "revocation":
        if value is (row.revoked_at is not None):
            return False
        if not value:
            raise _refused("a revocation is final")
        row.revoked_at = now
        return True
    if value is (row.suspended_at is not None):
        return False
    if row.revoked_at is not None:
        raise _refused("this credential is revoked, which is final")
    row.suspended_at = now if value else None
    return True


def _purpose(entry: Mapping[str, Any]) -> str:
    if entry.get("type", STATUS_TYPE) != STATUS_TYPE:
        raise RequestMalformed(f"/credentialStatus/type must be {STATUS_TYPE}")
    purpose = entry.get("statusPurpose", "revocation")
    if purpose not in PURPOSES:
        raise RequestMalformed(f"/credentialStatus/statusPurpose is one of: {', '.join(PURPOSES)}")
    return str(purpose)


def _refused(detail: str) -> StatusRefused:
    return StatusRefused([Problem(MALFORMED_VALUE_ERROR, detail)])
