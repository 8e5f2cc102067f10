"""Credentials as universities would issue them: all members that matter, distinct values in each."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

CREDENTIALS_V1 = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"

NOW = "2026-11-24T12:00:00Z"
CREATED = "2026-11-23T09:30:00Z"

# What a holder of a selectively disclosable badge cannot hide: without it, it would be no Open Badge any more.
ALWAYS_SHOWN = [
    "/name",
    "/issuer",
    "/validFrom",
    "/validUntil",
    "/credentialSubject/achievement/name",
    "/credentialSubject/achievement/description",
    "/credentialSubject/achievement/criteria",
]

_GIVEN = ("Zoë", "José", "Māra", "李", "محمد", "सीता", "Nguyễn", 'Anna "Ann"', "O'Brien", "Łukasz", "Ω", "👩‍🎓 Kim")
_FAMILY = (
    "Ångström",
    "de la Cruz",
    "\u1e9eler",
    "小龍",
    "الأندلسي",
    "शर्मा",
    "Văn\tAnh",
    "back\\slash",
    "Müller-Lüdenscheidt",
)


def unsecured_badge(number: int, issuer: str, *, status_list: str | None = None) -> dict[str, Any]:
    """An unsecured Open Badges 3.0 credential on VCDM 2.0; no two numbers share a person, an id or a date."""
    given, family = _GIVEN[number % len(_GIVEN)], _FAMILY[number % len(_FAMILY)]
    day = f"2026-{number // 28 % 9 + 1:02}-{number % 28 + 1:02}"
    credential: dict[str, Any] = {
        "@context": [CREDENTIALS_V2, OPEN_BADGES, OPEN_BADGES_EXTENSIONS],
        "id": f"urn:uuid:5a3f9c1e-0000-4000-8000-{number:012x}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"Bachelor of Science, {given} {family}",
        "issuer": {
            "id": issuer,
            "type": ["Profile"],
            "name": "Université de l'Exemple",
            "url": "https://university.example",
            "image": {"id": "https://university.example/logo.png", "type": "Image", "caption": "Coat of arms"},
        },
        "validFrom": f"{day}T08:{number % 60:02}:00Z",
        "validUntil": f"2036-{number % 12 + 1:02}-01T00:00:00Z",
        "credentialSubject": {
            "id": f"mailto:graduate{number}@students.example",
            "type": ["AchievementSubject"],
            "identifier": [
                _identity(f"{given} {family}", "name"),
                _identity(f"S-{number:07}", "identifier"),
            ],
            "achievement": {
                "id": "https://university.example/achievements/bsc-physics",
                "type": ["Achievement"],
                "achievementType": "BachelorDegree",
                "name": "Bachelor of Science in Physics",
                "description": "Six semesters, 180 ECTS credits.\nIncludes a thesis.",
                "criteria": {"narrative": "All modules passed; thesis graded by two examiners."},
                "image": {"id": "https://university.example/badges/bsc.png", "type": "Image"},
                "tag": ["physics", "bachelor", "ects-180"],
            },
        },
    }
    if status_list is not None:
        credential["credentialStatus"] = {
            "id": f"{status_list}#{number}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(number),
            "statusListCredential": status_list,
        }
    return credential


def _identity(value: str, kind: str) -> dict[str, Any]:
    return {"type": "IdentityObject", "hashed": False, "identityHash": value, "identityType": kind}


def badge_for_suite(suite: str, issuer: str, *, number: int = 7) -> dict[str, Any]:
    """A badge with the context that the suite's proof needs."""
    credential = unsecured_badge(number, issuer)
    if suite == "Ed25519Signature2020":
        credential["@context"].append(ED25519_2020)
    return credential


def badge_of_2019(issuer: str) -> dict[str, Any]:
    """An Open Badges 3.0 credential on VCDM 1.1, for `Ed25519Signature2020`, as many are in circulation."""
    credential = unsecured_badge(11, issuer)
    credential["@context"] = [
        CREDENTIALS_V1,
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
        ED25519_2020,
    ]
    credential["issuanceDate"] = credential.pop("validFrom")
    credential["expirationDate"] = credential.pop("validUntil")
    return credential


def tampered_copies(secured: dict[str, Any], *, other_key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Copies of a secured credential with one change each, none of which anyone signed.

    `other_key` is the URL of a key that exists, belongs to somebody else and fits the suite.
    """
    for what, change in (*_changes_of_claims(secured, other_key), *_changes_of_proofs(other_key)):
        document = copy.deepcopy(secured)
        change(document)
        yield what, document


Change = Callable[[dict[str, Any]], object]


def _changes_of_claims(secured: dict[str, Any], other_key: str) -> Iterator[tuple[str, Change]]:
    def achievement(document: dict[str, Any]) -> dict[str, Any]:
        return document["credentialSubject"]["achievement"]  # type: ignore[no-any-return]

    def another_issuer(document: dict[str, Any]) -> None:
        did = other_key.split("#", maxsplit=1)[0]
        issuer = document["issuer"]
        document["issuer"] = {**issuer, "id": did} if isinstance(issuer, dict) else did

    yield "a claim reads differently", lambda d: achievement(d).update(name=f"{achievement(d)['name']}.")
    yield "a claim is gone", lambda d: achievement(d).pop("description")
    yield "a claim is added", lambda d: achievement(d).update(version="2")
    yield "somebody else is the issuer", another_issuer
    for end in ("validUntil", "expirationDate"):
        if end in secured:
            later = f"{int(secured[end][:4]) + 1}{secured[end][4:]}"
            yield "it is valid for longer", lambda d, end=end, later=later: d.update({end: later})  # type: ignore[misc]
            yield "it is valid for ever", lambda d, end=end: d.pop(end)  # type: ignore[misc]


def _changes_of_proofs(other_key: str) -> Iterator[tuple[str, Change]]:
    yield (
        "the signature reads differently",
        lambda d: d["proof"].update(proofValue=_other_digit(d["proof"]["proofValue"])),
    )
    yield "the proof was made at another time", lambda d: d["proof"].update(created="2026-11-23T09:30:01Z")
    yield "somebody else's key", lambda d: d["proof"].update(verificationMethod=other_key)
    yield "another purpose", lambda d: d["proof"].update(proofPurpose="authentication")
    yield "the proof lost its time", lambda d: d["proof"].pop("created")
    yield "the signature is gone", lambda d: d["proof"].pop("proofValue")
    yield "the proof is gone", lambda d: d.pop("proof")


def _other_digit(multibase: str) -> str:
    """One digit of the middle replaced by another of both alphabets in use."""
    at = len(multibase) // 2
    return multibase[:at] + ("b" if multibase[at] != "b" else "c") + multibase[at + 1 :]


def badge_without_blank_nodes(issuer: str) -> dict[str, Any]:
    """Each node has an identifier, so that canonicalization has nothing to label."""
    credential = unsecured_badge(7, issuer)
    achievement = credential["credentialSubject"]["achievement"]
    achievement["criteria"]["id"] = "https://university.example/achievements/bsc-physics/criteria"
    del credential["credentialSubject"]["identifier"]
    return credential
