"""Identifiers: sortable ones for rows, unguessable ones for addresses."""

import secrets
from datetime import datetime
from uuid import UUID


def new_id(now: datetime, random: bytes | None = None) -> UUID:
    """Return a UUIDv7 (RFC 9562, section 5.7): milliseconds since 1970, then 74 random bits.

    Rows made later sort later, so indexes grow at one end.
    """
    milliseconds = int(now.timestamp() * 1000)
    tail = int.from_bytes(random or secrets.token_bytes(10))
    value = (milliseconds & (1 << 48) - 1) << 80 | tail & (1 << 80) - 1
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0b11 << 62) | 0b10 << 62
    return UUID(int=value)


def new_public_id() -> str:
    """Return 128 random bits for the address of a page that only who has the link may find (decision 18).

    None begins with a hyphen: on a command line it would read as an option.
    """
    while (made := secrets.token_urlsafe(16)).startswith("-"):
        continue
    return made
