"""What a proof needs from a key: its type, its name, and signatures. Where the key lives is not known here."""

from __future__ import annotations

from typing import Protocol

from did.keys import KeyType


class Signer(Protocol):
    """Signs with one key, wherever it is kept."""

    @property
    def key_type(self) -> KeyType:
        """The kind of key; it decides the signature algorithm and the hash."""
        ...

    @property
    def verification_method(self) -> str:
        """The URL under which others find the public key; written into each proof."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The raw signature over `data`.

        Ed25519: 64 bytes (RFC 8032). ECDSA: r ‖ s, each as long as the curve's field, over SHA-256 of
        `data` (P-384: SHA-384).
        """
        ...
