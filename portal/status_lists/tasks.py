"""Tasks of status lists. Safe to run twice and safe to lose."""

from celery import shared_task

from portal.process import node
from portal.status_lists.renewal import renew_lists


@shared_task(name="status_lists.renew")
def renew() -> None:
    """Sign anew the lists that would otherwise expire."""
    renew_lists(node())
