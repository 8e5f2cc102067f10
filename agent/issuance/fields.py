"""The fields that a template can fill from a column, and what spreadsheets call them.

A field says what a value means; `draft` decides where it stands in the credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """How a cell is read."""

    TEXT = "text"
    EMAIL = "email"
    DATE = "date"
    NUMBER = "number"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a credential can say about its recipient or its award."""

    name: str
    kind: Kind
    label: str
    where: str  # in the credential, for people who read the documentation


_ALL = (
    Field("recipient_name", Kind.TEXT, "Full name", "credentialSubject.identifier, identityType name"),
    Field(
        "given_name", Kind.TEXT, "Given name", "credentialSubject.identifier, identityType name (given, then family)"
    ),
    Field(
        "family_name", Kind.TEXT, "Family name", "credentialSubject.identifier, identityType name (given, then family)"
    ),
    Field("recipient_email", Kind.EMAIL, "E-mail", "credentialSubject.identifier, identityType emailAddress, hashed"),
    Field("student_id", Kind.TEXT, "Student number", "credentialSubject.identifier, identityType identifier"),
    Field("awarded_on", Kind.DATE, "Date of award", "awardedDate and validFrom"),
    Field("valid_until", Kind.DATE, "Valid until", "validUntil, the end of that day"),
    Field("result", Kind.TEXT, "Result or grade", "credentialSubject.result.value"),
    Field("credits_earned", Kind.NUMBER, "Credits earned", "credentialSubject.creditsEarned"),
    Field("license_number", Kind.TEXT, "License number", "credentialSubject.licenseNumber"),
    Field("role", Kind.TEXT, "Role", "credentialSubject.role"),
    Field("term", Kind.TEXT, "Academic term", "credentialSubject.term"),
    Field("narrative", Kind.TEXT, "Remarks", "credentialSubject.narrative"),
    Field("evidence_url", Kind.URL, "Evidence", "evidence.id"),
)

FIELDS: Mapping[str, Field] = MappingProxyType({field.name: field for field in _ALL})

NAME_FIELDS = ("recipient_name", "given_name", "family_name")
