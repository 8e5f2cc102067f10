"""Selectively disclosable credentials: issuing them, passing parts of them on, and what an anchor commits to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from did.keys import KeyType
from vc.badges import clr, open_badges
from vc.errors import MalformedValue, NeverDisclosable, ProofGenerationError, ProofMissing
from vc.proofs import selective
from vc.proofs.data_integrity import PreparedProof
from vc.proofs.ecdsa_sd_2023 import (
    NAME,
    Commitment,
    EcdsaSd2023,
    RandomBytes,
    check_mandatory,
    create_disclosure_data,
    create_verify_data,
)
from vc.proofs.proof import proofs_of
from vc.proofs.sd_values import BaseProofValue, DerivedProofValue, is_base_proof
from vc.proofs.suite import proof_options
from vc.signer import Signer


def add_base_proof(
    document: Mapping[str, Any],
    *,
    signer: Signer,
    created: datetime,
    mandatory_pointers: Sequence[str],
    random_bytes: RandomBytes,
    expires: datetime | None = None,
) -> dict[str, Any]:
    """A new document with an ecdsa-sd-2023 base proof, for the holder alone (section 3.6.1).

    What is mandatory must make a badge of a badge: whoever is shown nothing else can still read it.

    `random_bytes` must be fit for keys (`secrets.token_bytes`); what it gives is used once and not kept.

    Raises:
        NeverDisclosable: a member that every verifier must see, or without which a badge would be none, is not
            among `mandatory_pointers`.
        MalformedValue: the document is a badge or a record that breaks its own rules.
        ProofGenerationError: a pointer leads nowhere, or the key is not P-256.
    """
    check_mandatory(document, mandatory_pointers)
    _check_reveal(document, mandatory_pointers)
    suite = EcdsaSd2023(mandatory_pointers=mandatory_pointers, random_bytes=random_bytes)
    return PreparedProof(signer=signer, cryptosuite=suite, created=created, expires=expires).secure(document)


def derive_proof(document: Mapping[str, Any], selective_pointers: Sequence[str]) -> dict[str, Any]:
    """The document to show to a verifier: what is mandatory, and what `selective_pointers` add (section 3.6.6).

    Raises:
        ProofMissing: the document has no ecdsa-sd-2023 proof.
        MalformedProof: its proof is not a base proof.
        ProofGenerationError: a pointer leads nowhere, the proof does not fit the document, or a part of an
            achievement credential was selected without a member that Open Badges requires of it.
    """
    proof = _proof_of(document)
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    # 1
    base = BaseProofValue.parse(proof.get("proofValue"))
    derived, reveal_document = create_disclosure_data(unsecured, base, selective_pointers)
    try:
        _check_badge(reveal_document)
    except MalformedValue as error:
        raise ProofGenerationError(f"what is selected does not make a credential of this type: {error}") from None
    # 2-5
    return {**reveal_document, "proof": {**proof, "proofValue": derived.serialize()}}


def commitment_of(document: Mapping[str, Any]) -> Commitment:
    """What an anchor's leaf commits to, from a document with a base or a derived proof. **Verifies nothing.**

    Raises:
        ProofMissing, MalformedProof
    """
    proof = _proof_of(document)
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    proof_hash = EcdsaSd2023().config_hash(document.get("@context"), proof_options(proof), KeyType.P256)
    if not is_base_proof(proof.get("proofValue")):
        return create_verify_data(unsecured, DerivedProofValue.parse(proof.get("proofValue")), proof_hash)
    base = BaseProofValue.parse(proof["proofValue"])
    group = selective.canonicalize_and_group(
        unsecured,
        selective.create_hmac_id_label_map_function(base.hmac_key),
        {"mandatory": base.mandatory_pointers},
    ).groups["mandatory"]
    return Commitment(
        proof_hash,
        base.public_key,
        selective.hash_mandatory_nquads(group.matching.values()),
        base.base_signature,
        base.signatures,
        list(group.non_matching.values()),
    )


def _check_reveal(document: Mapping[str, Any], mandatory_pointers: Sequence[str]) -> None:
    """What is mandatory alone keeps the rules of the document's type."""
    _check_badge(document)
    reveal = selective.select_json_ld(mandatory_pointers, document) or {}
    try:
        _check_badge(reveal)
    except MalformedValue as error:
        raise NeverDisclosable(error.path, f"{error.message} in every disclosure") from error


def _check_badge(document: Mapping[str, Any]) -> None:
    """The rules of Open Badges and CLR, where they apply. Raises `MalformedValue`."""
    if clr.is_clr_credential(document):
        clr.check_clr_credential(document)
    elif open_badges.is_achievement_credential(document):
        open_badges.check_achievement_credential(document)
    elif open_badges.is_endorsement_credential(document):
        open_badges.check_endorsement_credential(document)


def _proof_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    for proof in proofs_of(document):
        if proof.get("cryptosuite") == NAME:
            return proof
    raise ProofMissing(f"the document has no {NAME} proof")
