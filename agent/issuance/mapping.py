"""Which column fills what: the template's fields and its own claims."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from agent.issuance.dates import DateFormat
from agent.issuance.errors import InvalidTemplate
from agent.issuance.fields import FIELDS, NAME_FIELDS, Kind
from agent.issuance.template_json import Members, is_web_url
from vc.loader import load_context

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
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


def parse_columns(members: Members) -> dict[str, Column]:
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


def parse_claims(members: Members) -> tuple[Claim, ...]:
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


def check_no_member_twice(columns: Mapping[str, Column], claims: tuple[Claim, ...]) -> None:
    taken = {_MEMBER_OF_FIELD[name]: f"/columns/{name}" for name in columns if name in _MEMBER_OF_FIELD}
    for claim in claims:
        if claim.member in taken:
            raise InvalidTemplate(f"{claim.pointer} is already filled by {taken[claim.member]}", "/claims")
        taken[claim.member] = f"the column {claim.column.name!r}"


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
