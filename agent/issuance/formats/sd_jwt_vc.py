"""`dc+sd-jwt`: claims of which the holder shows some and keeps others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.issuance.errors import IssuedCredentialInvalid, RowRefused
from agent.issuance.formats.issuer import Status
from agent.issuance.issue import IssuedCredential, check_draft
from agent.issuance.sd_jwt_claims import claims_of
from agent.issuance.sd_jwt_types import CredentialType
from agent.keys.custody import CheckedSigner, CustodySigner
from agent.leaves import commitment_of
from did.errors import DidError
from did.jose import SD_JWT_VC, verify_compact
from vc import structure
from vc.errors import MalformedValue, ProofGenerationError, VcError
from vc.sd_jwt.issue import NewSalt, PreparedSdJwtVc
from vc.sd_jwt.read import read


@dataclass(frozen=True, slots=True)
class SdJwtTerms:
    """What the SD-JWT VCs of one run have in common.

    `issuer` is `iss`: an https URL with JWT VC Issuer Metadata, or the DID that the signer's key stands in.
    """

    type: CredentialType
    issuer: str
    salt: NewSalt


class SdJwtVcIssuer:
    """Implements `FormatIssuer` with all claims about the person disclosable (agent/issuance/sd_jwt_claims.py)."""

    def __init__(self, signer: CustodySigner, now: datetime, terms: SdJwtTerms) -> None:
        """Raises `JoseError`, `ProofGenerationError` for a key that signs no tokens."""
        self._signer = CheckedSigner(signer)
        self._prepared = PreparedSdJwtVc(self._signer, vct=terms.type.vct, vct_integrity=terms.type.integrity)
        self._now, self._terms = now, terms
        self._read_back = False

    def issue(self, draft: Mapping[str, Any], status: Status) -> IssuedCredential:
        check_draft(draft)
        try:
            structure.check_terms(draft)
            claims, disclosable = claims_of(
                draft,
                vct=self._terms.type.vct,
                issued_at=self._now,
                iss=self._terms.issuer,
                status=status.token,
            )
            text = self._prepared.secure(claims, disclosable=disclosable, salt=self._terms.salt)
        except (MalformedValue, ProofGenerationError) as wrong:
            raise RowRefused(str(wrong)) from wrong
        if not self._read_back:
            self._verify(text, claims)
            self._read_back = True
        leaf = commitment_of(text)
        return IssuedCredential(claims, text.encode("ascii"), leaf.digest, leaf.kind)

    def _verify(self, text: str, claims: Mapping[str, Any]) -> None:
        """With every disclosure it says what was to be said, under this signature."""
        try:
            found = read(text)
            verify_compact(found.jws, self._signer.public_key, SD_JWT_VC)
        except (VcError, DidError) as wrong:
            raise IssuedCredentialInvalid(f"the credential just made does not verify: {wrong}") from wrong
        if found.claims != {**claims, "vct#integrity": self._terms.type.integrity}:
            raise IssuedCredentialInvalid("the credential just made does not say what it was to say")
