"""Events waiting to be told: written in the transaction of what they tell, so that none is lost or invented."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db.ids import new_id
from portal.db.session import after_commit
from portal.doorbell import ring
from portal.webhooks.catalogue import NAMES
from portal.webhooks.models import WebhookEndpoint, WebhookMessage


def emit(session: Session, *, event: str, target: str, detail: Mapping[str, object], now: datetime) -> None:
    """Add a message for each receiver of the session's tenant that asked for `event`; other acts are passed over."""
    if event not in NAMES:
        return
    enabled = select(WebhookEndpoint).where(WebhookEndpoint.is_enabled)
    receivers = [each for each in session.scalars(enabled) if event in each.events]
    for receiver in receivers:
        add(session, receiver, event=event, target=target, detail=detail, now=now)


def add(
    session: Session, receiver: WebhookEndpoint, *, event: str, target: str, detail: Mapping[str, object], now: datetime
) -> WebhookMessage:
    """A message for one receiver: the envelope of Standard Webhooks (`type`, `timestamp`, `data`)."""
    time = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = {"type": event, "timestamp": time, "data": {"target": target, "detail": dict(detail)}}
    message = WebhookMessage(
        id=new_id(now),
        tenant_id=receiver.tenant_id,
        endpoint_id=receiver.id,
        event=event,
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
        state="pending",
        attempts=0,
        scheduled_from=now,
        next_at=now,
        created_at=now,
    )
    session.add(message)
    after_commit(session, lambda: ring("webhooks.deliver"))
    return message
