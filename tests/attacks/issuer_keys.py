"""Credentials whose issuer has the wrong document, key, proof or status list. See `issuer_mismatches.py`."""

from __future__ import annotations

from tests.attacks.issuer_builds import (
    MALLORY,
    another_documents_id,
    answered,
    changed,
    controlled_by_another,
    controller_in_the_proof,
    deactivated,
    embedded_key,
    foreign_method_in_own_document,
    gone,
    issuer_becomes,
    issuer_delegates_its_document,
    key_of_another,
    listed,
    no_relationship,
    other_key_under_the_name,
    other_kind_under_the_name,
    own_method_claims_the_issuer,
    proof_of_another_credential,
    published,
    relative_key,
    second_proof_for_another_purpose,
    second_proof_of_another_credential,
    signer_changes_its_name,
    twice,
    two_keys,
    under,
    unpublished,
    with_document,
)
from tests.attacks.issuer_case import (
    BAD_DOCUMENT,
    BAD_PROOF,
    NOT_FOR_THIS,
    NOT_THERE,
    PROOF_TOO,
    Case,
)
from tests.attacks.without_guards import (
    BINDING,
    CONTROLLER,
    DEACTIVATED,
    DOCUMENT_ID,
    FORM,
    FOUND,
    KIND,
    METHOD,
    PURPOSE,
    RELATIONSHIP,
    SIGNATURE,
    STATUS,
    UNIQUE,
)
from tests.vc.world import ISSUER

_CID = "Controlled Identifiers 1.0, section 3.3 Retrieve Verification Method"
_CID_ID = "Controlled Identifiers 1.0, section 2.1.1: the document's id is its URL"
_DI = "Data Integrity 1.0, section 2.1 Proofs"
_PURPOSES = "Data Integrity 1.0, section 2.2 Proof Purposes"
_STATUS = "Bitstring Status List 1.0, section 3.2 step 4"
_JWK = "CVE-2026-27962: a key brought along in the message"


WRONG_KEYS = [
    # --- documents that say more than they may -----------------------------------------------------
    Case(
        "a stranger's document that is also known as the issuer",
        "DID 1.0, section 5.1.3: alsoKnownAs proves nothing",
        (BINDING,),
        with_document(f"{MALLORY}#key-1", alsoKnownAs=[ISSUER]),
    ),
    Case(
        "a stranger's document whose controller is the issuer",
        "DID 1.0, section 5.1.2: DID controller",
        (BINDING,),
        with_document(f"{MALLORY}#key-1", controller=ISSUER),
    ),
    Case(
        "the issuer's document whose controller is a stranger",
        "Controlled Identifiers 1.0, section 2.1.4 Controllers",
        (BINDING,),
        issuer_delegates_its_document,
    ),
    Case(
        "a stranger's key said to be controlled by the issuer",
        _CID + ", controller",
        (BINDING, CONTROLLER, METHOD),
        own_method_claims_the_issuer,
        {"issuer": "issuer-mismatch", "proof": "issuer-identifier-invalid"},
    ),
    Case(
        "the issuer's key in a stranger's document",
        _CID + ": dereferenced where its URL points",
        (FOUND,),
        foreign_method_in_own_document,
        NOT_THERE,
    ),
    Case(
        "the issuer's key said to be controlled by a stranger",
        "Data Integrity 1.0, section 5.4 Verification Method Binding",
        (CONTROLLER, METHOD),
        published(controlled_by_another),
        BAD_DOCUMENT,
    ),
    Case("another document than was asked for", _CID_ID, (DOCUMENT_ID,), published(another_documents_id), BAD_DOCUMENT),
    Case(
        "a document with one key id twice",
        "Controlled Identifiers 1.0, section 2.2: ids are unique",
        (UNIQUE,),
        published(twice),
        BAD_DOCUMENT,
    ),
    Case(
        "a deactivated identifier",
        "DID Resolution 0.3, section 4: deactivated",
        (DEACTIVATED,),
        published(deactivated),
        {"issuer": "issuer-deactivated", "proof": "issuer-deactivated"},
    ),
    # --- keys that are not for this ----------------------------------------------------------------
    Case("a key for authentication", _PURPOSES, (RELATIONSHIP,), published(under("authentication")), NOT_FOR_THIS),
    Case(
        "a key for agreement",
        "Controlled Identifiers 1.0, section 2.3.3",
        (RELATIONSHIP,),
        published(under("keyAgreement")),
        NOT_FOR_THIS,
    ),
    Case(
        "a key to invoke capabilities",
        "Controlled Identifiers 1.0, section 2.3.4",
        (RELATIONSHIP,),
        published(under("capabilityInvocation")),
        NOT_FOR_THIS,
    ),
    Case(
        "a key to delegate capabilities",
        "Controlled Identifiers 1.0, section 2.3.5",
        (RELATIONSHIP,),
        published(under("capabilityDelegation")),
        NOT_FOR_THIS,
    ),
    Case(
        "a key for nothing",
        "Controlled Identifiers 1.0, section 2.3",
        (RELATIONSHIP,),
        published(no_relationship),
        NOT_FOR_THIS,
    ),
    Case(
        "a key that was taken away",
        "Data Integrity 1.0, section 5.1: key rotation",
        (FOUND,),
        published(gone),
        NOT_THERE,
    ),
    Case(
        "another key under the same name",
        "Data Integrity 1.0, section 4.4 step 8",
        (SIGNATURE,),
        published(other_key_under_the_name),
        {"proof": "signature-mismatch"},
    ),
    Case(
        "a key of another kind under the same name",
        "EdDSA Cryptosuites 1.0, section 2.1.1",
        (KIND, SIGNATURE),
        published(other_kind_under_the_name),
        {"proof": "key-mismatch"},
    ),
    Case(
        "a key with another id than was asked for",
        _CID + ", step: id equals the URL",
        (METHOD,),
        answered(id=f"{MALLORY}#key-1"),
        {"issuer": "key-mismatch", "proof": "key-mismatch"},
    ),
    Case(
        "a key whose controller a careless resolver passed on",
        _CID + ", step: controller equals the document",
        (METHOD,),
        answered(controller=MALLORY),
        {"issuer": "key-mismatch", "proof": "key-mismatch"},
    ),
    # --- proofs that were moved ----------------------------------------------------------------------
    Case(
        "the proof of another credential",
        _DI + ": over this document",
        (SIGNATURE,),
        changed(proof_of_another_credential),
        {"proof": "signature-mismatch"},
    ),
    Case(
        "the issuer's name put over a stranger's signature",
        "Data Integrity 1.0, section 4.4",
        (SIGNATURE,),
        changed(signer_changes_its_name),
        {"proof": "signature-mismatch"},
    ),
    Case(
        "a stranger's key put over the issuer's signature",
        _DI + ": the options are signed",
        (BINDING, SIGNATURE),
        changed(key_of_another),
        PROOF_TOO,
    ),
    Case(
        "another issuer put over the issuer's signature",
        "VCDM 2.0, section 4.12 Securing Mechanisms",
        (BINDING, SIGNATURE),
        changed(issuer_becomes(MALLORY)),
        PROOF_TOO,
    ),
    Case(
        "the issuer's other spelling put over its signature",
        "RFC 3986, section 6.1",
        (BINDING, SIGNATURE),
        changed(issuer_becomes("did:web:University.example")),
        PROOF_TOO,
    ),
    Case("a key brought along in the proof", _JWK, (BINDING, FORM, SIGNATURE), changed(embedded_key), BAD_PROOF),
    Case("two keys in one proof", _DI + ": verificationMethod is one string", (FORM,), changed(two_keys), BAD_PROOF),
    Case(
        "a key without an identifier before it",
        _DI + ": verificationMethod is a URL",
        (BINDING, FORM, FOUND, SIGNATURE),
        changed(relative_key),
        BAD_PROOF,
    ),
    Case(
        "the issuer itself instead of a key",
        "DID 1.0, section 3.2.3: fragment",
        (FOUND,),
        unpublished(ISSUER),
        NOT_THERE,
    ),
    Case("two fragments", "RFC 3986, section 3.5", (FOUND,), unpublished(f"{ISSUER}#key-1#{MALLORY}"), NOT_THERE),
    Case(
        "a controller named in the proof",
        "Data Integrity 1.0, section 2.1: no such member decides",
        (BINDING,),
        controller_in_the_proof,
    ),
    Case(
        "the issuer's proof of another credential beside a stranger's",
        "Data Integrity 1.0, section 2.1.1 Proof Sets",
        (SIGNATURE,),
        changed(second_proof_of_another_credential),
        {"proof": "signature-mismatch"},
    ),
    Case(
        "the issuer's proof for another purpose beside a stranger's",
        "Data Integrity 1.0, section 4.4 step 5",
        (PURPOSE,),
        second_proof_for_another_purpose,
        {"proof": "proof-purpose-wrong"},
    ),
    # --- status lists --------------------------------------------------------------------------------
    Case(
        "a status list signed by a stranger in the issuer's name",
        _STATUS,
        (BINDING,),
        listed(),
        {"status": "status-list-invalid"},
    ),
    Case(
        "a status list of a stranger",
        "Bitstring Status List 1.0, section 2.2: issuer of the list",
        (STATUS,),
        listed(issuer=MALLORY),
        {"status": "status-issuer-differs"},
    ),
]
