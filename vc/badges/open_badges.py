"""Open Badges 3.0: AchievementCredential and EndorsementCredential (1EdTech, Open Badges Specification 3.0).

The data model's shapes stand in `vc.badges.shapes`; here are the rules that need more than one member.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from vc import structure
from vc.badges.shapes import Member, check_members, check_shape
from vc.errors import MalformedValue
from vc.members import check_types, objects
from vc.model import list_of

CONTEXTS: Final = (
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
)
EXTENSIONS_CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
ACHIEVEMENT_CREDENTIAL_TYPES: Final = ("OpenBadgeCredential", "AchievementCredential")
ENDORSEMENT_CREDENTIAL_TYPE: Final = "EndorsementCredential"

_IDENTITY_HASH: Final = re.compile(r"md5\$[0-9a-fA-F]{32}|sha256\$[0-9a-fA-F]{64}")

_CREDENTIAL: Final = (
    Member("id", "url", required=True),
    Member("name", "text", required=True),
    Member("description", "text"),
    Member("image", "Image"),
    Member("awardedDate", "time"),
    Member("endorsementJwt", "jws", many=True),
)
_ENDORSEMENT: Final = (*_CREDENTIAL[:3], Member("awardedDate", "time"))


def is_achievement_credential(credential: Mapping[str, Any]) -> bool:
    return any(name in list_of(credential.get("type")) for name in ACHIEVEMENT_CREDENTIAL_TYPES)


def is_endorsement_credential(credential: Mapping[str, Any]) -> bool:
    return ENDORSEMENT_CREDENTIAL_TYPE in list_of(credential.get("type"))


def check_achievement_credential(credential: Mapping[str, Any], *, for_issuing: bool = False) -> None:
    """Check an AchievementCredential against the data model and the rules of Open Badges 3.0.

    Raises:
        MalformedValue: the path says which member breaks which rule.
    """
    structure.check(credential, for_issuing=for_issuing)
    check_contexts(credential, CONTEXTS, position=1)
    check_achievement_credential_type(credential)
    check_members(_CREDENTIAL, credential, "")
    check_valid_from(credential)
    check_issuer_profile(credential)
    check_subject(credential)
    for item, path in listed(credential, "evidence", ""):
        check_shape("Evidence", item, path)
    check_identity(credential)
    check_results(credential)
    for endorsement, path in endorsements(credential):
        _check_embedded_endorsement(endorsement, path)


def check_endorsement_credential(credential: Mapping[str, Any], *, for_issuing: bool = False) -> None:
    """Check an EndorsementCredential. Raises `MalformedValue`."""
    structure.check(credential, for_issuing=for_issuing)
    check_contexts(credential, CONTEXTS, position=1)
    check_types(credential, "", required=ENDORSEMENT_CREDENTIAL_TYPE)
    check_members(_ENDORSEMENT, credential, "")
    check_valid_from(credential)
    check_issuer_profile(credential)
    subject = _the_subject(credential)
    check_shape("EndorsementSubject", subject, "/credentialSubject")


def check_contexts(credential: Mapping[str, Any], allowed: tuple[str, ...], *, position: int) -> None:
    """The item of `@context` at `position` is one of the specification's own contexts."""
    contexts = list_of(credential.get("@context"))
    if len(contexts) <= position or contexts[position] not in allowed:
        raise MalformedValue(f"must be {allowed[0]!r} or an earlier version of it", f"/@context/{position}")


def check_achievement_credential_type(credential: Mapping[str, Any]) -> None:
    if not is_achievement_credential(credential):
        raise MalformedValue(f"must include {' or '.join(ACHIEVEMENT_CREDENTIAL_TYPES)}", "/type")


def check_valid_from(credential: Mapping[str, Any]) -> None:
    """`validFrom` is required here (`issuanceDate` in version 1.1, which the data model requires itself)."""
    if not structure.is_v1(credential) and "validFrom" not in credential:
        raise MalformedValue("must have a validFrom")


def check_issuer_profile(credential: Mapping[str, Any]) -> None:
    """An issuer that is an object is a Profile."""
    issuer = credential["issuer"]
    if isinstance(issuer, Mapping):
        check_shape("Profile", issuer, "/issuer")


def check_subject(credential: Mapping[str, Any]) -> None:
    """One AchievementSubject, known by an `id` or by at least one `identifier`."""
    subject = _the_subject(credential)
    check_shape("AchievementSubject", subject, "/credentialSubject")
    if "id" not in subject and not list_of(subject.get("identifier")):
        raise MalformedValue("must have an id or an identifier", "/credentialSubject")


def check_identity(credential: Mapping[str, Any]) -> None:
    """A hashed identity names its algorithm and has its length."""
    for identity, path in listed(_the_subject(credential), "identifier", "/credentialSubject"):
        if identity["hashed"] and _IDENTITY_HASH.fullmatch(identity["identityHash"]) is None:
            raise MalformedValue("must be md5$ or sha256$ and a hexadecimal digest", f"{path}/identityHash")


def check_results(credential: Mapping[str, Any]) -> None:
    """A result points to a description, and to a level of it, in the achievement that is awarded."""
    subject = _the_subject(credential)
    descriptions = {
        description["id"]: description
        for description, _ in listed(_one(subject["achievement"]), "resultDescription", "")
    }
    for result, path in listed(subject, "result", "/credentialSubject"):
        name = _one(result.get("resultDescription"))
        if name is None:
            continue
        if name not in descriptions:
            raise MalformedValue("names no result description of the achievement", f"{path}/resultDescription")
        description = descriptions[name]
        if _one(description["resultType"]) == "Status" and "status" not in result:
            raise MalformedValue("must have a status, as its description is of the type Status", path)
        levels = [level["id"] for level, _ in listed(description, "rubricCriterionLevel", "")]
        if "achievedLevel" in result and _one(result["achievedLevel"]) not in levels:
            raise MalformedValue("names no level of the result description", f"{path}/achievedLevel")


def endorsements(credential: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Every endorsement inside the credential, with its path: each is a credential to verify on its own."""
    holders: list[tuple[Any, str]] = [(credential, ""), (credential.get("issuer"), "/issuer")]
    for subject, path in listed(credential, "credentialSubject", ""):
        holders.append((subject.get("source"), f"{path}/source"))
        for achievement, at in listed(subject, "achievement", path):
            holders.append((achievement, at))
            holders.append((achievement.get("creator"), f"{at}/creator"))
    for holder, path in holders:
        if isinstance(holder, Mapping):
            yield from listed(holder, "endorsement", path)


def _check_embedded_endorsement(endorsement: Mapping[str, Any], path: str) -> None:
    try:
        check_endorsement_credential(endorsement)
    except MalformedValue as error:
        error.path = path + error.path
        raise


def _the_subject(credential: Mapping[str, Any]) -> Mapping[str, Any]:
    subject = _one(credential["credentialSubject"])
    if not isinstance(subject, Mapping):
        raise MalformedValue("must be one object", "/credentialSubject")
    return subject


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def listed(container: Mapping[str, Any], name: str, path: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The objects of a member that holds one or more of them, with their paths. Raises `MalformedValue`."""
    if name in container and container[name] != []:
        yield from objects(container[name], f"{path}/{name}")
