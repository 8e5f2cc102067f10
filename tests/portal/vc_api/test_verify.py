"""`credentials/verify` and `presentations/verify`."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

import pytest

from did.keys import KeyType
from tests.peers.keys import Key, make_key
from tests.portal.vc_api.conftest import an_unsecured_credential
from vc.proofs.data_integrity import add_proof

V2 = "https://www.w3.org/ns/credentials/v2"


def signed(document, key: Key, **options):
    created = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    return add_proof(document, signer=key, cryptosuite="eddsa-rdfc-2022", created=created, **options)


def a_presentation(*credentials, holder: Key, **changes):
    return {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "holder": holder.controller,
        "verifiableCredential": list(credentials),
        **changes,
    }


@pytest.fixture
def holder() -> Key:
    return make_key(KeyType.ED25519)


def answering(presentation, holder, *, challenge="a1b2", domain="verifier.example"):
    return signed(presentation, holder, proof_purpose="authentication", challenge=challenge, domain=domain)


def test_somebody_else_who_signs_in_the_issuers_name_is_told(api, holder):
    forged = signed(an_unsecured_credential(issuer="did:web:issuer.example:t:acme"), holder)

    everything = api.verify(forged)
    proof_only = api.verify(forged, checks=["proof"])

    assert everything.status_code == 400
    assert "CRYPTOGRAPHIC_SECURITY_ERROR" in everything.json()["errors"]
    assert "issuer" not in everything.json()["checks"]
    assert (proof_only.status_code, proof_only.json()["checks"]) == (200, ["structure", "proof"])
    assert api.verify(forged, checks=["proof", "issuer"]).status_code == 400


@pytest.mark.parametrize("checks", [["proof"], None])
@pytest.mark.parametrize(
    "member", ["type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue", "@all", "@null"]
)
def test_a_proof_without_a_member_is_refused(api, member, checks):
    credential = api.issue()
    if member == "@all":
        del credential["proof"]
    elif member == "@null":
        credential["proof"] = None
    else:
        del credential["proof"][member]

    answer = api.verify(credential, **({} if checks is None else {"checks": checks}))

    assert answer.status_code == 400
    assert answer.json()["verified"] is False


@pytest.mark.parametrize("member", ["@context", "type", "issuer", "credentialSubject"])
def test_a_credential_without_a_member_is_refused_even_if_only_the_proof_is_asked_for(api, member):
    credential = api.issue("eddsa-jcs-2022")
    del credential[member]

    answer = api.verify(credential, checks=["proof"])

    assert answer.status_code == 400
    assert "MALFORMED_VALUE_ERROR" in answer.json()["errors"]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"expectedProofPurpose": "authentication"}, "PROOF_VERIFICATION_ERROR"),
        ({"challenge": "1235abcd6789", "domain": "domain.example"}, "INVALID_CHALLENGE_ERROR"),
        ({"domain": "domain.example"}, "INVALID_DOMAIN_ERROR"),
        ({"checks": ["everything"]}, "MALFORMED_VALUE_ERROR"),
    ],
    ids=["purpose", "challenge", "domain", "unknown-check"],
)
@pytest.mark.parametrize("checks", [["proof"], None])
def test_options_of_the_proof_are_compared(api, options, error, checks):
    credential = api.issue(challenge="other", domain="domain.example" if "challenge" in options else "other.example")

    answer = api.verify(credential, **({"checks": checks} if checks else {}) | options)

    assert (answer.status_code, answer.json()["errors"]) == (400, [error])


def test_a_proof_does_not_need_a_time(api, holder):
    document = an_unsecured_credential(issuer=holder.controller)
    credential = signed(document, holder)
    del credential["proof"]["created"]

    # The time was signed, so this copy is refused; but for the signature, not for the missing member.
    assert api.verify(credential).json()["errors"] == ["PROOF_VERIFICATION_ERROR"]


def test_a_presentation_with_challenge_and_domain_verifies(api, holder):
    presentation = answering(a_presentation(api.issue(), holder=holder), holder)

    answer = api.verify_presentation(presentation, challenge="a1b2", domain="verifier.example")

    assert (answer.status_code, answer.json()["warnings"]) == (200, [])
    assert {"structure", "proof", "holder", "credentials[0].issuer", "credentials[0].proof"} <= set(
        answer.json()["checks"]
    )


@pytest.mark.parametrize(
    ("expected", "error"),
    [
        ({"challenge": "other", "domain": "verifier.example"}, "INVALID_CHALLENGE_ERROR"),
        ({"challenge": "a1b2", "domain": "other.example"}, "INVALID_DOMAIN_ERROR"),
    ],
    ids=["challenge", "domain"],
)
def test_a_presentation_for_another_question_is_refused(api, holder, expected, error):
    presentation = answering(a_presentation(api.issue(), holder=holder), holder)

    answer = api.verify_presentation(presentation, **expected)

    assert (answer.status_code, answer.json()["errors"]) == (400, [error])


def test_without_a_challenge_to_compare_with_the_answer_warns(api, holder):
    presentation = answering(a_presentation(api.issue(), holder=holder), holder)

    answer = api.verify_presentation(presentation)

    assert answer.status_code == 200
    assert "older presentation" in answer.json()["warnings"][0]


def test_a_presentation_by_somebody_other_than_its_holder_is_refused(api, holder):
    thief = make_key(KeyType.ED25519)
    presentation = answering(a_presentation(api.issue(), holder=holder), thief)

    answer = api.verify_presentation(presentation, challenge="a1b2", domain="verifier.example")

    assert (answer.status_code, answer.json()["errors"]) == (400, ["CRYPTOGRAPHIC_SECURITY_ERROR"])


def test_a_tampered_credential_inside_is_refused_with_its_place(api, holder):
    good, bad = api.issue(), api.issue()
    bad = copy.deepcopy(bad)
    bad["credentialSubject"]["hours"] = 80
    presentation = answering(a_presentation(good, bad, holder=holder), holder)

    answer = api.verify_presentation(presentation, challenge="a1b2", domain="verifier.example")

    assert answer.status_code == 400
    assert [problem["detail"].split(":")[0] for problem in answer.json()["problemDetails"]] == ["credentials[1].proof"]


def test_a_presentation_without_a_proof_is_taken_only_where_none_is_asked_for(api, holder):
    unsigned = a_presentation(api.issue(), holder=holder)

    assert api.verify_presentation(unsigned).status_code == 400
    assert api.verify_presentation(unsigned, checks=[]).status_code == 200
    answer = api("presentations/verify", {"presentation": unsigned})
    assert answer.status_code == 200
    assert "credentials[0].proof" in answer.json()["checks"]


def test_a_bad_proof_is_refused_even_where_none_is_asked_for(api, holder):
    presentation = answering(a_presentation(holder=holder), holder)
    presentation["proof"]["proofValue"] = "z5nmMBw2u9TGKd9NxxHJtyZKgjN2Eh"

    assert api.verify_presentation(presentation, checks=[]).status_code == 400


def test_the_holders_own_word_needs_the_holder(api, holder):
    """VCDM 2.0, "Presentations Including Holder Claims"."""
    word = an_unsecured_credential(issuer=holder.controller)
    without = a_presentation(word, holder=holder)
    del without["holder"]
    cases = {
        "its own": (a_presentation(word, holder=holder), 200),
        "no holder": (without, 400),
        "another holder": (a_presentation(word, holder=holder) | {"holder": "did:example:acme"}, 400),
        "another issuer": (a_presentation(word | {"issuer": "did:example:acme"}, holder=holder), 400),
    }
    for case, (presentation, status) in cases.items():
        answer = api.verify_presentation(answering(presentation, holder), checks=[])
        assert answer.status_code == status, case


@pytest.mark.parametrize(
    "changes",
    [{"@context": ...}, {"@context": ["https://www.w3.org/ns/credentials/examples/v2", V2]}, {"type": ...},
     {"type": ["Other"]}, {"holder": {"name": "x"}}, {"verifiableCredential": ["urn:x:1"]}, {"unmapped": 1},
     {"@context": [V2, 123]}],
    ids=["no-context", "context-order", "no-type", "other-type", "holder", "text", "undefined", "number"],
)  # fmt: skip
def test_a_presentation_that_breaks_a_rule_is_refused(api, holder, changes):
    document = {**a_presentation(holder=holder), **changes}
    presentation = {name: value for name, value in document.items() if value is not ...}

    answer = api.verify_presentation(presentation, checks=[])

    assert (answer.status_code, answer.json()["errors"]) == (400, ["MALFORMED_VALUE_ERROR"])
