"""The demo tenant of a first start: a template and a small batch that is issued and anchored like any other."""

import json
from importlib.resources import files
from uuid import UUID

from sqlalchemy import select

from portal.audit.actors import NODE
from portal.awards.models import Award, Credential
from portal.db.session import platform_session, tenant_session
from portal.issuance import service as issuance
from portal.issuance.models import Batch
from portal.templates import service as templates
from portal.tenants import repository, service
from portal.wiring import Node

DEMO_TENANT = "demo"
DEMO_NAME = "Example University (demo)"
DEMO_TEMPLATE = "bachelor"


def ensure_demo(node: Node) -> str:
    """Make the demo tenant, its template and its batch where they are missing; return the credential's page.

    Each part is looked for before it is made, so a start that was killed half-way is finished by the next.
    """
    now = node.now()
    with platform_session(node.app_engine) as session:
        found = repository.find_public(session, "tenant", DEMO_TENANT)
    tenant_id = found.tenant_id if found else service.create_tenant(node, DEMO_TENANT, DEMO_NAME, actor=NODE, now=now)
    with tenant_session(node.app_engine, tenant_id) as session:
        document = json.loads(_data("demo-template.json"))
        templates.put_template(session, tenant_id=tenant_id, slug=DEMO_TEMPLATE, document=document, actor=NODE, now=now)
        batch_id = session.scalar(select(Batch.id).order_by(Batch.created_at).limit(1))
    if batch_id is None:
        batch_id = issuance.create_batch(
            node,
            tenant_id,
            template=DEMO_TEMPLATE,
            filename="demo.csv",
            data=_data("demo.csv"),
            skip_bad_rows=False,
            actor=NODE,
        ).id
    while issuance.advance(node, tenant_id, batch_id, budget_s=5.0):
        pass
    public_id = demo_public_id(node)
    if public_id is None:
        raise LookupError("the demo batch has no credential")
    return f"{node.origin}/c/{public_id}"


def demo_public_id(node: Node) -> str | None:
    """The credential of the start page: the first that is not revoked, or else the first."""
    with platform_session(node.app_engine) as session:
        found = repository.find_public(session, "tenant", DEMO_TENANT)
    return None if found is None else _first_credential(node, found.tenant_id)


def _first_credential(node: Node, tenant_id: UUID) -> str | None:
    with tenant_session(node.app_engine, tenant_id) as session:
        return session.scalar(
            select(Credential.public_id)
            .join(Award, Award.id == Credential.award_id)
            .order_by(Award.status == "revoked", Credential.id)
            .limit(1)
        )


def _data(name: str) -> bytes:
    return files("portal.bootstrap").joinpath(name).read_bytes()
