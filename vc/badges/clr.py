"""Comprehensive Learner Record 2.0 (1EdTech): a credential about a learner that carries credentials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from vc import structure
from vc.badges import open_badges
from vc.badges.shapes import Member, check_members
from vc.errors import MalformedValue
from vc.members import check_types, objects
from vc.model import list_of

CONTEXTS: Final = (
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
    "https://purl.imsglobal.org/spec/clr/v2p0/context.json",
)
CLR_CREDENTIAL_TYPE: Final = "ClrCredential"
MAX_INNER_CREDENTIALS: Final = 1_000

_CREDENTIAL: Final = (
    Member("id", "url", required=True),
    Member("name", "text", required=True),
    Member("description", "text"),
    Member("image", "Image"),
    Member("partial", "boolean"),
    Member("awardedDate", "time"),
    Member("endorsementJwt", "jws", many=True),
)
_SUBJECT: Final = (
    Member("id", "url"),
    Member("identifier", "IdentityObject", many=True),
    Member("achievement", "Achievement", many=True),
    Member("association", "Association", many=True),
)


def is_clr_credential(credential: Mapping[str, Any]) -> bool:
    return CLR_CREDENTIAL_TYPE in list_of(credential.get("type"))


def check_clr_credential(credential: Mapping[str, Any], *, for_issuing: bool = False) -> None:
    """Check a ClrCredential and the structure of each credential in it; their proofs are the caller's to verify.

    Raises:
        MalformedValue: the path says which member breaks which rule.
    """
    structure.check(credential, for_issuing=for_issuing)
    open_badges.check_contexts(credential, CONTEXTS, position=1)
    open_badges.check_contexts(credential, open_badges.CONTEXTS, position=2)
    check_types(credential, "", required=CLR_CREDENTIAL_TYPE)
    check_members(_CREDENTIAL, credential, "")
    open_badges.check_valid_from(credential)
    open_badges.check_issuer_profile(credential)
    check_subject(credential)
    check_associations(credential)
    for inner, path in inner_credentials(credential):
        _check_inner(inner, path)


def check_subject(credential: Mapping[str, Any]) -> None:
    """One ClrSubject, known by an `id` or an `identifier`, that carries at least one credential."""
    subjects = list_of(credential["credentialSubject"])
    if len(subjects) != 1:
        raise MalformedValue("must be one object", "/credentialSubject")
    subject = subjects[0]
    check_types(subject, "/credentialSubject", required="ClrSubject")
    check_members(_SUBJECT, subject, "/credentialSubject")
    if "id" not in subject and not list_of(subject.get("identifier")):
        raise MalformedValue("must have an id or an identifier", "/credentialSubject")
    if not list_of(subject.get("verifiableCredential")):
        raise MalformedValue("must carry at least one credential", "/credentialSubject")


def check_associations(credential: Mapping[str, Any]) -> None:
    """An association joins achievements that are in the record."""
    subject = list_of(credential["credentialSubject"])[0]
    known = {achievement["id"] for achievement in list_of(subject.get("achievement"))}
    for inner, _ in inner_credentials(credential):
        for inner_subject in list_of(inner.get("credentialSubject")):
            for achievement in list_of(inner_subject.get("achievement")) if isinstance(inner_subject, Mapping) else []:
                if isinstance(achievement, Mapping):
                    known.add(achievement.get("id"))
    for index, association in enumerate(list_of(subject.get("association"))):
        for name in ("sourceId", "targetId"):
            if association[name] not in known:
                path = f"/credentialSubject/association/{index}/{name}"
                raise MalformedValue("names no achievement of this record", path)


def inner_credentials(credential: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The credentials inside a ClrCredential, with their paths: each is to be verified on its own.

    Raises:
        MalformedValue: something else than an object, or more than `MAX_INNER_CREDENTIALS`.
    """
    found = 0
    for subject, path in objects(credential["credentialSubject"], "/credentialSubject"):
        if not list_of(subject.get("verifiableCredential")):
            continue
        for inner, at in objects(subject["verifiableCredential"], f"{path}/verifiableCredential"):
            found += 1
            if found > MAX_INNER_CREDENTIALS:
                raise MalformedValue(f"carries more than {MAX_INNER_CREDENTIALS} credentials", path)
            yield inner, at


def _check_inner(inner: Mapping[str, Any], path: str) -> None:
    if is_clr_credential(inner):
        raise MalformedValue("a record inside a record is not read", path)
    try:
        if open_badges.is_achievement_credential(inner):
            open_badges.check_achievement_credential(inner)
        else:
            structure.check(inner)
    except MalformedValue as error:
        error.path = path + error.path
        raise
