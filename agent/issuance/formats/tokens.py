"""`vc+jwt`, `jwt_vc_json` and `ob-jwt`: the document inside a compact JWS."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from agent.issuance.draft import with_status
from agent.issuance.errors import IssuedCredentialInvalid, RowRefused
from agent.issuance.formats.issuer import Status
from agent.issuance.issue import IssuedCredential, check_draft
from agent.keys.custody import CheckedSigner, CustodySigner
from agent.leaves import commitment_of
from did.document import VerificationMethod
from did.errors import DidError
from vc import structure
from vc.errors import MalformedValue, ProofGenerationError, VcError
from vc.jose import PreparedJwtVcJson, PreparedObJwt, PreparedVcJwt, read, verify_signature
from vc.jose.claims import Said, check_agreement
from vc.secured import Form
from vc.signer import Signer


class _Prepared(Protocol):
    def secure(self, document: Mapping[str, Any], *, now: datetime) -> str: ...


def _prepared(form: Form, signer: Signer) -> _Prepared:
    match form:
        case Form.VC_JWT:
            return PreparedVcJwt(signer)
        case Form.JWT_VC_JSON:
            return PreparedJwtVcJson(signer)
        case Form.OB_JWT:
            return PreparedObJwt(signer)
        case _:
            raise LookupError(f"{form} is no token around a document")


class TokenIssuer:
    """Implements `FormatIssuer` for the forms that put the document into a token."""

    def __init__(self, form: Form, signer: CustodySigner, now: datetime) -> None:
        """Raises `JoseError` for a key that signs no tokens, `LookupError` for another form."""
        self._form = form
        self._signer = CheckedSigner(signer)
        self._prepared = _prepared(form, self._signer)
        self._now = now
        self._read_back = False

    def issue(self, draft: Mapping[str, Any], status: Status) -> IssuedCredential:
        document = with_status(draft, status.entries)
        check_draft(document)
        try:
            structure.check_terms(document)  # a token has no canonical form that would refuse names without a meaning
            token = self._prepared.secure(document, now=self._now)
        except (MalformedValue, ProofGenerationError) as wrong:
            raise RowRefused(str(wrong)) from wrong
        if not self._read_back:
            self._verify(token)
            self._read_back = True
        leaf = commitment_of(token)
        return IssuedCredential(document, token.encode("ascii"), leaf.digest, leaf.kind)

    def _verify(self, token: str) -> None:
        """All that makes it the issuer's. When it begins and ends is the award's affair, not the signer's."""
        url = self._signer.verification_method
        method = VerificationMethod(url, "Multikey", url.partition("#")[0], self._signer.public_key)
        try:
            found = read(token)
            if found.form is not self._form:
                raise IssuedCredentialInvalid(f"the credential just made reads as {found.form}, not as {self._form}")
            check_agreement(Said(found.form, found.claims, found.document))
            verify_signature(
                found,
                get_key=lambda _url, _purpose: method,
                list_keys=lambda _issuer, _purpose: (method,),
                now=self._now,
                anchored_before=None,
            )
        except (VcError, DidError) as wrong:
            raise IssuedCredentialInvalid(f"the credential just made does not verify: {wrong}") from wrong
