"""Sending a message to the workers, without depending on it."""

import functools
import logging
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError

from config.settings import Settings
from portal.process import node
from portal.supervisor.broker import broker_settings

log = logging.getLogger(__name__)

QUEUES = ("issuance", "anchors")
# Which queue a task's messages go to; portal/services.py says which service owns the queue.
ROUTES = {
    "issuance.*": {"queue": "issuance"},
    "anchors.*": {"queue": "anchors"},
    "keys.*": {"queue": "anchors"},
    "status_lists.*": {"queue": "anchors"},
    "webhooks.*": {"queue": "anchors"},
    "idempotency.*": {"queue": "anchors"},
}


def base_celery(settings: Settings) -> Celery:
    """A Celery application that can send: broker and routes, no tasks."""
    app = Celery("dcp")
    app.conf.update(task_default_queue="issuance", task_routes=ROUTES, timezone="UTC", enable_utc=True)
    if settings.broker_url is not None:
        app.conf.update(broker_settings(settings.broker_url.get_secret_value()))
    return app


@functools.lru_cache(maxsize=1)
def _sender() -> Celery:
    return base_celery(node().settings)


def ring(task: str, *arguments: Any) -> None:
    """Tell the workers to look at a row. A lost or unsent message only delays: the sweeper finds the row."""
    if node().settings.broker_url is None:
        return
    try:
        _sender().send_task(task, args=arguments)
    except OperationalError as error:
        log.warning("the broker did not take %s; the sweeper will find the work: %s", task, error)
