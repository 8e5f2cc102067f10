"""Points in time as credentials write them (XML Schema 1.1 Part 2, `dateTimeStamp`)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from vc.errors import MalformedValue

# Years before 0001 and after 9999 exist in XML Schema and in no credential; they are refused.
_DATETIME_STAMP = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]{1,20}))?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
)
_END_OF_DAY = "24:00:00"
_MAX_OFFSET_MINUTES = 14 * 60


def parse(text: Any, path: str = "") -> datetime:
    """Raises `MalformedValue` unless `text` is one existing point in time with its zone."""
    if not isinstance(text, str):
        raise MalformedValue("a time must be a string", path)
    match = _DATETIME_STAMP.fullmatch(text)
    if match is None:
        raise MalformedValue(f"{text[:60]!r} is not a date and time as in 2026-11-24T00:00:00Z", path)
    if match["zone"] is None:
        raise MalformedValue(f"{text!r} names no time zone", path)
    time, next_day = match["time"], timedelta()
    fraction = (match["fraction"] or "")[:6].ljust(6, "0")
    if time == _END_OF_DAY and not int(match["fraction"] or "0"):
        time, next_day = "00:00:00", timedelta(days=1)
    try:
        naive = datetime.fromisoformat(f"{match['date']}T{time}.{fraction}") + next_day
        return (naive - _offset(match["zone"])).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise MalformedValue(f"{text!r} is not a date and time that exists", path) from None


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta()
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    if int(zone[4:6]) > 59 or minutes > _MAX_OFFSET_MINUTES:
        raise ValueError(zone)
    return timedelta(minutes=minutes if zone[0] == "+" else -minutes)


def format_utc(at: datetime) -> str:
    """The time in UTC to the second, as credentials write it: `2026-11-24T00:00:00Z`.

    Raises:
        ValueError: `at` names no time zone; a guess would be signed.
    """
    if at.tzinfo is None:
        raise ValueError("a time without a zone cannot be written into a credential")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
