"""The members of a proof (Verifiable Credential Data Integrity 1.0, section 2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vc import timestamps
from vc.errors import MalformedProof, MalformedValue, PreviousProofMissing, ProofMissing
from vc.members import check_url
from vc.model import list_of

DATA_INTEGRITY_PROOF = "DataIntegrityProof"
MAX_PROOFS = 16  # each may cost a key look-up
MAX_COVERED = 4  # documents that the proofs of a chain cover, by digest; each costs a canonicalization


def proofs_of(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The proofs of a document, each with the members that section 2.1 demands.

    Raises:
        ProofMissing, MalformedProof
    """
    proofs = list_of(document.get("proof"))
    if not proofs:
        raise ProofMissing("the document carries no proof")
    if len(proofs) > MAX_PROOFS:
        raise MalformedProof(f"the document carries {len(proofs)} proofs; at most {MAX_PROOFS} are looked at")
    for proof in proofs:
        if not isinstance(proof, Mapping):
            raise MalformedProof("a proof is an object")
        check_proof_members(proof)
    ids = [proof["id"] for proof in proofs if "id" in proof]
    if len(set(ids)) != len(ids):
        raise MalformedProof("two proofs have the same id")
    return proofs


def check_proof_members(proof: Mapping[str, Any]) -> None:
    """Section 2.1, one check per MUST. Raises `MalformedProof`."""
    for name in ("type", "verificationMethod", "proofPurpose"):
        if not isinstance(proof.get(name), str):
            raise MalformedProof(f"{name} must be one string")
    if proof["type"] == DATA_INTEGRITY_PROOF and not isinstance(proof.get("cryptosuite"), str):
        raise MalformedProof("cryptosuite must be one string")
    for name in ("challenge", "nonce"):
        if name in proof and not isinstance(proof[name], str):
            raise MalformedProof(f"{name} must be one string")
    for name in ("domain", "previousProof"):
        if name in proof and not _is_strings(proof[name]):
            raise MalformedProof(f"{name} must be a string or an array of strings")
    try:
        for name in ("id", "verificationMethod"):
            if name in proof:
                check_url(proof[name], name)
        for name in ("created", "expires"):
            if name in proof:
                timestamps.parse(proof[name], name)
    except MalformedValue as error:
        raise MalformedProof(str(error)) from None


def controller_of(url: str) -> str:
    """The identifier of the document that a verification method's URL points into."""
    return url.partition("#")[0]


def matching_proofs(all_proofs: Sequence[Mapping[str, Any]], previous: Iterable[str]) -> list[Mapping[str, Any]]:
    """4.3, 3-5 and 4.5, 3.2: the proofs that `previous` names, in the document's order."""
    wanted = set(previous)
    matching = [proof for proof in all_proofs if proof.get("id") in wanted]
    missing = wanted - {proof["id"] for proof in matching}
    if missing:
        raise PreviousProofMissing(f"there is no proof with the id {min(missing)}")
    return matching


def strings(value: str | Sequence[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _is_strings(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value))


def as_json(value: str | Sequence[str] | None) -> Any:
    return value if value is None or isinstance(value, str) else list(value)
