"""Telling receivers, again and again for a day, until they answer (Standard Webhooks).

A message is taken with a lease, sent without a transaction open, and its outcome recorded: a process that dies in
between sends it again, with the same id, by which the receiver knows it.
"""

import base64
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import select, update
from standardwebhooks import Webhook

from did.errors import DidError
from did.fetch import Response
from portal.db.ids import new_id
from portal.db.session import platform_session, tenant_session
from portal.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from portal.wiring import Node

log = logging.getLogger(__name__)

# After the first attempt; the last one is a day later.
SCHEDULE: tuple[timedelta, ...] = tuple(
    timedelta(seconds=seconds) for seconds in (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
SECRET_BYTES = 32
SEALED_SECRET = "webhook_endpoints.sealed_secret"  # noqa: S105  the column's name
_LEASE = timedelta(seconds=60)
_AT_ONCE = 50
_GONE = 410
_MAX_ANSWER_BYTES = 64_000
_MAX_FAULT = 300


class Poster(Protocol):
    """Sends a body to a stranger's address. Raises `DidError`."""

    def post(self, url: str, *, body: bytes, headers: dict[str, str], max_bytes: int) -> Response: ...


def deliver_due(node: Node, poster: Poster) -> int:
    """Send what is due, of all tenants, `_AT_ONCE` messages at most; returns how many were tried."""
    now = node.now()
    with platform_session(node.platform_engine) as session:
        query = (
            select(WebhookMessage.tenant_id, WebhookMessage.id)
            .where(WebhookMessage.state == "pending", WebhookMessage.next_at <= now)
            .order_by(WebhookMessage.next_at)
            .limit(_AT_ONCE)
        )
        due = [(tenant_id, message_id) for tenant_id, message_id in session.execute(query)]
    return sum(_deliver(node, poster, tenant_id, message_id) for tenant_id, message_id in due)


def _deliver(node: Node, poster: Poster, tenant_id: UUID, message_id: UUID) -> bool:
    now = node.now()
    with tenant_session(node.app_engine, tenant_id) as session:
        lease = (
            update(WebhookMessage)
            .where(WebhookMessage.id == message_id, WebhookMessage.state == "pending", WebhookMessage.next_at <= now)
            .values(next_at=now + _LEASE)
            .returning(WebhookMessage.id)
        )
        if session.scalar(lease) is None:
            return False  # another worker has it
        message = session.get_one(WebhookMessage, message_id)
        endpoint = session.get_one(WebhookEndpoint, message.endpoint_id)
    if not endpoint.is_enabled:
        _record(node, message, None, "the receiver is switched off", now=now, is_last=True)
        return True
    secret = node.cipher.open(endpoint.sealed_secret, column=SEALED_SECRET, row=endpoint.id)
    try:
        answer = poster.post(
            endpoint.url,
            body=message.body,
            headers=signed_headers(message, secret, now=now),
            max_bytes=_MAX_ANSWER_BYTES,
        )
    except DidError as error:
        _record(node, message, None, str(error), now=node.now())
    else:
        _record(node, message, answer.status, None, now=node.now(), is_last=answer.status == _GONE)
    return True


def signed_headers(message: WebhookMessage, secret: bytes, *, now: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks and the type of the body."""
    name = message_name(message.id)
    signature = Webhook(base64.b64encode(secret).decode()).sign(name, now, message.body.decode())
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }


def message_name(message_id: UUID) -> str:
    return f"msg_{message_id.hex}"


def _record(
    node: Node, message: WebhookMessage, status: int | None, fault: str | None, *, now: datetime, is_last: bool = False
) -> None:
    """Note the attempt and when the next one is, or that there is none."""
    with tenant_session(node.app_engine, message.tenant_id) as session:
        row = session.get_one(WebhookMessage, message.id)
        row.attempts += 1
        session.add(
            WebhookAttempt(
                id=new_id(now),
                tenant_id=row.tenant_id,
                message_id=row.id,
                at=now,
                status=status,
                fault=None if fault is None else fault[:_MAX_FAULT],
            )
        )
        following = _next_time(row.scheduled_from, now, SCHEDULE)
        if status is not None and 200 <= status < 300:
            row.state = "delivered"
        elif is_last or following is None:
            row.state = "parked"
            log.warning("webhook message %s of tenant %s is parked", message_name(row.id), row.tenant_id)
        else:
            row.next_at = following
        if status == _GONE:
            endpoint = session.get_one(WebhookEndpoint, row.endpoint_id)
            endpoint.is_enabled = False
            endpoint.disabled_because = "The receiver answered 410: it is gone for good."


def _next_time(start: datetime, now: datetime, schedule: Sequence[timedelta]) -> datetime | None:
    """The first appointed time that is still to come; None once all are over."""
    return next((start + delay for delay in schedule if start + delay > now), None)
