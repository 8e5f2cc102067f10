"""Every check of the pipeline, flipped alone: the verdict flips with it."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest

from did.errors import MethodNotSupported, ResolutionUnavailable
from did.keys import KeyType
from tests.vc.world import CREDENTIAL, ISSUER, NOW, STATUS_LIST, KeyPair, World, method_of
from vc.policy import Policy
from vc.report import REQUIRED_CHECKS, Outcome, Verdict
from vc.status import bitstring
from vc.status.entry import build_entry

DAY = timedelta(days=1)


def lines(report: Any) -> dict[str, str]:
    """The checks that are not simply passed, with their codes."""
    return {check.name: check.code for check in report.checks if check.outcome is not Outcome.PASSED}


def test_a_good_credential_is_verified_and_every_check_is_named(world: World) -> None:
    report = world.verify(world.credential())

    assert report.verdict is Verdict.VERIFIED
    assert tuple(check.name for check in report.checks) == REQUIRED_CHECKS
    assert report.to_json() == {
        "verdict": "verified",
        "form": "ldp_vc",
        "checks": [
            {
                "name": "structure",
                "outcome": "passed",
                "message": "The credential follows the rules of its format.",
                "code": None,
                "detail": None,
                "required": True,
            },
            {
                "name": "issuer",
                "outcome": "passed",
                "message": "The key that signed the credential is published by its issuer, for signing credentials.",
                "code": None,
                "detail": {"issuer": ISSUER},
                "required": True,
            },
            {
                "name": "proof",
                "outcome": "passed",
                "message": "The signature is intact: nothing in the credential was changed after it was signed.",
                "code": None,
                "detail": {"cryptosuites": ["eddsa-rdfc-2022"]},
                "required": True,
            },
            {
                "name": "validity",
                "outcome": "passed",
                "message": "The credential is valid until 1 October 2030.",
                "code": None,
                "detail": None,
                "required": True,
            },
            {
                "name": "status",
                "outcome": "passed",
                "message": "The issuer has not revoked this credential.",
                "code": None,
                "detail": {"purpose": "revocation", "status": 0, "message": None},
                "required": True,
            },
            {
                "name": "schema",
                "outcome": "passed",
                "message": "The credential names no description of its content.",
                "code": "no-schema",
                "detail": None,
                "required": True,
            },
        ],
    }


def test_a_key_is_asked_for_once(world: World) -> None:
    world.verify(world.credential())

    assert world.asked == [world.key.verification_method, STATUS_LIST]


# --- 1 structure -----------------------------------------------------------------------------------


def test_a_broken_format_flips_structure_alone(world: World) -> None:
    report = world.verify(world.secure({**CREDENTIAL, "type": ["ExampleAlumniCredential"]}))

    assert report.verdict is Verdict.NOT_VERIFIED
    assert lines(report) == {"structure": "malformed"}
    assert "/type" in report.check("structure").detail["reason"]


def test_nonsense_gets_a_report_with_every_check(world: World) -> None:
    for nonsense in ({}, {"proof": 1}, {"proof": [None]}, {"issuer": 5, "credentialStatus": 7, "validFrom": []}):
        report = world.verify(nonsense)
        assert report.verdict is Verdict.NOT_VERIFIED
        assert tuple(check.name for check in report.checks) == REQUIRED_CHECKS
        assert report.check("proof").outcome is Outcome.FAILED


# --- 2 issuer ----------------------------------------------------------------------------------------


def test_a_stranger_who_signs_in_the_issuers_name_flips_issuer_alone(world: World) -> None:
    stranger = world.add(KeyPair("did:web:mallory.example#key-1"))

    report = world.verify(world.secure(CREDENTIAL, signer=stranger))

    assert report.verdict is Verdict.NOT_VERIFIED
    assert lines(report) == {"issuer": "issuer-mismatch"}
    assert report.check("issuer").message == (
        "The credential names did:web:university.example as its issuer, but was signed by did:web:mallory.example."
    )


def test_a_second_signer_beside_the_issuer_is_welcome(world: World) -> None:
    ministry = world.add(KeyPair("did:web:ministry.example#key-1"))

    report = world.verify(world.secure(world.credential(), signer=ministry))

    assert report.verdict is Verdict.VERIFIED


def test_an_issuer_that_cannot_be_asked_is_undecided(world: World) -> None:
    world.failures[ISSUER] = ResolutionUnavailable("no answer")

    report = world.verify(world.credential(credentialStatus=None))

    assert report.verdict is Verdict.UNDECIDED
    assert lines(report) == {"issuer": "issuer-unreachable", "proof": "issuer-unreachable"}


def test_an_unknown_did_method_is_undecided(world: World) -> None:
    world.failures[ISSUER] = MethodNotSupported("did:new")

    report = world.verify(world.credential(credentialStatus=None))

    assert report.verdict is Verdict.UNDECIDED
    assert lines(report) == {"issuer": "did-method-not-supported", "proof": "did-method-not-supported"}


def test_a_mismatch_is_a_no_even_when_nobody_answers(world: World) -> None:
    stranger = KeyPair("did:web:mallory.example#key-1")
    world.failures["did:web:mallory.example"] = ResolutionUnavailable("no answer")

    report = world.verify(world.secure(CREDENTIAL, signer=stranger))

    assert report.verdict is Verdict.NOT_VERIFIED
    assert lines(report) == {"issuer": "issuer-mismatch", "proof": "issuer-unreachable"}


def test_a_credential_without_issuer_has_no_issuer_check_to_pass(world: World) -> None:
    report = world.verify(world.credential(issuer=None, credentialStatus=None))

    assert lines(report) == {"structure": "malformed", "issuer": "malformed"}
    assert report.check("issuer").detail == {"reason": "/issuer: must name the issuer"}


# --- 3 proof -----------------------------------------------------------------------------------------


def test_a_changed_claim_flips_proof_alone(world: World) -> None:
    tampered = copy.deepcopy(world.credential())
    tampered["credentialSubject"]["degree"]["name"] = "Zoë O’Brien"

    report = world.verify(tampered)

    assert report.verdict is Verdict.NOT_VERIFIED
    assert lines(report) == {"proof": "signature-mismatch"}


def test_a_suite_that_the_policy_does_not_accept_flips_proof_alone(world: World) -> None:
    policy = Policy(accepted_cryptosuites=frozenset({"ecdsa-rdfc-2019"}))

    report = world.verify(world.credential(credentialStatus=None), policy=policy)

    assert lines(report) == {"proof": "cryptosuite-not-accepted"}


def test_a_proof_for_another_purpose_flips_proof_alone(world: World) -> None:
    secured = world.secure({**CREDENTIAL}, proof_purpose="authentication")

    assert lines(world.verify(secured)) == {"proof": "proof-purpose-wrong"}


def test_a_proof_from_the_future_flips_proof_alone_beyond_the_clock_skew(world: World) -> None:
    near = world.secure(CREDENTIAL, created=NOW + timedelta(seconds=60))
    far = world.secure(CREDENTIAL, created=NOW + timedelta(seconds=61))

    assert world.verify(near).verdict is Verdict.VERIFIED
    assert lines(world.verify(far)) == {"proof": "proof-not-yet-valid"}


def test_a_vocabulary_that_is_not_bundled_is_undecided(world: World) -> None:
    strange = copy.deepcopy(world.credential(credentialStatus=None))
    strange["@context"].append("https://vocabulary.example/v1")

    report = world.verify(strange)

    assert report.verdict is Verdict.UNDECIDED
    assert report.check("proof").code == "unknown-context"


class TestCompromisedKey:
    """Architecture decision 14."""

    REVOKED = NOW - DAY

    @pytest.fixture
    def compromised(self, world: World) -> World:
        method = method_of(world.key, revoked="2026-11-23T12:00:00Z")
        world.documents[ISSUER]["verificationMethod"] = [method]
        return world

    def test_flips_proof_alone(self, compromised: World) -> None:
        report = compromised.verify(compromised.credential(credentialStatus=None))

        assert lines(report) == {"proof": "key-compromised"}
        assert report.check("proof").message == (
            "The issuer reported the signing key as compromised on 23 November 2026, "
            "and nothing shows that this credential existed before."
        )

    @pytest.mark.parametrize(
        ("anchored_before", "verdict"),
        [
            (REVOKED - timedelta(seconds=1), Verdict.VERIFIED),
            (REVOKED, Verdict.NOT_VERIFIED),
            (REVOKED + timedelta(seconds=1), Verdict.NOT_VERIFIED),
        ],
    )
    def test_spares_what_was_anchored_before(self, compromised: World, anchored_before: Any, verdict: Verdict) -> None:
        credential = compromised.credential(credentialStatus=None)

        assert compromised.verify(credential, anchored_before=anchored_before).verdict is verdict

    def test_is_good_until_the_moment_of_its_revocation(self, compromised: World) -> None:
        credential = compromised.credential(credentialStatus=None)

        assert compromised.verify(credential, now=self.REVOKED - timedelta(seconds=1)).verdict is Verdict.VERIFIED
        assert compromised.verify(credential, now=self.REVOKED).verdict is Verdict.NOT_VERIFIED

    def test_says_nothing_any_more_in_a_status_list(self, compromised: World) -> None:
        report = compromised.verify(compromised.credential(), anchored_before=self.REVOKED - DAY)

        assert lines(report) == {"status": "status-list-invalid"}


# --- 4 validity --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("member", "value", "code", "message"),
    [
        ("validUntil", "2026-11-24T11:58:59Z", "expired", "The credential expired on 24 November 2026."),
        ("validFrom", "2026-11-24T12:01:01Z", "not-yet-valid", "The credential is not valid before 24 November 2026."),
    ],
)
def test_a_period_that_does_not_hold_now_flips_validity_alone(
    world: World, member: str, value: str, code: str, message: str
) -> None:
    report = world.verify(world.credential(**{member: value}))

    assert report.verdict is Verdict.NOT_VERIFIED
    assert lines(report) == {"validity": code}
    assert report.check("validity").message == message


@pytest.mark.parametrize(
    ("member", "value"), [("validUntil", "2026-11-24T11:59:00Z"), ("validFrom", "2026-11-24T12:01:00Z")]
)
def test_clocks_may_be_a_minute_apart(world: World, member: str, value: str) -> None:
    assert world.verify(world.credential(**{member: value})).verdict is Verdict.VERIFIED


def test_a_credential_may_be_valid_for_ever(world: World) -> None:
    report = world.verify(world.credential(validFrom=None, validUntil=None))

    assert report.verdict is Verdict.VERIFIED
    assert report.check("validity").message == "The credential has no end of validity."


# --- 5 status ----------------------------------------------------------------------------------------


def test_revocation_flips_status_alone(world: World) -> None:
    world.bits[94567 // 8] |= 0x80 >> (94567 % 8)
    world.publish_list()

    report = world.verify(world.credential())

    assert report.verdict is Verdict.NOT_VERIFIED
    assert lines(report) == {"status": "revoked"}
    assert report.check("status").message == "The issuer revoked this credential."


@pytest.mark.parametrize(
    ("purpose", "outcome", "code", "message"),
    [
        ("suspension", Outcome.FAILED, "suspended", "The issuer suspended this credential for the time being."),
        (
            "refresh",
            Outcome.PASSED,
            "refresh-available",
            "The credential stands; the issuer has a newer version of it.",
        ),
        ("message", Outcome.PASSED, "message", "The issuer attached a message to this credential."),
        (
            "x",
            Outcome.FAILED,
            "status-set",
            "The issuer set a status on this credential that this verifier does not know.",
        ),
    ],
)
def test_each_purpose_has_its_meaning(world: World, purpose: str, outcome: Outcome, code: str, message: str) -> None:
    world.bits[0] = 0x80
    world.publish_list(purpose=purpose)

    entry = {**build_entry(STATUS_LIST, 0), "statusPurpose": purpose}
    check = world.verify(world.credential(credentialStatus=entry)).check("status")

    assert (check.outcome, check.code, check.message) == (outcome, code, message)
    assert check.detail == {"purpose": purpose, "status": 1, "message": None}


def test_no_status_is_no_obstacle_unless_the_policy_demands_one(world: World) -> None:
    credential = world.credential(credentialStatus=None)

    assert world.verify(credential).verdict is Verdict.VERIFIED
    assert world.verify(credential).check("status").to_json() == {
        "name": "status",
        "outcome": "passed",
        "message": "The issuer did not provide a way to revoke this credential.",
        "code": "no-status",
        "detail": None,
        "required": True,
    }
    demanded = world.verify(credential, policy=Policy(require_status=True))
    assert lines(demanded) == {"status": "status-missing"}
    assert demanded.check("status").message == (
        "The issuer did not provide a way to revoke this credential, which this verifier demands."
    )


def test_a_list_that_cannot_be_fetched_is_undecided(world: World) -> None:
    del world.lists[STATUS_LIST]

    report = world.verify(world.credential())

    assert report.verdict is Verdict.UNDECIDED
    assert lines(report) == {"status": "status-unavailable"}


def test_an_unknown_kind_of_status_is_undecided(world: World) -> None:
    entry = {"id": "https://university.example/revoked#1", "type": "AnotherKindOfStatus"}

    report = world.verify(world.secure({**CREDENTIAL, "credentialStatus": entry}, cryptosuite="eddsa-jcs-2022"))

    assert lines(report) == {"status": "status-not-readable"}
    assert report.check("status").detail == {"reason": "status of type 'AnotherKindOfStatus'"}
    assert report.verdict is Verdict.UNDECIDED


def test_one_no_outweighs_another_entry_that_cannot_be_asked(world: World) -> None:
    world.bits[0] = 0x80
    world.publish_list()
    away = "https://university.example/status/4"
    revoked, unknown = build_entry(STATUS_LIST, 0), build_entry(away, 1, "suspension")

    for entries in ([revoked, unknown], [unknown, revoked]):
        assert lines(world.verify(world.credential(credentialStatus=entries))) == {"status": "revoked"}
    fine = build_entry(STATUS_LIST, 1)
    for entries in ([fine, unknown], [unknown, fine]):
        assert lines(world.verify(world.credential(credentialStatus=entries))) == {"status": "status-unavailable"}


def test_a_crowd_of_entries_is_refused_before_it_is_asked(world: World) -> None:
    entries = [build_entry(STATUS_LIST, index) for index in range(9)]
    crowd = world.secure({**CREDENTIAL, "credentialStatus": entries}, cryptosuite="eddsa-jcs-2022")
    few = world.secure({**CREDENTIAL, "credentialStatus": entries[:8]}, cryptosuite="eddsa-jcs-2022")

    report = world.verify(crowd)
    assert lines(report) == {"status": "malformed"}
    assert report.check("status").detail == {"reason": "/credentialStatus: has 9 entries; at most 8 are asked"}
    assert world.asked == [world.key.verification_method]
    assert world.verify(few).verdict is Verdict.VERIFIED


def test_an_entry_that_is_no_object_flips_status(world: World) -> None:
    report = world.verify(world.secure({**CREDENTIAL, "credentialStatus": ["x"]}, cryptosuite="eddsa-jcs-2022"))

    assert lines(report) == {"structure": "malformed", "status": "malformed"}
    assert report.check("status").detail == {"reason": "/credentialStatus: must be an object"}


def test_a_malformed_entry_flips_status(world: World) -> None:
    entry = {**build_entry(STATUS_LIST, 5), "statusListIndex": 5}

    assert lines(world.verify(world.secure({**CREDENTIAL, "credentialStatus": entry})))["status"] == "malformed"


class TestStatusList:
    """Bitstring Status List 3.2 step 4: the list is verified as the credential that it is."""

    def test_signed_by_someone_else(self, world: World) -> None:
        stranger = world.add(KeyPair("did:web:mallory.example#key-1"))
        world.publish_list(signer=stranger)

        assert lines(world.verify(world.credential())) == {"status": "status-list-invalid"}

    def test_kept_by_someone_else(self, world: World) -> None:
        keeper = world.add(KeyPair("did:web:keeper.example#key-1"))
        world.publish_list(signer=keeper, issuer="did:web:keeper.example")

        report = world.verify(world.credential())
        assert (report.verdict, lines(report)) == (Verdict.UNDECIDED, {"status": "status-issuer-differs"})
        policy = Policy(accepted_status_issuers=frozenset({"did:web:keeper.example"}))
        assert world.verify(world.credential(), policy=policy).verdict is Verdict.VERIFIED

    def test_of_nobody(self, world: World) -> None:
        world.lists[STATUS_LIST] = {**world.lists[STATUS_LIST], "issuer": 5}

        assert lines(world.verify(world.credential())) == {"status": "status-issuer-differs"}

    def test_tampered(self, world: World) -> None:
        listed = copy.deepcopy(dict(world.lists[STATUS_LIST]))
        listed["credentialSubject"]["id"] = "urn:other"
        world.lists[STATUS_LIST] = listed

        assert lines(world.verify(world.credential())) == {"status": "status-list-invalid"}

    def test_without_proof(self, world: World) -> None:
        world.lists[STATUS_LIST] = {k: v for k, v in world.lists[STATUS_LIST].items() if k != "proof"}

        assert lines(world.verify(world.credential())) == {"status": "status-list-invalid"}

    def test_that_breaks_the_data_model(self, world: World) -> None:
        world.publish_list(evidence={"id": "urn:uuid:evidence-without-type"})

        assert lines(world.verify(world.credential())) == {"status": "status-list-invalid"}

    def test_outdated(self, world: World) -> None:
        for changed in ({"validUntil": "2026-11-20T00:00:00Z"}, {"validFrom": "2026-11-25T00:00:00Z"}):
            world.publish_list(**changed)
            report = world.verify(world.credential())
            assert (report.verdict, lines(report)) == (Verdict.UNDECIDED, {"status": "status-outdated"})
            reason = "the status list is outside its period of validity"
            assert report.check("status").detail == {"reason": reason}

    def test_of_another_url(self, world: World) -> None:
        world.publish_list("https://university.example/status/4")
        world.lists[STATUS_LIST] = world.lists["https://university.example/status/4"]

        assert lines(world.verify(world.credential())) == {"status": "status-list-invalid"}

    def test_for_another_purpose(self, world: World) -> None:
        world.publish_list(purpose="suspension")

        assert lines(world.verify(world.credential())) == {"status": "status-list-invalid"}

    def test_that_is_too_short(self, world: World) -> None:
        subject = {**world.lists[STATUS_LIST]["credentialSubject"], "encodedList": bitstring.encode(bytes(16))}
        world.publish_list(credentialSubject=subject)

        assert lines(world.verify(world.credential(credentialStatus=build_entry(STATUS_LIST, 0)))) == {
            "status": "status-list-too-short"
        }

    def test_whose_key_cannot_be_asked_for(self, world: World) -> None:
        keeper = world.add(KeyPair("did:web:keeper.example#key-1"))
        world.publish_list(signer=keeper, issuer="did:web:keeper.example")
        world.failures["did:web:keeper.example"] = ResolutionUnavailable("no answer")
        policy = Policy(accepted_status_issuers=frozenset({"did:web:keeper.example"}))

        report = world.verify(world.credential(), policy=policy)
        assert (report.verdict, lines(report)) == (Verdict.UNDECIDED, {"status": "issuer-unreachable"})

    def test_signed_under_another_suite_than_the_policy_accepts(self, world: World) -> None:
        pair = world.add(KeyPair(f"{ISSUER}#key-p256", KeyType.P256))
        credential = world.secure(CREDENTIAL, signer=pair, cryptosuite="ecdsa-rdfc-2019")

        report = world.verify(credential, policy=Policy(accepted_cryptosuites=frozenset({"ecdsa-rdfc-2019"})))
        assert lines(report) == {"status": "status-list-invalid"}


# --- 6 schema ----------------------------------------------------------------------------------------


def test_no_schema_is_no_obstacle_unless_the_policy_demands_one(world: World) -> None:
    report = world.verify(world.credential(), policy=Policy(require_schema=True))

    assert lines(report) == {"schema": "schema-missing"}
    assert report.check("schema").message == (
        "The credential names no description of its content, which this verifier demands."
    )


def test_a_policy_and_a_clock_are_all_that_time_depends_on(world: World) -> None:
    later = NOW + timedelta(days=2)

    assert lines(world.verify(world.credential(), now=later)) == {"status": "status-outdated"}
    assert (
        world.verify(world.credential(), now=later, policy=Policy(clock_skew_s=2 * 86400)).verdict is Verdict.VERIFIED
    )
