"""Why a token is refused. `code` names the kind and never changes, `rule` the row of the table that refused it."""

from __future__ import annotations

from typing import ClassVar

from did.errors import DidError


class JoseError(DidError):
    """A token that is not accepted; nothing in it may be used."""

    problem_type = "https://w3id.org/security#PROOF_VERIFICATION_ERROR"
    title = "The token is not accepted."
    code: ClassVar[str] = "token-refused"

    def __init__(self, message: str, *, rule: str) -> None:
        super().__init__(message)
        self.rule = rule


class TokenTooLarge(JoseError):
    """More bytes than the token's profile allows."""

    code = "token-too-large"


class TokenMalformed(JoseError):
    """Not three parts of canonical base64url (RFC 7515, section 7.1), or not strict JSON inside."""

    code = "token-malformed"


class AlgorithmRefused(JoseError):
    """`alg` is missing, unknown, none, symmetric, or another one than that of the key."""

    code = "token-algorithm-refused"


class HeaderRefused(JoseError):
    """A header parameter that this kind of token must not have, or that nobody here understands."""

    code = "token-header-refused"


class TypeRefused(JoseError):
    """`typ` or `cty` say that this is another kind of token (RFC 8725, section 3.11)."""

    code = "token-type-refused"


class KeyRefused(JoseError):
    """The header does not say which key signed, or names one that is not the issuer's."""

    code = "token-key-refused"


class TokenSignatureInvalid(JoseError):
    """The signature does not fit the key and the signed text."""

    code = "token-signature-invalid"


class ClaimRefused(JoseError):
    """A claim is missing, of the wrong type, not allowed, or contradicts another one."""

    code = "token-claim-refused"


class TokenExpired(JoseError):
    """`exp` has passed (RFC 7519, section 4.1.4)."""

    code = "token-expired"


class TokenNotYetValid(JoseError):
    """`nbf` has not come, or `iat` lies in the future (RFC 7519, sections 4.1.5 and 4.1.6)."""

    code = "token-not-yet-valid"
