"""Browsers that signed in before. Their attempts are counted apart, so that nobody else's can shut their owner out.

A device's cookie proves that this browser once signed in to this account; it does not sign anybody in. It is a random
name with a keyed hash over account and name, so that nothing is stored.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Final

from portal.db.encrypted import ColumnCipher

KEPT_FOR: Final = timedelta(days=365)
_NAME_BYTES: Final = 16
_MAC_BYTES: Final = 32


def new_device(cipher: ColumnCipher, account: bytes) -> str:
    """A cookie for a browser that just signed in to the account with this hash."""
    name = secrets.token_bytes(_NAME_BYTES)
    return (name + _mac(cipher, account, name)).hex()


def known_device(cipher: ColumnCipher, account: bytes, cookie: str | None) -> bytes | None:
    """The device's name if its cookie is of this account and of this node; else None."""
    try:
        data = bytes.fromhex(cookie or "")
    except ValueError:
        return None
    name, mac = data[:_NAME_BYTES], data[_NAME_BYTES:]
    if len(mac) != _MAC_BYTES or not hmac.compare_digest(mac, _mac(cipher, account, name)):
        return None
    return name


def _mac(cipher: ColumnCipher, account: bytes, name: bytes) -> bytes:
    key = hmac.digest(cipher.master_key, b"people.devices", hashlib.sha256)
    return hmac.digest(key, account + name, hashlib.sha256)
