"""Signed tokens (JWS, JWT): the one place where they are read and written.

Reading is in steps, and a token counts only after all of them: `parse_compact` (text and header, by the token's
profile), `verify_compact` (signature, by the key's own algorithm), `parse_claims` and `check_times`. Whose key it is
and what the claims mean is for the caller.
"""

from did.jose.algorithms import accepted_algorithms, algorithm_of
from did.jose.claims import check_claims, check_times
from did.jose.compact import (
    Jws,
    PreparedHeader,
    Signer,
    check_shown_key,
    parse_claims,
    parse_compact,
    parse_payload,
    parse_unchecked,
    sign_compact,
    verify_compact,
)
from did.jose.errors import (
    AlgorithmRefused,
    ClaimRefused,
    HeaderRefused,
    JoseError,
    KeyRefused,
    TokenExpired,
    TokenMalformed,
    TokenNotYetValid,
    TokenSignatureInvalid,
    TokenTooLarge,
    TypeRefused,
)
from did.jose.header import check_header
from did.jose.profile import (
    JWT_VC_JSON,
    KB_JWT,
    OB_JWT,
    SD_JWT_VC,
    STATUS_LIST_JWT,
    VC_JWT,
    VP_JWT,
    JwkRule,
    TokenProfile,
)

__all__ = [
    "JWT_VC_JSON",
    "KB_JWT",
    "OB_JWT",
    "SD_JWT_VC",
    "STATUS_LIST_JWT",
    "VC_JWT",
    "VP_JWT",
    "AlgorithmRefused",
    "ClaimRefused",
    "HeaderRefused",
    "JoseError",
    "JwkRule",
    "Jws",
    "KeyRefused",
    "PreparedHeader",
    "Signer",
    "TokenExpired",
    "TokenMalformed",
    "TokenNotYetValid",
    "TokenProfile",
    "TokenSignatureInvalid",
    "TokenTooLarge",
    "TypeRefused",
    "accepted_algorithms",
    "algorithm_of",
    "check_claims",
    "check_header",
    "check_shown_key",
    "check_times",
    "parse_claims",
    "parse_compact",
    "parse_payload",
    "parse_unchecked",
    "sign_compact",
    "verify_compact",
]
