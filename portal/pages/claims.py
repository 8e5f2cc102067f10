"""Reads a credential for display: who says what about whom.

Nothing here decides anything. The document may be hostile or malformed, so every member is looked at
with suspicion: a value of the wrong type is left out of the summary and still shown in the raw view.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.pages.text import fit, value
from vc import timestamps
from vc.errors import MalformedValue

MAX_CLAIMS = 40
MAX_CLAIMS_BYTES = 8_000  # of the page, so that one credential cannot make it long to load
_MIN_ROOM = 800
_MAX_DEPTH = 6
_SHOWN_ELSEWHERE = {"@context", "id", "type", "image", "proof"}
_TITLE = (220, 900)
_DESCRIPTION = (600, 2_400)
_ID = (400, 800)


@dataclass(frozen=True, slots=True)
class Claim:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What a certificate shows. Empty strings where the document says nothing."""

    issuer_name: str
    issuer_id: str
    recipient: str
    subject_id: str
    achievement: str
    achievement_type: str
    description: str
    credential_id: str
    valid_from: datetime | None
    valid_until: datetime | None
    claims: tuple[Claim, ...]
    claims_left_out: int


def summarize(document: Mapping[str, Any]) -> Summary:
    subject = first_mapping(document.get("credentialSubject"))
    achievement = first_mapping(subject.get("achievement"))
    issuer = document.get("issuer")
    claims, left_out = _claims(document.get("credentialSubject"))
    title = text_of(achievement.get("name")) or text_of(document.get("name")) or _type_name(document)
    return Summary(
        issuer_name=fit(text_of(issuer.get("name")) if isinstance(issuer, Mapping) else "", *_TITLE),
        issuer_id=fit(_id_of(issuer), *_ID),
        recipient=fit(_recipient(subject), *_TITLE),
        subject_id=fit(_id_of(subject), *_ID),
        achievement=fit(title, *_TITLE),
        achievement_type=fit(_words(text_of(achievement.get("achievementType")).removeprefix("ext:")), 60, 240),
        description=fit(text_of(achievement.get("description")) or text_of(document.get("description")), *_DESCRIPTION),
        credential_id=fit(_id_of(document), *_ID),
        valid_from=moment(document.get("validFrom") or document.get("issuanceDate")),
        valid_until=moment(document.get("validUntil") or document.get("expirationDate")),
        claims=claims,
        claims_left_out=left_out,
    )


def text_of(node: Any) -> str:
    """A string, or the text of a language value object, or the first of several."""
    if isinstance(node, list):
        return next((text for text in map(text_of, node[:8]) if text), "")
    if isinstance(node, Mapping):
        node = node.get("@value", "")
    return node.strip() if isinstance(node, str) else ""


def first_mapping(node: Any) -> Mapping[str, Any]:
    if isinstance(node, list):
        node = next((item for item in node if isinstance(item, Mapping)), {})
    return node if isinstance(node, Mapping) else {}


def moment(node: Any) -> datetime | None:
    """An XSD dateTimeStamp as an aware UTC time; None for anything else."""
    try:
        return timestamps.parse(node) if node is not None else None
    except MalformedValue:
        return None


def _id_of(node: Any) -> str:
    if isinstance(node, Mapping):
        node = node.get("id")
    return node if isinstance(node, str) else ""


def _type_name(document: Mapping[str, Any]) -> str:
    types = document.get("type")
    named = [t for t in (types if isinstance(types, list) else [types]) if isinstance(t, str)]
    special = [t for t in named if t != "VerifiableCredential"]
    return _words(special[0]) if special else "Verifiable credential"


def _recipient(subject: Mapping[str, Any]) -> str:
    """The name in the claims; in Open Badges 3.0 also an identity object of type `name` that is not hashed."""
    name = text_of(subject.get("name"))
    if name:
        return name
    full = " ".join(filter(None, (text_of(subject.get("givenName")), text_of(subject.get("familyName")))))
    if full:
        return full
    identifiers = subject.get("identifier")
    for identity in identifiers if isinstance(identifiers, list) else [identifiers]:
        if not isinstance(identity, Mapping) or identity.get("hashed") is True:
            continue
        if identity.get("identityType") == "name":
            return text_of(identity.get("identityHash"))
    return ""


def _claims(subjects: Any) -> tuple[tuple[Claim, ...], int]:
    """All claims, flattened and bounded; and how many did not fit."""
    shown: list[Claim] = []
    left_out, room = 0, MAX_CLAIMS_BYTES
    many = isinstance(subjects, list) and len(subjects) > 1
    for index, subject in enumerate(subjects if isinstance(subjects, list) else [subjects]):
        names = _result_names(subject)
        for label, text in _walk(subject, (f"Subject {index + 1}",) if many else (), 0):
            if len(shown) >= MAX_CLAIMS or room < _MIN_ROOM:
                left_out += 1
                continue
            claim = Claim(fit(label, 120, 400), fit(names.get(text, text), room, room - _MIN_ROOM // 2))
            shown.append(claim)
            room -= len((value(claim.label) + value(claim.value)).encode())
    return tuple(shown), left_out


def _result_names(subject: Any) -> dict[str, str]:
    """Open Badges 3.0 results point to their descriptions by id; readers want the name."""
    described = first_mapping(first_mapping(subject).get("achievement")).get("resultDescription")
    items = [item for item in described if isinstance(item, Mapping)] if isinstance(described, list) else []
    return {_id_of(item): text_of(item.get("name")) for item in items if _id_of(item) and text_of(item.get("name"))}


def _walk(node: Any, path: tuple[str, ...], depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping) and depth < _MAX_DEPTH:
        if "@value" in node:
            yield " · ".join(path), text_of(node)
            return
        if "identityHash" in node:
            yield _identity(node)
            return
        for key, child in node.items():
            if key not in _SHOWN_ELSEWHERE:
                yield from _walk(child, (*path, _label(key, path)), depth + 1)
    elif isinstance(node, list) and depth < _MAX_DEPTH:
        for index, child in enumerate(node):
            label = path if len(node) == 1 else (*path[:-1], f"{path[-1]} {index + 1}" if path else str(index + 1))
            yield from _walk(child, label, depth + 1)
    elif isinstance(node, str | int | float) and path:
        yield " · ".join(path), _scalar(node)


def _identity(node: Mapping[str, Any]) -> tuple[str, str]:
    """An Open Badges 3.0 IdentityObject is one fact: its kind, and the value or that only its hash is kept."""
    kind = _words(text_of(node.get("identityType")).removeprefix("ext:")) or "Identity"
    if node.get("hashed") is not False:
        return kind, "kept as a salted hash: whoever knows it can compare it"
    return kind, text_of(node.get("identityHash"))


def _label(key: str, path: tuple[str, ...]) -> str:
    """`achievementType` inside `achievement` reads "Type": the parent's name is said already."""
    words = _words(key)
    parent = path[-1].rstrip(" 0123456789") + " " if path else "\n"
    return words[len(parent) :].capitalize() if words.startswith(parent) else words


def _scalar(node: str | float | bool) -> str:  # noqa: FBT001  a JSON value
    if isinstance(node, bool):
        return "yes" if node else "no"
    return str(node)


def _words(name: str) -> str:
    """`fieldOfStudy` → `Field of study`; names that are no camel case stay as they are."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", name):
        return name
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    head, *tail = spaced.split(" ")
    return " ".join([head[:1].upper() + head[1:], *(word if word.isupper() else word.lower() for word in tail)])


def words_of(claim: str) -> str:
    """The name of a claim as people write it: `student_id` and `studentId` → `Student id`."""
    return _words(re.sub(r"_([a-z])", lambda match: match[1].upper(), claim))
