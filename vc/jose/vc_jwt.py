"""`vc+jwt`: the credential is the payload (Securing Verifiable Credentials using JOSE and COSE, section 3.1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from did.jose import PreparedHeader
from vc.errors import ProofGenerationError
from vc.jose.claims import REGISTERED, claims_of, numeric_date
from vc.jose.payload import payload_of
from vc.signer import Signer
from vc.structure import is_v1


class PreparedVcJwt:
    """A signer, ready for many documents.

    `iss`, `sub` and `jti` repeat the document, `iat` is when the signature was made. `nbf` and `exp` would speak of
    the signature (section 3.2.3); the document has its own period.
    """

    def __init__(self, signer: Signer) -> None:
        """Raises `AlgorithmRefused` for a key that signs no tokens."""
        self._header = PreparedHeader({"typ": "vc+jwt", "cty": "vc", "kid": signer.verification_method}, signer=signer)

    def secure(self, document: Mapping[str, Any], *, now: datetime) -> str:
        """The compact JWS of an unsecured VCDM 2.0 document.

        Raises:
            ProofGenerationError: no issuer, another data model, or a member that is named like a claim.
            MalformedValue: not JSON, or a time that is none.
        """
        if is_v1(document):
            raise ProofGenerationError("a vc+jwt holds a credential of the data model 2.0")
        require_no_claims(document)
        claims = claims_of(document)
        claims.pop("nbf", None)
        claims.pop("exp", None)
        return self._header.sign(payload_of({**document, **claims, "iat": numeric_date(now)}))


def require_no_claims(document: Mapping[str, Any]) -> None:
    """Raises `ProofGenerationError` if a member of the document would be read as a claim."""
    # Section 3.1.1: the claim names vc and vp must not be there.
    taken = sorted((REGISTERED | {"vc", "vp"}) & document.keys())
    if taken:
        raise ProofGenerationError(f"the document's member {taken[0]} has the name of a claim")
