"""Multibase as the cryptosuites use it (Controlled Identifiers 1.0, section 2.4)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from did import base58
from did.errors import DidError
from vc.errors import MalformedProof

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


def encode_base58btc(data: bytes) -> str:
    return "z" + base58.encode(data)


def decode_base58btc(text: Any, *, length: int) -> bytes:
    """Raises `MalformedProof` unless `text` is `length` bytes in base58-btc."""
    # Base58 needs at most 138 characters for 100 bytes; anything longer is not worth decoding.
    if not isinstance(text, str) or not text.startswith("z") or len(text) > 2 + length * 7 // 5:
        raise MalformedProof(f"proofValue is not a base58-btc multibase value of {length} bytes")
    try:
        data = base58.decode(text[1:])
    except DidError:
        raise MalformedProof("proofValue is not base58-btc") from None
    if len(data) != length:
        raise MalformedProof(f"proofValue has {len(data)} bytes, this suite's has {length}")
    return data


def encode_base64url(data: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode_base64url(text: Any) -> bytes:
    """Raises `MalformedProof` unless `text` is base64url without padding, in its one spelling."""
    if not isinstance(text, str) or not text.startswith("u") or not _BASE64URL.fullmatch(text, 1):
        raise MalformedProof("proofValue is not a base64url multibase value")
    body = text[1:]
    try:
        data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    except binascii.Error:
        raise MalformedProof("proofValue is not base64url") from None
    if encode_base64url(data) != text:
        raise MalformedProof("proofValue is not base64url in its canonical spelling")
    return data
