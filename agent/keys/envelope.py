"""Envelope encryption: each secret has a data key of its own, and the master key wraps the data keys.

A record is: version (1 byte) ‖ nonce (12) ‖ wrapped data key (32 + 16) ‖ nonce (12) ‖ ciphertext and tag. Both layers
are AES-256-GCM with version and context as associated data, so that a record opens only where it was sealed. Changing
the master key means wrapping the data keys anew; what they seal stays as it is (`rewrap`).
"""

from __future__ import annotations

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from agent.errors import AgentError

VERSION: Final = 1
KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_WRAPPED_END: Final = 1 + _NONCE_BYTES + KEY_BYTES + _TAG_BYTES
_HEADER_END: Final = _WRAPPED_END + _NONCE_BYTES


class EnvelopeNotOpened(AgentError):
    """Another master key, another context, or altered bytes: which of them cannot be told."""


class EnvelopeMalformed(AgentError):
    """Too short, or of a version this program does not know."""


class InvalidMasterKey(AgentError):
    """Not 32 bytes. Make one with the system's randomness; a pass phrase is no key."""


def wrap(private: bytes, *, master_key: bytes, context: bytes) -> bytes:
    """Seal `private` under `master_key` (32 bytes) for one place, named by `context`.

    Raises:
        InvalidMasterKey
    """
    data_key, nonce = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(data_key).encrypt(nonce, private, _bound(context))
    return _seal_data_key(data_key, master_key, context) + nonce + sealed


def unwrap(sealed: bytes, *, master_key: bytes, context: bytes) -> bytes:
    """Open what `wrap` sealed.

    Raises:
        InvalidMasterKey, EnvelopeMalformed, EnvelopeNotOpened
    """
    data_key = _open_data_key(sealed, master_key, context)
    try:
        return AESGCM(data_key).decrypt(sealed[_WRAPPED_END:_HEADER_END], sealed[_HEADER_END:], _bound(context))
    except InvalidTag:
        raise EnvelopeNotOpened("this record was altered") from None


def rewrap(sealed: bytes, *, old_master_key: bytes, new_master_key: bytes, context: bytes) -> bytes:
    """The same record under another master key; the secret itself is not decrypted.

    Raises:
        InvalidMasterKey, EnvelopeMalformed, EnvelopeNotOpened
    """
    data_key = _open_data_key(sealed, old_master_key, context)
    return _seal_data_key(data_key, new_master_key, context) + sealed[_WRAPPED_END:]


def _seal_data_key(data_key: bytes, master_key: bytes, context: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return bytes([VERSION]) + nonce + _cipher(master_key).encrypt(nonce, data_key, _bound(context))


def _open_data_key(sealed: bytes, master_key: bytes, context: bytes) -> bytes:
    if len(sealed) < _HEADER_END + _TAG_BYTES:
        raise EnvelopeMalformed(f"a sealed record has at least {_HEADER_END + _TAG_BYTES} bytes, not {len(sealed)}")
    if sealed[0] != VERSION:
        raise EnvelopeMalformed(f"version {sealed[0]} of sealed records is not known")
    nonce, wrapped = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES : _WRAPPED_END]
    try:
        return _cipher(master_key).decrypt(nonce, wrapped, _bound(context))
    except InvalidTag:
        raise EnvelopeNotOpened("the master key or the place of this record is not the one it was sealed for") from None


def _bound(context: bytes) -> bytes:
    return bytes([VERSION]) + context


def _cipher(master_key: bytes) -> AESGCM:
    if len(master_key) != KEY_BYTES:
        raise InvalidMasterKey(f"a master key has {KEY_BYTES} bytes, not {len(master_key)}")
    return AESGCM(master_key)
