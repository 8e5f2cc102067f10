"""Tasks of issuance. Each is safe to run twice and safe to lose."""

from uuid import UUID

from celery import shared_task

from portal.doorbell import ring
from portal.issuance import service
from portal.process import node

_BUDGET_S = 8.0  # well below the broker's visibility timeout


@shared_task(name="issuance.advance_batch")
def advance_batch(tenant_id: str, batch_id: str) -> None:
    """Take steps of a batch for a few seconds, then hand on to the next message."""
    if service.advance(node(), UUID(tenant_id), UUID(batch_id), budget_s=_BUDGET_S):
        ring("issuance.advance_batch", tenant_id, batch_id)


@shared_task(name="issuance.sweep")
def sweep() -> None:
    """Ring for batches whose message was lost: they run, but nobody touched them for a while."""
    this = node()
    for tenant_id, batch_id in service.standing_still(this, idle_s=this.settings.sweep_interval_s):
        ring("issuance.advance_batch", str(tenant_id), str(batch_id))
