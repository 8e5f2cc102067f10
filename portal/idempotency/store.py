"""Which requests were made with which key, and what they were answered."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.db.ids import new_id
from portal.db.session import platform_session
from portal.idempotency.models import KeptAnswer
from portal.wiring import Node

KEPT_FOR = timedelta(hours=24)
# Longer than any request takes: what is still without an answer then lost its process.
GIVEN_UP_AFTER = timedelta(minutes=10)
_SEALED = "kept_answers.sealed_answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was sent: status, headers as they were, and the body."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def to_bytes(self) -> bytes:
        headers = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in self.headers]
        return json.dumps([self.status, headers, base64.b64encode(self.body).decode()]).encode()

    @classmethod
    def of(cls, data: bytes) -> "Answer":
        status, headers, body = json.loads(data)
        pairs = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers)
        return cls(status, pairs, base64.b64decode(body))


@dataclass(frozen=True, slots=True)
class Begun:
    """The request is ours to carry out; `id` is where its answer goes."""

    id: UUID


class InFlight:
    """The same request is being carried out at this moment."""


class OtherRequest:
    """The key was used for a request with another body."""


def begin(
    node: Node, scope: bytes, request_digest: bytes, *, now: datetime
) -> Begun | InFlight | OtherRequest | Answer:
    """Take the key, or say what became of it. Of many at once one gets `Begun`."""
    with platform_session(node.app_engine) as session:
        _forget_old(session, scope, now)
        made = (
            insert(KeptAnswer)
            .values(id=new_id(now), scope=scope, request_digest=request_digest, started_at=now)
            .on_conflict_do_nothing(index_elements=["scope"])
            .returning(KeptAnswer.id)
        )
        new = session.scalar(made)
        if new is not None:
            return Begun(new)
        kept = session.scalars(select(KeptAnswer).where(KeptAnswer.scope == scope)).one_or_none()
    if kept is None or (kept.sealed_answer is None and kept.request_digest == request_digest):
        return InFlight()
    if kept.request_digest != request_digest:
        return OtherRequest()
    return Answer.of(node.cipher.open(kept.sealed_answer or b"", column=_SEALED, row=kept.id))


def keep(node: Node, begun: Begun, answer: Answer) -> None:
    sealed = node.cipher.seal(answer.to_bytes(), column=_SEALED, row=begun.id)
    with platform_session(node.app_engine) as session:
        session.execute(update(KeptAnswer).where(KeptAnswer.id == begun.id).values(sealed_answer=sealed))


def release(node: Node, begun: Begun) -> None:
    """Nothing was done: the key may be used again."""
    with platform_session(node.app_engine) as session:
        session.execute(delete(KeptAnswer).where(KeptAnswer.id == begun.id))


def forget(node: Node, *, now: datetime) -> int:
    """Remove what is older than a day; returns how many."""
    with platform_session(node.app_engine) as session:
        gone = session.execute(
            delete(KeptAnswer).where(KeptAnswer.started_at < now - KEPT_FOR).returning(KeptAnswer.id)
        ).all()
    return len(gone)


def _forget_old(session: Session, scope: bytes, now: datetime) -> None:
    this = KeptAnswer.scope == scope
    session.execute(delete(KeptAnswer).where(this, KeptAnswer.started_at < now - KEPT_FOR))
    session.execute(
        delete(KeptAnswer).where(this, KeptAnswer.sealed_answer.is_(None), KeptAnswer.started_at < now - GIVEN_UP_AFTER)
    )
