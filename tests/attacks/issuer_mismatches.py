"""Credentials that carry a good signature of somebody, in the name of somebody else.

Run by `tests/attacks/test_issuer_mismatches.py`. Each case names its rule, where the rule is written or was
broken, and the `guard` in the code that alone refuses it; "several" where more than one stands in the way.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.attacks.issuer_builds import (
    MALLORY,
    Build,
    another_documents_id,
    answered,
    changed,
    controlled_by_another,
    controller_in_the_proof,
    deactivated,
    embedded_key,
    foreign_method_in_own_document,
    gone,
    in_json,
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
    signed_by,
    signer_changes_its_name,
    twice,
    two_keys,
    under,
    unpublished,
    with_document,
)
from tests.vc.world import ISSUER

BINDING = "binding"
METHOD = "method"
PURPOSE = "purpose"
RELATIONSHIP = "relationship"
SIGNATURE = "signature"
STATUS = "status"
SEVERAL = "several"

_GHSA = "vp-toolkit GHSA-p94w-42g3-f7h4: issuer not compared with signer"
_CID = "Controlled Identifiers 1.0, section 3.3 Retrieve Verification Method"
_CID_ID = "Controlled Identifiers 1.0, section 2.1.1: the document's id is its URL"
_VCDM = "VCDM 2.0, section 4.7 Issuer"
_VCDM_BINDING = "VCDM 2.0, appendix A.3 Issuer validation"
_DID = "DID 1.0, section 3.1: equal only character by character"
_DID_WEB = "did:web, section 3.1"
_DI = "Data Integrity 1.0, section 2.1 Proofs"
_PURPOSES = "Data Integrity 1.0, section 2.2 Proof Purposes"
_UTS39 = "UTS #39, confusables"
_RFC3986 = "RFC 3986, section 6.2.1: simple string comparison"
_STATUS = "Bitstring Status List 1.0, section 3.2 step 4"
_JWK = "CVE-2026-27962: a key brought along in the message"


@dataclass(frozen=True)
class Case:
    rule: str
    source: str
    guard: str
    build: Build
    lines: dict[str, str] = field(default_factory=lambda: {"issuer": "issuer-mismatch"})


PROOF_TOO = {"issuer": "issuer-mismatch", "proof": "signature-mismatch"}
NOT_THERE = {"issuer": "key-not-found", "proof": "key-not-found"}
NOT_FOR_THIS = {"issuer": "key-not-authorized", "proof": "key-not-authorized"}
BAD_DOCUMENT = {"issuer": "issuer-identifier-invalid", "proof": "issuer-identifier-invalid"}
BAD_PROOF = {"issuer": "proof-malformed", "proof": "proof-malformed"}
NO_ISSUER = {"structure": "malformed", "issuer": "malformed"}
ODD_ISSUER = {"structure": "malformed", "issuer": "issuer-mismatch"}

CASES = [
    # --- the signer is somebody else ---------------------------------------------------------------
    Case("a stranger of the same method", _GHSA, BINDING, signed_by(f"{MALLORY}#key-1")),
    Case("a stranger's did:key", _GHSA, BINDING, signed_by("did:key:z6MkMallory#z6MkMallory")),
    Case("a stranger's did:jwk", "did:jwk, section 2", BINDING, signed_by("did:jwk:eyJrdHkiOiJPS1AifQ#0")),
    Case(
        "the holder signs its own award", "VCDM 2.0, section 1.2: roles", BINDING, signed_by("did:example:holder#key-1")
    ),
    Case(
        "a longer name that starts with the issuer's", _DID_WEB, BINDING, signed_by(f"{ISSUER}.mallory.example#key-1")
    ),
    Case("a shorter name that the issuer's starts with", _DID, BINDING, signed_by("did:web:university.exampl#key-1")),
    Case(
        "a path below the issuer's host",
        _DID_WEB + ": paths are other identifiers",
        BINDING,
        signed_by(f"{ISSUER}:mallory#key-1"),
    ),
    Case(
        "the host above the issuer's path",
        "did:web, section 2.2",
        BINDING,
        signed_by(f"{ISSUER}#key-2", issuer=f"{ISSUER}:law"),
    ),
    Case(
        "another port of the issuer's host", "did:web, section 2.1: port", BINDING, signed_by(f"{ISSUER}%3A8443#key-1")
    ),
    Case(
        "a subdomain of the issuer",
        "OWASP: subdomain takeover",
        BINDING,
        signed_by("did:web:blog.university.example#key-1"),
    ),
    Case("another letter case of the host", _DID, BINDING, signed_by("did:web:UNIVERSITY.example#key-1")),
    Case(
        "another letter case of the method",
        "DID 1.0, section 3.1: method names are lower case",
        BINDING,
        signed_by("did:WEB:university.example#key-1"),
    ),
    Case("a host that only looks the same", _UTS39, BINDING, signed_by("did:web:xn--unversity-m1a.example#key-1")),
    Case(
        "a percent-encoded spelling of the host",
        "RFC 3986, section 6.2.2.2",
        BINDING,
        signed_by("did:web:university%2Eexample#key-1"),
    ),
    Case("a host with a final dot", "RFC 1034, section 3.1", BINDING, signed_by("did:web:university.example.#key-1")),
    Case(
        "the same account on another chain",
        "did:ethr, chain id",
        BINDING,
        signed_by(
            "did:ethr:0x89:0xf3beac30c498d9e26865f34fcaa57dbb935b0d74#controller",
            issuer="did:ethr:0xf3beac30c498d9e26865f34fcaa57dbb935b0d74",
        ),
    ),
    Case(
        "the same account in another spelling",
        "EIP-55: checksum by letter case",
        BINDING,
        signed_by(
            "did:ethr:0xF3beAC30C498D9E26865F34fCAa57dBB935b0D74#controller",
            issuer="did:ethr:0xf3beac30c498d9e26865f34fcaa57dbb935b0d74",
        ),
    ),
    Case(
        "the same organisation's web address",
        _VCDM_BINDING,
        BINDING,
        signed_by("https://university.example/issuer#key-1"),
    ),
    Case(
        "an http address for an https one",
        _RFC3986,
        BINDING,
        signed_by("http://university.example/issuer#key-1", issuer="https://university.example/issuer"),
    ),
    Case(
        "an address with a final slash",
        "RFC 3986, section 6.2.3",
        BINDING,
        signed_by("https://university.example/issuer/#key-1", issuer="https://university.example/issuer"),
    ),
    Case(
        "an address with the issuer as user name",
        "RFC 3986, section 7.6",
        BINDING,
        signed_by("https://university.example@mallory.example/#key-1", issuer="https://university.example"),
    ),
    Case(
        "a query on the issuer's identifier",
        "DID 1.0, section 3.2: DID URL, not DID",
        BINDING,
        signed_by(f"{ISSUER}?versionId=1#key-1"),
    ),
    Case(
        "a path on the issuer's identifier", "DID 1.0, section 3.2.1: path", BINDING, signed_by(f"{ISSUER}/other#key-1")
    ),
    Case(
        "the key itself as issuer",
        "Controlled Identifiers 1.0, section 2.2: a method is not a controller",
        BINDING,
        signed_by(f"{ISSUER}#key-2", issuer=f"{ISSUER}#key-2"),
    ),
    Case(
        "an object as issuer",
        "ACA-Py CVE-2024-21669: a result that is not used",
        BINDING,
        signed_by(f"{MALLORY}#key-1", issuer={"id": ISSUER, "name": "Example University"}),
    ),
    Case(
        "an issuer with a blank behind it",
        _VCDM + ": a URL",
        SEVERAL,
        in_json(f"{ISSUER}#key-2", f"{ISSUER} "),
        ODD_ISSUER,
    ),
    Case(
        "an issuer with an invisible character",
        "Unicode TR 36, section 2.10",
        BINDING,
        in_json(f"{ISSUER}#key-2", f"{ISSUER}\u200b"),
    ),
    # --- no issuer, or more than one ---------------------------------------------------------------
    Case("no issuer", _VCDM + ": must be there", SEVERAL, in_json(f"{MALLORY}#key-1", None), NO_ISSUER),
    Case("two issuers", _VCDM + ": one", SEVERAL, in_json(f"{MALLORY}#key-1", [ISSUER, MALLORY]), NO_ISSUER),
    Case(
        "an issuer without id",
        _VCDM + ": an object has an id",
        SEVERAL,
        in_json(f"{MALLORY}#key-1", {"name": "University"}),
        NO_ISSUER,
    ),
    Case(
        "an issuer with two ids",
        _VCDM + ": the id is a URL",
        SEVERAL,
        in_json(f"{MALLORY}#key-1", {"id": [ISSUER]}),
        NO_ISSUER,
    ),
    Case(
        "an issuer that is a number", _VCDM + ": a URL or an object", SEVERAL, in_json(f"{MALLORY}#key-1", 5), NO_ISSUER
    ),
    Case("an empty issuer", "VCDM 2.0, section 4.4 Identifiers", SEVERAL, in_json(f"{MALLORY}#key-1", ""), ODD_ISSUER),
    # --- documents that say more than they may -----------------------------------------------------
    Case(
        "a stranger's document that is also known as the issuer",
        "DID 1.0, section 5.1.3: alsoKnownAs proves nothing",
        BINDING,
        with_document(f"{MALLORY}#key-1", alsoKnownAs=[ISSUER]),
    ),
    Case(
        "a stranger's document whose controller is the issuer",
        "DID 1.0, section 5.1.2: DID controller",
        BINDING,
        with_document(f"{MALLORY}#key-1", controller=ISSUER),
    ),
    Case(
        "the issuer's document whose controller is a stranger",
        "Controlled Identifiers 1.0, section 2.1.4 Controllers",
        BINDING,
        issuer_delegates_its_document,
    ),
    Case(
        "a stranger's key said to be controlled by the issuer",
        _CID + ", controller",
        SEVERAL,
        own_method_claims_the_issuer,
        {"issuer": "issuer-mismatch", "proof": "issuer-identifier-invalid"},
    ),
    Case(
        "the issuer's key in a stranger's document",
        _CID + ": dereferenced where its URL points",
        SEVERAL,
        foreign_method_in_own_document,
        NOT_THERE,
    ),
    Case(
        "the issuer's key said to be controlled by a stranger",
        "Data Integrity 1.0, section 5.4 Verification Method Binding",
        SEVERAL,
        published(controlled_by_another),
        BAD_DOCUMENT,
    ),
    Case("another document than was asked for", _CID_ID, SEVERAL, published(another_documents_id), BAD_DOCUMENT),
    Case(
        "a document with one key id twice",
        "Controlled Identifiers 1.0, section 2.2: ids are unique",
        SEVERAL,
        published(twice),
        BAD_DOCUMENT,
    ),
    Case(
        "a deactivated identifier",
        "DID Resolution 0.3, section 4: deactivated",
        SEVERAL,
        published(deactivated),
        {"issuer": "issuer-deactivated", "proof": "issuer-deactivated"},
    ),
    # --- keys that are not for this ----------------------------------------------------------------
    Case("a key for authentication", _PURPOSES, RELATIONSHIP, published(under("authentication")), NOT_FOR_THIS),
    Case(
        "a key for agreement",
        "Controlled Identifiers 1.0, section 2.3.3",
        RELATIONSHIP,
        published(under("keyAgreement")),
        NOT_FOR_THIS,
    ),
    Case(
        "a key to invoke capabilities",
        "Controlled Identifiers 1.0, section 2.3.4",
        RELATIONSHIP,
        published(under("capabilityInvocation")),
        NOT_FOR_THIS,
    ),
    Case(
        "a key to delegate capabilities",
        "Controlled Identifiers 1.0, section 2.3.5",
        RELATIONSHIP,
        published(under("capabilityDelegation")),
        NOT_FOR_THIS,
    ),
    Case(
        "a key for nothing",
        "Controlled Identifiers 1.0, section 2.3",
        RELATIONSHIP,
        published(no_relationship),
        NOT_FOR_THIS,
    ),
    Case(
        "a key that was taken away",
        "Data Integrity 1.0, section 5.1: key rotation",
        SEVERAL,
        published(gone),
        NOT_THERE,
    ),
    Case(
        "another key under the same name",
        "Data Integrity 1.0, section 4.4 step 8",
        SIGNATURE,
        published(other_key_under_the_name),
        {"proof": "signature-mismatch"},
    ),
    Case(
        "a key of another kind under the same name",
        "EdDSA Cryptosuites 1.0, section 2.1.1",
        SEVERAL,
        published(other_kind_under_the_name),
        {"proof": "key-mismatch"},
    ),
    Case(
        "a key with another id than was asked for",
        _CID + ", step: id equals the URL",
        METHOD,
        answered(id=f"{MALLORY}#key-1"),
        {"issuer": "key-mismatch", "proof": "key-mismatch"},
    ),
    Case(
        "a key whose controller a careless resolver passed on",
        _CID + ", step: controller equals the document",
        METHOD,
        answered(controller=MALLORY),
        {"issuer": "key-mismatch", "proof": "key-mismatch"},
    ),
    # --- proofs that were moved ----------------------------------------------------------------------
    Case(
        "the proof of another credential",
        _DI + ": over this document",
        SIGNATURE,
        changed(proof_of_another_credential),
        {"proof": "signature-mismatch"},
    ),
    Case(
        "the issuer's name put over a stranger's signature",
        "Data Integrity 1.0, section 4.4",
        SIGNATURE,
        changed(signer_changes_its_name),
        {"proof": "signature-mismatch"},
    ),
    Case(
        "a stranger's key put over the issuer's signature",
        _DI + ": the options are signed",
        SEVERAL,
        changed(key_of_another),
        PROOF_TOO,
    ),
    Case(
        "another issuer put over the issuer's signature",
        "VCDM 2.0, section 4.12 Securing Mechanisms",
        SEVERAL,
        changed(issuer_becomes(MALLORY)),
        PROOF_TOO,
    ),
    Case(
        "the issuer's other spelling put over its signature",
        "RFC 3986, section 6.1",
        SEVERAL,
        changed(issuer_becomes("did:web:University.example")),
        PROOF_TOO,
    ),
    Case("a key brought along in the proof", _JWK, SEVERAL, changed(embedded_key), BAD_PROOF),
    Case("two keys in one proof", _DI + ": verificationMethod is one string", SEVERAL, changed(two_keys), BAD_PROOF),
    Case(
        "a key without an identifier before it",
        _DI + ": verificationMethod is a URL",
        SEVERAL,
        changed(relative_key),
        BAD_PROOF,
    ),
    Case(
        "the issuer itself instead of a key",
        "DID 1.0, section 3.2.3: fragment",
        SEVERAL,
        unpublished(ISSUER),
        NOT_THERE,
    ),
    Case("two fragments", "RFC 3986, section 3.5", SEVERAL, unpublished(f"{ISSUER}#key-1#{MALLORY}"), NOT_THERE),
    Case(
        "a controller named in the proof",
        "Data Integrity 1.0, section 2.1: no such member decides",
        BINDING,
        controller_in_the_proof,
    ),
    Case(
        "the issuer's proof of another credential beside a stranger's",
        "Data Integrity 1.0, section 2.1.1 Proof Sets",
        SIGNATURE,
        changed(second_proof_of_another_credential),
        {"proof": "signature-mismatch"},
    ),
    Case(
        "the issuer's proof for another purpose beside a stranger's",
        "Data Integrity 1.0, section 4.4 step 5",
        PURPOSE,
        second_proof_for_another_purpose,
        {"proof": "proof-purpose-wrong"},
    ),
    # --- status lists --------------------------------------------------------------------------------
    Case(
        "a status list signed by a stranger in the issuer's name",
        _STATUS,
        BINDING,
        listed(),
        {"status": "status-list-invalid"},
    ),
    Case(
        "a status list of a stranger",
        "Bitstring Status List 1.0, section 2.2: issuer of the list",
        STATUS,
        listed(issuer=MALLORY),
        {"status": "status-issuer-differs"},
    ),
]
