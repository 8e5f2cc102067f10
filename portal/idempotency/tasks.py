"""Forgetting old answers."""

from celery import shared_task

from portal.idempotency import store
from portal.process import node


@shared_task(name="idempotency.forget")
def forget() -> None:
    """Remove answers older than a day."""
    this = node()
    store.forget(this, now=this.now())
