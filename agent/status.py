"""Status lists: unpredictable indexes without a stored shuffle, and the signed list that is published.

A counter runs through a secret permutation of the list's indexes: a balanced Feistel network over the smallest even
number of bits that holds the size, with HMAC-SHA-256 as its round function, walked along its cycle until the result
lies within the list (Black and Rogaway 2002, "Ciphers with arbitrary finite domains").
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Final

from agent.issuance.issue import CredentialIssuer, IssuedCredential
from agent.keys.custody import CustodySigner
from vc.status.entry import build_list_credential

KEY_BYTES: Final = 32
_ROUNDS: Final = 10  # as many as the format-preserving FF1 of NIST SP 800-38G; the domain is small


def permute(counter: int, key: bytes, size: int = 131_072) -> int:
    """Return the index of the `counter`-th entry; each counter below `size` gets another index.

    `key` is secret, 32 bytes, and belongs to one list.

    Raises:
        ValueError: the counter is past the end of the list, or the key has another length.
    """
    if not 0 <= counter < size:
        raise ValueError(f"counter {counter} is not below the list's size {size}")
    if len(key) != KEY_BYTES:
        raise ValueError(f"a list's key has {KEY_BYTES} bytes, not {len(key)}")
    half_bits = max(1, ((size - 1).bit_length() + 1) // 2)
    index = _feistel(counter, key, half_bits)
    while index >= size:  # ends: the walk follows the cycle that `counter` itself lies on
        index = _feistel(index, key, half_bits)
    return index


def _feistel(value: int, key: bytes, half_bits: int) -> int:
    mask = (1 << half_bits) - 1
    left, right = value >> half_bits, value & mask
    for number in range(_ROUNDS):
        digest = hmac.digest(key, bytes([number]) + right.to_bytes(8, "big"), hashlib.sha256)
        left, right = right, left ^ int.from_bytes(digest[:8], "big") & mask
    return left << half_bits | right


def build_and_sign_status_list(
    url: str,
    *,
    issuer_id: str,
    purpose: str,
    bits: bytes | bytearray,
    signer: CustodySigner,
    cryptosuite: str,
    now: datetime,
    valid_until: datetime | None,
    ttl_ms: int | None,
) -> IssuedCredential:
    """The published form of one list, as it stands in `bits`. It is served at `url` and nowhere else.

    Raises:
        VcError: the list is too short or cannot be secured so.
        IssuedCredentialInvalid: the signer made a bad signature.
    """
    draft = build_list_credential(url, issuer_id, purpose, bits, now, valid_until, ttl_ms)
    return CredentialIssuer(signer, cryptosuite, now).secure(draft)
