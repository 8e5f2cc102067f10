"""The pipeline on the kinds of credentials there are: badges, endorsements, records, credentials with schemas."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from did.errors import KeyNotFound, ResolutionUnavailable
from tests.vc.documents import badge, endorsement, learner_record
from tests.vc.test_verify import lines
from tests.vc.world import CREDENTIAL, ISSUER, NOW, STATUS_LIST, KeyPair, World, method_of
from vc import verify as verify_module
from vc.errors import SchemaUnavailable, StatusUnavailable
from vc.policy import Policy
from vc.report import REQUIRED_CHECKS, Outcome, Verdict
from vc.status.entry import build_entry
from vc.verify import MAX_INNER_LEVELS, MAX_QUESTIONS, MAX_SCHEMAS

PROFILE = {"id": ISSUER, "type": ["Profile"], "name": "Example University"}
SCHEMA_URL = "https://university.example/schema.json"


def a_badge(world: World, **changed: Any) -> dict[str, Any]:
    members = {"issuer": PROFILE, "credentialStatus": build_entry(STATUS_LIST, 7), "validFrom": "2026-11-01T00:00:00Z"}
    return world.secure(badge(**members | changed))


def a_record(world: World, *inner: dict[str, Any]) -> dict[str, Any]:
    subject = {"id": "did:example:ada", "type": ["ClrSubject"], "verifiableCredential": list(inner)}
    unsecured = learner_record(issuer=PROFILE, validFrom="2026-11-01T00:00:00Z", credentialSubject=subject)
    return world.secure(unsecured)


# --- 1EdTech's credentials are held to 1EdTech's rules ------------------------------------------------


def test_a_badge_is_verified(world: World) -> None:
    report = world.verify(a_badge(world))

    assert report.verdict is Verdict.VERIFIED
    assert report.check("schema").to_json() == {
        "name": "schema",
        "outcome": "passed",
        "message": "The credential's content fits the description that it names.",
        "code": None,
        "detail": None,
        "required": True,
    }


def test_a_badge_that_only_keeps_the_data_models_rules_fails(world: World) -> None:
    unnamed = {name: value for name, value in badge().items() if name not in ("name", "credentialSchema")}

    report = world.verify(world.secure({**unnamed, "issuer": PROFILE, "credentialStatus": build_entry(STATUS_LIST, 7)}))

    assert report.check("structure").outcome is Outcome.FAILED
    assert "name" in report.check("structure").detail["reason"]


def test_an_endorsement_is_held_to_its_rules(world: World) -> None:
    good = endorsement(issuer=PROFILE, validFrom="2026-11-01T00:00:00Z")
    subject = {"id": ISSUER, "type": ["Other"], "endorsementComment": "Good people."}

    assert world.verify(world.secure(good)).verdict is Verdict.VERIFIED
    bad = world.secure({**good, "credentialSubject": subject}, cryptosuite="eddsa-jcs-2022")
    assert lines(world.verify(bad)) == {"structure": "malformed"}


# --- records ---------------------------------------------------------------------------------------


def test_a_record_is_verified_with_everything_in_it(world: World) -> None:
    report = world.verify(a_record(world, a_badge(world), a_badge(world, id="urn:uuid:2")))

    assert report.verdict is Verdict.VERIFIED
    assert [check.name for check in report.checks] == [*REQUIRED_CHECKS, "inner"]
    inner = report.check("inner")
    assert (inner.message, inner.code) == ("Each credential inside this one is verified.", None)
    assert sorted(inner.detail) == [
        "/credentialSubject/verifiableCredential/0",
        "/credentialSubject/verifiableCredential/1",
    ]
    assert {report["verdict"] for report in inner.detail.values()} == {"verified"}


def test_a_record_is_held_to_its_rules(world: World) -> None:
    subject = {"id": "did:example:ada", "type": ["ClrSubject"], "verifiableCredential": [a_badge(world)]}
    unnamed = learner_record(issuer=PROFILE, validFrom="2026-11-01T00:00:00Z", credentialSubject=subject)
    del unnamed["name"]

    assert lines(world.verify(world.secure(unnamed))) == {"structure": "malformed", "inner": "malformed"}


def test_what_is_no_record_has_no_inner_line(world: World) -> None:
    assert [check.name for check in world.verify(a_badge(world)).checks] == list(REQUIRED_CHECKS)


def test_a_revoked_credential_inside_a_record_flips_inner_alone(world: World) -> None:
    world.bits[0] = 0x80
    world.publish_list()
    revoked = a_badge(world, credentialStatus=build_entry(STATUS_LIST, 0))

    report = world.verify(a_record(world, a_badge(world), revoked))

    assert report.verdict is Verdict.NOT_VERIFIED
    assert lines(report) == {"inner": "inner-not-verified"}
    assert report.check("inner").to_json()["message"] == "A credential inside this one is not verified."
    assert report.check("inner").name == "inner"


def test_a_credential_inside_a_record_that_cannot_be_checked_is_undecided(world: World) -> None:
    other = world.add(KeyPair("did:web:other.example#key-1"))
    unsecured = badge(
        issuer={**PROFILE, "id": "did:web:other.example"}, validFrom="2026-11-01T00:00:00Z", credentialStatus=[]
    )
    del unsecured["credentialStatus"]
    away = world.secure(unsecured, signer=other)
    world.failures["did:web:other.example"] = ResolutionUnavailable("no answer")

    report = world.verify(a_record(world, away))

    assert report.verdict is Verdict.UNDECIDED
    assert lines(report) == {"inner": "inner-undecided"}
    assert report.check("inner").message == "A credential inside this one could not be checked."
    tampered = {**a_badge(world), "name": "Master of Science"}
    assert lines(world.verify(a_record(world, away, tampered))) == {"inner": "inner-not-verified"}


def test_an_unsigned_credential_inside_a_record_is_not_verified(world: World) -> None:
    unsigned = {name: value for name, value in a_badge(world).items() if name != "proof"}

    assert lines(world.verify(a_record(world, unsigned))) == {"inner": "inner-not-verified"}


def test_an_anchor_of_the_record_says_nothing_about_the_credentials_in_it(world: World) -> None:
    record = a_record(world, a_badge(world, credentialStatus=build_entry(STATUS_LIST, 7)))
    world.documents[ISSUER]["verificationMethod"] = [method_of(world.key, revoked="2026-11-23T12:00:00Z")]

    report = world.verify(record, anchored_before=NOW - timedelta(days=3))

    assert report.check("proof").outcome is Outcome.PASSED
    assert lines(report) == {"inner": "inner-not-verified"}


def test_a_record_asks_for_a_bounded_number_of_keys_and_lists(world: World) -> None:
    lists = [f"https://university.example/status/list-{number}" for number in range(MAX_QUESTIONS)]
    for url in lists:
        world.publish_list(url)
    inner = [
        a_badge(
            world, id=f"urn:uuid:{number}", credentialStatus=[build_entry(url, 5) for url in lists[number : number + 8]]
        )
        for number in range(0, MAX_QUESTIONS, 8)
    ]
    one_more = a_badge(world, id="urn:uuid:more")

    enough = world.verify(a_record(world, *inner))
    assert enough.verdict is Verdict.VERIFIED
    assert len(world.asked) == 1 + MAX_QUESTIONS
    too_many = world.verify(a_record(world, *inner, one_more))
    assert lines(too_many) == {"inner": "inner-undecided"}
    reason = "more than 32 status lists are not asked for"
    assert too_many.check("inner").detail["/credentialSubject/verifiableCredential/4"]["checks"][4]["detail"] == {
        "reason": reason
    }


def test_keys_are_asked_for_once_and_not_without_end(world: World) -> None:
    signers = [world.add(KeyPair(f"did:web:ministry-{number}.example#k")) for number in range(MAX_QUESTIONS)]
    inner = []
    for number in range(3):
        signed = a_badge(world, id=f"urn:uuid:{number}", credentialStatus=build_entry(STATUS_LIST, 1))
        for signer in signers[number * 14 : number * 14 + 14]:
            signed = world.secure(signed, signer=signer)
        inner.append(signed)

    report = world.verify(a_record(world, *inner))

    assert lines(report) == {"inner": "inner-undecided"}
    assert len({url for url in world.asked if "#" in url}) == MAX_QUESTIONS
    last = report.check("inner").detail["/credentialSubject/verifiableCredential/2"]["checks"][2]
    assert last["detail"] == {"reason": "more than 32 keys are not asked for"}


def test_a_poisoned_record_is_not_opened(world: World) -> None:
    record = a_record(world, a_badge(world))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vc.canonical.quads.MAX_QUADS", 10)
        report = world.verify(record)

    assert report.check("inner").code == "too-much-work"


@pytest.mark.parametrize("nonsense", [{}, {"credentialSubject": 5}, {"credentialSubject": {"verifiableCredential": 5}}])
def test_a_broken_record_still_gets_its_inner_line(world: World, nonsense: dict[str, Any]) -> None:
    report = world.verify({"type": ["ClrCredential"], **nonsense})

    assert report.verdict is Verdict.NOT_VERIFIED
    assert report.check("inner").code == "malformed"


# --- schemas -----------------------------------------------------------------------------------------


def with_schema(world: World, **changed: Any) -> dict[str, Any]:
    return world.secure({**CREDENTIAL, "credentialSchema": {"id": SCHEMA_URL, "type": "JsonSchema"}, **changed})


def schema_of(**rules: Any) -> Any:
    return lambda _url: json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **rules}).encode()


def test_a_schema_that_fits_passes(world: World) -> None:
    report = world.verify(with_schema(world), load_schema=schema_of(required=["name"]))

    assert report.verdict is Verdict.VERIFIED
    assert report.check("schema").code is None
    assert world.verify(with_schema(world), load_schema=schema_of(), policy=Policy(require_schema=True)).verdict is (
        Verdict.VERIFIED
    )


def test_a_schema_that_does_not_fit_flips_schema_alone(world: World) -> None:
    report = world.verify(with_schema(world), load_schema=schema_of(required=["grade"]))

    assert report.verdict is Verdict.NOT_VERIFIED
    assert lines(report) == {"schema": "schema-mismatch"}


def test_a_schema_that_is_none_flips_schema_alone(world: World) -> None:
    report = world.verify(with_schema(world), load_schema=lambda _url: b"{}")

    assert lines(report) == {"schema": "schema-invalid"}


def test_a_schema_that_cannot_be_had_is_undecided(world: World) -> None:
    def away(_url: str) -> bytes:
        raise SchemaUnavailable("no answer")

    for load_schema in (None, away):
        report = world.verify(with_schema(world), load_schema=load_schema)
        assert report.verdict is Verdict.UNDECIDED
        assert lines(report) == {"schema": "schema-unavailable"}


# --- endorsements (Open Badges 3.0, section 9.1 step 6) -------------------------------------------------

COUNCIL = "did:web:council.example"


def an_endorsement(world: World, key: KeyPair | None = None, **changed: Any) -> dict[str, Any]:
    signer = key or KeyPair(f"{COUNCIL}#key-1")
    if COUNCIL not in world.documents:
        world.add(KeyPair(f"{COUNCIL}#key-1"))
    members = {"issuer": {"id": COUNCIL, "type": ["Profile"]}, "validFrom": "2026-11-01T00:00:00Z"}
    return world.secure(endorsement(**members | changed), signer=signer)


def places(inner: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Where an endorsement can stand: the members of a badge, by the path of the endorsement."""
    profile = {"id": "urn:uuid:p", "type": ["Profile"], "endorsement": [inner]}
    subject = badge()["credentialSubject"]
    with_achievement = {**subject, "achievement": {**subject["achievement"], "endorsement": inner}}
    with_creator = {**subject, "achievement": {**subject["achievement"], "creator": profile}}
    return {
        "/endorsement/0": {"endorsement": [inner]},
        "/issuer/endorsement/0": {"issuer": {**PROFILE, "endorsement": [inner]}},
        "/issuer/parentOrg/endorsement/0": {"issuer": {**PROFILE, "parentOrg": profile}},
        "/credentialSubject/source/endorsement/0": {"credentialSubject": {**subject, "source": profile}},
        "/credentialSubject/achievement/endorsement": {"credentialSubject": with_achievement},
        "/credentialSubject/achievement/creator/endorsement/0": {"credentialSubject": with_creator},
    }


@pytest.mark.parametrize("path", places({}))
def test_an_endorsement_is_verified_wherever_it_stands(world: World, path: str) -> None:
    good = an_endorsement(world)

    report = world.verify(a_badge(world, **places(good)[path]))

    assert report.verdict is Verdict.VERIFIED
    detail = report.check("inner").detail
    assert {at: inner["verdict"] for at, inner in detail.items()} == {path: "verified"}


@pytest.mark.parametrize("path", places({}))
def test_a_badge_with_a_changed_endorsement_is_not_verified(world: World, path: str) -> None:
    changed = {**an_endorsement(world), "name": "Endorsed warmly"}

    report = world.verify(a_badge(world, **places(changed)[path]))

    assert lines(report) == {"inner": "inner-not-verified"}


def test_an_endorsement_in_the_name_of_another_is_not_verified(world: World) -> None:
    forged = an_endorsement(world, world.add(KeyPair("did:web:mallory.example#key-1")))

    report = world.verify(a_badge(world, endorsement=[forged]))

    assert lines(report) == {"inner": "inner-not-verified"}
    checks = report.check("inner").detail["/endorsement/0"]["checks"]
    assert [check["code"] for check in checks if check["outcome"] == "failed"] == ["issuer-mismatch"]


def test_an_endorsement_that_cannot_be_asked_about_is_undecided(world: World) -> None:
    away = an_endorsement(world)
    world.failures[COUNCIL] = ResolutionUnavailable("asleep")

    assert lines(world.verify(a_badge(world, endorsement=[away]))) == {"inner": "inner-undecided"}


def test_the_endorsement_of_an_endorser_is_verified_too(world: World) -> None:
    ministry = an_endorsement(world)
    profile = {"id": COUNCIL, "type": ["Profile"], "endorsement": [{**ministry, "name": "Changed"}]}

    report = world.verify(a_badge(world, endorsement=[an_endorsement(world, issuer=profile)]))

    assert lines(report) == {"inner": "inner-not-verified"}


def test_endorsements_of_endorsers_have_an_end(world: World) -> None:
    inner = an_endorsement(world)
    for _ in range(3):
        inner = an_endorsement(world, issuer={"id": COUNCIL, "type": ["Profile"], "endorsement": [inner]})
    deeper = an_endorsement(world, issuer={"id": COUNCIL, "type": ["Profile"], "endorsement": [inner]})

    assert MAX_INNER_LEVELS == 4
    assert world.verify(a_badge(world, endorsement=[inner])).verdict is Verdict.VERIFIED
    assert lines(world.verify(a_badge(world, endorsement=[deeper]))) == {"inner": "inner-not-verified"}


def test_a_records_badge_brings_its_endorsements_along(world: World) -> None:
    changed = {**an_endorsement(world), "name": "Changed"}

    report = world.verify(a_record(world, a_badge(world, endorsement=[changed])))

    assert lines(report) == {"inner": "inner-not-verified"}


@pytest.mark.parametrize("wrong", ["a string", 5, {"id": "urn:uuid:1", "type": ["VerifiableCredential"]}])
def test_something_else_in_the_place_of_an_endorsement_is_refused(world: World, wrong: Any) -> None:
    tampered = {**a_badge(world), "endorsement": [wrong]}

    assert world.verify(tampered).check("inner").outcome is Outcome.FAILED


def test_a_members_name_alone_is_no_endorsement(world: World) -> None:
    credential = {**CREDENTIAL, "@context": [*CREDENTIAL["@context"], {"endorsement": "https://e.example/#e"}]}

    report = world.verify(world.secure({**credential, "endorsement": "by the senate"}))

    assert report.verdict is Verdict.VERIFIED
    assert [check.name for check in report.checks] == list(REQUIRED_CHECKS)


def test_a_record_makes_nobody_run_schemas_without_end(world: World) -> None:
    def load(_url: str) -> bytes:
        return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema"}).encode()

    def named(number: int) -> dict[str, Any]:
        entry = {"id": SCHEMA_URL, "type": "JsonSchema"}
        return a_badge(world, id=f"urn:uuid:{number}", credentialSchema=[entry] * 4)

    few, many = ([named(number) for number in range(count)] for count in (4, 5))
    assert MAX_SCHEMAS == 16
    assert world.verify(a_record(world, *few), load_schema=load).verdict is Verdict.VERIFIED
    assert lines(world.verify(a_record(world, *many), load_schema=load)) == {"inner": "inner-undecided"}


# --- what nobody was given a way to ask ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "error", "reason"),
    [
        (lambda: verify_module._no_list_keys("x" * 300, "y"), KeyNotFound, "which key of " + "x" * 200 + " signed"),
        (lambda: verify_module._no_token("y"), StatusUnavailable, "status list tokens are not fetched here"),
        (lambda: verify_module._no_json("x" * 300), ResolutionUnavailable, "x" * 200 + " is not asked here"),
    ],
)
def test_a_question_that_cannot_be_asked_says_so(ask: Any, error: type[Exception], reason: str) -> None:
    with pytest.raises(error) as caught:
        ask()
    assert str(caught.value).removeprefix("the token does not say ") == reason
