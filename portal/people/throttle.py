"""Attempts per account and per address. A bucket empties with each attempt and fills again with time, by itself.

The generic cell rate algorithm in one statement: of many attempts at once no more pass than the bucket holds.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from portal.db.session import platform_session
from portal.errors import TooManyAttempts
from portal.people.models import Throttle
from portal.wiring import Node


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` attempts at once, and one more every `every`."""

    name: str
    burst: int
    every: timedelta


# Somebody who mistypes; somebody who tries passwords on one account from one address, or from everywhere; and one
# address that tries many accounts.
ACCOUNT_FROM_ADDRESS = Rate("account-from-address", 10, timedelta(minutes=2))
ACCOUNT = Rate("account", 100, timedelta(minutes=2))
ADDRESS = Rate("address", 60, timedelta(seconds=10))
# Instead of the three: a browser that signed in to the account before.
DEVICE = Rate("device", 10, timedelta(minutes=2))


def take(node: Node, rate: Rate, *subject: bytes, now: datetime) -> None:
    """One attempt. It counts whatever becomes of the request. Raises `TooManyAttempts`."""
    key = hashlib.sha256(
        b"\0".join((rate.name.encode(), *(hashlib.sha256(part).digest() for part in subject)))
    ).digest()
    full_at = func.greatest(Throttle.full_at, now) + rate.every
    statement = (
        insert(Throttle)
        .values(key=key, full_at=now + rate.every)
        .on_conflict_do_update(
            index_elements=["key"], set_={"full_at": full_at}, where=full_at <= now + rate.burst * rate.every
        )
        .returning(Throttle.full_at)
    )
    with platform_session(node.app_engine) as session:
        if session.scalar(statement) is not None:
            return
        full = session.scalar(select(Throttle.full_at).where(Throttle.key == key)) or now
    wait_s = max(1, math.ceil((full + rate.every - now - rate.burst * rate.every).total_seconds()))
    raise TooManyAttempts(f"too many attempts; the next one is possible in {wait_s} s", retry_after_s=wait_s)


def forget(node: Node, *, now: datetime) -> int:
    """Remove the buckets that are full again; returns how many."""
    with platform_session(node.app_engine) as session:
        return len(session.execute(delete(Throttle).where(Throttle.full_at < now).returning(Throttle.key)).all())
