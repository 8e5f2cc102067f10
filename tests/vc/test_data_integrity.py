"""Data Integrity 1.0, section 4: adding and verifying proofs, sets and chains. One case per rule."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from did.document import VerificationMethod
from did.keys import KeyType
from tests.vc.world import CREATED, CREDENTIAL, ISSUER, NOW, KeyPair, World
from vc import errors
from vc.proofs import CRYPTOSUITES
from vc.proofs.data_integrity import PreparedProof, add_proof, verify_proofs
from vc.proofs.proof import MAX_COVERED, MAX_PROOFS

UNSECURED = {name: value for name, value in CREDENTIAL.items() if name != "credentialStatus"}
SUITES = [
    ("eddsa-rdfc-2022", KeyType.ED25519),
    ("eddsa-jcs-2022", KeyType.ED25519),
    ("ecdsa-rdfc-2019", KeyType.P256),
    ("ecdsa-rdfc-2019", KeyType.P384),
    ("ecdsa-jcs-2019", KeyType.P256),
    ("ecdsa-jcs-2019", KeyType.P384),
    ("Ed25519Signature2020", KeyType.ED25519),
]
PROOF_ID = "urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544"


@pytest.fixture
def check(world: World) -> Callable[..., Any]:
    def run(document: Any, **options: Any) -> Any:
        given = {"get_key": world.get_key, "now": NOW, "expected_purpose": "assertionMethod", **options}
        return verify_proofs(document, **given)

    return run


def proof_changed(document: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The document with members of its proof replaced; None takes one away."""
    proof = {name: value for name, value in {**document["proof"], **changed}.items() if value is not None}
    return {**document, "proof": proof}


# --- every suite -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("cryptosuite", "key_type"), SUITES)
class TestEverySuite:
    def test_verifies_what_it_secured(self, world: World, check: Any, cryptosuite: str, key_type: KeyType) -> None:
        signer = world.add(KeyPair(f"{ISSUER}#{key_type}", key_type))
        before = copy.deepcopy(UNSECURED)

        secured = add_proof(UNSECURED, signer=signer, cryptosuite=cryptosuite, created=CREATED)
        [verified] = check(secured)

        assert before == UNSECURED
        assert {name: value for name, value in secured.items() if name not in ("proof", "@context")} == {
            name: value for name, value in UNSECURED.items() if name != "@context"
        }
        assert (verified.cryptosuite, verified.created, verified.method.id) == (
            cryptosuite,
            CREATED,
            signer.verification_method,
        )

    @pytest.mark.parametrize("place", ["document", "context", "option", "signature", "key"])
    def test_notices_a_change(self, world: World, check: Any, cryptosuite: str, key_type: KeyType, place: str) -> None:
        signer = world.add(KeyPair(f"{ISSUER}#{key_type}", key_type))
        secured = copy.deepcopy(add_proof(UNSECURED, signer=signer, cryptosuite=cryptosuite, created=CREATED))
        match place:
            case "document":
                secured["credentialSubject"]["degree"]["name"] += " "
            case "context":
                secured["@context"] = [*secured["@context"][:1], {"name": "urn:other"}, *secured["@context"][1:]]
            case "option":
                secured["proof"]["created"] = "2026-10-25T12:00:01Z"
            case "signature":
                other = add_proof({**UNSECURED, "name": "X"}, signer=signer, cryptosuite=cryptosuite, created=CREATED)
                secured["proof"]["proofValue"] = other["proof"]["proofValue"]
            case "key":
                other_pair = world.add(KeyPair(f"{ISSUER}#other", key_type))
                secured["proof"]["verificationMethod"] = other_pair.verification_method

        with pytest.raises((errors.SignatureMismatch, errors.MalformedProof, errors.MalformedValue)):
            check(secured)

    def test_refuses_a_key_of_another_kind(self, world: World, check: Any, cryptosuite: str, key_type: KeyType) -> None:
        suite = CRYPTOSUITES[cryptosuite]
        right = world.add(KeyPair(f"{ISSUER}#right", key_type))
        secured = add_proof(UNSECURED, signer=right, cryptosuite=cryptosuite, created=CREATED)
        for other in set(KeyType) & {KeyType.ED25519, KeyType.P256, KeyType.P384} - suite.key_types:
            wrong = world.add(KeyPair(f"{ISSUER}#wrong-{other}", other))
            with pytest.raises(errors.ProofGenerationError, match="cannot be made with a key of type"):
                add_proof(UNSECURED, signer=wrong, cryptosuite=cryptosuite, created=CREATED)
            moved = proof_changed(secured, verificationMethod=wrong.verification_method)
            with pytest.raises(errors.WrongVerificationMethod, match="does not fit"):
                check(moved)

    @pytest.mark.parametrize(
        "value", [None, 5, "", "z", "u" + "A" * 86, "z0OIl", "z1", "f00", "z" + "2" * 500, "z" + "2" * 80]
    )
    def test_refuses_a_proof_value_that_is_none(
        self, world: World, check: Any, cryptosuite: str, key_type: KeyType, value: Any
    ) -> None:
        signer = world.add(KeyPair(f"{ISSUER}#{key_type}", key_type))
        secured = add_proof(UNSECURED, signer=signer, cryptosuite=cryptosuite, created=CREATED)

        with pytest.raises(errors.MalformedProof, match="proofValue"):
            check(proof_changed(secured, proofValue=value))


# --- adding ------------------------------------------------------------------------------------------


def test_a_proof_has_its_members_in_the_standards_order(world: World) -> None:
    proof = world.secure(UNSECURED, expires=NOW, challenge="c", domain=["a.example", "b.example"])["proof"]

    assert {name: proof[name] for name in proof if name != "proofValue"} == {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-10-25T12:00:00Z",
        "expires": "2026-11-24T12:00:00Z",
        "verificationMethod": f"{ISSUER}#key-1",
        "proofPurpose": "assertionMethod",
        "challenge": "c",
        "domain": ["a.example", "b.example"],
    }


def test_the_older_proof_type_has_no_cryptosuite_and_brings_its_context(world: World, check: Any) -> None:
    secured = world.secure(UNSECURED, cryptosuite="Ed25519Signature2020")

    assert secured["proof"]["type"] == "Ed25519Signature2020"
    assert "cryptosuite" not in secured["proof"]
    assert secured["@context"] == [*UNSECURED["@context"], "https://w3id.org/security/suites/ed25519-2020/v1"]
    assert check(secured)


def test_terms_of_the_proof_are_defined_where_the_document_does_not(world: World, check: Any) -> None:
    """Data Integrity, section 2.4.2 Context Injection."""
    version_1 = {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiableCredential"],
        "issuer": ISSUER,
        "issuanceDate": "2026-10-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:holder"},
    }

    secured = world.secure(version_1)

    assert secured["@context"] == [*version_1["@context"], "https://w3id.org/security/data-integrity/v2"]
    assert check(secured)
    assert world.secure({**version_1, "@context": secured["@context"]})["@context"] == secured["@context"]


def test_a_jcs_proof_shows_its_context_and_allows_more_behind_it(world: World, check: Any) -> None:
    secured = world.secure(UNSECURED, cryptosuite="eddsa-jcs-2022")
    more = "https://w3id.org/security/data-integrity/v2"

    assert secured["proof"]["@context"] == UNSECURED["@context"]
    assert check({**secured, "@context": [*secured["@context"], more]})
    for other in ([more, *secured["@context"]], secured["@context"][:1], list(reversed(secured["@context"])), None):
        with pytest.raises(errors.SignatureMismatch):
            check({**secured, "@context": other})


def test_a_jcs_proof_without_context_is_verified(world: World, check: Any) -> None:
    plain = {"name": "No linked data", "number": 5}

    secured = world.secure(plain, cryptosuite="eddsa-jcs-2022")

    assert "@context" not in secured["proof"]
    assert "@context" not in secured
    assert check(secured)


def test_a_context_in_an_rdf_proof_is_the_documents_or_none(world: World, check: Any) -> None:
    secured = world.secure(UNSECURED)

    assert check(proof_changed(secured, **{"@context": UNSECURED["@context"]}))
    with pytest.raises(errors.MalformedProof, match="@context"):
        check(proof_changed(secured, **{"@context": ["https://w3id.org/security/data-integrity/v2"]}))


def test_one_prepared_proof_secures_many_documents(world: World, check: Any) -> None:
    prepared = PreparedProof(signer=world.key, cryptosuite="eddsa-rdfc-2022", created=CREATED)
    context_1 = "https://www.w3.org/2018/credentials/v1"
    other = {"@context": [context_1], "type": "VerifiableCredential", "credentialSubject": {"id": "urn:x"}}

    for document in ({**UNSECURED, "name": "A"}, {**UNSECURED, "name": "B"}, other, UNSECURED):
        assert prepared.secure(document) == add_proof(
            document, signer=world.key, cryptosuite="eddsa-rdfc-2022", created=CREATED
        )
        assert check(prepared.secure(document))


def test_the_proof_configuration_is_hashed_once_per_context(world: World) -> None:
    suite = CRYPTOSUITES["eddsa-rdfc-2022"]
    hashed: list[Any] = []

    class Counting(type(suite)):  # type: ignore[misc]
        def config_hash(self, context: Any, options: Any, key_type: KeyType) -> bytes:
            hashed.append(context)
            return super().config_hash(context, options, key_type)

    prepared = PreparedProof(signer=world.key, cryptosuite=Counting(), created=CREATED)
    for name in "ABC":
        prepared.secure({**UNSECURED, "name": name})

    assert hashed == [UNSECURED["@context"]]


def test_canonical_bytes_that_the_caller_has_are_used(world: World, check: Any) -> None:
    prepared = PreparedProof(signer=world.key, cryptosuite="eddsa-rdfc-2022", created=CREATED)
    canonical = CRYPTOSUITES["eddsa-rdfc-2022"] and _canonical(UNSECURED)

    assert prepared.secure(UNSECURED, canonical={"SHA-256": canonical}) == prepared.secure(UNSECURED)
    with pytest.raises(errors.SignatureMismatch):
        check(prepared.secure(UNSECURED, canonical={"SHA-256": b"something else"}))


def test_canonical_bytes_are_not_used_where_a_context_has_to_be_added(world: World, check: Any) -> None:
    prepared = PreparedProof(signer=world.key, cryptosuite="Ed25519Signature2020", created=CREATED)

    assert check(prepared.secure(UNSECURED, canonical={"SHA-256": b"something else"}))


def _canonical(document: dict[str, Any]) -> bytes:
    from vc.canonical import rdf

    return rdf.canonicalize(document)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"cryptosuite": "rsa-1999"}, "there is no cryptosuite 'rsa-1999'"),
        ({"cryptosuite": "ecdsa-sd-2023"}, "cannot be made with a key of type"),
        ({"proof_id": "no url"}, "id"),
        ({"previous_proof": PROOF_ID}, "no proof with the id"),
        ({"previous_proof": ["urn:a", "urn:b"]}, "no proof with the id urn:a"),
    ],
)
def test_options_that_no_proof_can_have_are_refused(world: World, options: dict[str, Any], reason: str) -> None:
    with pytest.raises(errors.ProofGenerationError, match=reason):
        world.secure(UNSECURED, **options)


def test_a_time_without_a_zone_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="zone"):
        world.secure(UNSECURED, created=datetime(2026, 1, 1))


def test_a_taken_proof_id_is_refused(world: World) -> None:
    secured = world.secure(UNSECURED, proof_id=PROOF_ID)

    with pytest.raises(errors.ProofGenerationError, match="already has a proof"):
        world.secure(secured, proof_id=PROOF_ID)


def test_an_undefined_term_is_never_signed(world: World) -> None:
    with pytest.raises(errors.UndefinedTerm, match="ExampleAlumniCredential"):
        world.secure({**UNSECURED, "@context": UNSECURED["@context"][:1]})


# --- verifying: section 4.4 --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proof", "reason"),
    [
        ("text", "a proof is an object"),
        ([{}, "text"], "type must be one string"),
        ({"type": None}, "type"),
        ({"type": ["DataIntegrityProof"]}, "type must be one string"),
        ({"cryptosuite": None}, "cryptosuite must be one string"),
        ({"cryptosuite": 5}, "cryptosuite must be one string"),
        ({"verificationMethod": None}, "verificationMethod must be one string"),
        ({"verificationMethod": {"id": "did:x:y#z"}}, "verificationMethod must be one string"),
        ({"verificationMethod": "key-1"}, "verificationMethod"),
        ({"proofPurpose": None}, "proofPurpose must be one string"),
        ({"proofPurpose": ["assertionMethod"]}, "proofPurpose must be one string"),
        ({"id": 5}, "id"),
        ({"id": "no url"}, "id"),
        ({"created": 5}, "created"),
        ({"created": "2026-10-25"}, "created"),
        ({"created": "2026-10-25T12:00:00"}, "created"),
        ({"expires": "2026-13-25T12:00:00Z"}, "expires"),
        ({"challenge": 5}, "challenge must be one string"),
        ({"nonce": ["n"]}, "nonce must be one string"),
        ({"domain": 5}, "domain must be a string or an array of strings"),
        ({"domain": ["a", 5]}, "domain must be a string or an array of strings"),
        ({"previousProof": {"id": "urn:x"}}, "previousProof must be a string or an array of strings"),
    ],
)
def test_a_proof_that_breaks_a_rule_is_refused(world: World, check: Any, proof: Any, reason: str) -> None:
    secured = world.secure(UNSECURED)
    document = proof_changed(secured, **proof) if isinstance(proof, dict) else {**secured, "proof": proof}

    with pytest.raises(errors.MalformedProof, match=reason):
        check(document)


@pytest.mark.parametrize("proof", [None, []])
def test_a_document_without_proof_is_refused(check: Any, proof: Any) -> None:
    with pytest.raises(errors.ProofMissing):
        check({**UNSECURED, "proof": proof})
    with pytest.raises(errors.ProofMissing):
        check(UNSECURED)


def test_created_and_expires_are_optional_and_bounded(world: World, check: Any) -> None:
    expiring = world.secure(UNSECURED, expires=NOW)

    assert check(expiring, now=NOW - timedelta(seconds=1))
    assert check(expiring, now=NOW + timedelta(seconds=59))
    with pytest.raises(errors.ProofExpired, match="2026-11-24T12:00:00Z"):
        check(expiring, now=NOW + timedelta(seconds=60))
    with pytest.raises(errors.ProofExpired):
        check(expiring, now=NOW, clock_skew=timedelta())
    early = world.secure(UNSECURED, created=NOW + timedelta(seconds=1))
    assert check(early)
    with pytest.raises(errors.ProofNotYetValid):
        check(early, clock_skew=timedelta())


def test_a_proof_need_not_say_when_it_was_made(world: World, check: Any) -> None:
    suite = CRYPTOSUITES["eddsa-rdfc-2022"]
    from vc.proofs.suite import InputDocument

    options = {"type": "DataIntegrityProof", "cryptosuite": suite.name, "proofPurpose": "assertionMethod"}
    options["verificationMethod"] = world.key.verification_method
    config_hash = suite.config_hash(UNSECURED["@context"], options, KeyType.ED25519)
    value = suite.proof_value(InputDocument(UNSECURED), config_hash, world.key)

    [verified] = check({**UNSECURED, "proof": {**options, "proofValue": value}})

    assert verified.created is None


def test_purpose_is_compared_with_the_expected_one(world: World, check: Any) -> None:
    with pytest.raises(errors.WrongProofPurpose, match="'authentication', not 'assertionMethod'"):
        check(world.secure(UNSECURED, proof_purpose="authentication"))


class TestChallengeAndDomain:
    """4.4 steps 6 and 7."""

    @pytest.fixture
    def presented(self, world: World) -> dict[str, Any]:
        world.documents[ISSUER]["authentication"] = [world.key.verification_method]
        return world.secure(
            UNSECURED, proof_purpose="authentication", challenge="c-1", domain=["b.example", "a.example"]
        )

    def ask(self, check: Any, document: Any, **expected: Any) -> Any:
        given = {"challenge": "c-1", "domain": ["a.example", "b.example"], **expected}
        return check(document, expected_purpose="authentication", **given)

    def test_match_in_any_order(self, check: Any, presented: Any) -> None:
        assert self.ask(check, presented)

    @pytest.mark.parametrize("challenge", ["c-2", "", "C-1"])
    def test_another_challenge(self, check: Any, presented: Any, challenge: str) -> None:
        with pytest.raises(errors.InvalidChallenge):
            self.ask(check, presented, challenge=challenge)

    @pytest.mark.parametrize("domain", ["a.example", ["a.example"], ["a.example", "b.example", "c.example"], []])
    def test_another_domain(self, check: Any, presented: Any, domain: Any) -> None:
        with pytest.raises(errors.InvalidDomain):
            self.ask(check, presented, domain=domain)

    def test_one_domain_may_be_a_string(self, world: World, check: Any, presented: Any) -> None:
        one = world.secure(UNSECURED, proof_purpose="authentication", challenge="c-1", domain="a.example")

        assert self.ask(check, one, domain="a.example")
        assert self.ask(check, one, domain=["a.example"])

    def test_none_at_all(self, world: World, check: Any, presented: Any) -> None:
        bare = world.secure(UNSECURED, proof_purpose="authentication")

        with pytest.raises(errors.InvalidDomain):
            self.ask(check, bare)
        with pytest.raises(errors.InvalidChallenge):
            self.ask(check, bare, domain=[])

    @pytest.mark.parametrize("missing", ["challenge", "domain"])
    def test_a_presentation_is_never_verified_without_them(self, check: Any, presented: Any, missing: str) -> None:
        with pytest.raises(ValueError, match="challenge and a domain"):
            self.ask(check, presented, **{missing: None})


@pytest.mark.parametrize(
    "changed",
    [
        {"cryptosuite": "ecdsa-2099"},
        {"cryptosuite": "Ed25519Signature2020"},
        {"type": "eddsa-rdfc-2022"},
        {"type": "RsaSignature2018"},
    ],
)
def test_an_unknown_suite_is_refused(world: World, check: Any, changed: dict[str, str]) -> None:
    with pytest.raises(errors.CryptosuiteNotAccepted):
        check(proof_changed(world.secure(UNSECURED), **changed))


class TestKey:
    """Controlled Identifiers 1.0, sections 2.2 and 3.3."""

    def key(self, world: World, **changed: Any) -> Any:
        url = world.key.verification_method
        members = {"id": url, "type": "Multikey", "controller": ISSUER, "public_key": world.key.public_key, **changed}
        return lambda _url, _purpose: VerificationMethod(**members)

    def test_is_the_one_that_was_asked_for(self, world: World, check: Any) -> None:
        with pytest.raises(errors.WrongVerificationMethod, match="#key-2, not"):
            check(world.secure(UNSECURED), get_key=self.key(world, id=f"{ISSUER}#key-2"))

    def test_is_controlled_by_its_document(self, world: World, check: Any) -> None:
        with pytest.raises(errors.WrongVerificationMethod, match=r"controlled by did:web:mallory\.example"):
            check(world.secure(UNSECURED), get_key=self.key(world, controller="did:web:mallory.example"))

    def test_is_not_expired(self, world: World, check: Any) -> None:
        secured = world.secure(UNSECURED)

        assert check(secured, get_key=self.key(world, expires_at=NOW + timedelta(seconds=1)))
        with pytest.raises(errors.KeyExpired, match="2026-11-24T12:00:00Z"):
            check(secured, get_key=self.key(world, expires_at=NOW))

    def test_is_not_compromised(self, world: World, check: Any) -> None:
        secured = world.secure(UNSECURED)

        assert check(secured, get_key=self.key(world, revoked_at=NOW + timedelta(seconds=1)))
        with pytest.raises(errors.KeyCompromised, match="2026-11-24T12:00:00Z") as caught:
            check(secured, get_key=self.key(world, revoked_at=NOW))
        assert caught.value.revoked_at == NOW


# --- sets and chains: sections 4.3 and 4.5 -----------------------------------------------------------


class TestProofSet:
    def test_holds_if_every_proof_holds(self, world: World, check: Any) -> None:
        second = world.add(KeyPair("did:web:second.example#k", KeyType.P256))
        both = world.secure(world.secure(UNSECURED), signer=second, cryptosuite="ecdsa-jcs-2019")

        assert [verified.cryptosuite for verified in check(both)] == ["eddsa-rdfc-2022", "ecdsa-jcs-2019"]
        for index in (0, 1):
            broken = copy.deepcopy(both)
            broken["proof"][index]["created"] = "2026-10-25T12:00:01Z"
            with pytest.raises(errors.SignatureMismatch):
                check(broken)

    def test_is_a_set(self, world: World, check: Any) -> None:
        both = world.secure(world.secure(UNSECURED), created=CREATED + timedelta(days=1))

        assert len(check({**both, "proof": list(reversed(both["proof"]))})) == 2
        assert len(check({**both, "proof": both["proof"][1]})) == 1

    def test_is_bounded(self, world: World, check: Any) -> None:
        proof = world.secure(UNSECURED)["proof"]

        assert len(check({**UNSECURED, "proof": [proof] * MAX_PROOFS})) == MAX_PROOFS
        with pytest.raises(errors.MalformedProof, match="17 proofs"):
            check({**UNSECURED, "proof": [proof] * (MAX_PROOFS + 1)})

    def test_has_no_id_twice(self, world: World, check: Any) -> None:
        secured = world.secure(UNSECURED, proof_id=PROOF_ID)

        with pytest.raises(errors.MalformedProof, match="same id"):
            check({**secured, "proof": [secured["proof"], secured["proof"]]})


@pytest.mark.parametrize("cryptosuite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
class TestProofChain:
    FIRST, SECOND = "urn:uuid:00000000-0000-4000-8000-000000000001", "urn:uuid:00000000-0000-4000-8000-000000000002"

    @pytest.fixture
    def chain(self, world: World, cryptosuite: str) -> dict[str, Any]:
        document = world.secure(UNSECURED, cryptosuite=cryptosuite, proof_id=self.FIRST)
        document = world.secure(document, cryptosuite=cryptosuite, proof_id=self.SECOND)
        document = world.secure(document, cryptosuite=cryptosuite, previous_proof=self.FIRST)
        return world.secure(document, cryptosuite=cryptosuite, previous_proof=[self.SECOND, self.FIRST])

    def test_holds(self, chain: Any, check: Any) -> None:
        assert chain["proof"][2]["previousProof"] == self.FIRST
        assert chain["proof"][3]["previousProof"] == [self.SECOND, self.FIRST]
        assert len(check(chain)) == 4

    def test_is_bounded(self, world: World, check: Any, cryptosuite: str) -> None:
        document = world.secure(UNSECURED, cryptosuite=cryptosuite, proof_id="urn:p:0")
        for number in range(1, MAX_COVERED):
            before = f"urn:p:{number - 1}"
            document = world.secure(
                document, cryptosuite=cryptosuite, proof_id=f"urn:p:{number}", previous_proof=before
            )
        one_more = world.secure(document, cryptosuite=cryptosuite, previous_proof=f"urn:p:{MAX_COVERED - 1}")

        assert len(check(document)) == MAX_COVERED
        with pytest.raises(errors.MalformedProof, match="more than 4 documents"):
            check(one_more)

    def test_breaks_when_a_previous_proof_is_taken_away(self, chain: Any, check: Any) -> None:
        without = {**chain, "proof": chain["proof"][1:]}

        with pytest.raises(errors.PreviousProofMissing, match=self.FIRST):
            check(without)

    def test_breaks_when_a_previous_proof_is_another_one(self, world: World, chain: Any, check: Any) -> None:
        other = world.secure(UNSECURED, proof_id=self.FIRST, created=CREATED + timedelta(days=1))
        replaced = {**chain, "proof": [other["proof"], *chain["proof"][1:]]}

        with pytest.raises(errors.SignatureMismatch):
            check(replaced)

    def test_covers_its_previous_proofs(self, chain: Any, check: Any) -> None:
        unlinked = copy.deepcopy(chain)
        del unlinked["proof"][3]["previousProof"]

        with pytest.raises(errors.SignatureMismatch):
            check(unlinked)

    def test_an_empty_list_of_previous_proofs_is_none(self, world: World, check: Any, cryptosuite: str) -> None:
        assert check(world.secure(UNSECURED, cryptosuite=cryptosuite, previous_proof=[]))


def test_a_proof_on_a_document_whose_proofs_are_broken_is_not_made(world: World) -> None:
    with pytest.raises(errors.MalformedProof):
        world.secure({**UNSECURED, "proof": {"type": 5}})


def test_times_are_written_in_utc(world: World) -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC).astimezone()

    assert world.secure(UNSECURED, created=noon)["proof"]["created"] == "2026-01-01T12:00:00Z"
