"""Webhooks over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from portal.auth.depends import Access, Authenticated, may
from portal.db.session import tenant_session
from portal.process import node
from portal.webhooks import service
from portal.webhooks.catalogue import EVENT_TYPES
from portal.webhooks.schemas import (
    DeliveryPage,
    DeliveryRead,
    EventTypeRead,
    WebhookChange,
    WebhookCreate,
    WebhookMade,
    WebhookRead,
)

router = APIRouter(prefix="/v1/tenants/{tenant}/webhooks", tags=["webhooks"])
catalogue_router = APIRouter(tags=["webhooks"])
Reader = Annotated[Access, may("webhooks:read")]
Manager = Annotated[Access, may("webhooks:manage")]


@catalogue_router.get("/v1/webhook-events", summary="The events a webhook can ask for")
def list_events(_caller: Authenticated) -> list[EventTypeRead]:
    """A type's name never changes; new ones are added."""
    return [
        EventTypeRead(name=each.name, summary=each.summary, target=each.target, detail=list(each.detail))
        for each in EVENT_TYPES
    ]


@router.post("", status_code=201, summary="Tell an address of events")
def create_webhook(body: WebhookCreate, access: Manager) -> WebhookMade:
    """Messages are signed as Standard Webhooks says; the answer holds the secret, which is not shown again."""
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        return service.create(this, session, access.tenant_id, body, actor=access.actor, now=this.now())


@router.get("", summary="List a tenant's webhooks")
def list_webhooks(access: Reader) -> list[WebhookRead]:
    with tenant_session(node().app_engine, access.tenant_id) as session:
        return list(service.list_endpoints(session))


@router.patch("/{webhook_id}", summary="Change a webhook, or switch it off and on")
def change_webhook(webhook_id: UUID, body: WebhookChange, access: Manager) -> WebhookRead:
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        return service.change(this, session, webhook_id, body, actor=access.actor, now=this.now())


@router.delete("/{webhook_id}", status_code=204, response_class=Response, summary="Remove a webhook")
def remove_webhook(webhook_id: UUID, access: Manager) -> Response:
    """With the log of its deliveries."""
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        service.remove(session, webhook_id, actor=access.actor, now=this.now())
    return Response(status_code=204)


@router.post("/{webhook_id}/test", status_code=202, summary="Send a test event")
def send_test(webhook_id: UUID, access: Manager) -> DeliveryRead:
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        return service.send_test(session, webhook_id, now=this.now())


@router.get("/{webhook_id}/deliveries", summary="What a webhook was told, newest first")
def list_deliveries(
    webhook_id: UUID,
    access: Reader,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeliveryPage:
    with tenant_session(node().app_engine, access.tenant_id) as session:
        rows = service.deliveries(session, webhook_id, before=before, limit=limit)
    return DeliveryPage(data=rows, next_cursor=rows[-1].id if len(rows) == limit else None)


@router.post("/{webhook_id}/deliveries/{delivery_id}/replay", status_code=202, summary="Send a message again")
def replay_delivery(webhook_id: UUID, delivery_id: UUID, access: Manager) -> DeliveryRead:
    """Under the same message id, at once."""
    this = node()
    with tenant_session(this.app_engine, access.tenant_id) as session:
        return service.replay(session, webhook_id, delivery_id, now=this.now())
