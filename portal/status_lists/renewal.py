"""Lists that expire are signed again while nothing in them changes: a reader must never find only an expired one."""

from uuid import UUID

from portal.db.session import platform_session, tenant_session
from portal.status_lists import repository
from portal.status_lists.kinds import TOKEN, kind_of
from portal.status_lists.publish import RENEWED_AFTER, publish
from portal.status_lists.service import SIZE
from portal.tenants import repository as tenants
from portal.wiring import Node


def renew_lists(node: Node) -> int:
    """Publish a next version of every token list whose newest one is a week old; returns how many.

    One transaction per list. The content is what it was, decoys included.
    """
    with platform_session(node.app_engine) as session:
        ids = [tenants.require_tenant_id(session, slug) for slug in tenants.slugs(session)]
    return sum(_renew(node, tenant_id, list_id) for tenant_id in ids for list_id in _due(node, tenant_id))


def _due(node: Node, tenant_id: UUID) -> list[UUID]:
    with tenant_session(node.app_engine, tenant_id) as session:
        old = repository.published_before(session, node.now() - RENEWED_AFTER)
        return [each.id for each in repository.lists(session, old).values() if each.encoding == TOKEN.encoding]


def _renew(node: Node, tenant_id: UUID, list_id: UUID) -> bool:
    now = node.now()
    with tenant_session(node.app_engine, tenant_id) as session:
        status_list = repository.locked_list(session, list_id)
        # Somebody else may have published it while we waited.
        if repository.newest_version(session, list_id).created_at >= now - RENEWED_AFTER:
            return False
        kind = kind_of(status_list.encoding, status_list.purpose)
        publish(node, session, status_list, kind, size=SIZE, now=now)
    return True
