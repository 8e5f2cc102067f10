"""Publishing did:ethr identities, again and again until the chain shows them."""

import logging

from celery import shared_task
from sqlalchemy import select

from anchoring.errors import AnchoringError
from portal.db.session import platform_session
from portal.errors import PortalError
from portal.keys.models import IssuerIdentity
from portal.keys.service import publish_ethr_identity
from portal.process import node

log = logging.getLogger(__name__)


@shared_task(name="keys.publish_pending")
def publish_pending() -> None:
    """Take one step for each identity whose keys are not on the chain yet."""
    this = node()
    if this.chain is None:
        return
    with platform_session(this.platform_engine) as session:
        waiting = list(
            session.scalars(
                select(IssuerIdentity.tenant_id).where(
                    IssuerIdentity.method == "ethr", IssuerIdentity.published_at.is_(None)
                )
            )
        )
    for tenant_id in waiting:
        try:
            publish_ethr_identity(this, tenant_id, now=this.now())
        except (PortalError, AnchoringError) as error:
            log.warning("did:ethr of tenant %s waits: %s", tenant_id, error)
