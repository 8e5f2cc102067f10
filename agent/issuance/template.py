"""A template: what is awarded, which column fills which field, how long it is valid.

The JSON form is described in `agent/README.md`. Parsing refuses unknown members and names the wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self

from agent.issuance.dates import DateFormat, Duration
from agent.issuance.errors import InvalidTemplate
from agent.issuance.mapping import Claim, Column, check_no_member_twice, parse_claims, parse_columns
from agent.issuance.template_json import Members
from agent.issuance.template_status import StatusSettings, parse_status
from vc.secured import Form

IDENTITY_METHODS = ("did:web", "did:ethr")
CRYPTOSUITES = (
    "eddsa-rdfc-2022",
    "eddsa-jcs-2022",
    "ecdsa-rdfc-2019",
    "ecdsa-jcs-2019",
    "Ed25519Signature2020",
)
FORMATS = tuple(form.value for form in Form)

# Open Badges 3.0, enumeration AchievementType. Extensions begin with "ext:".
ACHIEVEMENT_TYPES = frozenset(
    [
        "Achievement",
        "ApprenticeshipCertificate",
        "Assessment",
        "Assignment",
        "AssociateDegree",
        "Award",
        "Badge",
        "BachelorDegree",
        "Certificate",
        "CertificateOfCompletion",
        "Certification",
        "CommunityService",
        "Competency",
        "Course",
        "CoCurricular",
        "Degree",
        "Diploma",
        "DoctoralDegree",
        "Fieldwork",
        "GeneralEducationDevelopment",
        "JourneymanCertificate",
        "LearningProgram",
        "License",
        "Membership",
        "ProfessionalDoctorate",
        "QualityAssuranceCredential",
        "MasterCertificate",
        "MasterDegree",
        "MicroCredential",
        "ResearchDoctorate",
        "SecondarySchoolDiploma",
    ]
)


@dataclass(frozen=True, slots=True)
class Achievement:
    """What is awarded; the same for every row."""

    type: str | None
    name: str
    description: str
    criteria: str
    criteria_url: str | None
    image: str | None
    tags: tuple[str, ...]
    language: str | None


@dataclass(frozen=True, slots=True)
class IssuerDisplay:
    """How the issuer calls itself. The DID is the tenant's, not the template's."""

    name: str
    url: str | None
    description: str | None
    image: str | None


@dataclass(frozen=True, slots=True)
class Validity:
    """No end, a fixed last day, or a duration from the award."""

    last_day: date | None = None
    duration: Duration | None = None

    def end(self, valid_from: datetime) -> datetime | None:
        """When it ends: a last day ends one second before midnight UTC."""
        if self.last_day is not None:
            return end_of_day(self.last_day)
        return self.duration.after(valid_from) if self.duration is not None else None


@dataclass(frozen=True, slots=True)
class TemplateDocument:
    """A template that has been checked."""

    achievement: Achievement
    columns: Mapping[str, Column]  # field name -> column
    claims: tuple[Claim, ...]
    unique: tuple[str, ...]  # fields that no two rows may share
    validity: Validity
    issuer: IssuerDisplay
    identity: str
    cryptosuite: str
    formats: tuple[str, ...]
    status: StatusSettings

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Read a template's JSON. Raises `InvalidTemplate`, naming the member."""
        members = Members(value, "")
        if members.raw("version") != 1:
            raise members.error("version", "must be 1, the only version there is")
        columns = parse_columns(members.object("columns"))
        claims = parse_claims(members.object("claims", required=False))
        check_no_member_twice(columns, claims)
        made = cls(
            achievement=_achievement(members.object("achievement")),
            columns=columns,
            claims=claims,
            unique=_unique(members, columns),
            validity=_validity(members),
            issuer=_issuer(members.object("issuer")),
            identity=members.one_of("identity", IDENTITY_METHODS, "did:web"),
            cryptosuite=members.one_of("cryptosuite", CRYPTOSUITES, "eddsa-rdfc-2022"),
            formats=_formats(members),
            status=parse_status(members),
        )
        members.end()
        return made

    def inputs(self) -> dict[str, Column]:
        """Every column that is read, under the key its values have in `Row.values`: field names and claim pointers."""
        return {**self.columns, **{claim.pointer: claim.column for claim in self.claims}}


def end_of_day(day: date) -> datetime:
    """The last second of a day, UTC."""
    return start_of_day(day) + timedelta(days=1, seconds=-1)


def start_of_day(day: date) -> datetime:
    """Midnight UTC."""
    return datetime.combine(day, time(), tzinfo=UTC)


def _achievement(members: Members) -> Achievement:
    kind = members.optional_text("type", max_length=100)
    if kind is not None and kind not in ACHIEVEMENT_TYPES and not re.fullmatch(r"ext:[A-Za-z0-9_:.-]+", kind):
        raise members.error(
            "type", f"{kind!r} is no Open Badges achievement type; begin a type of your own with 'ext:'"
        )
    criteria = members.object("criteria")
    made = Achievement(
        type=kind,
        name=members.text("name", max_length=500),
        description=members.text("description"),
        criteria=criteria.text("narrative"),
        criteria_url=criteria.optional_url("url"),
        image=members.optional_url("image"),
        tags=members.texts("tags"),
        language=members.optional_text("language", max_length=35),
    )
    criteria.end()
    members.end()
    return made


def _unique(members: Members, columns: Mapping[str, Column]) -> tuple[str, ...]:
    if not members.has("unique"):
        return tuple(name for name in ("student_id", "recipient_email") if name in columns)
    unique = members.texts("unique")
    for index, name in enumerate(unique):
        if name not in columns:
            raise InvalidTemplate(f"{name!r} is not mapped under /columns", f"/unique/{index}")
    return unique


def _validity(members: Members) -> Validity:
    if not members.has("validity"):
        return Validity()
    validity = members.object("validity")
    kind = validity.one_of("kind", ("none", "until", "duration"), "none")
    made = Validity()
    if kind == "until":
        made = Validity(last_day=validity.parsed("date", DateFormat.parse("ISO").read))
    elif kind == "duration":
        made = Validity(duration=validity.parsed("duration", Duration.parse))
    validity.end()
    return made


def _issuer(members: Members) -> IssuerDisplay:
    made = IssuerDisplay(
        name=members.text("name", max_length=500),
        url=members.optional_url("url"),
        description=members.optional_text("description"),
        image=members.optional_url("image"),
    )
    members.end()
    return made


def _formats(members: Members) -> tuple[str, ...]:
    formats = members.texts("formats") or ("ldp_vc",)
    for index, name in enumerate(formats):
        if name not in FORMATS:
            raise InvalidTemplate(f"{name!r} is not one of {', '.join(FORMATS)}", f"/formats/{index}")
    return formats
