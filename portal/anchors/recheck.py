"""After a start: does the chain still show what the database says it showed?"""

import logging

from sqlalchemy import select

from anchoring.errors import AnchoringError
from portal.anchors.service import recheck_rounds
from portal.db.session import platform_session
from portal.errors import PortalError
from portal.keys.models import IssuerIdentity
from portal.keys.service import publish_ethr_identity
from portal.wiring import Node

log = logging.getLogger(__name__)


def recheck(node: Node) -> None:
    """Take back rounds whose anchors a shorter chain lost, and publish did:ethr keys again that it lost."""
    if node.chain is None:
        return
    recheck_rounds(node)
    with platform_session(node.platform_engine) as session:
        tenants = list(session.scalars(select(IssuerIdentity.tenant_id).where(IssuerIdentity.method == "ethr")))
    for tenant_id in tenants:
        try:
            publish_ethr_identity(node, tenant_id, now=node.now())
        except (AnchoringError, PortalError) as error:
            log.warning("did:ethr of tenant %s could not be compared with the chain: %s", tenant_id, error)
