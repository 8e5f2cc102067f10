"""JWT claims and the members of a credential that say the same.

VCDM 1.1 section 6.3.1, Open Badges 3.0 section 8.2 and VC-JOSE-COSE section 3.1 each name pairs; where both are there
they must agree, or two readers of one token would see two credentials.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from did.jose import ClaimRefused
from vc import timestamps
from vc.errors import ProofGenerationError
from vc.secured import Form
from vc.structure import CONTEXT_V2

REGISTERED = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "nonce"})
"""Claims that are no members of the credential (RFC 7519, section 4.1; RFC 7800; OpenID4VP)."""

CREDENTIAL_MEMBERS = frozenset(
    {
        *("@context", "id", "type", "issuer", "credentialSubject", "credentialStatus", "credentialSchema", "evidence"),
        *("issuanceDate", "expirationDate", "validFrom", "validUntil", "termsOfUse", "refreshService", "proof"),
    }
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a token says twice: its claims, and the document as it was inside (`document`) or under `vc`."""

    form: Form
    claims: Mapping[str, Any]
    document: Mapping[str, Any]


# --- from a document ---------------------------------------------------------------------------------


def issuer_of(document: Mapping[str, Any]) -> str | None:
    """The issuer's URL, given alone or as an object's `id`."""
    issuer = document.get("issuer")
    if isinstance(issuer, Mapping):
        issuer = issuer.get("id")
    return issuer if isinstance(issuer, str) else None


def subject_of(document: Mapping[str, Any]) -> str | None:
    """The id of the only subject; None for several, as one claim cannot name them."""
    subject = document.get("credentialSubject")
    if isinstance(subject, list) and len(subject) == 1:
        subject = subject[0]
    found = subject.get("id") if isinstance(subject, Mapping) else None
    return found if isinstance(found, str) else None


def start_of(document: Mapping[str, Any]) -> datetime | None:
    """`validFrom`, in 1.1 `issuanceDate`. Raises `MalformedValue` for a value that is no time."""
    return _time(document, "validFrom", "issuanceDate")


def end_of(document: Mapping[str, Any]) -> datetime | None:
    """`validUntil`, in 1.1 `expirationDate`. Raises `MalformedValue` for a value that is no time."""
    return _time(document, "validUntil", "expirationDate")


def numeric_date(at: datetime) -> int:
    """Whole seconds since 1970, rounded down (RFC 7519, section 2, NumericDate)."""
    return math.floor(at.timestamp())


def date_of(claim: float) -> str:
    """The reverse, as credentials write it."""
    return timestamps.format_utc(datetime.fromtimestamp(math.floor(claim), UTC))


def claims_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """`iss`, `sub`, `jti`, `nbf`, `exp` as the document says them; those it does not say are left out.

    Raises:
        ProofGenerationError: it names no issuer.
        MalformedValue: a time is none.
    """
    issuer, subject, identifier = issuer_of(document), subject_of(document), document.get("id")
    if issuer is None:
        raise ProofGenerationError("the document names no issuer")
    claims: dict[str, Any] = {"iss": issuer}
    if subject is not None:
        claims["sub"] = subject
    if isinstance(identifier, str):
        claims["jti"] = identifier
    start, end = start_of(document), end_of(document)
    if start is not None:
        claims["nbf"] = numeric_date(start)
    if end is not None:
        claims["exp"] = numeric_date(end)
    return claims


def _time(document: Mapping[str, Any], *names: str) -> datetime | None:
    for name in names:
        if name in document:
            return timestamps.parse(document[name], f"/{name}")
    return None


# --- claims and document agree -------------------------------------------------------------------------


def check_agreement(said: Said) -> None:
    """Every rule of `AGREEMENT_RULES`.

    Raises:
        ClaimRefused: a claim and a member differ, or one of a pair is missing where the form wants both.
        MalformedValue: a time is none.
    """
    for rule in AGREEMENT_RULES.values():
        rule(said)


def _data_model(said: Said) -> None:
    contexts = said.document.get("@context")
    first = contexts[0] if isinstance(contexts, list) and contexts else contexts
    if said.form is Form.VC_JWT and first != CONTEXT_V2:
        raise ClaimRefused("a vc+jwt holds a credential of the data model 2.0", rule="data model")


def _one_document(said: Said) -> None:
    # Some libraries merge members beside `vc` into the credential, others do not look at them.
    if said.form is Form.JWT_VC_JSON:
        stray = sorted(CREDENTIAL_MEMBERS & said.claims.keys())
        if stray:
            raise ClaimRefused(f"{stray[0]} stands beside vc instead of in it", rule="one document")


def _issuer(said: Said) -> None:
    _same(said, "iss", issuer_of(said.document), "issuer", wanted=True)


def _identifier(said: Said) -> None:
    identifier = said.document.get("id")
    _same(said, "jti", identifier, "id", wanted=False)


def _subject(said: Said) -> None:
    subject = subject_of(said.document)
    if said.form is Form.OB_JWT and subject is not None and "sub" not in said.claims:
        raise ClaimRefused("the subject has an id, so an Open Badge has sub", rule="sub and credentialSubject")
    _same(said, "sub", subject, "credentialSubject", wanted=False)


def _start(said: Said) -> None:
    # In a vc+jwt, nbf and exp are about the signature, not about the credential (VC-JOSE-COSE, section 3.2.3).
    if said.form is not Form.VC_JWT:
        _same_time(said, "nbf", start_of(said.document), "validFrom")


def _end(said: Said) -> None:
    if said.form is not Form.VC_JWT:
        _same_time(said, "exp", end_of(said.document), "validUntil")


def _same(said: Said, claim: str, member: Any, name: str, *, wanted: bool) -> None:
    rule = f"{claim} and {name}"
    if claim not in said.claims:
        return
    if member is None and not wanted and said.form is not Form.OB_JWT:
        return
    if said.claims[claim] != member:
        raise ClaimRefused(f"{claim} is not the document's {name}", rule=rule)


def _same_time(said: Said, claim: str, member: datetime | None, name: str) -> None:
    rule = f"{claim} and {name}"
    value = said.claims.get(claim)
    if value is None and member is None:
        return
    if value is None or member is None or math.floor(value) != numeric_date(member):
        raise ClaimRefused(f"{claim} is not the document's {name}", rule=rule)


AGREEMENT_RULES: dict[str, Callable[[Said], None]] = {
    "data model": _data_model,
    "one document": _one_document,
    "iss and issuer": _issuer,
    "jti and id": _identifier,
    "sub and credentialSubject": _subject,
    "nbf and validFrom": _start,
    "exp and validUntil": _end,
}
"""The name of each rule, as `JoseError.rule` gives it."""
