"""API keys: made once, shown once, kept as a digest."""

import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy import select

from portal.auth.models import ApiKey
from portal.db.ids import new_id
from portal.db.session import platform_session
from portal.errors import NotAuthenticated
from portal.wiring import Node

PREFIX = "dcp_"


def make_api_key(node: Node, name: str, *, now: datetime) -> str:
    """Return a new key of 256 random bits. It cannot be shown again."""
    key = PREFIX + secrets.token_urlsafe(32)
    with platform_session(node.app_engine) as session:
        session.add(ApiKey(id=new_id(now), name=name, digest=_digest(key), created_at=now))
    return key


def authenticate(node: Node, key: str) -> str:
    """Return the key's name. Raises `NotAuthenticated`."""
    digest = _digest(key)
    with platform_session(node.app_engine) as session:
        found = session.scalars(select(ApiKey).where(ApiKey.digest == digest)).one_or_none()
    if found is None or found.revoked_at is not None or not hmac.compare_digest(found.digest, digest):
        raise NotAuthenticated("this API key is unknown or was revoked; the first one lies in the data folder: api-key")
    return found.name


def _digest(key: str) -> bytes:
    # The key is 256 random bits, so a plain digest cannot be guessed and needs no salt.
    return hashlib.sha256(key.encode()).digest()
