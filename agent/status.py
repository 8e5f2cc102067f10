"""Status lists: unpredictable indexes without a stored shuffle, and the signed list that is published.

A counter runs through a secret permutation of the list's indexes: an alternating Feistel network over as many bits as
the size needs, in the shape of FF1 (NIST SP 800-38G) with keyed BLAKE2b as its round function. Where the size is no
power of two, the walk along the cycle goes on until the result lies within the list (Black and Rogaway 2002, "Ciphers
with arbitrary finite domains").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import orjson

from agent.issuance.issue import CredentialIssuer, IssuedCredential
from agent.keys.custody import CheckedSigner, CustodySigner
from vc.status import list_token, one_ed_tech
from vc.status.entry import build_list_credential

KEY_BYTES: Final = 32
_ROUNDS: Final = 10  # as many as FF1 has; the domain is small


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
    bits = max(2, (size - 1).bit_length())
    index = _feistel(counter, key, bits)
    while index >= size:  # ends: the walk follows the cycle that `counter` itself lies on
        index = _feistel(index, key, bits)
    return index


def _feistel(value: int, key: bytes, bits: int) -> int:
    """The halves have `bits // 2` and the remaining bits; each round swaps them, an even number restores the order."""
    left_bits = bits // 2
    right_bits = bits - left_bits
    left, right = value >> right_bits, value & ((1 << right_bits) - 1)
    for number in range(_ROUNDS):
        digest = blake2b(bytes((number,)) + right.to_bytes(8, "big"), key=key, digest_size=8).digest()
        left, right = right, (left + int.from_bytes(digest, "big")) & ((1 << left_bits) - 1)
        left_bits, right_bits = right_bits, left_bits
    return left << right_bits | right


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


def sign_status_list_token(claims: Mapping[str, Any], *, signer: CustodySigner, now: datetime) -> bytes:
    """The published form of a Token Status List: the ASCII of the token, read back and verified before it leaves.

    `claims` are those of `vc.status.token_list.build_claims`.

    Raises:
        SignatureRefused, JoseError: the signer made a bad signature, or the claims are not those of such a token.
    """
    token = list_token.sign(claims, signer=CheckedSigner(signer))
    list_token.verify(list_token.read(token), key_of=lambda _token: signer.public_key, now=now, clock_skew_s=0)
    return token.encode("ascii")


def build_revocation_list(url: str, *, issuer_id: str, revoked_ids: Iterable[str]) -> bytes:
    """The published form of a 1EdTechRevocationList. The method knows no signature; the connection vouches for it."""
    return orjson.dumps(one_ed_tech.build_list(url, issuer=issuer_id, revoked_ids=revoked_ids))
