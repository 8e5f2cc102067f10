"""Credentials to measure with: realistic, no two alike, in one shape or each in a shape of its own."""

from __future__ import annotations

from typing import Any

from tests.peers.samples import unsecured_badge


def badge_in_own_shape(number: int, issuer: str) -> dict[str, Any]:
    """Which members are there, and how many entries lists have, follows from the bits of `number` (below 4,096)."""
    credential = unsecured_badge(number, issuer)
    subject = credential["credentialSubject"]
    achievement = subject["achievement"]
    optional: list[tuple[dict[str, Any], str, Any]] = [
        (credential, "description", f"Issued to graduate {number}."),
        (credential, "awardedDate", credential["validFrom"]),
        (
            credential,
            "evidence",
            [{"id": f"https://university.example/theses/{number}", "type": ["Evidence"], "name": f"Thesis {number}"}],
        ),
        (subject, "activityStartDate", "2022-10-01T00:00:00Z"),
        (subject, "activityEndDate", "2025-09-30T00:00:00Z"),
        (subject, "licenseNumber", f"L-{number}"),
        (subject, "narrative", f"Wrote thesis no. {number}."),
        (subject, "term", f"Term {number % 7}"),
        (achievement, "fieldOfStudy", "Physics"),
        (achievement, "humanCode", f"PHY-{number % 100}"),
        (achievement, "inLanguage", "en"),
        (achievement, "version", f"{number}.0"),
    ]
    for bit, (where, name, value) in enumerate(optional):
        if number >> bit & 1:
            where[name] = value
    achievement["tag"] = [f"tag-{number}-{n}" for n in range(1 + number % 5)]
    return credential
