"""The Celery application: queues from the table of services, periodic work as data.

A message is a doorbell: it names a row to look at. Lost messages are found by the sweeper, repeated ones change
nothing, since every task looks at the row's state first.
"""

from typing import Any

from celery import Celery

from config.settings import Settings
from portal.doorbell import QUEUES, base_celery

_HOUR_S = 3_600
TASK_MODULES = (
    "portal.issuance.tasks",
    "portal.anchors.tasks",
    "portal.keys.tasks",
    "portal.idempotency.tasks",
    "portal.people.tasks",
    "portal.webhooks.tasks",
    "portal.status_lists.tasks",
)


def schedule(settings: Settings) -> dict[str, dict[str, Any]]:
    """What runs again and again. Each task takes a lock, so two schedulers do no harm."""
    round_s = min(settings.anchor_interval_s, 2 if settings.chain == "local" else 15)
    return {
        "sweep batches": {"task": "issuance.sweep", "schedule": settings.sweep_interval_s},
        "advance rounds": {"task": "anchors.advance", "schedule": round_s},
        "publish identities": {"task": "keys.publish_pending", "schedule": round_s},
        "deliver webhooks": {"task": "webhooks.deliver", "schedule": 5},
        "renew status lists": {"task": "status_lists.renew", "schedule": _HOUR_S},
        "forget kept answers": {"task": "idempotency.forget", "schedule": _HOUR_S},
        "forget sign-ins": {"task": "people.forget", "schedule": _HOUR_S},
    }


def make_celery(settings: Settings) -> Celery:
    """The application a worker runs: everything that can be sent, with its tasks and the schedule."""
    app = base_celery(settings)
    app.conf.update(
        include=TASK_MODULES,
        beat_schedule=schedule(settings),
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
    )
    return app


def worker_arguments(settings: Settings) -> list[str]:
    """The command line of one worker with its scheduler."""
    return [
        "worker", "--beat", "--schedule", str(settings.data_dir / "beat-schedule"), "--pool", "prefork",
        "--concurrency", str(settings.worker_processes), "--queues", ",".join(QUEUES),
        "--loglevel", settings.log_level, "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip
