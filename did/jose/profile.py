"""Kinds of tokens, and what each may carry: validation rules that exclude each other (RFC 8725, section 3.12)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class JwkRule(StrEnum):
    """What a `jwk` header parameter means: a key that a message brings along proves nothing about who wrote it."""

    NEVER = "never"
    IS_KEY = "is-key"
    """It must be there: the token proves possession of this very key (DPoP, key proofs)."""
    MATCHES = "matches"
    """It may be there, and whoever verifies compares it with a key that the issuer's document authorizes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenProfile:
    """Rules for one kind of token.

    `typ`: accepted values, in lower case, without `application/`. `cty`: the same; None lets any text stand.
    `text_iat`: `iat` may be a date and time as text. `required` and `forbidden`: claim names. `max_bytes`: of the
    whole token.
    """

    name: str
    typ: frozenset[str]
    typ_required: bool
    cty: frozenset[str] | None = None
    max_bytes: int = 65_536
    jwk: JwkRule = JwkRule.NEVER
    x5c: bool = False
    text_iat: bool = False
    required: frozenset[str] = field(default_factory=frozenset)
    forbidden: frozenset[str] = field(default_factory=frozenset)


_CREDENTIAL_BYTES = 400_000
"""A credential of `vc.model.MAX_DOCUMENT_BYTES` in base64url, with its header."""

VC_JWT = TokenProfile(
    name="vc+jwt",
    typ=frozenset({"vc+jwt"}),
    typ_required=True,
    cty=frozenset({"vc"}),
    max_bytes=_CREDENTIAL_BYTES,
    # RFC 7519 wants a number, but every token of the W3C test suite has text there; it decides nothing but "not yet".
    text_iat=True,
    forbidden=frozenset({"vc", "vp"}),
)
"""Securing Verifiable Credentials using JOSE and COSE, section 3.1.1."""

VP_JWT = TokenProfile(
    name="vp+jwt",
    typ=frozenset({"vp+jwt"}),
    typ_required=True,
    cty=frozenset({"vp"}),
    max_bytes=2_000_000,
    forbidden=frozenset({"vc", "vp"}),
)
"""Securing Verifiable Credentials using JOSE and COSE, section 3.1.2; it carries credentials."""

JWT_VC_JSON = TokenProfile(
    name="jwt_vc_json",
    typ=frozenset({"jwt"}),
    typ_required=False,
    max_bytes=_CREDENTIAL_BYTES,
    required=frozenset({"iss", "nbf", "vc"}),
    forbidden=frozenset({"vp"}),
)
"""Verifiable Credentials Data Model 1.1, section 6.3.1."""

OB_JWT = TokenProfile(
    name="ob-jwt",
    typ=frozenset({"jwt"}),
    typ_required=False,
    max_bytes=_CREDENTIAL_BYTES,
    jwk=JwkRule.MATCHES,
    required=frozenset({"iss", "jti", "nbf"}),
    forbidden=frozenset({"vc", "vp"}),
)
"""Open Badges 3.0, section 8.2. `sub` is demanded where the subject has an id, by `vc.jose`."""

SD_JWT_VC = TokenProfile(
    name="dc+sd-jwt",
    # The second is what SD-JWT VC was called before draft 9; issuers were asked to use, and verifiers to take both.
    typ=frozenset({"dc+sd-jwt", "vc+sd-jwt"}),
    typ_required=True,
    max_bytes=_CREDENTIAL_BYTES,
    x5c=True,
    required=frozenset({"vct"}),
)
"""SD-JWT VC, section 2.2: the issuer-signed part, without disclosures."""

KB_JWT = TokenProfile(
    name="kb+jwt",
    typ=frozenset({"kb+jwt"}),
    typ_required=True,
    max_bytes=16_384,
    required=frozenset({"iat", "aud", "nonce", "sd_hash"}),
)
"""RFC 9901, section 4.3."""

STATUS_LIST_JWT = TokenProfile(
    name="statuslist+jwt",
    typ=frozenset({"statuslist+jwt"}),
    typ_required=True,
    max_bytes=4_000_000,
    x5c=True,
    required=frozenset({"sub", "iat", "status_list"}),
)
"""Token Status List, section 5.1."""
