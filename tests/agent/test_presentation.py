"""A presentation counts if its holder made it for this request, and every credential in it is verified."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

import pytest

from agent.presentation import verify_presentation
from tests.attacks.doors import Outside
from tests.vc.world import ISSUER, NOW, POLICY, KeyPair, World, document_of, method_of
from vc import jose
from vc.proofs.data_integrity import add_proof
from vc.report import Outcome, Verdict

HOLDER = "did:web:ada.example"
CHALLENGE, DOMAIN = "1f2e3d", "https://verifier.example"
V2 = "https://www.w3.org/ns/credentials/v2"


class Scene:
    """A holder with a credential. `show` makes a presentation of it in either form."""

    def __init__(self) -> None:
        self.world = World()
        self.holder = KeyPair(f"{HOLDER}#key-1")
        self.world.documents[HOLDER] = document_of(HOLDER, [method_of(self.holder)], "authentication")
        self.credential = self.world.credential(credentialStatus=None)

    def token(self) -> str:
        unsecured = {name: value for name, value in self.credential.items() if name != "proof"}
        return jose.PreparedVcJwt(self.world.key).secure(unsecured, now=NOW)

    def show(self, form: str, *, signer: KeyPair | None = None, **changed: Any) -> Any:
        options = {"challenge": CHALLENGE, "domain": DOMAIN, "holder": HOLDER} | changed
        document = {"@context": [V2], "type": ["VerifiablePresentation"], "holder": options["holder"]}
        document = {name: value for name, value in document.items() if value is not None}
        if form == "document":
            return add_proof(
                {**document, "verifiableCredential": [self.credential]},
                signer=signer or self.holder,
                cryptosuite="eddsa-rdfc-2022",
                created=NOW,
                proof_purpose=options.get("purpose", "authentication"),
                challenge=options["challenge"],
                domain=options["domain"],
            )
        enveloped = [jose.envelop(self.token(), "application/vc+jwt")]
        token = jose.secure_presentation(
            {**document, "verifiableCredential": enveloped},
            signer=signer or self.holder,
            now=options.get("now", NOW),
            audience=options["domain"],
            nonce=options["challenge"],
        )
        if form == "envelope":
            return jose.envelop(token, "application/vp+jwt", envelope="EnvelopedVerifiablePresentation")
        return token

    def verify(self, data: Any, **more: Any) -> Any:
        outside = Outside(self.world.documents)
        given = {"challenge": CHALLENGE, "domain": DOMAIN} | more
        return verify_presentation(
            data,
            policy=POLICY,
            now=NOW,
            resolver=outside.resolver,
            fetch=outside.fetch,
            chain_for=lambda _chain: None,
            **given,
        )


def lines(report: Any) -> dict[str, Any]:
    return {check.name: check.code for check in report.checks if check.outcome is not Outcome.PASSED}


FORMS = ["document", "token", "envelope"]
each = pytest.mark.parametrize("form", FORMS)


@pytest.fixture
def scene() -> Scene:
    return Scene()


@each
def test_a_presentation_by_its_holder_for_this_request_is_verified(scene: Scene, form: str) -> None:
    report = scene.verify(scene.show(form))

    assert report.verdict is Verdict.VERIFIED, report.to_json()
    assert (report.holder, len(report.credentials)) == (HOLDER, 1)
    assert [check.name for check in report.checks] == ["structure", "holder", "proof"]
    assert report.to_json()["credentials"][0]["checks"][1]["detail"] == {"issuer": ISSUER}
    shown = scene.show(form)
    as_bytes = shown.encode() if isinstance(shown, str) else json.dumps(shown).encode()
    assert scene.verify(as_bytes).verdict is Verdict.VERIFIED
    assert scene.verify(shown, domain=["https://other.example", DOMAIN]).verdict is (
        Verdict.NOT_VERIFIED if form == "document" else Verdict.VERIFIED
    ), "Data Integrity compares all domains, a token names one of its audiences"


@each
@pytest.mark.parametrize("what", ["challenge", "domain"])
def test_a_presentation_for_another_request_flips_the_proof_alone(scene: Scene, form: str, what: str) -> None:
    report = scene.verify(scene.show(form), **{what: "https://mallory.example"})

    assert set(lines(report)) == {"proof"}
    assert report.verdict is Verdict.NOT_VERIFIED


@each
@pytest.mark.parametrize("what", ["challenge", "domain"])
def test_a_presentation_that_names_no_request_is_not_verified(scene: Scene, form: str, what: str) -> None:
    report = scene.verify(scene.show(form, **{what: None}))

    assert set(lines(report)) == {"proof"}


@each
def test_somebody_elses_signature_flips_the_holder(scene: Scene, form: str) -> None:
    thief = KeyPair("did:web:thief.example#key-1")
    scene.world.documents["did:web:thief.example"] = document_of(
        "did:web:thief.example", [method_of(thief)], "authentication"
    )

    report = scene.verify(scene.show(form, signer=thief))

    assert lines(report)["holder"] == "issuer-mismatch"
    assert report.verdict is Verdict.NOT_VERIFIED


@each
def test_a_key_for_other_things_than_authentication_flips_the_holder(scene: Scene, form: str) -> None:
    shown = scene.show(form)
    scene.world.documents[HOLDER] = document_of(HOLDER, [method_of(scene.holder)], "assertionMethod")

    assert lines(scene.verify(shown))["holder"] == "key-not-authorized"


def test_a_document_without_a_holder_is_nobodys(scene: Scene) -> None:
    report = scene.verify(scene.show("document", holder=None))

    assert lines(report) == {"holder": "malformed"}


def test_a_proof_for_another_purpose_flips_the_proof_alone(scene: Scene) -> None:
    report = scene.verify(scene.show("document", purpose="assertionMethod"))

    assert lines(report) == {"proof": "proof-purpose-wrong"}


def test_an_old_token_from_the_future_flips_the_proof_alone(scene: Scene) -> None:
    report = scene.verify(scene.show("token", now=NOW + timedelta(hours=1)))

    assert lines(report) == {"proof": "token-not-yet-valid"}


@each
def test_one_bad_credential_spoils_the_presentation(scene: Scene, form: str) -> None:
    scene.credential = {**copy.deepcopy(scene.credential), "name": "Doctor of Everything"}
    if form != "document":
        scene.world.key = KeyPair("did:web:mallory.example#key-1")

    report = scene.verify(scene.show(form))

    assert lines(report) == {}
    assert report.verdict is Verdict.NOT_VERIFIED
    assert report.credentials[0].verdict is Verdict.NOT_VERIFIED


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"[]",
        b'{"a":1,"a":2}',
        {"verifiableCredential": [7]},
        {"verifiableCredential": [{}] * 40},
        "a.b.c",
    ],
    ids=["nothing", "text", "list", "twice", "number", "many", "no token"],
)
def test_what_is_no_presentation_gets_a_report_too(scene: Scene, data: Any) -> None:
    report = scene.verify(data)

    assert report.verdict is Verdict.NOT_VERIFIED
    assert report.checks[0].outcome is Outcome.FAILED


def test_an_empty_object_is_refused_in_every_line(scene: Scene) -> None:
    assert set(lines(scene.verify({}))) == {"structure", "holder", "proof"}


def test_a_verifier_without_a_name_is_a_mistake_of_the_caller(scene: Scene) -> None:
    with pytest.raises(ValueError, match="at least one domain"):
        scene.verify(scene.show("document"), domain=[])
