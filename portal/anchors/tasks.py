"""Rounds: gathering roots, paying once, watching until final."""

from celery import shared_task

from portal.anchors import service
from portal.audit.heads import publish_heads
from portal.process import node


@shared_task(name="anchors.advance")
def advance() -> None:
    """Open a round when its time has come, and take the next step of every round that is not final."""
    this = node()
    if this.chain is None:
        return
    if service.round_is_due(this):
        publish_heads(this)  # so that the round commits to each log as it stands now
        service.open_round(this)
    service.advance_rounds(this)
