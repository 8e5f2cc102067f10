"""Receivers of events, what each is to be told, and how the telling went."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, TenantOwned


class WebhookEndpoint(TenantOwned, Base):
    """An address that is told of events. The secret that signs them is sealed, and shown once."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str]
    description: Mapped[str]
    sealed_secret: Mapped[bytes]
    events: Mapped[Sequence[str]]
    is_enabled: Mapped[bool]
    disabled_because: Mapped[str | None]
    created_at: Mapped[datetime]


class WebhookMessage(TenantOwned, Base):
    """One event for one receiver. `body` is signed and sent as it stands, every time with the same message id."""

    __tablename__ = "webhook_messages"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'delivered', 'parked')", name="state"),
        Index("ix_webhook_messages_state_next_at", "state", "next_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), index=True)
    event: Mapped[str]
    body: Mapped[bytes]
    state: Mapped[str]
    attempts: Mapped[int]
    scheduled_from: Mapped[datetime]
    next_at: Mapped[datetime]
    created_at: Mapped[datetime]


class WebhookAttempt(TenantOwned, Base):
    """One try. `status` is the receiver's answer; without an answer `fault` says why."""

    __tablename__ = "webhook_attempts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_messages.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    status: Mapped[int | None]
    fault: Mapped[str | None]
