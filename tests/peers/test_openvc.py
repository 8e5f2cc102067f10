"""Data Integrity proofs with PyPI's `openvc-core`: PyLD under the RDF suites, its own JCS under the others."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from openvc.errors import OpenvcError
from openvc.keys import signing_key_from_jwk
from openvc.proof.data_integrity import DataIntegrityProofSuite
from openvc.proof.di_ecdsa_rdfc import EcdsaRdfcProofSuite
from openvc.proof.di_jcs import EcdsaJcsProofSuite, EddsaJcsProofSuite
from openvc.proof.ecdsa_sd import EcdsaSdProofSuite
from openvc.verify import VerificationPolicy, verify_credential

from did.keys import KeyType
from tests.peers import ours
from tests.peers.keys import Key, make_key
from tests.peers.programs import Program
from tests.peers.samples import (
    ALWAYS_SHOWN,
    CREATED,
    NOW,
    OPEN_BADGES,
    OPEN_BADGES_EXTENSIONS,
    badge_for_suite,
    badge_without_blank_nodes,
    tampered_copies,
    unsecured_badge,
)
from vc.loader import load_context
from vc.proofs.disclosure import derive_proof
from vc.report import Outcome, Verdict

Programs = Callable[[str], Program]
CONTEXTS = {url: load_context(url) for url in (OPEN_BADGES, OPEN_BADGES_EXTENSIONS)}
RDF_SUITES: dict[str, Any] = {"eddsa-rdfc-2022": DataIntegrityProofSuite, "ecdsa-rdfc-2019": EcdsaRdfcProofSuite}
JCS_SUITES: dict[str, Any] = {"eddsa-jcs-2022": EddsaJcsProofSuite, "ecdsa-jcs-2019": EcdsaJcsProofSuite}
SUITES = [
    ("eddsa-rdfc-2022", KeyType.ED25519),
    ("eddsa-jcs-2022", KeyType.ED25519),
    ("ecdsa-rdfc-2019", KeyType.P256),
    ("ecdsa-rdfc-2019", KeyType.P384),
    ("ecdsa-jcs-2019", KeyType.P256),
    ("ecdsa-jcs-2019", KeyType.P384),
]
each_suite = pytest.mark.parametrize(("suite", "key_type"), SUITES, ids=[f"{s}-{k}" for s, k in SUITES])

CHOSEN = ["/credentialSubject/achievement/achievementType", "/credentialSubject/identifier"]


def their_issue(credential: dict[str, Any], suite: str, key: Key) -> dict[str, Any]:
    signing_key = signing_key_from_jwk(key.private_jwk(), key.verification_method)
    named: dict[str, Any] = {"signing_key": signing_key, "verification_method": key.verification_method}
    created = ours.time_of(CREATED)
    if suite in RDF_SUITES:
        return dict(RDF_SUITES[suite]().add_proof(credential, created=created, extra_contexts=CONTEXTS, **named))
    return with_visible_context(JCS_SUITES[suite]().add_proof(credential, created=created, **named))


def with_visible_context(secured: dict[str, Any]) -> dict[str, Any]:
    """openvc 1.37 signs the context as part of the JCS proof options, but leaves it out of the proof.

    EdDSA Cryptosuites v1.0, section 3.3.1, step 2, puts it into the proof; a verifier takes the options from
    there (3.3.2). See `test_a_jcs_proof_shows_the_context_that_it_signs`.
    """
    return {**secured, "proof": {**secured["proof"], "@context": secured["@context"]}}


def badge(suite: str, key: Key) -> dict[str, Any]:
    """openvc 1.37 labels blank nodes with SHA-256 also under P-384, where the suite says SHA-384.

    ECDSA Cryptosuites v1.0, section 3.2.3, step 2; see `test_blank_nodes_under_p_384_are_labelled_with_sha_384`.
    """
    if suite == "ecdsa-rdfc-2019" and key.key_type is KeyType.P384:
        return badge_without_blank_nodes(key.controller)
    return badge_for_suite(suite, key.controller)


def they_accept(credential: dict[str, Any]) -> bool:
    policy = VerificationPolicy(now=ours.time_of(NOW))
    try:
        verify_credential(credential, policy=policy, extra_contexts=CONTEXTS)
    except OpenvcError:
        return False
    return True


@each_suite
def test_what_we_issue_they_verify(suite: str, key_type: KeyType) -> None:
    key, other = make_key(key_type), make_key(key_type)

    secured = ours.issue(badge(suite, key), suite, key)

    assert they_accept(secured)
    for what, changed in tampered_copies(secured, other_key=other.verification_method):
        assert not they_accept(changed), what


@each_suite
def test_what_they_issue_we_verify(suite: str, key_type: KeyType) -> None:
    key, other = make_key(key_type), make_key(key_type)

    secured = their_issue(badge(suite, key), suite, key)

    report = ours.report_on(secured)
    assert report.verdict is Verdict.VERIFIED, report.to_json()
    for what, changed in tampered_copies(secured, other_key=other.verification_method):
        broken = ours.report_on(changed)
        assert broken.verdict is Verdict.NOT_VERIFIED, what
        assert broken.check("proof").outcome is Outcome.FAILED, what


def test_one_key_and_one_time_make_one_proof_value() -> None:
    key = make_key(KeyType.ED25519)
    for number in range(12):
        credential = badge_for_suite("eddsa-rdfc-2022", key.controller, number=number)

        mine = ours.issue(credential, "eddsa-rdfc-2022", key)
        theirs = their_issue(credential, "eddsa-rdfc-2022", key)

        assert mine == theirs


def without_blank_node_ids(value: Any) -> Any:
    """openvc 1.37 writes `"id": "_:b0"` into nodes that had no id; the signature holds with and without it.

    An `id` must be a URL (VCDM 2.0, section 4.4; Open Badges says so for each of its objects), and the reveal
    document is selected from the document as it was (ECDSA Cryptosuites v1.0, section 3.5.4, step 11).
    """
    if isinstance(value, dict):
        kept = {name: inner for name, inner in value.items() if not (name == "id" and str(inner).startswith("_:"))}
        return {name: without_blank_node_ids(inner) for name, inner in kept.items()}
    if isinstance(value, list):
        return [without_blank_node_ids(inner) for inner in value]
    return value


@pytest.mark.parametrize("issuer", ["we", "they"])
@pytest.mark.parametrize("holder", ["we", "they"])
def test_selective_disclosure_goes_both_ways(issuer: str, holder: str) -> None:
    key, other = make_key(KeyType.P256), make_key(KeyType.P256)
    credential = unsecured_badge(7, key.controller)
    theirs = EcdsaSdProofSuite()
    if issuer == "we":
        base = ours.issue_base(credential, key, ALWAYS_SHOWN)
    else:
        base = theirs.add_base_proof(
            credential,
            signing_key=signing_key_from_jwk(key.private_jwk(), key.verification_method),
            verification_method=key.verification_method,
            mandatory_pointers=ALWAYS_SHOWN,
            created=ours.time_of(CREATED),
            extra_contexts=CONTEXTS,
        )

    if holder == "we":
        shown = derive_proof(base, CHOSEN)
    else:
        derived = theirs.derive_proof(base, selective_pointers=CHOSEN, extra_contexts=CONTEXTS)
        assert ours.report_on(derived).check("proof").outcome is Outcome.PASSED
        shown = without_blank_node_ids(derived)

    report = ours.report_on(shown)
    assert they_accept(shown)
    assert report.verdict is Verdict.VERIFIED, report.to_json()
    for what, changed in tampered_copies(shown, other_key=other.verification_method):
        assert not they_accept(changed), what
        assert ours.report_on(changed).verdict is Verdict.NOT_VERIFIED, what


def test_blank_nodes_under_p_384_are_labelled_with_sha_384() -> None:
    """Digital Bazaar's library agrees with us (test_data_integrity.py); here the peer is the one that errs."""
    key = make_key(KeyType.P384)
    credential = badge_for_suite("ecdsa-rdfc-2019", key.controller)

    mine = ours.issue(credential, "ecdsa-rdfc-2019", key)
    theirs = their_issue(credential, "ecdsa-rdfc-2019", key)

    assert not they_accept(mine)
    assert they_accept(theirs)
    assert ours.report_on(theirs).check("proof").outcome is Outcome.FAILED


@pytest.mark.parametrize(("suite", "key_type"), [("eddsa-jcs-2022", KeyType.ED25519), ("ecdsa-jcs-2019", KeyType.P256)])
def test_a_jcs_proof_shows_the_context_that_it_signs(program: Programs, suite: str, key_type: KeyType) -> None:
    """Without it, Digital Bazaar's library refuses openvc's proofs just as we do."""
    key = make_key(key_type)
    complete = their_issue(badge_for_suite(suite, key.controller), suite, key)
    as_openvc_made_it = copy.deepcopy(complete)
    del as_openvc_made_it["proof"]["@context"]

    assert they_accept(as_openvc_made_it)
    for document, expected in ((complete, True), (as_openvc_made_it, False)):
        answer = program("di_verify.mjs").ask({"credential": document, "now": NOW})
        assert answer["ok"] is expected
        assert (ours.report_on(document).verdict is Verdict.VERIFIED) is expected
