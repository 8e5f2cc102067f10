"""Shapes of webhooks in the API."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

Url = Annotated[str, StringConstraints(min_length=10, max_length=2_000)]
Events = Annotated[list[str], Field(min_length=1, max_length=50, examples=[["award.revoked"]])]
Description = Annotated[str, StringConstraints(max_length=200)]


class WebhookCreate(BaseModel):
    url: Url = Field(description="An https address that takes POST.", examples=["https://lms.uni.example/hooks/dcp"])
    events: Events = Field(description="Types of the catalogue: GET /v1/webhook-events.")
    description: Description = Field("", examples=["Learning platform"])


class WebhookChange(BaseModel):
    """What is left out stays as it is."""

    url: Url | None = None
    events: Events | None = None
    description: Description | None = None
    is_enabled: bool | None = None


class WebhookRead(BaseModel):
    id: UUID
    url: str
    events: list[str]
    description: str
    is_enabled: bool
    disabled_because: str | None = Field(description="Set when the node switched it off by itself.")
    created_at: datetime


class WebhookMade(WebhookRead):
    secret: str = Field(
        description="Checks the signatures. Shown once.", examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    )


class AttemptRead(BaseModel):
    at: datetime
    status: int | None = Field(description="The receiver's answer.")
    fault: str | None = Field(description="Why there was none.")


class DeliveryRead(BaseModel):
    id: UUID
    message_id: str = Field(description="Sent as webhook-id, the same at every attempt.", examples=["msg_018f…"])
    event: str
    body: dict[str, Any]
    state: Literal["pending", "delivered", "parked"]
    next_at: datetime | None = Field(description="When it is tried next.")
    created_at: datetime
    attempts: list[AttemptRead]


class DeliveryPage(BaseModel):
    data: list[DeliveryRead]
    next_cursor: UUID | None = Field(description="Give it as `before` for the next page; null at the end.")


class EventTypeRead(BaseModel):
    name: str
    summary: str
    target: str
    detail: list[str]
