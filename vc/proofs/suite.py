"""What cryptosuites have in common: the input document, its transformations, hashing, proof serialization.

A suite is one object without state. `vc.proofs.CRYPTOSUITES` is the only list of them.
"""

from __future__ import annotations

import copy
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from did.errors import InvalidSignature
from did.keys import KeyType, PublicKey, verify_signature
from vc import timestamps
from vc.canonical import jcs, rdf
from vc.errors import MalformedProof, MalformedValue, SignatureMismatch
from vc.proofs import multibase
from vc.proofs.proof import DATA_INTEGRITY_PROOF
from vc.signer import Signer

Digest = Literal["SHA-256", "SHA-384"]
CanonicalForm = Literal["SHA-256", "SHA-384", "JCS"]
"""RDFC-1.0 under one of its digests, or JCS."""

_HASHES = {"SHA-256": hashlib.sha256, "SHA-384": hashlib.sha384}
_SIGNATURE_BYTES = {KeyType.ED25519: 64, KeyType.P256: 64, KeyType.P384: 96}


class InputDocument:
    """The document as a proof covers it: without proofs, or with those that a chain's next proof covers.

    Each canonical form is made once, so that the proofs of a set share it. `canonical` holds forms that
    the caller made in another way and vouches for.
    """

    def __init__(self, json: Mapping[str, Any], *, canonical: Mapping[CanonicalForm, bytes] | None = None) -> None:
        self.json = json
        self._canonical: dict[CanonicalForm, bytes] = dict(canonical or {})

    @property
    def context(self) -> Any:
        return self.json.get("@context")

    def rdfc(self, digest: Digest) -> bytes:
        """Canonical N-Quads. Raises as `vc.canonical.rdf.canonicalize`."""
        if digest not in self._canonical:
            self._canonical[digest] = rdf.canonicalize(self.json, digest=digest)
        return self._canonical[digest]

    def jcs(self) -> bytes:
        """Canonical JSON. Raises as `vc.canonical.jcs.canonicalize`."""
        if "JCS" not in self._canonical:
            self._canonical["JCS"] = jcs.canonicalize(self.json)
        return self._canonical["JCS"]


class Cryptosuite(ABC):
    """One way of making and checking proofs."""

    name: ClassVar[str]
    proof_type: ClassVar[str] = DATA_INTEGRITY_PROOF
    key_types: ClassVar[frozenset[KeyType]]
    contexts: ClassVar[frozenset[str]]
    """Contexts that define the proof's terms; the last resort for documents that have none is `added_context`."""
    added_context: ClassVar[str]

    @abstractmethod
    def complete(self, document: InputDocument, options: Mapping[str, Any]) -> dict[str, Any]:
        """The proof as it will stand in the document, without proofValue."""

    @abstractmethod
    def config_hash(self, context: Any, options: Mapping[str, Any], key_type: KeyType) -> bytes:
        """Proof Configuration and its hash; the same for all documents of one context."""

    @abstractmethod
    def proof_value(self, document: InputDocument, config_hash: bytes, signer: Signer) -> str:
        """Transformation, Hashing and Proof Serialization."""

    @abstractmethod
    def verify(self, document: InputDocument, proof: Mapping[str, Any], key: PublicKey) -> None:
        """Verify Proof. Raises `ProofInvalid`, or what the canonical form raises."""


def digest_of(key_type: KeyType) -> Digest:
    """ECDSA suites hash with SHA-384 under P-384 and with SHA-256 under P-256 (ECDSA Cryptosuites, 3.2)."""
    return "SHA-384" if key_type is KeyType.P384 else "SHA-256"


def hash_bytes(data: bytes, digest: Digest) -> bytes:
    return _HASHES[digest](data).digest()


def encode_signature(signer: Signer, data: bytes) -> str:
    """Proof Serialization: the signature over the hash data as base58-btc multibase."""
    return multibase.encode_base58btc(signer.sign(data))


def check_signature(key: PublicKey, data: bytes, proof_value: Any) -> None:
    """Proof Verification: decode proofValue, and check it over the hash data. Raises `ProofInvalid`."""
    signature = multibase.decode_base58btc(proof_value, length=_SIGNATURE_BYTES[key.type])
    check_raw_signature(key, data, signature)


def check_raw_signature(key: PublicKey, data: bytes, signature: bytes) -> None:
    """Raises `SignatureMismatch`."""
    try:
        verify_signature(key, data, signature)
    except InvalidSignature:
        raise SignatureMismatch("the signature does not fit the document, the proof options and the key") from None


def proof_options(proof: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of `proof` without proofValue."""
    return {name: copy.deepcopy(value) for name, value in proof.items() if name != "proofValue"}


def check_created(options: Mapping[str, Any]) -> None:
    """The step "created, if present, is a valid datetime" of each Proof Configuration. Raises `MalformedProof`."""
    if "created" in options:
        try:
            timestamps.parse(options["created"], "/created")
        except MalformedValue as error:
            raise MalformedProof(f"created: {error.message}") from None


def check_proof_context(document: InputDocument, proof: Mapping[str, Any]) -> None:
    """The proof's terms mean what the document's context says (Proof Configuration, step 4, replaces its own).

    Where the two differ, the proof would mean something that nobody signed. Raises `MalformedProof`.
    """
    if "@context" in proof and proof["@context"] != document.context:
        raise MalformedProof("the proof has an @context that is not the document's")


class RdfcSuite(Cryptosuite):
    """The suites that sign canonical N-Quads. Sections are those of eddsa-rdfc-2022 (3.2); ecdsa-rdfc-2019 agrees."""

    contexts = frozenset(
        {
            "https://www.w3.org/ns/credentials/v2",
            "https://w3id.org/security/data-integrity/v2",
            "https://w3id.org/security/data-integrity/v1",
        }
    )
    added_context = "https://w3id.org/security/data-integrity/v2"

    def complete(self, document: InputDocument, options: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        # 3.2.1 Create Proof, 1: a clone of the options.
        return dict(options)

    def config_hash(self, context: Any, options: Mapping[str, Any], key_type: KeyType) -> bytes:
        digest = digest_of(key_type)
        # 3.2.5 Proof Configuration, 1-3
        config = dict(options)
        check_created(config)
        # 4: the proof's terms mean what the document's context says.
        config["@context"] = context
        # 5-6, and 3.2.4 Hashing, 1
        return hash_bytes(rdf.canonicalize(config, digest=digest), digest)

    def proof_value(self, document: InputDocument, config_hash: bytes, signer: Signer) -> str:
        return encode_signature(signer, config_hash + self._document_hash(document, signer.key_type))

    def verify(self, document: InputDocument, proof: Mapping[str, Any], key: PublicKey) -> None:
        # 3.2.2 Verify Proof, 1-2: the unsecured document came in; the options are the proof without proofValue.
        check_proof_context(document, proof)
        options = proof_options(proof)
        # 4-6: transform, configure, hash.
        data = self.config_hash(document.context, options, key.type) + self._document_hash(document, key.type)
        # 3, 7
        check_signature(key, data, proof.get("proofValue"))

    def _document_hash(self, document: InputDocument, key_type: KeyType) -> bytes:
        # 3.2.3 Transformation, 2-4; 3.2.4 Hashing, 2
        digest = digest_of(key_type)
        return hash_bytes(document.rdfc(digest), digest)


class JcsSuite(Cryptosuite):
    """The suites that sign canonical JSON. Sections are those of eddsa-jcs-2022 (3.3); ecdsa-jcs-2019 agrees."""

    contexts = RdfcSuite.contexts
    added_context = RdfcSuite.added_context

    def complete(self, document: InputDocument, options: Mapping[str, Any]) -> dict[str, Any]:
        # 3.3.1 Create Proof, 1-2: the proof carries the document's context, visibly.
        proof = dict(options)
        if document.context is not None:
            proof["@context"] = _copy_of(document.context)
        return proof

    def config_hash(self, context: Any, options: Mapping[str, Any], key_type: KeyType) -> bytes:  # noqa: ARG002
        digest = digest_of(key_type)
        # 3.3.5 Proof Configuration, 1-4; 3.3.4 Hashing, 2
        config = dict(options)
        check_created(config)
        return hash_bytes(jcs.canonicalize(config), digest)

    def proof_value(self, document: InputDocument, config_hash: bytes, signer: Signer) -> str:
        return encode_signature(signer, config_hash + self._document_hash(document, signer.key_type))

    def verify(self, document: InputDocument, proof: Mapping[str, Any], key: PublicKey) -> None:
        # 3.3.2 Verify Proof, 1-2
        options = proof_options(proof)
        # 4: contexts may have been added behind those that were signed, nothing else.
        if "@context" in options:
            signed = options["@context"]
            if not _starts_with(document.context, signed):
                raise SignatureMismatch("the document's @context does not start with the one that was signed")
            if signed != document.context:
                document = InputDocument({**document.json, "@context": signed})
        # 5-7: transform, configure, hash.
        data = self.config_hash(document.context, options, key.type) + self._document_hash(document, key.type)
        # 3, 8
        check_signature(key, data, proof.get("proofValue"))

    def _document_hash(self, document: InputDocument, key_type: KeyType) -> bytes:
        # 3.3.3 Transformation, 2-3; 3.3.4 Hashing, 1
        return hash_bytes(document.jcs(), digest_of(key_type))


def _copy_of(context: Any) -> Any:
    """So that who changes the one does not change the other; most contexts are a list of addresses."""
    if type(context) is list and all(type(each) is str for each in context):
        return context.copy()
    return copy.deepcopy(context)


def _starts_with(context: Any, signed: Any) -> bool:
    """Whether all values of `signed` stand at the start of `context`, in the same order."""
    whole = context if isinstance(context, list) else [context]
    start = signed if isinstance(signed, list) else [signed]
    return whole[: len(start)] == start
