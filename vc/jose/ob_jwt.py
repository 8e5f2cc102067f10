"""`ob-jwt`: the JSON Web Token Proof Format of Open Badges 3.0, section 8.2."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from did.jose import PreparedHeader
from vc.errors import ProofGenerationError
from vc.jose.claims import claims_of
from vc.jose.payload import payload_of
from vc.jose.vc_jwt import require_no_claims
from vc.signer import Signer


class PreparedObJwt:
    """A signer, ready for many badges. The header names the key by its URL (section 8.2.3: `kid` or `jwk`)."""

    def __init__(self, signer: Signer) -> None:
        """Raises `AlgorithmRefused` for a key that signs no tokens."""
        self._header = PreparedHeader({"typ": "JWT", "kid": signer.verification_method}, signer=signer)

    def secure(self, document: Mapping[str, Any], *, now: datetime) -> str:  # noqa: ARG002 -- as the other forms
        """The compact JWS of an unsecured Open Badges 3.0 document; the badge is the payload (section 8.2.4.1).

        `iss`, `jti`, `nbf`, and `sub` and `exp` where the badge has an id of its subject and an end.

        Raises:
            ProofGenerationError: issuer, `id` or `validFrom` is missing, or a member is named like a claim.
            MalformedValue: not JSON, or a time that is none.
        """
        require_no_claims(document)
        claims = claims_of(document)
        missing = [member for claim, member in (("jti", "id"), ("nbf", "validFrom")) if claim not in claims]
        if missing:
            raise ProofGenerationError(f"an Open Badge as JWT has {', '.join(missing)}")
        return self._header.sign(payload_of({**document, **claims}))
