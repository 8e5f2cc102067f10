"""What Celery needs to reach the broker: RabbitMQ or Redis by URL, or the embedded queue.

The embedded queue is kombu's `pgmq://` transport on the node's own PostgreSQL. A message is
only a doorbell ("look at this row"), so a message delivered twice or late does no harm.
"""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from psycopg.conninfo import make_conninfo

from portal.supervisor.errors import SettingsIncomplete

# A message that a killed worker held comes back after this time. A task must be a short
# step: one that runs longer is started a second time beside the first.
VISIBILITY_TIMEOUT_S = 20
_SCHEMES = ("amqp", "amqps", "redis", "rediss", "pgmq")


def broker_settings(broker_url: str, *, visibility_timeout_s: int = VISIBILITY_TIMEOUT_S) -> dict[str, Any]:
    """Return Celery's `broker_url`, `broker_transport_options` and what must go with them.

    Raises:
        SettingsIncomplete: the URL's scheme is none of amqp, redis, pgmq, or it lacks a part.
    """
    scheme = urlsplit(broker_url).scheme
    if scheme not in _SCHEMES:
        raise SettingsIncomplete(
            f"the broker's URL starts with {scheme or 'no scheme'}", fix=f"Use one of {', '.join(_SCHEMES)} ://…"
        )
    common: dict[str, Any] = {
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "broker_connection_retry_on_startup": True,
        "task_ignore_result": True,
    }
    if scheme == "pgmq":
        return common | _embedded(broker_url, visibility_timeout_s)
    options: dict[str, Any] = (
        {"confirm_publish": True} if scheme.startswith("amqp") else {"visibility_timeout": visibility_timeout_s}
    )
    return common | {"broker_url": broker_url, "broker_transport_options": options}


def _embedded(broker_url: str, visibility_timeout_s: int) -> dict[str, Any]:
    return {
        # The transport takes everything from conn_string; its URL form falls back to TCP.
        "broker_url": "pgmq://",
        "broker_transport_options": {
            "conn_string": keywords_of(broker_url),
            "init_extension": False,
            "use_notify": False,
            "visibility_timeout": visibility_timeout_s,
            "wait_time_seconds": 0,
            "polling_interval": 0.1,
            "pool_size": 2,
            "pool_timeout": 5,
        },
        # Both need a fanout exchange per worker: tables that nobody would ever drop.
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
    }


def keywords_of(url: str) -> str:
    """Turn `pgmq://user:password@/database?host=/folder` into libpq's keyword form."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    host = query["host"][0] if "host" in query else parts.hostname
    database = unquote(parts.path.lstrip("/"))
    if not (host and parts.username and parts.password and database):
        raise SettingsIncomplete(
            "the pgmq:// URL of the broker lacks its host, user, password or database",
            fix="Write pgmq://USER:PASSWORD@HOST:PORT/DATABASE.",
        )
    return make_conninfo(
        "",
        host=host,
        port=str(parts.port or 5432),
        user=unquote(parts.username),
        password=unquote(parts.password),
        dbname=database,
    )
