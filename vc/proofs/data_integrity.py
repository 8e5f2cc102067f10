"""Adding and verifying Data Integrity proofs, alone, in sets and in chains.

Verifiable Credential Data Integrity 1.0, section 4. The algorithms of one suite are in that suite's module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from did.document import VerificationMethod
from vc import timestamps
from vc.canonical import jcs
from vc.errors import (
    CryptosuiteNotAccepted,
    InvalidChallenge,
    InvalidDomain,
    KeyCompromised,
    KeyExpired,
    MalformedProof,
    PreviousProofMissing,
    ProofExpired,
    ProofGenerationError,
    ProofNotYetValid,
    WrongProofPurpose,
    WrongVerificationMethod,
)
from vc.model import list_of
from vc.proofs import CRYPTOSUITES
from vc.proofs.proof import (
    DATA_INTEGRITY_PROOF,
    MAX_COVERED,
    as_json,
    check_proof_members,
    controller_of,
    matching_proofs,
    proofs_of,
    strings,
)
from vc.proofs.suite import CanonicalForm, Cryptosuite, InputDocument, digest_of
from vc.signer import Signer

ASSERTION_METHOD = "assertionMethod"

GetKey = Callable[[str, str], VerificationMethod]
"""Finds the verification method at a URL, listed under a proof purpose. Raises `DidError`."""


@dataclass(frozen=True, slots=True)
class VerifiedProof:
    """A proof that holds, and the verification method that it holds under."""

    proof: Mapping[str, Any]
    cryptosuite: str
    method: VerificationMethod
    created: datetime | None


# --- adding ----------------------------------------------------------------------------------------


class PreparedProof:
    """A signer, a suite and proof options, ready to secure many documents.

    The hash of the proof configuration depends only on these and on the document's `@context`; it is
    computed once per context, not once per document.
    """

    def __init__(
        self,
        *,
        signer: Signer,
        cryptosuite: str | Cryptosuite,
        created: datetime,
        proof_purpose: str = ASSERTION_METHOD,
        expires: datetime | None = None,
        challenge: str | None = None,
        domain: str | Sequence[str] | None = None,
        previous_proof: str | Sequence[str] | None = None,
        proof_id: str | None = None,
    ) -> None:
        """Raises `ProofGenerationError` for options that no proof can have."""
        self._signer = signer
        self._suite = _suite_for(cryptosuite, signer)
        self._previous = strings(previous_proof)
        self._id = proof_id
        self._config_hashes: dict[bytes, bytes] = {}
        options: dict[str, Any] = {
            "type": self._suite.proof_type,
            "id": proof_id,
            "cryptosuite": self._suite.name if self._suite.proof_type == DATA_INTEGRITY_PROOF else None,
            "created": timestamps.format_utc(created),
            "expires": None if expires is None else timestamps.format_utc(expires),
            "verificationMethod": signer.verification_method,
            "proofPurpose": proof_purpose,
            "challenge": challenge,
            "domain": as_json(domain),
            "previousProof": as_json(previous_proof),
        }
        self._options = {name: value for name, value in options.items() if value is not None}
        try:
            check_proof_members(self._options)
        except MalformedProof as error:
            raise ProofGenerationError(str(error)) from None

    def secure(
        self, document: Mapping[str, Any], *, canonical: Mapping[CanonicalForm, bytes] | None = None
    ) -> dict[str, Any]:
        """A new document with one more proof; `document` stays as it is.

        `canonical` holds the document's canonical forms where the caller has them already, and vouches for them.

        Raises:
            ProofGenerationError: the previous proof is not there, or the proof's id is taken.
            MalformedProof: a proof that is there already breaks the rules.
            MalformedValue, PoisonGraph: the document has no canonical form.
        """
        # 4.3 Add Proof Set/Chain, 1-2
        all_proofs = proofs_of(document) if document.get("proof") else []
        unsecured = {name: value for name, value in document.items() if name != "proof"}
        if not all_proofs and _lacks_context(unsecured, self._suite):
            unsecured["@context"] = [*list_of(unsecured["@context"]), self._suite.added_context]
            canonical = None
        # 3-6: the proofs that this one builds on become part of what is signed.
        if self._previous:
            input_document = InputDocument({**unsecured, "proof": self._matching(all_proofs)})
        else:
            input_document = InputDocument(unsecured, canonical=canonical)
        if self._id is not None and any(proof.get("id") == self._id for proof in all_proofs):
            raise ProofGenerationError(f"the document already has a proof with the id {self._id}")
        # 7: 4.2 Add Proof, 1-6 (2-4 hold by construction)
        proof = self._suite.complete(input_document, self._options)
        config_hash = self._config_hash(input_document.context, proof)
        proof["proofValue"] = self._suite.proof_value(input_document, config_hash, self._signer)
        # 8-9
        return {**unsecured, "proof": [*all_proofs, proof] if all_proofs else proof}

    def _matching(self, all_proofs: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        try:
            return matching_proofs(all_proofs, self._previous)
        except PreviousProofMissing as error:
            raise ProofGenerationError(str(error)) from None

    def _config_hash(self, context: Any, proof: Mapping[str, Any]) -> bytes:
        try:
            key = orjson.dumps(context)
        except TypeError:
            # No JSON: the canonical form says what is wrong with it, and where.
            key = jcs.canonicalize(context)
        if key not in self._config_hashes:
            self._config_hashes[key] = self._suite.config_hash(context, proof, self._signer.key_type)
        return self._config_hashes[key]


def add_proof(
    document: Mapping[str, Any],
    *,
    signer: Signer,
    cryptosuite: str,
    created: datetime,
    proof_purpose: str = ASSERTION_METHOD,
    expires: datetime | None = None,
    challenge: str | None = None,
    domain: str | Sequence[str] | None = None,
    previous_proof: str | Sequence[str] | None = None,
    proof_id: str | None = None,
) -> dict[str, Any]:
    """A new document with one more proof (sections 4.2 and 4.3). Raises as `PreparedProof` does.

    For many documents make one `PreparedProof`.
    """
    prepared = PreparedProof(
        signer=signer,
        cryptosuite=cryptosuite,
        created=created,
        proof_purpose=proof_purpose,
        expires=expires,
        challenge=challenge,
        domain=domain,
        previous_proof=previous_proof,
        proof_id=proof_id,
    )
    return prepared.secure(document)


def _suite_for(cryptosuite: str | Cryptosuite, signer: Signer) -> Cryptosuite:
    suite = CRYPTOSUITES.get(cryptosuite) if isinstance(cryptosuite, str) else cryptosuite
    if suite is None:
        raise ProofGenerationError(f"there is no cryptosuite {cryptosuite!r}")
    if signer.key_type not in suite.key_types:
        raise ProofGenerationError(f"{suite.name} cannot be made with a key of type {signer.key_type}")
    return suite


def _lacks_context(document: Mapping[str, Any], suite: Cryptosuite) -> bool:
    """Section 2.4.2 Context Injection: is there a context, and none that defines the proof's own terms?"""
    contexts = list_of(document.get("@context"))
    return bool(contexts) and not any(isinstance(url, str) and url in suite.contexts for url in contexts)


# --- verifying -------------------------------------------------------------------------------------


def verify_proofs(
    document: Mapping[str, Any],
    *,
    get_key: GetKey,
    now: datetime,
    expected_purpose: str,
    challenge: str | None = None,
    domain: str | Sequence[str] | None = None,
    accepted_cryptosuites: Iterable[str] = frozenset(CRYPTOSUITES),
    clock_skew: timedelta = timedelta(seconds=60),
    anchored_before: datetime | None = None,
) -> list[VerifiedProof]:
    """Check that every proof of `document` holds (sections 4.4 and 4.5).

    **Whose proofs they are is the caller's question**: compare `controller_of` with who should have signed.
    A presentation (purpose `authentication`) is only fresh if `challenge` and `domain` are given.

    `anchored_before` is a time at which the document demonstrably existed; only a document older than the
    revocation of its key is accepted.

    Raises:
        ProofInvalid, InvalidChallenge, InvalidDomain: a proof does not hold.
        MalformedValue, PoisonGraph: the document has no canonical form.
        DidError: the key was not found; `ResolutionUnavailable` if nobody answered.
    """
    if expected_purpose == "authentication" and (challenge is None or domain is None):
        raise ValueError("a presentation is verified against a challenge and a domain")
    # 4.5, 1
    all_proofs = proofs_of(document)
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    inputs: dict[tuple[str, ...], InputDocument] = {}
    covered: set[tuple[tuple[str, ...], str]] = set()
    verified: list[VerifiedProof] = []
    # 3
    for proof in all_proofs:
        # 4.4 Verify Proof, 5-7
        check_purpose(proof, expected_purpose)
        _check_domain(proof, domain)
        _check_challenge(proof, challenge)
        created = check_times(proof, now=now, clock_skew=clock_skew)
        suite = suite_of(proof, accepted_cryptosuites)
        method = get_key(proof["verificationMethod"], expected_purpose)
        check_method(method, proof["verificationMethod"])
        check_key(method, suite, now=now, anchored_before=anchored_before)
        # 4.5, 3.1-3.3: what the proof covers, made once for all proofs that cover the same.
        previous = tuple(sorted(set(strings(proof.get("previousProof")))))
        covered.add((previous, digest_of(method.public_key.type)))
        if len(covered) > MAX_COVERED:
            raise MalformedProof(f"a chain of proofs over more than {MAX_COVERED} documents is not followed")
        if previous not in inputs:
            matching = matching_proofs(all_proofs, previous)
            inputs[previous] = InputDocument({**unsecured, "proof": matching} if matching else unsecured)
        # 4.4, 8
        suite.verify(inputs[previous], proof, method.public_key)
        verified.append(VerifiedProof(proof, suite.name, method, created))
    return verified


def check_purpose(proof: Mapping[str, Any], expected_purpose: str) -> None:
    """4.4, 5. Raises `WrongProofPurpose`."""
    if proof["proofPurpose"] != expected_purpose:
        raise WrongProofPurpose(f"the proof's purpose is {proof['proofPurpose']!r}, not {expected_purpose!r}")


def _check_domain(proof: Mapping[str, Any], domain: str | Sequence[str] | None) -> None:
    # 4.4, 6: the same strings, in whatever order.
    if domain is not None and set(strings(proof.get("domain"))) != set(strings(domain)):
        raise InvalidDomain("the proof was made for another domain")


def _check_challenge(proof: Mapping[str, Any], challenge: str | None) -> None:
    # 4.4, 7
    if challenge is not None and proof.get("challenge") != challenge:
        raise InvalidChallenge("the proof answers another challenge")


def check_times(proof: Mapping[str, Any], *, now: datetime, clock_skew: timedelta) -> datetime | None:
    """Section 2.1, `created` and `expires`. Returns when the proof says it was made.

    Raises:
        ProofNotYetValid, ProofExpired
    """
    created = timestamps.parse(proof["created"]) if "created" in proof else None
    if created is not None and created > now + clock_skew:
        raise ProofNotYetValid(f"the proof was created at {proof['created']}, which is still to come")
    if "expires" in proof and timestamps.parse(proof["expires"]) <= now - clock_skew:
        raise ProofExpired(f"the proof expired at {proof['expires']}")
    return created


def suite_of(proof: Mapping[str, Any], accepted_cryptosuites: Iterable[str]) -> Cryptosuite:
    """The suite that `proof` names. Raises `CryptosuiteNotAccepted`."""
    name = proof["cryptosuite"] if proof["type"] == DATA_INTEGRITY_PROOF else proof["type"]
    suite = CRYPTOSUITES.get(name)
    if suite is None or suite.proof_type != proof["type"] or name not in accepted_cryptosuites:
        raise CryptosuiteNotAccepted(f"proofs of type {name!r} are not accepted")
    return suite


def check_method(method: VerificationMethod, url: str) -> None:
    """Controlled Identifiers 1.0, section 3.3: the method is the one asked for, and belongs to its document.

    Raises:
        WrongVerificationMethod
    """
    if method.id != url:
        raise WrongVerificationMethod(f"the verification method is {method.id}, not {url}")
    if method.controller != controller_of(url):
        raise WrongVerificationMethod(f"{url} is controlled by {method.controller}")


def check_key(
    method: VerificationMethod, suite: Cryptosuite, *, now: datetime, anchored_before: datetime | None
) -> None:
    """The key fits the suite, has not expired, and is not compromised (Controlled Identifiers 1.0, section 2.2).

    Raises:
        WrongVerificationMethod, KeyExpired, KeyCompromised
    """
    if method.public_key.type not in suite.key_types:
        raise WrongVerificationMethod(f"a key of type {method.public_key.type} does not fit {suite.name}")
    check_key_period(method, now=now, anchored_before=anchored_before)


def check_key_period(method: VerificationMethod, *, now: datetime, anchored_before: datetime | None) -> None:
    """The key has not expired and is not compromised; `anchored_before` is when the document is known to have existed.

    Raises:
        KeyExpired, KeyCompromised
    """
    if method.expires_at is not None and method.expires_at <= now:
        raise KeyExpired(f"the key expired at {timestamps.format_utc(method.expires_at)}")
    if method.revoked_at is None or method.revoked_at > now:
        return
    if anchored_before is None or anchored_before >= method.revoked_at:
        raise KeyCompromised(
            f"the key was reported as compromised at {timestamps.format_utc(method.revoked_at)}", method.revoked_at
        )
