"""Receivers of a tenant's events: made, changed, tried, and the log of what they were told."""

import base64
import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from did.addresses import is_loopback, parse_address, refusing_rule
from did.errors import FetchRefused
from did.target import Target
from portal.audit import service as audit
from portal.db.ids import new_id
from portal.db.session import after_commit
from portal.doorbell import ring
from portal.errors import PortalError
from portal.webhooks import outbox
from portal.webhooks.catalogue import NAMES, TEST
from portal.webhooks.delivery import SEALED_SECRET, SECRET_BYTES, message_name
from portal.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from portal.webhooks.schemas import DeliveryRead, WebhookChange, WebhookCreate, WebhookMade, WebhookRead
from portal.wiring import Node

_MAX_PER_TENANT = 50


class WebhookNotFound(PortalError):
    status = 404
    code = "webhook-not-found"


class WebhookRefused(PortalError):
    """The address cannot be told anything, or an event is not in the catalogue."""

    status = 422
    code = "webhook-refused"


def create(
    node: Node, session: Session, tenant_id: UUID, wanted: WebhookCreate, *, actor: str, now: datetime
) -> WebhookMade:
    """Raises `WebhookRefused`."""
    _check(node, wanted.url, wanted.events)
    if len(list_endpoints(session)) >= _MAX_PER_TENANT:
        raise WebhookRefused(f"a tenant has at most {_MAX_PER_TENANT} webhooks; remove one first")
    secret, endpoint_id = secrets.token_bytes(SECRET_BYTES), new_id(now)
    endpoint = WebhookEndpoint(
        id=endpoint_id,
        tenant_id=tenant_id,
        url=wanted.url,
        description=wanted.description,
        sealed_secret=node.cipher.seal(secret, column=SEALED_SECRET, row=endpoint_id),
        events=sorted(set(wanted.events)),
        is_enabled=True,
        disabled_because=None,
        created_at=now,
    )
    session.add(endpoint)
    _record(session, endpoint, "webhook.created", actor, now)
    shown = "whsec_" + base64.b64encode(secret).decode()
    return WebhookMade(**_read(endpoint).model_dump(), secret=shown)


def list_endpoints(session: Session) -> Sequence[WebhookRead]:
    return [_read(each) for each in session.scalars(select(WebhookEndpoint).order_by(WebhookEndpoint.id))]


def change(
    node: Node, session: Session, endpoint_id: UUID, wanted: WebhookChange, *, actor: str, now: datetime
) -> WebhookRead:
    """Raises `WebhookNotFound`, `WebhookRefused`."""
    endpoint = require(session, endpoint_id)
    _check(node, wanted.url or endpoint.url, wanted.events or endpoint.events)
    if wanted.url is not None:
        endpoint.url = wanted.url
    if wanted.events is not None:
        endpoint.events = sorted(set(wanted.events))
    if wanted.description is not None:
        endpoint.description = wanted.description
    if wanted.is_enabled is not None:
        endpoint.is_enabled, endpoint.disabled_because = wanted.is_enabled, None
    _record(session, endpoint, "webhook.changed", actor, now)
    return _read(endpoint)


def remove(session: Session, endpoint_id: UUID, *, actor: str, now: datetime) -> None:
    """With its deliveries. Raises `WebhookNotFound`."""
    endpoint = require(session, endpoint_id)
    session.delete(endpoint)
    session.flush()
    _record(session, endpoint, "webhook.removed", actor, now)


def send_test(session: Session, endpoint_id: UUID, *, now: datetime) -> DeliveryRead:
    """Queue a test event, whether or not the receiver asked for it. Raises `WebhookNotFound`, `WebhookRefused`."""
    endpoint = require(session, endpoint_id)
    if not endpoint.is_enabled:
        raise WebhookRefused("this webhook is switched off; switch it on before you try it")
    message = outbox.add(session, endpoint, event=TEST, target=f"webhook:{endpoint.id}", detail={}, now=now)
    return _delivery(message, [])


def replay(session: Session, endpoint_id: UUID, message_id: UUID, *, now: datetime) -> DeliveryRead:
    """Send a message again, now and if need be for another day, under its old id. Raises `WebhookNotFound`."""
    message = session.scalars(
        select(WebhookMessage)
        .where(WebhookMessage.endpoint_id == endpoint_id, WebhookMessage.id == message_id)
        .with_for_update()
    ).one_or_none()
    if message is None:
        raise WebhookNotFound(f"webhook {endpoint_id} has no delivery {message_id}")
    message.state, message.scheduled_from, message.next_at = "pending", now, now
    after_commit(session, lambda: ring("webhooks.deliver"))
    return _delivery(message, _attempts(session, [message.id]))


def deliveries(session: Session, endpoint_id: UUID, *, before: UUID | None, limit: int) -> list[DeliveryRead]:
    """Newest first. Raises `WebhookNotFound`."""
    require(session, endpoint_id)
    query = (
        select(WebhookMessage)
        .where(WebhookMessage.endpoint_id == endpoint_id)
        .order_by(WebhookMessage.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(WebhookMessage.id < before)
    messages = session.scalars(query).all()
    attempts = _attempts(session, [message.id for message in messages])
    return [_delivery(each, [one for one in attempts if one.message_id == each.id]) for each in messages]


def require(session: Session, endpoint_id: UUID) -> WebhookEndpoint:
    endpoint = session.get(WebhookEndpoint, endpoint_id)
    if endpoint is None:
        raise WebhookNotFound(f"no webhook {endpoint_id} of this tenant")
    return endpoint


def _check(node: Node, url: str, events: Sequence[str]) -> None:
    try:
        target = Target.parse(url, allow_loopback=node.settings.allow_loopback)
    except FetchRefused as error:
        raise WebhookRefused(f"{url} cannot be told anything: {error}") from error
    address = parse_address(target.host)
    # A name may lead elsewhere tomorrow; it is looked at each time by the outgoing client.
    if address is not None and not (node.settings.allow_loopback and is_loopback(address)) and refusing_rule(address):
        raise WebhookRefused(f"{url} cannot be told anything: {address} is not a public address")
    unknown = [event for event in events if event not in NAMES]
    if unknown:
        raise WebhookRefused(f"no such event: {', '.join(unknown)} (GET /v1/webhook-events lists them)")


def _record(session: Session, endpoint: WebhookEndpoint, act: str, actor: str, now: datetime) -> None:
    audit.record(session, tenant_id=endpoint.tenant_id, actor=actor, act=act, target=f"webhook:{endpoint.id}", now=now)


def _read(endpoint: WebhookEndpoint) -> WebhookRead:
    return WebhookRead(
        id=endpoint.id,
        url=endpoint.url,
        events=list(endpoint.events),
        description=endpoint.description,
        is_enabled=endpoint.is_enabled,
        disabled_because=endpoint.disabled_because,
        created_at=endpoint.created_at,
    )


def _attempts(session: Session, message_ids: Sequence[UUID]) -> Sequence[WebhookAttempt]:
    query = (
        select(WebhookAttempt)
        .where(WebhookAttempt.message_id.in_(message_ids))
        .order_by(WebhookAttempt.at, WebhookAttempt.id)
    )
    return session.scalars(query).all()


def _delivery(message: WebhookMessage, attempts: Sequence[WebhookAttempt]) -> DeliveryRead:
    return DeliveryRead.model_validate(
        {
            "id": message.id,
            "message_id": message_name(message.id),
            "event": message.event,
            "body": json.loads(message.body),
            "state": message.state,
            "next_at": message.next_at if message.state == "pending" else None,
            "created_at": message.created_at,
            "attempts": [{"at": each.at, "status": each.status, "fault": each.fault} for each in attempts],
        }
    )
