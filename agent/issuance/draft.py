"""Template + row → unsecured Open Badges 3.0 AchievementCredential (VCDM 2.0).

Each value of the row stands in the credential as it stands in the row. Two exceptions: the e-mail address is there only
hashed, and dates are written as the data model wants them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from agent.issuance.errors import RowRefused
from agent.issuance.fields import Kind
from agent.issuance.mapping import CONTEXTS, EXTENSIONS, Claim
from agent.issuance.rows import Row
from agent.issuance.template import Achievement, TemplateDocument, end_of_day, start_of_day
from vc import timestamps
from vc.status import one_ed_tech

_XSD_DATE = "http://www.w3.org/2001/XMLSchema#date"


@dataclass(frozen=True, slots=True)
class Period:
    """From when and until when a credential is valid."""

    valid_from: datetime
    valid_until: datetime | None


def period_of(template: TemplateDocument, row: Row, *, issued_at: datetime) -> Period:
    """Valid from the day of the award (00:00 UTC), or from `issued_at` where the row names no such day.

    The end is the row's own last day, or else the template's.

    Raises:
        RowRefused: it would end before it begins.
    """
    awarded_on, last_day = row.values.get("awarded_on"), row.values.get("valid_until")
    start = start_of_day(date.fromisoformat(awarded_on)) if awarded_on else issued_at
    end = end_of_day(date.fromisoformat(last_day)) if last_day else template.validity.end(start)
    if end is not None and end <= start:
        raise RowRefused(f"the credential would end ({end:%Y-%m-%d}) before it begins ({start:%Y-%m-%d})")
    return Period(start, end)


def build_credential(
    template: TemplateDocument,
    row: Row,
    *,
    issuer_id: str,
    credential_id: str,
    achievement_id: str,
    valid_from: datetime,
    email_salt: str,
) -> dict[str, Any]:
    """The credential without status and proof. Pure: the same arguments give the same document.

    `achievement_id` is one URL per template version; `email_salt` is random text, one per credential;
    `valid_from` counts where the row has no date of award.

    Raises:
        RowRefused: the row cannot be put into a credential.
    """
    period = period_of(template, row, issued_at=valid_from)
    credential: dict[str, Any] = {
        "@context": _contexts(template.claims),
        "id": credential_id,
        "type": ["VerifiableCredential", "AchievementCredential"],
        "name": template.achievement.name,
        "issuer": _issuer(template, issuer_id),
        "validFrom": timestamps.format_utc(period.valid_from),
    }
    if period.valid_until is not None:
        credential["validUntil"] = timestamps.format_utc(period.valid_until)
    if "awarded_on" in row.values:
        credential["awardedDate"] = timestamps.format_utc(start_of_day(date.fromisoformat(row.values["awarded_on"])))
    credential["credentialSubject"] = _subject(template, row, achievement_id, email_salt)
    if "evidence_url" in row.values:
        credential["evidence"] = [{"id": row.values["evidence_url"], "type": ["Evidence"]}]
    return credential


def with_status(draft: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The draft with where to look whether it still counts: one entry as an object, several as a list.

    An entry whose type the contexts lack brings the context that defines it.
    """
    if not entries:
        return dict(draft)
    made = {**draft, "credentialStatus": dict(entries[0]) if len(entries) == 1 else [dict(entry) for entry in entries]}
    if any(one_ed_tech.is_entry(entry) for entry in entries):
        made["@context"] = [*draft["@context"], EXTENSIONS]
    return made


def hashed_identity(email: str, salt: str) -> str:
    """Open Badges 3.0, IdentityHash: the algorithm's name, `$`, and the digest of identity and salt in hexadecimal."""
    return "sha256$" + hashlib.sha256((email + salt).encode()).hexdigest()


def _contexts(claims: tuple[Claim, ...]) -> list[Any]:
    """The two standard contexts, and one of our own for the terms that they lack."""
    own: dict[str, Any] = {}
    for claim in claims:
        if claim.term is not None:
            kinds = {Kind.URL: "@id", Kind.DATE: _XSD_DATE}
            kind = kinds.get(claim.column.kind)
            own[claim.member] = {"@id": claim.term} if kind is None else {"@id": claim.term, "@type": kind}
    return [*CONTEXTS, own] if own else [*CONTEXTS]


def _issuer(template: TemplateDocument, issuer_id: str) -> dict[str, Any]:
    display = template.issuer
    profile: dict[str, Any] = {"id": issuer_id, "type": ["Profile"], "name": display.name}
    if display.url is not None:
        profile["url"] = display.url
    if display.description is not None:
        profile["description"] = display.description
    if display.image is not None:
        profile["image"] = {"id": display.image, "type": "Image"}
    return profile


def _subject(template: TemplateDocument, row: Row, achievement_id: str, email_salt: str) -> dict[str, Any]:
    values = row.values
    subject: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "identifier": _identities(values, email_salt),
        "achievement": _achievement(template.achievement, achievement_id),
    }
    if "result" in values:
        subject["result"] = [{"type": ["Result"], "value": values["result"]}]
    if "credits_earned" in values:
        subject["creditsEarned"] = _json_number(values["credits_earned"])
    for field, member in (
        ("license_number", "licenseNumber"),
        ("role", "role"),
        ("term", "term"),
        ("narrative", "narrative"),
    ):
        if field in values:
            subject[member] = values[field]
    for claim in template.claims:
        if claim.pointer in values:
            subject[claim.member] = values[claim.pointer]
    return subject


def _identities(values: Mapping[str, str], email_salt: str) -> list[dict[str, Any]]:
    names = [values[field] for field in ("recipient_name", "given_name", "family_name") if field in values]
    if not names:
        raise RowRefused("the row has no name")
    identities = [_identity("name", " ".join(names))]
    if "student_id" in values:
        identities.append(_identity("identifier", values["student_id"]))
    if "recipient_email" in values:
        digest = hashed_identity(values["recipient_email"], email_salt)
        identities.append({**_identity("emailAddress", digest), "hashed": True, "salt": email_salt})
    return identities


def _identity(kind: str, text: str) -> dict[str, Any]:
    return {"type": "IdentityObject", "hashed": False, "identityHash": text, "identityType": kind}


def _achievement(achievement: Achievement, achievement_id: str) -> dict[str, Any]:
    criteria = {"narrative": achievement.criteria}
    if achievement.criteria_url is not None:
        criteria["id"] = achievement.criteria_url
    made: dict[str, Any] = {
        "id": achievement_id,
        "type": ["Achievement"],
        "name": achievement.name,
        "description": achievement.description,
        "criteria": criteria,
    }
    if achievement.type is not None:
        made["achievementType"] = achievement.type
    if achievement.image is not None:
        made["image"] = {"id": achievement.image, "type": "Image"}
    if achievement.tags:
        made["tag"] = list(achievement.tags)
    if achievement.language is not None:
        made["inLanguage"] = achievement.language
    return made


def _json_number(text: str) -> int | float:
    """The number that `text` writes: 7.50 and 7.5 are one number in JSON."""
    return float(text) if "." in text else int(text)
