"""Answers kept for repeated requests."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base


class KeptAnswer(Base):
    """One request with an `Idempotency-Key`, and its answer once there is one.

    `scope` is a digest of caller, method, address and key, so that nobody meets another caller's keys. The answer is
    sealed: it may hold a secret that is shown once.
    """

    __tablename__ = "kept_answers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    scope: Mapped[bytes] = mapped_column(unique=True)
    request_digest: Mapped[bytes]
    sealed_answer: Mapped[bytes | None]
    started_at: Mapped[datetime] = mapped_column(index=True)
