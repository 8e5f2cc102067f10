"""Documents that several tests start from. `badge()` is valid in every respect; a test changes what it is about."""

from __future__ import annotations

from enum import Enum
from typing import Any

V2 = "https://www.w3.org/ns/credentials/v2"
V1 = "https://www.w3.org/2018/credentials/v1"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OB_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"

# Data Integrity EdDSA Cryptosuites 1.0, appendix B.1 (W3C), the unsecured credential.
ALUMNI: dict[str, Any] = {
    "@context": [V2, EXAMPLES],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
ALUMNI_HASH = "517744132ae165a5349155bef0bb0cf2258fff99dfe1dbd914b938d775a36017"


def minimal(**members: Any) -> dict[str, Any]:
    """The smallest credential of the data model 2.0."""
    return {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:issuer",
        "credentialSubject": {"id": "did:example:subject", "name": "Ada"},
        **members,
    }


def minimal_v1(**members: Any) -> dict[str, Any]:
    """The smallest credential of the data model 1.1."""
    return {
        "@context": [V1, {"name": "https://schema.org/name"}],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:issuer",
        "issuanceDate": "2026-11-24T00:00:00Z",
        "credentialSubject": {"id": "did:example:subject", "name": "Ada"},
        **members,
    }


def achievement(**members: Any) -> dict[str, Any]:
    return {
        "id": "https://acme.example/achievements/bsc",
        "type": ["Achievement"],
        "achievementType": "BachelorDegree",
        "name": "Bachelor of Science",
        "description": "Three years of it.",
        "criteria": {"narrative": "Pass the exams."},
        **members,
    }


def badge(**members: Any) -> dict[str, Any]:
    """An Open Badges 3.0 AchievementCredential with most of what one can have."""
    return {
        "@context": [V2, OB, OB_EXTENSIONS],
        "id": "urn:uuid:91f1c7a0-6ff6-4d5b-9a2b-6a3f6e0f3b11",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Bachelor of Science",
        "issuer": {
            "id": "did:web:acme.example",
            "type": ["Profile"],
            "name": "Acme University",
            "url": "https://acme.example",
            "image": {"id": "https://acme.example/logo.png", "type": "Image"},
        },
        "validFrom": "2026-11-24T00:00:00Z",
        "validUntil": "2036-11-24T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:ada",
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": "sha256$" + "0a" * 32,
                    "identityType": "emailAddress",
                    "salt": "x",
                },
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "Ada O'Brien 张三",
                    "identityType": "name",
                },
            ],
            "achievement": achievement(tag=["one", "two"]),
        },
        "credentialStatus": {
            "id": "https://acme.example/status/1#7",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "7",
            "statusListCredential": "https://acme.example/status/1",
        },
        "credentialSchema": [
            {
                "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json",
                "type": "1EdTechJsonSchemaValidator2019",
            }
        ],
        **members,
    }


def endorsement(**members: Any) -> dict[str, Any]:
    return {
        "@context": [V2, OB],
        "id": "urn:uuid:0b6f0d3e-1111-4d5b-9a2b-6a3f6e0f3b11",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Endorsed",
        "issuer": {"id": "did:web:council.example", "type": ["Profile"]},
        "validFrom": "2026-11-24T00:00:00Z",
        "credentialSubject": {
            "id": "did:web:acme.example",
            "type": ["EndorsementSubject"],
            "endorsementComment": "Good people.",
        },
        **members,
    }


def learner_record(**members: Any) -> dict[str, Any]:
    """A ClrCredential with one badge, two achievements of its own and an association."""
    return {
        "@context": [V2, CLR, OB, OB_EXTENSIONS],
        "id": "urn:uuid:4444c7a0-6ff6-4d5b-9a2b-6a3f6e0f3b11",
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": "Transcript",
        "issuer": {"id": "did:web:acme.example", "type": ["Profile"]},
        "validFrom": "2026-11-24T00:00:00Z",
        "credentialSubject": {
            "id": "did:example:ada",
            "type": ["ClrSubject"],
            "verifiableCredential": [badge()],
            "achievement": [achievement(id="urn:a:1"), achievement(id="urn:a:2")],
            "association": [
                {"type": "Association", "associationType": "isParentOf", "sourceId": "urn:a:1", "targetId": "urn:a:2"}
            ],
        },
        **members,
    }


def put(document: Any, pointer: str, value: Any) -> Any:
    """The document with the member at the JSON Pointer set (or removed, for `REMOVE`)."""
    *parents, last = (part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])
    place = document
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place[part]
    key: Any = int(last) if isinstance(place, list) else last
    if value is REMOVE:
        del place[key]
    else:
        place[key] = value
    return document


class _Marker(Enum):
    """An enumeration, so that test names are the same in every process."""

    REMOVE = "removed"


REMOVE = _Marker.REMOVE
