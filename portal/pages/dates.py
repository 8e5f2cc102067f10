"""Dates as people write them, always UTC, independent of the machine's locale."""

from datetime import UTC, datetime

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day(moment: datetime) -> str:
    """24 November 2026"""
    utc = moment.astimezone(UTC)
    return f"{utc.day} {_MONTHS[utc.month - 1]} {utc.year}"


def day_and_time(moment: datetime) -> str:
    """24 November 2026, 14:03 UTC"""
    utc = moment.astimezone(UTC)
    return f"{day(utc)}, {utc:%H:%M}\u00a0UTC"


def machine(moment: datetime) -> str:
    """For the `datetime` attribute of a `<time>` element."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
