"""The forms that are tokens, as enveloped credentials."""

from __future__ import annotations

import pytest

from did.keys import KeyType
from portal.vc_api.instances import INSTANCES
from tests.peers.keys import make_key
from tests.peers.samples import unsecured_badge
from vc import jose
from vc.sd_jwt.read import read as read_sd_jwt

TOKENS = [name for name, instance in INSTANCES.items() if instance.form != "ldp_vc"]
REVOCATION = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}


def a_badge():
    """Without an issuer's id: the instance puts its own in."""
    badge = unsecured_badge(3, "did:web:nobody.example")
    del badge["issuer"]
    return badge


def tampered(envelope):
    """With another first character of the signature."""
    opened = jose.open_envelope(envelope)
    signed, tilde, disclosures = opened.token.partition("~")
    head, payload, signature = signed.split(".")
    other = "A" if signature[0] != "A" else "B"
    return jose.envelop(".".join([head, payload, other + signature[1:]]) + tilde + disclosures, opened.media_type)


@pytest.fixture
def badge(api, did_of):
    """A badge needs a profile of its issuer."""

    def make(prefix=""):
        issuer = api.issue(f"{prefix}eddsa-rdfc-2022")["issuer"] if prefix else did_of("web")
        return {**a_badge(), "issuer": {"id": issuer, "type": ["Profile"], "name": "Acme University"}}

    return make


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_comes_in_an_envelope_verifies_and_is_refused_when_tampered_with(api, badge, name):
    envelope = api.issue(name, badge())

    assert envelope["type"] == "EnvelopedVerifiableCredential"
    assert envelope["id"].startswith("data:application/")
    good, bad = api.verify(envelope), api.verify(tampered(envelope))
    assert good.status_code == 200, good.text
    assert (bad.status_code, bad.json()["verified"]) == (400, False)
    assert api.verify(envelope, checks=["proof"]).status_code == 200
    assert api.verify(tampered(envelope), checks=["proof"]).status_code == 400


@pytest.mark.parametrize(
    "options", [{"challenge": "a1b2"}, {"domain": "x.example"}, {"expectedProofPurpose": "authentication"}]
)
def test_what_a_token_cannot_answer_is_not_passed_over(api, badge, options):
    answer = api.verify(api.issue("vc+jwt", badge()), **options)

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


def test_a_token_of_the_did_key_verifies(api, badge):
    envelope = api.issue("did-key/vc+jwt-Ed25519", badge("did-key/"))

    assert api.verify(envelope).status_code == 200
    assert jose.read(jose.open_envelope(envelope).token).issuer.startswith("did:key:z6Mk")


@pytest.mark.parametrize("name", ["vc+jwt", "jwt_vc_json", "ob-jwt", "dc+sd-jwt"])
def test_a_revoked_token_is_refused(api, badge, name):
    document = badge()
    envelope = api.issue(name, document, credentialStatus=REVOCATION)
    before = api.verify(envelope)

    done = api("credentials/status", {"credentialId": document["id"], "credentialStatus": REVOCATION})
    after = api.verify(envelope)

    assert (before.status_code, done.status_code, after.status_code) == (200, 200, 400), (before.text, done.text)
    assert "STATUS_VERIFICATION_ERROR" in after.json()["errors"]


def test_an_sd_jwt_shows_what_the_holder_chooses(api, badge):
    envelope = api.issue("dc+sd-jwt", badge(), vct="https://university.example/types/bachelor")

    answer = api("credentials/derive", {"verifiableCredential": envelope, "options": {"selectivePointers": ["/name"]}})

    shown = read_sd_jwt(jose.open_envelope(answer.json()["verifiableCredential"]).token).claims
    assert answer.status_code == 201
    assert shown["vct"] == "https://university.example/types/bachelor"
    assert "name" in shown
    assert "student_id" not in shown


def test_a_token_inside_a_presentation_is_verified(api, badge):
    envelope = api.issue("vc+jwt", badge())
    presentation = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [envelope],
    }
    broken = {**presentation, "verifiableCredential": [tampered(envelope)]}

    assert api("presentations/verify", {"presentation": presentation}).status_code == 200
    assert api("presentations/verify", {"presentation": broken}).status_code == 400


def test_a_presentation_as_a_token_is_verified_with_what_is_in_it(api, badge, node):
    holder = make_key(KeyType.P256)
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": holder.controller,
        "verifiableCredential": [api.issue("vc+jwt", badge())],
    }

    def enveloped(changed=document):
        token = jose.secure_presentation(
            changed, signer=holder, now=node.now(), audience="verifier.example", nonce="a1b2"
        )
        return jose.envelop(token, "application/vp+jwt", envelope="EnvelopedVerifiablePresentation")

    expected = {"challenge": "a1b2", "domain": "verifier.example"}
    good = enveloped()
    forged = {**good, "id": good["id"][:-8] + "AAAAAAAA"}
    inside = enveloped({**document, "verifiableCredential": [tampered(document["verifiableCredential"][0])]})

    answer = api.verify_presentation(good, **expected)
    assert (answer.status_code, answer.json()["warnings"]) == (200, []), answer.text
    assert "credentials[0].proof" in answer.json()["checks"]
    assert api.verify_presentation(good, **expected | {"challenge": "other"}).status_code == 400
    assert api.verify_presentation(good, **expected | {"domain": "other.example"}).status_code == 400
    assert api.verify_presentation(inside, **expected).status_code == 400
    assert api.verify_presentation(forged, checks=[]).status_code == 400


def test_what_a_form_cannot_hold_is_refused(api):
    cases = {
        "ob-jwt": {"@context": ["https://www.w3.org/ns/credentials/v2"]},
        "dc+sd-jwt": {"credentialSubject": [{"id": "did:example:a"}, {"id": "did:example:b"}]},
        "vc+jwt": {"@context": ["https://www.w3.org/2018/credentials/v1"]},
    }
    for name, changes in cases.items():
        document = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiableCredential"],
            "credentialSubject": {"id": "did:example:a"},
            **changes,
        }
        answer = api(f"instances/{name}/credentials/issue", {"credential": document})
        assert answer.status_code == 400, name
