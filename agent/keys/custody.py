"""What issuing needs from a key in custody, and the check of every signature before it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agent.errors import AgentError
from did.errors import InvalidSignature
from did.keys import KeyType, PublicKey, verify_signature
from vc.signer import Signer


class SignatureRefused(AgentError):
    """The custodian answered with a signature that its own public key does not confirm. Nothing was issued."""


class CustodySigner(Signer, Protocol):
    """A signer that also knows its public key, wherever the private one is kept."""

    @property
    def public_key(self) -> PublicKey:
        """The public half, from the node's own records: never asked of the custodian at the time of signing."""
        ...


@dataclass(frozen=True, slots=True)
class CheckedSigner:
    """Lets no signature out that the public key does not confirm: a key was swapped, or its custodian fails."""

    inner: CustodySigner

    @property
    def key_type(self) -> KeyType:
        return self.inner.key_type

    @property
    def verification_method(self) -> str:
        return self.inner.verification_method

    @property
    def public_key(self) -> PublicKey:
        return self.inner.public_key

    def sign(self, data: bytes) -> bytes:
        """Raises `SignatureRefused`."""
        signature = self.inner.sign(data)
        try:
            verify_signature(self.public_key, data, signature)
        except InvalidSignature:
            raise SignatureRefused(f"the signature by {self.verification_method} does not hold") from None
        return signature
