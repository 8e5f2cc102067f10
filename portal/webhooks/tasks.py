"""Delivering webhooks."""

from celery import shared_task

from portal.process import node
from portal.webhooks.delivery import deliver_due


@shared_task(name="webhooks.deliver")
def deliver() -> None:
    """Send what is due. Safe to run twice: a message is taken with a lease."""
    this = node()
    deliver_due(this, this.poster)
