"""A small world to verify in: issuers with DID documents, their status lists, and nobody's network."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from did.document import DidDocument, Relationship, VerificationMethod
from did.errors import DidNotFound
from did.keys import KeyType, PublicKey
from did.multikey import encode_multikey
from vc.errors import StatusUnavailable
from vc.policy import Policy
from vc.proofs.data_integrity import add_proof
from vc.report import Report
from vc.status import bitstring
from vc.status.entry import build_entry, build_list_credential
from vc.verify import verify

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CREATED = NOW - timedelta(days=30)
ISSUER = "did:web:university.example"
POLICY = Policy()
STATUS_LIST = "https://university.example/status/3"

_CURVES: dict[KeyType, tuple[ec.EllipticCurve, hashes.HashAlgorithm, int]] = {
    KeyType.P256: (ec.SECP256R1(), hashes.SHA256(), 32),
    KeyType.P384: (ec.SECP384R1(), hashes.SHA384(), 48),
}


class KeyPair:
    """A key made from its seed, so that every run signs the same bytes. A `vc.signer.Signer`."""

    def __init__(self, verification_method: str, key_type: KeyType = KeyType.ED25519) -> None:
        self.verification_method = verification_method
        self.key_type = key_type
        seed = hashlib.sha256(f"{key_type}{verification_method}".encode()).digest()
        self._private: Any
        if key_type is KeyType.ED25519:
            self._private = ed25519.Ed25519PrivateKey.from_private_bytes(seed)
            raw = self._private.public_key().public_bytes_raw()
        else:
            self._private = ec.derive_private_key(int.from_bytes(seed, "big") >> 1, _CURVES[key_type][0])
            raw = self._private.public_key().public_bytes(
                serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
            )
        self.public_key = PublicKey(key_type, raw)

    def sign(self, data: bytes) -> bytes:
        if self.key_type is KeyType.ED25519:
            return self._private.sign(data)
        _, hash_, size = _CURVES[self.key_type]
        r, s = decode_dss_signature(self._private.sign(data, ec.ECDSA(hash_, deterministic_signing=True)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def method_of(pair: KeyPair, **more: Any) -> dict[str, Any]:
    """The entry of a DID document for `pair`."""
    url = pair.verification_method
    return {
        "id": url,
        "type": "Multikey",
        "controller": url.partition("#")[0],
        "publicKeyMultibase": encode_multikey(pair.public_key),
        **more,
    }


def document_of(did: str, methods: list[dict[str, Any]], relationship: str = "assertionMethod") -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": methods,
        relationship: [method["id"] for method in methods],
    }


CREDENTIAL: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "id": "urn:uuid:7f6c2f7e-6b0c-4d5e-9a39-6a3bb4f0c0de",
    "type": ["VerifiableCredential", "ExampleAlumniCredential"],
    "name": "Bachelor of Science",
    "issuer": {"id": ISSUER, "name": "Example University"},
    "validFrom": "2026-10-01T00:00:00Z",
    "validUntil": "2030-10-01T00:00:00Z",
    "credentialSubject": {
        "id": "did:example:holder",
        "degree": {"type": "ExampleBachelorDegree", "name": "Zoë O'Brien"},
    },
    "credentialStatus": build_entry(STATUS_LIST, 94567),
}


class World:
    """Everything a verification asks for. Change it, then `verify`."""

    def __init__(self) -> None:
        self.key = KeyPair(f"{ISSUER}#key-1")
        self.documents: dict[str, Any] = {ISSUER: document_of(ISSUER, [method_of(self.key)])}
        self.bits = bitstring.new_list()
        self.lists: dict[str, Mapping[str, Any]] = {}
        self.failures: dict[str, Exception] = {}
        self.asked: list[str] = []
        self.publish_list()

    def add(self, pair: KeyPair, **more: Any) -> KeyPair:
        """Publish another key, in its own document."""
        did = pair.verification_method.partition("#")[0]
        methods = self.documents[did]["verificationMethod"] if did in self.documents else []
        self.documents[did] = document_of(did, [*methods, method_of(pair, **more)])
        return pair

    def publish_list(self, url: str = STATUS_LIST, *, purpose: str = "revocation", **changed: Any) -> None:
        signer = changed.pop("signer", self.key)
        unsecured = build_list_credential(url, ISSUER, purpose, self.bits, CREATED, NOW + timedelta(days=1))
        self.lists[url] = self.secure({**unsecured, **changed}, signer=signer)

    def secure(self, document: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        given = {"signer": self.key, "cryptosuite": "eddsa-rdfc-2022", "created": CREATED, **options}
        return add_proof(document, **given)

    def credential(self, **changed: Any) -> dict[str, Any]:
        """A secured credential, with members changed before it was signed; None takes one away."""
        unsecured = {**copy.deepcopy(CREDENTIAL), **changed}
        return self.secure({name: value for name, value in unsecured.items() if value is not None})

    def get_key(self, url: str, purpose: str) -> VerificationMethod:
        did = url.partition("#")[0]
        self.asked.append(url)
        if did in self.failures:
            raise self.failures[did]
        if did not in self.documents:
            raise DidNotFound(did)
        return DidDocument.parse(self.documents[did], did).require_method(url, Relationship(purpose))

    def fetch_status(self, url: str) -> Mapping[str, Any]:
        self.asked.append(url)
        if url in self.failures:
            raise self.failures[url]
        if url not in self.lists:
            raise StatusUnavailable(url)
        return self.lists[url]

    def verify(
        self,
        credential: Mapping[str, Any],
        *,
        policy: Policy = POLICY,
        now: datetime = NOW,
        load_schema: Callable[[str], Any] | None = None,
        anchored_before: datetime | None = None,
    ) -> Report:
        return verify(
            credential,
            policy=policy,
            now=now,
            get_key=self.get_key,
            fetch_status=self.fetch_status,
            load_schema=load_schema,
            anchored_before=anchored_before,
        )
