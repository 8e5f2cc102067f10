"""An Open Badges achievement credential (VCDM 2.0) as the claims of an SD-JWT VC, for people and wallets to read.

The mapping is a table in `vc/sd_jwt/README.md`. Nothing is lost but the credential's own `id`, which would lead to a
page with every claim (architecture, decision 16), and JSON-LD's `@context` and `type`, for which `vct` stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agent.issuance.errors import RowRefused
from vc import timestamps
from vc.model import list_of
from vc.sd_jwt.issue import NEVER_DISCLOSABLE, PROTECTED, ClaimPath

# Told by other claims (vct, iss, nbf, exp, status), or left out (id).
_TOLD_OTHERWISE = frozenset(
    {"@context", "type", "id", "issuer", "validFrom", "validUntil", "credentialStatus", "credentialSubject", "proof"}
)
_SUBJECT = {
    "creditsEarned": "credits_earned",
    "licenseNumber": "license_number",
    "activityStartDate": "activity_start_date",
    "activityEndDate": "activity_end_date",
}
_ACHIEVEMENT = {"achievementType": "type", "tag": "tags", "inLanguage": "language"}
_IDENTITIES = {"name": "name", "identifier": "student_id"}
_REGISTERED = NEVER_DISCLOSABLE | {"sub", "iat", "jti"}
_MIDNIGHT = "T00:00:00Z"


def claims_of(
    document: Mapping[str, Any],
    *,
    vct: str,
    issued_at: datetime,
    iss: str | None = None,
    status: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], tuple[ClaimPath, ...]]:
    """The claims, and the paths of those that the holder may keep: all that says something of the person.

    `document` is the draft, unsecured. `iss` is the issuer's name where it is not the document's own (an https URL
    with metadata in place of the DID); `status` is the claim of a Token Status List.

    Raises:
        RowRefused: the document says what this form cannot: several subjects, no issuer, a claim under a name that
            means something else here.
    """
    issuer, subject = document.get("issuer"), document.get("credentialSubject")
    if not isinstance(subject, Mapping):
        raise RowRefused("an SD-JWT VC is about one subject")
    profile = {"id": issuer} if isinstance(issuer, str) else issuer
    if not isinstance(profile, Mapping) or not isinstance(profile.get("id"), str):
        raise RowRefused("the credential names no issuer")
    claims: dict[str, Any] = {"iss": iss or profile["id"], "vct": vct, "iat": int(issued_at.timestamp())}
    for member, claim in (("validFrom", "nbf"), ("validUntil", "exp")):
        if member in document:
            claims[claim] = int(timestamps.parse(document[member], f"/{member}").timestamp())
    if status is not None:
        claims["status"] = dict(status)
    if display := _profile(profile):
        claims["issuer"] = display
    making = _Making(claims)
    for member, value in document.items():
        if member not in _TOLD_OTHERWISE:
            _add_of_document(member, value, document, making)
    _add_subject(subject, making)
    return {**making.claims, **making.personal}, tuple((name,) for name in making.personal)


@dataclass(slots=True)
class _Making:
    """The claims in the open, and those that the holder may keep."""

    claims: dict[str, Any]
    personal: dict[str, Any] = field(default_factory=dict)

    def show(self, name: str, value: Any) -> None:
        self._check(name, allowed=NEVER_DISCLOSABLE - PROTECTED)
        self.claims[name] = value

    def hide(self, name: str, value: Any) -> None:
        self._check(name)
        self.personal[name] = value

    def _check(self, name: str, *, allowed: frozenset[str] = frozenset()) -> None:
        if name in self.claims or name in self.personal or (name in _REGISTERED and name not in allowed):
            raise RowRefused(f"a claim named {name} means something else in an SD-JWT VC; rename it in the template")


def _add_of_document(member: str, value: Any, document: Mapping[str, Any], making: _Making) -> None:
    if member == "awardedDate":
        # In the open: `nbf` tells the same.
        making.show("awarded_date", value.removesuffix(_MIDNIGHT) if isinstance(value, str) else value)
    elif member == "evidence":
        making.hide("evidence", [_url_or_all(one) for one in list_of(value)])
    elif member != "name":
        making.show(member, value)
    elif value != _achievement_of(document).get("name"):
        making.show("title", value)


def _add_subject(subject: Mapping[str, Any], making: _Making) -> None:
    for member, value in subject.items():
        if member == "achievement" and isinstance(value, Mapping):
            making.show("achievement", _achievement(value))
        elif member == "identifier":
            _add_identities(value, making)
        elif member == "result":
            _add_results(value, making)
        elif member == "id":
            making.personal["sub"] = value
        elif member != "type":
            making.hide(_SUBJECT.get(member, member), value)


def _add_identities(value: Any, making: _Making) -> None:
    others = []
    kept = making.personal
    for identity in list_of(value):
        if not isinstance(identity, Mapping):
            raise RowRefused("an identifier of the subject is no object")
        kind, text, hashed = identity.get("identityType"), identity.get("identityHash"), identity.get("hashed") is True
        name = _IDENTITIES.get(str(kind))
        if name is not None and name not in kept and not hashed:
            making.hide(name, text)
        elif kind == "emailAddress" and hashed and "email_hash" not in kept:
            making.hide("email_hash", {"hash": text, "salt": identity.get("salt", "")})
        else:
            others.append({member: value for member, value in identity.items() if member != "type"})
    if others:
        making.hide("identifiers", others)


def _add_results(value: Any, making: _Making) -> None:
    results = list_of(value)
    if len(results) == 1 and isinstance(results[0], Mapping) and results[0].keys() == {"type", "value"}:
        making.hide("result", results[0]["value"])
    elif results:
        making.hide("results", results)


def _achievement_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    achievement = document["credentialSubject"].get("achievement")
    return achievement if isinstance(achievement, Mapping) else {}


def _achievement(value: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for member, inner in value.items():
        if member == "criteria" and isinstance(inner, Mapping):
            made["criteria"] = {
                ("url" if name == "id" else name): text for name, text in inner.items() if name != "type"
            }
        elif member == "image":
            made["image"] = _url_or_all(inner)
        elif member != "type":
            made[_ACHIEVEMENT.get(member, member)] = inner
    return made


def _profile(profile: Mapping[str, Any]) -> dict[str, Any]:
    """How the issuer calls itself; who it is, `iss` says."""
    return {
        member: _url_or_all(value) if member == "image" else value
        for member, value in profile.items()
        if member not in ("id", "type")
    }


def _url_or_all(value: Any) -> Any:
    """The URL of an object that says nothing else."""
    if isinstance(value, Mapping) and "id" in value and value.keys() <= {"id", "type"}:
        return value["id"]
    return value
