"""A template: what is awarded, which column fills which field, how long it is valid.

The JSON form is described in `agent/README.md`. Parsing refuses unknown members and names the wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Self

from agent.issuance.dates import DateFormat, Duration
from agent.issuance.errors import InvalidTemplate
from agent.issuance.fields import FIELDS, NAME_FIELDS, Kind
from agent.issuance.template_json import Members, is_web_url
from vc.loader import load_context

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
IDENTITY_METHODS = ("did:web", "did:ethr")
CRYPTOSUITES = (
    "eddsa-rdfc-2022",
    "eddsa-jcs-2022",
    "ecdsa-rdfc-2019",
    "ecdsa-jcs-2019",
    "Ed25519Signature2020",
)
FORMATS = ("ldp_vc",)

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

DEFAULT_MAX_LENGTH = 1_000
HIGHEST_MAX_LENGTH = 30_000  # a workbook's cell holds 32,767 characters

_CLAIM_POINTER = re.compile(r"/credentialSubject/([A-Za-z][A-Za-z0-9_]{0,63})")
# Members of credentialSubject that this node writes itself.
_OWN_MEMBERS = frozenset({"id", "type", "identifier", "achievement", "result", "creditsEarned", "image", "source"})
_MEMBER_OF_FIELD = {"license_number": "licenseNumber", "role": "role", "term": "term", "narrative": "narrative"}


@dataclass(frozen=True, slots=True)
class Column:
    """Where a value comes from and how it is read. `name` is the header's text."""

    name: str
    kind: Kind
    required: bool
    max_length: int
    date_format: DateFormat | None  # for dates only


@dataclass(frozen=True, slots=True)
class Claim:
    """A column that says something of the template's own about the recipient.

    `term` is the IRI that gives the member its meaning, put into the credential's own `@context`; None where
    the Open Badges context already defines it.
    """

    column: Column
    pointer: str
    term: str | None

    @property
    def member(self) -> str:
        return self.pointer.rpartition("/")[2]


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

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Read a template's JSON. Raises `InvalidTemplate`, naming the member."""
        members = Members(value, "")
        if members.raw("version") != 1:
            raise members.error("version", "must be 1, the only version there is")
        columns = _columns(members.object("columns"))
        claims = _claims(members.object("claims", required=False))
        _check_no_member_twice(columns, claims)
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


def _columns(members: Members) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for name in members.names():
        if name not in FIELDS:
            raise members.error(name, f"is not a field; the fields are {', '.join(FIELDS)}")
        columns[name] = _column(members.object(name), FIELDS[name].kind)
    if not any(name in columns and columns[name].required for name in NAME_FIELDS):
        raise InvalidTemplate(f'one of {", ".join(NAME_FIELDS)} must be mapped with "required": true', "/columns")
    if "recipient_name" in columns and ("given_name" in columns or "family_name" in columns):
        raise InvalidTemplate("map either recipient_name, or given_name and family_name", "/columns")
    return columns


def _column(members: Members, kind: Kind, header: str | None = None) -> Column:
    if members.one_of("type", tuple(Kind), kind) != kind:
        raise members.error("type", f"this field is of type {kind}")
    if members.has("date_format") and kind is not Kind.DATE:
        raise members.error("date_format", "only a date has a format")
    default = DateFormat.parse("ISO") if kind is Kind.DATE else None
    column = Column(
        name=header if header is not None else members.text("column", max_length=500),
        kind=kind,
        required=members.flag("required", default=False),
        max_length=members.integer("max_length", default=DEFAULT_MAX_LENGTH, low=1, high=HIGHEST_MAX_LENGTH),
        date_format=members.parsed("date_format", DateFormat.parse) if members.has("date_format") else default,
    )
    members.end()
    return column


def _claims(members: Members) -> tuple[Claim, ...]:
    claims = []
    for header in members.names():
        claim = members.object(header)
        pointer = claim.text("pointer")
        match = _CLAIM_POINTER.fullmatch(pointer)
        if match is None:
            raise claim.error("pointer", "must be /credentialSubject/ and one name of letters, digits and underscores")
        if match[1] in _OWN_MEMBERS:
            raise claim.error(
                "pointer", f"{match[1]!r} is written by the node itself; map a field under /columns instead"
            )
        term = claim.optional_text("term", max_length=2_000)
        if term is None and match[1] not in _subject_terms():
            raise claim.error("pointer", f'Open Badges has no {match[1]!r}; give "term", a URL that says what it means')
        if term is not None and match[1] in _subject_terms() | _defined_terms():
            raise claim.error(
                "term", f"Open Badges already defines {match[1]!r}; leave the term out or take another name"
            )
        if term is not None and not is_web_url(term):
            raise claim.error("term", "must be an http or https URL")
        kind = Kind(claim.one_of("type", tuple(Kind), Kind.TEXT))
        if kind is Kind.EMAIL:
            raise claim.error("type", "an address is never put into a credential in plain; map recipient_email instead")
        claims.append(Claim(_column(claim, kind, header), pointer, term))
    return tuple(claims)


def _check_no_member_twice(columns: Mapping[str, Column], claims: tuple[Claim, ...]) -> None:
    taken = {_MEMBER_OF_FIELD[name]: f"/columns/{name}" for name in columns if name in _MEMBER_OF_FIELD}
    for claim in claims:
        if claim.member in taken:
            raise InvalidTemplate(f"{claim.pointer} is already filled by {taken[claim.member]}", "/claims")
        taken[claim.member] = f"the column {claim.column.name!r}"


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


@cache
def _defined_terms() -> frozenset[str]:
    """Names that the two contexts define for every node; redefining a protected term is an error in JSON-LD."""
    return frozenset(name for url in CONTEXTS for name in load_context(url)["@context"] if not name.startswith("@"))


@cache
def _subject_terms() -> frozenset[str]:
    """Names that Open Badges gives a meaning inside an AchievementSubject."""
    everywhere = load_context(CONTEXTS[1])["@context"]
    scoped = everywhere["AchievementSubject"]["@context"]
    texts = ("name", "description", "narrative", "inLanguage", "url", "image")
    return frozenset(name for name in (*scoped, *texts) if not name.startswith("@"))
