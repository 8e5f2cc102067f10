"""Selective disclosure: ECDSA Cryptosuites v1.0, sections 3.4 to 3.6, and what may never be hidden."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from did.keys import KeyType
from tests.vc.world import CREATED, CREDENTIAL, ISSUER, NOW, KeyPair, World
from vc import errors
from vc.proofs import cbor, disclosure, selective
from vc.proofs.data_integrity import add_proof, verify_proofs
from vc.proofs.ecdsa_sd_2023 import NEVER_DISCLOSABLE
from vc.proofs.multibase import decode_base64url, encode_base64url
from vc.proofs.sd_values import BaseProofValue, DerivedProofValue
from vc.report import Verdict

MANDATORY = ["/issuer", "/validFrom", "/validUntil", "/credentialStatus", "/credentialSubject/id"]
SIGNER = KeyPair(f"{ISSUER}#key-p256", KeyType.P256)
TRANSCRIPT: dict[str, Any] = {
    **CREDENTIAL,
    "credentialSubject": {
        "id": "did:example:holder",
        "degree": {"type": "ExampleBachelorDegree", "name": "Zoë O'Brien"},
        "alumniOf": [{"name": "Faculty of Science"}, {"name": "Faculty of Arts"}, {"name": "Faculty of Law"}],
    },
}


def random_bytes(seed: str) -> Callable[[int], bytes]:
    counter = iter(range(100))
    return lambda size: hashlib.shake_256(f"{seed}{next(counter)}".encode()).digest(size)


def issue(document: dict[str, Any] = TRANSCRIPT, pointers: list[str] = MANDATORY, seed: str = "a") -> dict[str, Any]:
    return disclosure.add_base_proof(
        document, signer=SIGNER, created=CREATED, mandatory_pointers=pointers, random_bytes=random_bytes(seed)
    )


@pytest.fixture
def check(world: World) -> Callable[[Any], Any]:
    world.add(SIGNER)
    return lambda document: verify_proofs(document, get_key=world.get_key, now=NOW, expected_purpose="assertionMethod")


# --- what a holder may do ----------------------------------------------------------------------------

CHOICES = ["/name", "/credentialSubject/degree", "/credentialSubject/alumniOf/0/name", "/credentialSubject/alumniOf/2"]


EVERY_CHOICE = [choice for size in range(len(CHOICES) + 1) for choice in combinations(CHOICES, size)]


@pytest.mark.parametrize("pointers", EVERY_CHOICE)
def test_every_selection_verifies_and_shows_only_what_was_chosen(check: Any, pointers: tuple[str, ...]) -> None:
    derived = disclosure.derive_proof(issue(), pointers)

    assert check(derived)
    subject = derived["credentialSubject"]
    assert ("name" in derived) == ("/name" in pointers)
    assert ("degree" in subject) == ("/credentialSubject/degree" in pointers)
    wanted = [
        name
        for index, name in ((0, "Faculty of Science"), (2, "Faculty of Law"))
        if CHOICES[2 + index // 2] in pointers
    ]
    assert [faculty["name"] for faculty in subject.get("alumniOf", [])] == wanted
    for name in ("issuer", "validFrom", "validUntil", "credentialStatus", "type", "@context", "id"):
        assert derived[name] == TRANSCRIPT[name]


def test_a_derived_credential_passes_the_whole_pipeline(world: World) -> None:
    world.add(SIGNER)

    derived = disclosure.derive_proof(issue(), ["/credentialSubject/degree"])

    assert world.verify(derived).verdict is Verdict.VERIFIED


def test_a_credential_without_identifiers_can_be_disclosed(check: Any) -> None:
    unsecured = copy.deepcopy(TRANSCRIPT)
    del unsecured["id"], unsecured["credentialSubject"]["id"]

    assert check(disclosure.derive_proof(issue(unsecured, MANDATORY[:4]), CHOICES))


def test_a_literal_that_looks_like_a_skolem_urn_stays_a_literal(check: Any) -> None:
    odd = copy.deepcopy(TRANSCRIPT)
    odd["name"] = "<urn:bnid:0_1> urn:bnid:1_0 _:b0 _:c14n0"
    odd["credentialSubject"]["degree"]["id"] = "urn:bnid:2_0"

    derived = disclosure.derive_proof(issue(odd), CHOICES)

    assert check(derived)
    assert derived["name"] == odd["name"]
    assert derived["credentialSubject"]["degree"]["id"] == "urn:bnid:2_0"


@pytest.mark.parametrize(
    "pointer", ["", "name", "/nothing", "/name/x", "/credentialSubject/alumniOf/3", "/type/x", "/type/-1"]
)
def test_a_pointer_that_leads_nowhere_is_refused(pointer: str) -> None:
    with pytest.raises(errors.ProofGenerationError, match="JSON Pointer"):
        disclosure.derive_proof(issue(), [pointer])
    with pytest.raises(errors.ProofGenerationError, match="JSON Pointer"):
        issue(pointers=[*MANDATORY, pointer])


def test_pointers_are_unescaped() -> None:
    assert selective.json_pointer_to_paths("/a~1b/~0/~01/") == ["a/b", "~", "~1", ""]


def test_something_must_be_disclosed() -> None:
    bare = {"@context": TRANSCRIPT["@context"], "type": "VerifiableCredential", "name": "X"}

    with pytest.raises(errors.ProofGenerationError, match="nothing was selected"):
        disclosure.derive_proof(issue(bare, []), [])


# --- what a holder may not do --------------------------------------------------------------------------


class TestForgedDisclosure:
    @pytest.fixture
    def derived(self) -> dict[str, Any]:
        return disclosure.derive_proof(issue(), CHOICES)

    def parts(self, derived: Any) -> DerivedProofValue:
        return DerivedProofValue.parse(derived["proof"]["proofValue"])

    def with_value(self, derived: Any, **changed: Any) -> dict[str, Any]:
        value = self.parts(derived)
        parts = {name: getattr(value, name) for name in DerivedProofValue.__slots__}
        forged = DerivedProofValue(**{**parts, **changed})
        return {**derived, "proof": {**derived["proof"], "proofValue": forged.serialize()}}

    def test_is_as_good_as_new_when_nothing_changes(self, derived: Any, check: Any) -> None:
        assert self.with_value(derived) == derived
        assert check(derived)

    def test_changes_a_disclosed_claim(self, derived: Any, check: Any) -> None:
        derived["credentialSubject"]["degree"]["name"] = "Mallory"
        with pytest.raises(errors.SignatureMismatch):
            check(derived)

    @pytest.mark.parametrize("name", ["validUntil", "credentialStatus"])
    def test_drops_a_mandatory_member(self, derived: Any, check: Any, name: str) -> None:
        del derived[name]
        with pytest.raises((errors.SignatureMismatch, errors.MalformedProof)):
            check(derived)

    def test_adds_a_claim(self, derived: Any, check: Any) -> None:
        with pytest.raises(errors.SignatureMismatch, match="one signature for each statement"):
            check({**derived, "description": "with honours"})

    def test_adds_a_claim_and_a_signature(self, derived: Any, check: Any) -> None:
        signatures = [*self.parts(derived).signatures, self.parts(derived).signatures[0]]
        with pytest.raises(errors.SignatureMismatch):
            check(self.with_value({**derived, "description": "with honours"}, signatures=signatures))

    def test_adds_a_signature_without_a_statement(self, derived: Any, check: Any) -> None:
        signatures = [*self.parts(derived).signatures, self.parts(derived).signatures[0]]
        with pytest.raises(errors.SignatureMismatch, match="one signature for each statement"):
            check(self.with_value(derived, signatures=signatures))

    def test_calls_a_mandatory_statement_selective(self, derived: Any, check: Any) -> None:
        with pytest.raises(errors.SignatureMismatch):
            check(self.with_value(derived, mandatory_indexes=self.parts(derived).mandatory_indexes[1:]))

    def test_counts_past_the_end(self, derived: Any, check: Any) -> None:
        with pytest.raises(errors.SignatureMismatch, match="more statements"):
            check(self.with_value(derived, mandatory_indexes=[*self.parts(derived).mandatory_indexes, 10_000]))

    def test_swaps_the_proofs_own_key(self, derived: Any, check: Any) -> None:
        other = disclosure.derive_proof(issue(seed="b"), CHOICES)
        with pytest.raises(errors.SignatureMismatch):
            check(self.with_value(derived, public_key=self.parts(other).public_key))

    def test_uses_a_key_that_is_no_point(self, derived: Any, check: Any) -> None:
        for bad in (b"\x80\x24\x02" + b"\xff" * 32, b"\x80\x24\x05" + bytes(32)):
            with pytest.raises((errors.MalformedProof, errors.SignatureMismatch)):
                check(self.with_value(derived, public_key=bad))

    def test_joins_two_nodes_into_one(self, derived: Any, check: Any) -> None:
        labels = dict(self.parts(derived).label_map)
        first, second = list(labels)[:2]
        with pytest.raises(errors.MalformedProof, match="label map"):
            check(self.with_value(derived, label_map={**labels, first: labels[second]}))

    def test_leaves_a_node_without_a_name(self, derived: Any, check: Any) -> None:
        labels = dict(self.parts(derived).label_map)
        labels.popitem()
        with pytest.raises(errors.MalformedProof, match="label map"):
            check(self.with_value(derived, label_map=labels))

    def test_names_a_node_that_is_not_there(self, derived: Any, check: Any) -> None:
        labels = {**self.parts(derived).label_map, "c14n99": selective.encode_label(bytes(32))}
        with pytest.raises(errors.MalformedProof, match="label map"):
            check(self.with_value(derived, label_map=labels))

    def test_changes_the_proof_options(self, derived: Any, check: Any) -> None:
        derived["proof"]["created"] = "2026-10-25T12:00:01Z"
        with pytest.raises(errors.SignatureMismatch):
            check(derived)

    def test_gives_the_proof_a_context(self, derived: Any, check: Any) -> None:
        derived["proof"]["@context"] = ["https://w3id.org/security/data-integrity/v2"]
        with pytest.raises(errors.MalformedProof, match="@context"):
            check(derived)


def test_a_base_proof_is_not_for_verifiers(check: Any) -> None:
    with pytest.raises(errors.MalformedProof, match="not a derived proof"):
        check(issue())


def test_a_derived_proof_cannot_be_derived_from() -> None:
    derived = disclosure.derive_proof(issue(), CHOICES)
    with pytest.raises(errors.MalformedProof, match="not a base proof"):
        disclosure.derive_proof(derived, [])


def test_a_base_proof_belongs_to_its_document() -> None:
    with pytest.raises(errors.ProofGenerationError, match="does not fit"):
        disclosure.derive_proof({**issue(), "description": "with honours"}, ["/name"])


def test_a_document_without_a_base_proof_has_nothing_to_derive(world: World) -> None:
    for document in (TRANSCRIPT, world.secure(TRANSCRIPT)):
        with pytest.raises(errors.ProofMissing):
            disclosure.derive_proof(document, [])


# --- what an issuer may not do: architecture decision 16 -------------------------------------------------


FULL = {
    **TRANSCRIPT,
    "credentialSchema": {"id": "https://university.example/schema", "type": "JsonSchema"},
    "confidenceMethod": {"id": "did:example:holder#key-1", "type": "ExampleMethod"},
}


@pytest.mark.parametrize("name", [name for name in NEVER_DISCLOSABLE if name in FULL])
@pytest.mark.parametrize("instead", [None, "part"])
def test_no_member_that_verifiers_need_can_be_hidden(name: str, instead: str | None) -> None:
    pointers = [f"/{other}" for other in NEVER_DISCLOSABLE if other in FULL and other != name]
    if instead and isinstance(FULL[name], dict):
        pointers += [f"/{name}/{member}" for member in FULL[name]]  # all parts are not the whole: one could be added

    with pytest.raises(errors.NeverDisclosable) as caught:
        issue(FULL, [*pointers, "/credentialSubject/id"])
    assert caught.value.pointer == f"/{name}"


@pytest.mark.parametrize(
    ("old", "value"), [("issuanceDate", "2026-01-01T00:00:00Z"), ("expirationDate", "2030-01-01T00:00:00Z")]
)
def test_the_older_names_cannot_be_hidden_either(old: str, value: str) -> None:
    version_1 = {
        "@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/security/data-integrity/v2"],
        "type": "VerifiableCredential",
        "issuer": ISSUER,
        "credentialSubject": {"id": "did:example:holder"},
        old: value,
    }

    with pytest.raises(errors.NeverDisclosable) as caught:
        issue(version_1, ["/issuer", "/credentialSubject"])
    assert caught.value.pointer == f"/{old}"
    assert issue(version_1, ["/issuer", "/credentialSubject", f"/{old}"])


@pytest.mark.parametrize("pointer", ["/credentialSubject", "/credentialSubject/id", "/credentialSubject/degree/name"])
def test_the_holder_cannot_be_hidden(pointer: str) -> None:
    with pytest.raises(errors.NeverDisclosable) as caught:
        issue(pointers=MANDATORY[:4])
    assert caught.value.pointer == "/credentialSubject/id"
    assert issue(pointers=[*MANDATORY[:4], pointer])


def test_of_several_subjects_none_can_be_hidden() -> None:
    two = {
        **TRANSCRIPT,
        "credentialSubject": [{"id": "did:example:a", "alumniOf": {"name": "A"}}, {"id": "did:example:b"}],
    }

    with pytest.raises(errors.NeverDisclosable) as caught:
        issue(two, [*MANDATORY[:4], "/credentialSubject/0/id"])
    assert caught.value.pointer == "/credentialSubject/1/id"
    assert issue(two, [*MANDATORY[:4], "/credentialSubject/0/id", "/credentialSubject/1/id"])
    assert issue(two, [*MANDATORY[:4], "/credentialSubject"])


def test_the_holder_binding_of_a_subject_cannot_be_hidden() -> None:
    bound = copy.deepcopy(TRANSCRIPT)
    bound["credentialSubject"]["confidenceMethod"] = {"id": "did:example:holder#key-1", "type": "ExampleMethod"}

    with pytest.raises(errors.NeverDisclosable) as caught:
        issue(bound, MANDATORY)
    assert caught.value.pointer == "/credentialSubject/confidenceMethod"
    for pointer in ("/credentialSubject/confidenceMethod", "/credentialSubject"):
        assert issue(bound, [*MANDATORY, pointer])


def test_the_suite_is_not_used_without_mandatory_pointers() -> None:
    with pytest.raises(errors.ProofGenerationError, match="add_base_proof"):
        add_proof(TRANSCRIPT, signer=SIGNER, cryptosuite="ecdsa-sd-2023", created=CREATED)


# --- randomness and commitments ------------------------------------------------------------------------


def test_randomness_is_all_that_makes_two_base_proofs_differ() -> None:
    assert issue(seed="a") == issue(seed="a")
    first, second = (BaseProofValue.parse(issue(seed=seed)["proof"]["proofValue"]) for seed in "ab")
    assert first.hmac_key != second.hmac_key
    assert first.public_key != second.public_key


def test_a_scalar_outside_the_group_is_drawn_again() -> None:
    drawn = [bytes(32), b"\xff" * 32, bytes(31) + b"\x01"]

    def draw(size: int) -> bytes:
        assert size == 32
        return draws.pop(0)

    draws = [b"h" * 32, *drawn]
    base = disclosure.add_base_proof(
        TRANSCRIPT, signer=SIGNER, created=CREATED, mandatory_pointers=MANDATORY, random_bytes=draw
    )

    # The scalar 1 makes the group's generator (SEC 2, section 2.4.2).
    generator = "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    assert BaseProofValue.parse(base["proof"]["proofValue"]).public_key.hex() == "8024" + generator
    assert not draws


def test_base_and_derived_commit_to_the_same() -> None:
    base, derived = issue(), disclosure.derive_proof(issue(), CHOICES)

    whole, part = disclosure.commitment_of(base), disclosure.commitment_of(derived)

    for name in ("proof_hash", "public_key", "mandatory_hash", "base_signature"):
        assert getattr(whole, name) == getattr(part, name)
    assert set(part.signatures) < set(whole.signatures)
    assert set(part.non_mandatory) < set(whole.non_mandatory)


# --- the proof values ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "components",
    [
        [],
        5,
        "text",
        [b"s" * 63, b"\x80\x24" + b"k" * 33, b"h" * 32, [], []],
        [b"s" * 64, b"\x80\x24" + b"k" * 34, b"h" * 32, [], []],
        [b"s" * 64, b"\x81\x24" + b"k" * 33, b"h" * 32, [], []],
        [b"s" * 64, b"\x80\x24" + b"k" * 33, b"h" * 31, [], []],
        [b"s" * 64, b"\x80\x24" + b"k" * 33, b"h" * 32, [b"s" * 63], []],
        [b"s" * 64, b"\x80\x24" + b"k" * 33, b"h" * 32, ["s" * 64], []],
        [b"s" * 64, b"\x80\x24" + b"k" * 33, b"h" * 32, [], [5]],
        [b"s" * 64, b"\x80\x24" + b"k" * 33, b"h" * 32, [], [], []],
        ["s" * 64, b"\x80\x24" + b"k" * 33, b"h" * 32, [], []],
    ],
)
def test_a_base_proof_value_has_five_components(components: Any) -> None:
    text = encode_base64url(b"\xd9\x5d\x00" + cbor.encode(components))
    with pytest.raises(errors.MalformedProof, match="five components"):
        BaseProofValue.parse(text)


@pytest.mark.parametrize(
    "components",
    [
        [],
        [b"s" * 63, b"\x80\x24" + b"k" * 33, [], {}, []],
        [b"s" * 64, b"k" * 35, [], {}, []],
        [b"s" * 64, b"\x80\x24" + b"k" * 33, [b""], {}, []],
        [b"s" * 64, b"\x80\x24" + b"k" * 33, [], {0: b"l" * 31}, []],
        [b"s" * 64, b"\x80\x24" + b"k" * 33, [], {0: "l" * 32}, []],
        [b"s" * 64, b"\x80\x24" + b"k" * 33, [], [], []],
        [b"s" * 64, b"\x80\x24" + b"k" * 33, [], {}, ["0"]],
        [b"s" * 64, b"\x80\x24" + b"k" * 33, [], {}, [0, 0]],
        [b"s" * 64, b"\x80\x24" + b"k" * 33, [], {}, 0],
    ],
)
def test_a_derived_proof_value_has_five_components(components: Any) -> None:
    text = encode_base64url(b"\xd9\x5d\x01" + cbor.encode(components))
    with pytest.raises(errors.MalformedProof, match="five components"):
        DerivedProofValue.parse(text)


@pytest.mark.parametrize("text", [None, 5, "", "z6Mk", "uAA==", "uA+A", "uAB", "u" + "A" * 8])
def test_a_proof_value_that_is_no_multibase_base64url_is_refused(text: Any) -> None:
    with pytest.raises(errors.MalformedProof, match="proofValue"):
        DerivedProofValue.parse(text)


def test_base64url_has_one_spelling() -> None:
    assert decode_base64url("uAA") == b"\0"
    with pytest.raises(errors.MalformedProof, match="canonical"):
        decode_base64url("uAB")


# --- CBOR (RFC 8949) ---------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 2**64 - 1) | st.binary(max_size=300) | st.text(max_size=300), max_size=30))
def test_what_is_written_is_read(value: Any) -> None:
    assert cbor.decode(cbor.encode(value)) == value


@pytest.mark.parametrize(
    ("value", "encoded"),
    [  # RFC 8949, appendix A
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (255, "18ff"),
        (256, "190100"),
        (1000, "1903e8"),
        (65535, "19ffff"),
        (1000000, "1a000f4240"),
        (1000000000000, "1b000000e8d4a51000"),
        (18446744073709551615, "1bffffffffffffffff"),
        (b"\x01\x02\x03\x04", "4401020304"),
        ("IETF", "6449455446"),
        ("水", "63e6b0b4"),
        ([1, [2, 3], [4, 5]], "8301820203820405"),
        ({1: 2, 3: 4}, "a201020304"),
    ],
)
def test_the_rfcs_examples(value: Any, encoded: str) -> None:
    assert cbor.encode(value).hex() == encoded
    assert cbor.decode(bytes.fromhex(encoded)) == value


def test_maps_are_written_in_order() -> None:
    assert cbor.encode({300: 0, 1: 0, 30: 0}) == cbor.encode({1: 0, 30: 0, 300: 0})


@pytest.mark.parametrize("value", [True, None, -1, 1.5, 2**64, {1, 2}])
def test_other_values_are_not_written(value: Any) -> None:
    with pytest.raises(TypeError):
        cbor.encode(value)


@pytest.mark.parametrize(
    ("encoded", "reason"),
    [
        ("", "ends early"),
        ("18", "ends early"),
        ("4401", "ends early"),
        ("62c3", "ends early"),
        ("0000", "left over"),
        ("1817", "shortest form"),
        ("1900ff", "shortest form"),
        ("1a0000ffff", "shortest form"),
        ("1b00000000ffffffff", "shortest form"),
        ("5f4101ff", "indefinite"),
        ("9fff", "indefinite"),
        ("1c", "indefinite"),
        ("62c328", "not UTF-8"),
        ("20", "no proof has"),
        ("c101", "no proof has"),
        ("f5", "no proof has"),
        ("fb3ff199999999999a", "no proof has"),
        ("9affffffff", "no proof has"),
        ("ba00ffffff", "no proof has"),
        ("a201020103", "distinct integers"),
        ("a1617801", "distinct integers"),
        ("81818181818100", "nested too deep"),
    ],
)
def test_other_encodings_are_not_read(encoded: str, reason: str) -> None:
    with pytest.raises(errors.MalformedProof, match=reason):
        cbor.decode(bytes.fromhex(encoded))
