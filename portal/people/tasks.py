"""Forgetting what no longer counts."""

from celery import shared_task

from portal.people import sessions, throttle
from portal.process import node


@shared_task(name="people.forget")
def forget() -> None:
    """Remove throttles that are full again, and sessions that ended a month ago."""
    this = node()
    throttle.forget(this, now=this.now())
    sessions.forget(this, now=this.now())
