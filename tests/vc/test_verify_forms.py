"""The pipeline on each form of credential: every check flips, alone where only one rule is broken, and fails closed."""

from __future__ import annotations

from typing import Any

import pytest

from did.errors import ResolutionUnavailable
from did.keys import KeyType
from tests.vc.documents import badge, endorsement
from tests.vc.forms_world import (
    DAY,
    FORMS,
    JOSE,
    METADATA,
    PROFILE,
    TOKEN_LIST,
    Scene,
    each,
    lines,
)
from tests.vc.world import ISSUER, NOW, STATUS_LIST, KeyPair, document_of, method_of
from vc import jose
from vc.errors import StatusUnavailable
from vc.policy import Policy
from vc.report import REQUIRED_CHECKS, Outcome, Report, Verdict
from vc.sd_jwt.errors import TypeMetadataUnavailable
from vc.secured import Form
from vc.status import token_list


@pytest.fixture
def scene() -> Scene:
    return Scene()


@each(FORMS)
def test_a_good_credential_is_verified(scene: Scene, form: Form) -> None:
    report = scene.verify(scene.make(form))

    assert report.verdict is Verdict.VERIFIED, lines(report)
    assert tuple(check.name for check in report.checks) == REQUIRED_CHECKS
    assert report.form is form
    assert report.to_json()["form"] == form.value
    assert report.check("issuer").detail == {"issuer": ISSUER}
    assert report.check("proof").detail["algorithm"] == "ES256"


# --- each check, flipped alone ---------------------------------------------------------------------------


@each(list(JOSE))
def test_structure_flips_alone(scene: Scene, form: Form) -> None:
    assert lines(scene.verify(scene.make(form, name=None, credentialSchema=None))) == {"structure": "malformed"}


@each(FORMS)
def test_a_stranger_who_signs_flips_the_issuer(scene: Scene, form: Form) -> None:
    mallory = scene.world.add(KeyPair("did:web:mallory.example#key-1", KeyType.P256))

    report = scene.verify(scene.make(form, signer=mallory))

    assert lines(report) == {"issuer": "issuer-mismatch", "proof": "issuer-mismatch"}
    assert report.verdict is Verdict.NOT_VERIFIED


@each(FORMS)
def test_a_key_that_the_issuer_does_not_publish_for_this_flips_the_issuer(scene: Scene, form: Form) -> None:
    credential = scene.make(form)
    scene.world.documents[ISSUER] = document_of(ISSUER, [method_of(scene.world.key), method_of(scene.key)])
    scene.world.documents[ISSUER]["assertionMethod"] = [scene.world.key.verification_method]

    assert lines(scene.verify(credential))["issuer"] == "key-not-authorized"


@each(FORMS)
def test_an_issuer_that_does_not_answer_is_undecided(scene: Scene, form: Form) -> None:
    credential = scene.make(form)
    scene.world.failures[ISSUER] = ResolutionUnavailable("no answer")

    report = scene.verify(credential)

    assert report.verdict is Verdict.UNDECIDED
    assert report.check("issuer").outcome is report.check("proof").outcome is Outcome.UNDECIDED


@each(FORMS)
def test_a_changed_signature_flips_the_proof_alone(scene: Scene, form: Form) -> None:
    credential = scene.make(form)
    jws, tilde, rest = credential.partition("~")
    head, _, signature = jws.rpartition(".")
    other = scene.make(form, **({"degree": "Medicine"} if form is Form.SD_JWT_VC else {"name": "Medicine"}))
    signature = other.partition("~")[0].rpartition(".")[2]

    report = scene.verify(f"{head}.{signature}{tilde}{rest}")

    assert lines(report) == {"proof": "token-signature-invalid"}
    assert report.verdict is Verdict.NOT_VERIFIED


@each(FORMS)
def test_a_compromised_key_flips_the_proof_alone_unless_an_anchor_is_older(scene: Scene, form: Form) -> None:
    credential = scene.make(form)
    second = scene.world.documents[ISSUER]["verificationMethod"][1]
    second["revoked"] = f"{NOW - DAY:%Y-%m-%dT%H:%M:%SZ}"

    late = scene.verify(credential)
    early = scene.verify(credential, anchored_before=NOW - 2 * DAY)

    assert late.check("proof").code == "key-compromised"
    assert late.check("issuer").outcome is Outcome.PASSED
    assert early.check("proof").outcome is Outcome.PASSED


@each(FORMS)
@pytest.mark.parametrize("when", ["expired", "not-yet-valid"])
def test_its_period_flips_validity_alone(scene: Scene, form: Form, when: str) -> None:
    early, late = NOW - 40 * DAY, NOW - 30 * DAY
    if when == "not-yet-valid":
        early, late = NOW + 30 * DAY, NOW + 40 * DAY
    if form is Form.SD_JWT_VC:
        changed: dict[str, Any] = {"nbf": int(early.timestamp()), "exp": int(late.timestamp())}
    else:
        changed = {"validFrom": f"{early:%Y-%m-%dT%H:%M:%SZ}", "validUntil": f"{late:%Y-%m-%dT%H:%M:%SZ}"}

    report = scene.verify(scene.make(form, **changed))

    assert lines(report) == {"validity": when}
    assert report.verdict is Verdict.NOT_VERIFIED


@each(FORMS)
def test_a_revoked_credential_flips_the_status_alone(scene: Scene, form: Form) -> None:
    credential = scene.make(form)
    scene.world.bits[0] = 0x01  # entry 7 of a bitstring: the last bit of the first byte
    scene.world.publish_list()
    token_list.set_value(scene.bits, 7, 1, bits=2)

    assert lines(scene.verify(credential)) == {"status": "revoked"}


def test_a_suspended_sd_jwt_flips_the_status_alone(scene: Scene) -> None:
    credential = scene.make(Form.SD_JWT_VC)
    for value, code in ((2, "suspended"), (3, "status-set")):
        token_list.set_value(scene.bits, 7, value, bits=2)
        assert lines(scene.verify(credential)) == {"status": code}


@each(FORMS)
def test_a_status_list_that_cannot_be_had_is_undecided(scene: Scene, form: Form) -> None:
    credential = scene.make(form)
    scene.world.failures |= {STATUS_LIST: StatusUnavailable("no"), TOKEN_LIST: StatusUnavailable("no")}

    report = scene.verify(credential)

    assert lines(report) == {"status": "status-unavailable"}
    assert report.verdict is Verdict.UNDECIDED


@each(FORMS)
def test_a_credential_without_a_status_says_so(scene: Scene, form: Form) -> None:
    name = "status" if form is Form.SD_JWT_VC else "credentialStatus"
    credential = scene.make(form, **{name: None})

    assert scene.verify(credential).check("status").code == "no-status"
    assert lines(scene.verify(credential, policy=Policy(require_status=True))) == {"status": "status-missing"}


def test_the_status_of_an_sd_jwt_by_another_mechanism_is_undecided(scene: Scene) -> None:
    assert lines(scene.verify(scene.make(Form.SD_JWT_VC, status={"other": 1}))) == {"status": "status-not-readable"}


def test_a_status_list_by_somebody_else_is_undecided(scene: Scene) -> None:
    credential = scene.make(Form.SD_JWT_VC)
    scene.key, issuers = scene.world.add(KeyPair("did:web:mallory.example#key-1", KeyType.P256)), scene.key

    assert lines(scene.verify(credential)) == {"status": "status-issuer-differs"}
    accepted = Policy(accepted_status_issuers=frozenset({"did:web:mallory.example"}))
    assert scene.verify(credential, policy=accepted).verdict is Verdict.VERIFIED
    scene.key = issuers
    assert scene.verify(credential).verdict is Verdict.VERIFIED


def test_a_changed_type_flips_the_schema_alone(scene: Scene) -> None:
    credential = scene.make(Form.SD_JWT_VC)
    scene.metadata = METADATA + b" "

    assert lines(scene.verify(credential)) == {"schema": "type-mismatch"}


def test_a_type_that_cannot_be_had_is_undecided(scene: Scene) -> None:
    credential = scene.make(Form.SD_JWT_VC)
    scene.metadata = TypeMetadataUnavailable("no answer")

    assert lines(scene.verify(credential)) == {"schema": "type-unavailable"}
    assert scene.verify(credential).verdict is Verdict.UNDECIDED


@each(list(JOSE))
def test_a_schema_that_cannot_be_had_is_undecided(scene: Scene, form: Form) -> None:
    named = {"id": "https://university.example/schema.json", "type": "JsonSchema"}

    assert lines(scene.verify(scene.make(form, credentialSchema=named))) == {"schema": "schema-unavailable"}


@each([Form.VC_JWT, Form.OB_JWT])
def test_endorsements_inside_a_token_are_verified_too(scene: Scene, form: Form) -> None:
    secured = scene.world.secure(endorsement(issuer=PROFILE, validFrom="2026-11-01T00:00:00Z"))
    tampered = {**secured, "name": "Another name"}

    good = scene.verify(scene.make(form, endorsement=[secured]))
    bad = scene.verify(scene.make(form, endorsement=[tampered]))

    assert good.check("inner").outcome is Outcome.PASSED, good.check("inner").detail
    assert lines(bad) == {"inner": "inner-not-verified"}


def test_an_endorsement_that_is_a_token_is_verified_too(scene: Scene) -> None:
    unsecured = endorsement(issuer=PROFILE, validFrom="2026-11-01T00:00:00Z")
    token = jose.PreparedObJwt(scene.key).secure(unsecured, now=NOW)
    head, _, signature = token.rpartition(".")
    broken = f"{head}.{signature[:-4]}AAAA"

    def of(tokens: list[str]) -> Report:
        unsigned = badge(issuer=PROFILE, validFrom="2026-11-01T00:00:00Z", endorsementJwt=tokens)
        del unsigned["credentialStatus"]
        return scene.verify(scene.world.secure(unsigned))

    assert of([token]).verdict is Verdict.VERIFIED, of([token]).check("inner").detail
    assert lines(of([token, broken])) == {"inner": "inner-not-verified"}
    assert lines(of(["a.b.c"])) == {"inner": "inner-not-verified"}
    # A good token of something else endorses nothing.
    award = jose.PreparedObJwt(scene.key).secure(badge(issuer=PROFILE, validFrom="2026-11-01T00:00:00Z"), now=NOW)
    assert lines(of([award])) == {"inner": "inner-not-verified"}
