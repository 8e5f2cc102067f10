"""Draft → secured credential, in the bytes that are stored and served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from agent.issuance.errors import IssuedCredentialInvalid, RowRefused
from agent.keys.custody import CheckedSigner, CustodySigner, SignatureRefused
from agent.leaves import commitment_of
from anchoring.leaf import Kind
from did.document import VerificationMethod
from did.errors import DidError
from vc import structure
from vc.badges import open_badges
from vc.errors import MalformedValue, PoisonGraph, VcError
from vc.proofs.data_integrity import PreparedProof, verify_proofs

_ASSERTION = "assertionMethod"


@dataclass(frozen=True, slots=True)
class IssuedCredential:
    """A secured credential. `data` is what is stored and served, never serialized again."""

    document: Mapping[str, Any]  # what it says, for reading
    data: bytes  # UTF-8 JSON, or the ASCII of a token
    digest: bytes  # what a leaf of `kind` commits to; of a document SHA-256 of its JCS form, proofs included
    kind: Kind = Kind.DOCUMENT


class CredentialIssuer:
    """Secures many documents with one key at one time.

    The signature over each is checked before it leaves; the first document is also read back from its bytes and
    verified in full, so that a wrong suite or option shows before a second one is made.
    """

    def __init__(self, signer: CustodySigner, cryptosuite: str, now: datetime) -> None:
        """Raises `VcError` for a suite that cannot be used with this key."""
        self._signer = CheckedSigner(signer)
        self._prepared = PreparedProof(signer=self._signer, cryptosuite=cryptosuite, created=now)
        self._cryptosuite = cryptosuite
        self._now = now
        self._read_back = False

    def issue(self, draft: Mapping[str, Any]) -> IssuedCredential:
        """Check `draft` against the data model and Open Badges, then secure it.

        Raises:
            RowRefused: the draft breaks a rule; the message names the member.
            IssuedCredentialInvalid, SignatureRefused: the signer is at fault; nothing was issued.
        """
        check_draft(draft)
        try:
            return self.secure(draft)
        except (MalformedValue, PoisonGraph) as wrong:
            raise RowRefused(str(wrong)) from wrong

    def secure(self, draft: Mapping[str, Any]) -> IssuedCredential:
        """Secure a document that is not a badge, such as a status list.

        Raises:
            MalformedValue, PoisonGraph: the document has no canonical form, or a name in it has no meaning.
            IssuedCredentialInvalid, SignatureRefused: as `issue`.
        """
        if "jcs" in self._cryptosuite:
            structure.check_terms(draft)  # the RDF suites refuse undefined terms by themselves
        document = self._prepared.secure(draft)
        data = orjson.dumps(document)
        if not self._read_back:
            self._verify(data)
            self._read_back = True
        return IssuedCredential(document, data, commitment_of(document).digest)

    def _verify(self, data: bytes) -> None:
        url = self._signer.verification_method
        method = VerificationMethod(url, "Multikey", url.partition("#")[0], self._signer.public_key)
        try:
            verify_proofs(
                orjson.loads(data), get_key=lambda _url, _purpose: method, now=self._now, expected_purpose=_ASSERTION
            )
        except (VcError, DidError) as wrong:
            raise IssuedCredentialInvalid(f"the credential just made does not verify: {wrong}") from wrong


def check_draft(draft: Mapping[str, Any]) -> None:
    """The rules of VCDM 2.0 and Open Badges 3.0 that a draft can already be held to. Raises `RowRefused`."""
    try:
        open_badges.check_achievement_credential(draft)
    except MalformedValue as wrong:
        raise RowRefused(str(wrong)) from wrong


def issue_credential(
    draft: Mapping[str, Any], *, signer: CustodySigner, cryptosuite: str, now: datetime
) -> IssuedCredential:
    """Issue one credential; for many make one `CredentialIssuer`. Raises as `CredentialIssuer` does."""
    return CredentialIssuer(signer, cryptosuite, now).issue(draft)


__all__ = [
    "CredentialIssuer",
    "IssuedCredential",
    "SignatureRefused",
    "check_draft",
    "issue_credential",
]
