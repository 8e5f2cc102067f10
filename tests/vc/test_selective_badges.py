"""ecdsa-sd-2023 on Open Badges: whatever the holder shows of a badge is a badge (Open Badges 3.0, data model)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from did.keys import KeyType
from tests.vc.documents import achievement, badge, endorsement
from tests.vc.world import CREATED, ISSUER, KeyPair, World
from vc.errors import MalformedValue, NeverDisclosable, ProofGenerationError
from vc.proofs.disclosure import add_base_proof, derive_proof
from vc.report import Outcome, Verdict

KEY = KeyPair(f"{ISSUER}#p256", KeyType.P256)
ACHIEVEMENT = "/credentialSubject/achievement"
SUBJECT = {
    "id": "did:example:ada",
    "type": ["AchievementSubject"],
    "narrative": "By the senate.",
    "achievement": achievement(
        tag=["one", "two"],
        alignment=[
            {"type": "Alignment", "targetName": "Level 7", "targetUrl": "https://acme.example/7", "targetCode": "7"}
        ],
    ),
}
BADGE = {
    name: value
    for name, value in badge(
        issuer={"id": ISSUER, "type": ["Profile"], "name": "University"}, credentialSubject=SUBJECT
    ).items()
    if name != "credentialStatus"
}
NEEDED = [
    "/id",
    "/name",
    "/issuer",
    "/validFrom",
    "/validUntil",
    "/credentialSchema",
    f"{ACHIEVEMENT}/name",
    f"{ACHIEVEMENT}/description",
    f"{ACHIEVEMENT}/criteria",
]


def issue(pointers: Sequence[str], document: dict[str, Any] = BADGE) -> dict[str, Any]:
    return add_base_proof(
        document, signer=KEY, created=CREATED, mandatory_pointers=pointers, random_bytes=lambda size: b"r" * size
    )


@pytest.mark.parametrize(
    ("hidden", "place"),
    [
        ("/name", ""),
        (f"{ACHIEVEMENT}/name", ACHIEVEMENT),
        (f"{ACHIEVEMENT}/description", ACHIEVEMENT),
        (f"{ACHIEVEMENT}/criteria", ACHIEVEMENT),
        ("/issuer", "/issuer"),
        ("/validFrom", "/validFrom"),
    ],
)
def test_a_badge_is_not_issued_when_what_makes_it_one_can_be_hidden(hidden: str, place: str) -> None:
    issue(NEEDED)
    with pytest.raises(NeverDisclosable) as caught:
        issue([pointer for pointer in NEEDED if pointer != hidden])
    assert caught.value.pointer == place


def test_the_refusal_names_the_member() -> None:
    with pytest.raises(NeverDisclosable) as caught:
        issue([pointer for pointer in NEEDED if pointer != f"{ACHIEVEMENT}/criteria"])
    assert str(caught.value) == (
        f"{ACHIEVEMENT} must have the member 'criteria' in every disclosure: "
        "list it as mandatory, or issue without selective disclosure"
    )


@pytest.mark.parametrize(
    "shown",
    [
        [],
        [f"{ACHIEVEMENT}/tag/1"],
        [f"{ACHIEVEMENT}/alignment"],
        ["/credentialSubject/narrative"],
        ["/credentialSubject"],
    ],
    ids=" ".join,
)
def test_whatever_is_shown_passes_the_whole_pipeline(world: World, shown: list[str]) -> None:
    world.add(KEY)

    report = world.verify(derive_proof(issue(NEEDED), shown))

    assert report.verdict is Verdict.VERIFIED
    assert report.check("structure").outcome is Outcome.PASSED


def test_half_an_alignment_is_not_shown() -> None:
    with pytest.raises(ProofGenerationError, match="'targetName'"):
        derive_proof(issue(NEEDED), [f"{ACHIEVEMENT}/alignment/0/targetCode"])


def test_an_endorsement_keeps_its_name_too() -> None:
    good = endorsement(issuer={"id": ISSUER, "type": ["Profile"]})
    pointers = ["/id", "/name", "/issuer", "/validFrom", "/credentialSubject"]

    assert issue(pointers, good)
    with pytest.raises(NeverDisclosable):
        issue([pointer for pointer in pointers if pointer != "/name"], good)


def test_a_badge_that_is_none_is_not_issued() -> None:
    with pytest.raises(MalformedValue, match="name"):
        issue(NEEDED, {name: value for name, value in BADGE.items() if name != "name"})
