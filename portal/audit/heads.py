"""The ends of all tenants' logs, made leaves just before a round is sealed."""

from portal.audit.service import publish_head
from portal.db.session import platform_session, tenant_session
from portal.tenants import repository as tenants
from portal.wiring import Node


def publish_heads(node: Node) -> int:
    """Publish a head of each log that grew since its last one; returns how many. One transaction per tenant."""
    now = node.now()
    with platform_session(node.app_engine) as session:
        ids = [tenants.require_tenant_id(session, slug) for slug in tenants.slugs(session)]
    published = 0
    for tenant_id in ids:
        with tenant_session(node.app_engine, tenant_id) as session:
            published += publish_head(session, tenant_id=tenant_id, now=now)
    return published
