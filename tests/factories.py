"""Tenants, templates and issued batches, made through the services that production uses."""

import copy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from portal.awards.models import Credential
from portal.db.session import tenant_session
from portal.issuance import service as issuance
from portal.templates import service as templates
from portal.tenants import service as tenants
from portal.wiring import Node

TEMPLATE: dict[str, Any] = {
    "version": 1,
    "achievement": {
        "type": "Certificate",
        "name": "First aid",
        "description": "A course of eight hours.",
        "criteria": {"narrative": "Took part on both days."},
    },
    "columns": {
        "recipient_name": {"column": "Name", "required": True},
        "recipient_email": {"column": "E-Mail", "required": True},
    },
    "validity": {"kind": "none"},
    "issuer": {"name": "Acme University"},
    "identity": "did:web",
    "cryptosuite": "eddsa-rdfc-2022",
    "formats": ["ldp_vc"],
}


def make_tenant(node: Node, slug: str = "acme", name: str = "Acme University") -> UUID:
    """A tenant with keys, DIDs and the template `first-aid`."""
    tenant_id = tenants.create_tenant(node, slug, name, actor="test", now=node.now())
    put_template(node, tenant_id)
    return tenant_id


def template(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(TEMPLATE) | changes


def put_template(node: Node, tenant_id: UUID, slug: str = "first-aid", **changes: Any) -> UUID:
    with tenant_session(node.app_engine, tenant_id) as session:
        document = template(**changes)
        return templates.put_template(
            session, tenant_id=tenant_id, slug=slug, document=document, actor="test", now=node.now()
        ).id


def csv(count: int = 3, *, bad: int = 0) -> bytes:
    """`count` good rows, then `bad` rows with a malformed address."""
    lines = ["Name,E-Mail"]
    lines += [f"Person {number},person{number}@example.org" for number in range(count)]
    lines += [f"Nobody {number},not an address" for number in range(bad)]
    return "\n".join(lines).encode()


@dataclass(frozen=True)
class Issued:
    tenant_id: UUID
    batch_id: UUID
    credentials: tuple[Credential, ...]

    @property
    def public_ids(self) -> list[str]:
        return [credential.public_id for credential in self.credentials]


def create_batch(node: Node, tenant_id: UUID, count: int = 3) -> UUID:
    """A batch that runs; nobody has advanced it yet."""
    return issuance.create_batch(
        node, tenant_id, template="first-aid", filename="people.csv", data=csv(count), skip_bad_rows=False, actor="test"
    ).id


def issue(node: Node, tenant_id: UUID, count: int = 3) -> Issued:
    """A batch that is done."""
    batch_id = create_batch(node, tenant_id, count)
    while issuance.advance(node, tenant_id, batch_id, budget_s=10):
        pass
    with tenant_session(node.app_engine, tenant_id) as session:
        made = tuple(session.scalars(select(Credential).order_by(Credential.id)))
    return Issued(tenant_id, batch_id, made)
