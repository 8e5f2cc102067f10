"""ecdsa-sd-2023: base proofs, derived proofs, verification (ECDSA Cryptosuites v1.0, sections 3.5 and 3.6).

The issuer signs each statement with a key made for this one proof, and that key with its own. The holder
passes on some of the statements.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from did.keys import KeyType, PublicKey
from vc.canonical import rdf
from vc.canonical.rdfc import canonicalize_quads
from vc.errors import NeverDisclosable, ProofGenerationError, SignatureMismatch
from vc.model import list_of
from vc.proofs import selective
from vc.proofs.sd_values import BaseProofValue, DerivedProofValue, key_bytes, key_of_bytes
from vc.proofs.suite import InputDocument, RdfcSuite, check_proof_context, check_raw_signature, proof_options
from vc.signer import Signer

NAME = "ecdsa-sd-2023"

RandomBytes = Callable[[int], bytes]

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

NEVER_DISCLOSABLE = (
    "issuer",
    "validFrom",
    "validUntil",
    "issuanceDate",
    "expirationDate",
    "credentialStatus",
    "credentialSchema",
    "confidenceMethod",
)
"""Members that every verifier must see. `@context` and `type` are part of every selection anyway."""


class EcdsaSd2023(RdfcSuite):
    """P-256 over SHA-256 of each canonical statement."""

    name = NAME
    key_types = frozenset({KeyType.P256})

    def __init__(
        self, *, mandatory_pointers: Sequence[str] | None = None, random_bytes: RandomBytes | None = None
    ) -> None:
        """Without mandatory pointers and a source of randomness, the suite only verifies."""
        self._mandatory_pointers = mandatory_pointers
        self._random_bytes = random_bytes

    def proof_value(self, document: InputDocument, config_hash: bytes, signer: Signer) -> str:
        if self._mandatory_pointers is None or self._random_bytes is None:
            raise ProofGenerationError(f"{NAME} needs mandatory pointers: use `vc.proofs.disclosure.add_base_proof`")
        check_mandatory(document.json, self._mandatory_pointers)
        # 3.6.2, 1: an HMAC key as long as the digest; 3.6.5, 2: a key pair for this proof alone.
        return create_base_proof_value(
            document.json,
            config_hash,
            signer=signer,
            mandatory_pointers=self._mandatory_pointers,
            hmac_key=self._random_bytes(32),
            proof_scoped_key=_new_key(self._random_bytes),
        ).serialize()

    def verify(self, document: InputDocument, proof: Mapping[str, Any], key: PublicKey) -> None:
        # 3.6.7 Verify Derived Proof, 1-2: 3.5.9 createVerifyData
        check_proof_context(document, proof)
        data = create_verify_data(
            document.json,
            DerivedProofValue.parse(proof.get("proofValue")),
            self.config_hash(document.context, proof_options(proof), key.type),
        )
        # 3
        if len(data.signatures) != len(data.non_mandatory):
            raise SignatureMismatch("there is not one signature for each statement that was disclosed")
        # 4-7
        check_raw_signature(key, data.to_sign, data.base_signature)
        # 8
        scoped = key_of_bytes(data.public_key)
        for signature, statement in zip(data.signatures, data.non_mandatory, strict=True):
            check_raw_signature(scoped, statement.encode(), signature)


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the base signature binds, and the signatures of the statements that go with it.

    All that an anchor's leaf commits to (kind 4). In a derived proof `signatures` are those that were passed on.
    """

    proof_hash: bytes
    public_key: bytes
    mandatory_hash: bytes
    base_signature: bytes
    signatures: Sequence[bytes]
    non_mandatory: Sequence[str]

    @property
    def to_sign(self) -> bytes:
        """3.5.1 serializeSignData."""
        return self.proof_hash + self.public_key + self.mandatory_hash


def create_base_proof_value(
    document: Mapping[str, Any],
    proof_hash: bytes,
    *,
    signer: Signer,
    mandatory_pointers: Sequence[str],
    hmac_key: bytes,
    proof_scoped_key: ec.EllipticCurvePrivateKey,
) -> BaseProofValue:
    """3.6.1 Create Base Proof, 3-5, without a look at what may never be hidden: see `check_mandatory`."""
    # 3.6.2 Base Proof Transformation, 2-6
    grouped = selective.canonicalize_and_group(
        document, selective.create_hmac_id_label_map_function(hmac_key), {"mandatory": mandatory_pointers}
    )
    group = grouped.groups["mandatory"]
    # 3.6.3 Base Proof Hashing, 2
    mandatory_hash = selective.hash_mandatory_nquads(group.matching.values())
    # 3.6.5 Base Proof Serialization, 3-4
    signatures = [_sign(proof_scoped_key, line.encode()) for line in group.non_matching.values()]
    public_key = key_bytes(_public_key(proof_scoped_key))
    # 5-6: 3.5.1 serializeSignData
    base_signature = signer.sign(proof_hash + public_key + mandatory_hash)
    # 7-8
    return BaseProofValue(base_signature, public_key, hmac_key, signatures, list(mandatory_pointers))


def create_disclosure_data(
    document: Mapping[str, Any], base: BaseProofValue, selective_pointers: Sequence[str]
) -> tuple[DerivedProofValue, dict[str, Any]]:
    """3.5.4 createDisclosureData, step 1 done: the derived proof value and the document to reveal.

    Raises:
        ProofGenerationError: a pointer leads nowhere, or nothing was selected.
    """
    # 2-5
    combined_pointers = [*base.mandatory_pointers, *selective_pointers]
    definitions = {
        "mandatory": base.mandatory_pointers,
        "selective": selective_pointers,
        "combined": combined_pointers,
    }
    # 6
    grouped = selective.canonicalize_and_group(
        document, selective.create_hmac_id_label_map_function(base.hmac_key), definitions
    )
    mandatory, chosen, combined = (grouped.groups[name] for name in definitions)
    # 7-9: positions of mandatory statements among those revealed.
    mandatory_indexes = [place for place, index in enumerate(combined.matching) if index in mandatory.matching]
    # 10: a base proof has one signature per statement that is not mandatory.
    if len(base.signatures) != len(mandatory.non_matching):
        raise ProofGenerationError("the base proof does not fit the document")
    signed = zip(mandatory.non_matching, base.signatures, strict=True)
    filtered = [signature for index, signature in signed if index in chosen.matching]
    # 11
    reveal_document = selective.select_json_ld(combined_pointers, document)
    if reveal_document is None:
        raise ProofGenerationError("nothing was selected for disclosure")
    # 12-14: the names that the verifier's canonicalization will issue.
    canonical = canonicalize_quads(combined.deskolemized).identifiers
    labels = {name: grouped.label_map[old] for old, name in canonical.items()}
    # 15
    value = DerivedProofValue(base.base_signature, base.public_key, filtered, labels, mandatory_indexes)
    return value, reveal_document


def create_verify_data(document: Mapping[str, Any], derived: DerivedProofValue, proof_hash: bytes) -> Commitment:
    """3.5.9 createVerifyData. Raises `MalformedProof`, or what the canonical form raises."""
    # 3-4
    nquads, _ = selective.label_replacement_canonicalize(
        rdf.to_quads(document), selective.create_label_map_function(derived.label_map)
    )
    # 5-7
    indexes = set(derived.mandatory_indexes)
    if not indexes <= set(range(len(nquads))):
        raise SignatureMismatch("the proof counts more statements than the document has")
    mandatory = [line for index, line in enumerate(nquads) if index in indexes]
    non_mandatory = [line for index, line in enumerate(nquads) if index not in indexes]
    # 8-9
    return Commitment(
        proof_hash,
        derived.public_key,
        selective.hash_mandatory_nquads(mandatory),
        derived.base_signature,
        derived.signatures,
        non_mandatory,
    )


def check_mandatory(document: Mapping[str, Any], mandatory_pointers: Sequence[str]) -> None:
    """Refuse to issue what a holder could make a verifier misread: a revocation or an expiry derived away.

    Raises:
        NeverDisclosable: a member of `NEVER_DISCLOSABLE`, or who the subject is, is not mandatory.
    """
    for name in NEVER_DISCLOSABLE:
        if name in document and f"/{name}" not in mandatory_pointers:
            raise NeverDisclosable(f"/{name}")
    subjects = document.get("credentialSubject")
    for number, subject in enumerate(list_of(subjects)):
        path = f"/credentialSubject/{number}" if isinstance(subjects, list) else "/credentialSubject"
        if not isinstance(subject, Mapping):
            continue
        # The identifier of a node goes with whatever is selected inside it.
        if "id" in subject and not _touches(mandatory_pointers, path):
            raise NeverDisclosable(f"{path}/id")
        whole = {"/credentialSubject", path}
        if "confidenceMethod" in subject and not (whole | {f"{path}/confidenceMethod"}) & set(mandatory_pointers):
            raise NeverDisclosable(f"{path}/confidenceMethod")


def _touches(pointers: Sequence[str], path: str) -> bool:
    return any(pointer in {"/credentialSubject", path} or pointer.startswith(f"{path}/") for pointer in pointers)


def _new_key(random_bytes: RandomBytes) -> ec.EllipticCurvePrivateKey:
    """A P-256 key, each as likely as any other (FIPS 186-5, A.2.2)."""
    while True:
        scalar = int.from_bytes(random_bytes(32), "big")
        if 0 < scalar < _P256_ORDER:
            return ec.derive_private_key(scalar, ec.SECP256R1())


def _public_key(key: ec.EllipticCurvePrivateKey) -> PublicKey:
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
    return PublicKey(KeyType.P256, point)


def _sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
