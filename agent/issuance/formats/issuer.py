"""What every form of a credential is made through, and which of an issuer's keys makes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from agent.issuance.issue import IssuedCredential
from agent.issuance.template import TemplateDocument
from did.keys import KeyType


class Status(Protocol):
    """Where others look whether one credential still counts. It belongs to this credential alone."""

    @property
    def entries(self) -> Sequence[Mapping[str, Any]]:
        """Members of `credentialStatus`, for forms that are VCDM documents."""
        ...

    @property
    def token(self) -> Mapping[str, Any] | None:
        """The `status` claim (Token Status List), for forms that are not."""
        ...


class FormatIssuer(Protocol):
    """Secures many drafts in one form, with one key at one time.

    The signature over each is checked before it leaves. The first product is also read back from its bytes and
    verified in full, so that a wrong option shows before a second one is made.
    """

    def issue(self, draft: Mapping[str, Any], status: Status) -> IssuedCredential:
        """Check `draft` (VCDM 2.0, Open Badges 3.0, without a status) and secure it.

        Raises:
            RowRefused: the draft breaks a rule, or says what this form cannot.
            IssuedCredentialInvalid, SignatureRefused: the signer is at fault; nothing was issued.
        """
        ...


def key_type_of(form: str, cryptosuite: str) -> KeyType:
    """The key that makes a form: the suite's own for Data Integrity, P-256 for everything else.

    ES256 is the one algorithm that every JOSE verifier and wallet has (OpenID4VC High Assurance profile, section 7).
    """
    if form == "ldp_vc":
        return KeyType.P256 if cryptosuite.startswith("ecdsa-") else KeyType.ED25519
    return KeyType.P256


def key_types_of(template: TemplateDocument) -> frozenset[KeyType]:
    """Every kind of key that issuing from a template needs."""
    return frozenset(key_type_of(form, template.cryptosuite) for form in template.formats)
