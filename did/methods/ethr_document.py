"""The DID document of a did:ethr, made from the events of its registry.

Counters go up for expired and revoked entries too, so that a key's number never changes while time
passes. Two rules look odd and are kept, because the numbers must agree with npm's resolver 11: an
attribute under `did/pub/` whose name no document can have counts only once it has expired, and an
entry that is set again keeps its place but gets a new number.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any

from did import base58
from did.document import MULTIKEY_CONTEXT
from did.keys import PublicKey
from did.methods import erc1056
from did.methods.erc1056 import AttributeChanged, DelegateChanged, Event, OwnerChanged

CONTEXT = [
    "https://www.w3.org/ns/did/v1",
    "https://w3id.org/security/suites/secp256k1recovery-2020/v2",
    "https://w3id.org/security/v3-unstable",
]

MAX_VALUE_BYTES = 16_384

_ATTRIBUTE = re.compile(r"did/(pub|svc)/(\w+)(?:/(\w+))?(?:/(\w+))?", re.ASCII)
_KEY_TYPES = {
    ("Secp256k1", "veriKey"): "EcdsaSecp256k1VerificationKey2019",
    ("Secp256k1", "sigAuth"): "EcdsaSecp256k1VerificationKey2019",
    ("Ed25519", "veriKey"): "Ed25519VerificationKey2018",
    ("Ed25519", "sigAuth"): "Ed25519VerificationKey2018",
    ("RSA", "veriKey"): "RSAVerificationKey2018",
    ("X25519", "enc"): "X25519KeyAgreementKey2019",
}


@dataclass(frozen=True, slots=True)
class Identifier:
    """A did:ethr taken apart. `public_key` is there when the DID is made from a key."""

    network: str
    address: str
    public_key: PublicKey | None


@dataclass(slots=True)
class DocumentState:
    """The document while the history is applied to it.

    Entries are known by what they say, so that a revocation finds what it revokes.
    """

    did: str
    chain_id: int
    identifier: Identifier
    now_s: int
    version: int = 0
    deactivated: bool = False
    controller: str = ""
    delegates: int = 0
    services_seen: int = 0
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    uses: dict[str, dict[str, str]] = field(
        default_factory=lambda: {"authentication": {}, "assertionMethod": {}, "keyAgreement": {}}
    )
    services: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.controller = self.identifier.address

    def apply(self, event: Event) -> None:
        if isinstance(event, OwnerChanged):
            self.version = max(self.version, event.block)
            self.controller = event.owner
            self.deactivated = event.owner == erc1056.NULL_ADDRESS
        elif isinstance(event, DelegateChanged):
            if event.delegate_type is not None:
                self.version = max(self.version, event.block)
                self._apply_delegate(event, event.delegate_type)
        elif event.name is not None:
            self.version = max(self.version, event.block)
            self._apply_attribute(event, event.name)

    def _is_valid(self, valid_to: int) -> bool:
        return valid_to != 0 and valid_to >= self.now_s

    def _apply_delegate(self, event: DelegateChanged, kind: str) -> None:
        entry = f"delegate-{kind}-{event.delegate}"
        self.delegates += 1
        if not self._is_valid(event.valid_to):
            self._remove(entry)
            return
        if kind not in ("sigAuth", "veriKey"):
            return
        url = f"{self.did}#delegate-{self.delegates}"
        self.keys[entry] = self._account_method(url, event.delegate)
        self.uses["assertionMethod"][entry] = url
        if kind == "sigAuth":
            self.uses["authentication"][entry] = url

    def _apply_attribute(self, event: AttributeChanged, name: str) -> None:
        entry = f"attribute-{name}-{event.value.hex()}"
        match = _ATTRIBUTE.fullmatch(name)
        if not self._is_valid(event.valid_to):
            self.delegates += name.startswith("did/pub/")
            self.services_seen += name.startswith("did/svc/")
            self._remove(entry)
        elif match is not None and match[1] == "pub":
            self.delegates += 1
            self._add_key(entry, match[2], match[3], match[4], event.value)
        elif match is not None:
            self.services_seen += 1
            self._add_service(entry, match[2], event.value)

    def _add_key(self, entry: str, algorithm: str, use: str | None, encoding: str | None, value: bytes) -> None:
        url = f"{self.did}#delegate-{self.delegates}"
        material = _material(algorithm, encoding, value)
        if material is None:
            return
        method_type = _KEY_TYPES.get((algorithm, use or ""), algorithm)
        self.keys[entry] = {"id": url, "type": method_type, "controller": self.did, **material}
        if use == "enc":
            self.uses["keyAgreement"][entry] = url
            return
        self.uses["assertionMethod"][entry] = url
        if use == "sigAuth":
            self.uses["authentication"][entry] = url

    def _add_service(self, entry: str, service_type: str, value: bytes) -> None:
        if len(value) > MAX_VALUE_BYTES:
            return
        try:
            text = value.decode("utf-8")
        except UnicodeDecodeError:
            return
        try:
            endpoint = json.loads(text, parse_constant=_refuse_constant)
            # Half of a surrogate pair can be escaped in JSON, but not be written as UTF-8.
            json.dumps(endpoint, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError):
            endpoint = text
        self.services[entry] = {
            "id": f"{self.did}#service-{self.services_seen}",
            "type": service_type,
            "serviceEndpoint": endpoint,
        }

    def _remove(self, entry: str) -> None:
        self.keys.pop(entry, None)
        self.services.pop(entry, None)
        for listed in self.uses.values():
            listed.pop(entry, None)

    def _account_method(self, url: str, account: str) -> dict[str, Any]:
        return {
            "id": url,
            "type": "EcdsaSecp256k1RecoveryMethod2020",
            "controller": self.did,
            "blockchainAccountId": f"eip155:{self.chain_id}:{account}",
        }

    def document(self) -> dict[str, Any]:
        own = [self._account_method(f"{self.did}#controller", self.controller)]
        key = self.identifier.public_key
        if key is not None and self.controller == self.identifier.address:
            own.append(
                {
                    "id": f"{self.did}#controllerKey",
                    "type": "EcdsaSecp256k1VerificationKey2019",
                    "controller": self.did,
                    "publicKeyHex": key.raw.hex(),
                }
            )
        methods = own + list(self.keys.values())
        has_multikey = any("publicKeyMultibase" in method for method in methods)
        document: dict[str, Any] = {
            "@context": [*CONTEXT, MULTIKEY_CONTEXT] if has_multikey else CONTEXT,
            "id": self.did,
            "verificationMethod": methods,
        }
        for use in ("authentication", "assertionMethod"):
            document[use] = [method["id"] for method in own] + list(self.uses[use].values())
        if self.services:
            document["service"] = list(self.services.values())
        if self.uses["keyAgreement"]:
            document["keyAgreement"] = list(self.uses["keyAgreement"].values())
        return document


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _material(algorithm: str, encoding: str | None, value: bytes) -> dict[str, str] | None:
    """The member that carries a key, or None when the value cannot be one."""
    if len(value) > MAX_VALUE_BYTES:
        return None
    if algorithm == "Multikey":
        return {"publicKeyMultibase": "z" + base58.encode(value)}
    if encoding in (None, "hex"):
        return {"publicKeyHex": value.hex()}
    if encoding == "base64":
        return {"publicKeyBase64": base64.b64encode(value).decode("ascii")}
    if encoding == "base58":
        return {"publicKeyBase58": base58.encode(value)}
    if encoding != "pem":
        return {"value": value.hex()}
    try:
        return {"publicKeyPem": value.decode("utf-8")}
    except UnicodeDecodeError:
        return None
