"""Writes did:webvh logs for tests, right ones and, by `change` and `forge`, wrong ones.

Written from the specification's sections "Create" and "Update", apart from the code that reads them.
"""

import hashlib
import json

import nacl.signing
import rfc8785

from did import base58


def multihash(data: bytes) -> str:
    return base58.encode(b"\x12\x20" + hashlib.sha256(data).digest())


class Key:
    def __init__(self, seed: int) -> None:
        self.private = nacl.signing.SigningKey(bytes([seed]) * 32)
        self.multikey = "z" + base58.encode(b"\xed\x01" + bytes(self.private.verify_key))
        self.did = f"did:key:{self.multikey}"
        self.commitment = multihash(self.multikey.encode())

    def proof(self, document, **members):
        proof = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "verificationMethod": f"{self.did}#{self.multikey}",
            "created": "2026-01-01T00:00:00Z",
            "proofPurpose": "assertionMethod",
            **members,
        }
        data = hashlib.sha256(rfc8785.dumps(proof)).digest() + hashlib.sha256(rfc8785.dumps(document)).digest()
        return {**proof, "proofValue": "z" + base58.encode(self.private.sign(data).signature)}


class Builder:
    """`entries` is the log; each call of `add` appends one entry that is right unless changed."""

    def __init__(self, domain="issuer.example", key=None, **parameters) -> None:
        self.key = key or Key(1)
        self.entries = []
        parameters = {
            "method": "did:webvh:1.0",
            "scid": "{SCID}",
            "updateKeys": [self.key.multikey],
            **parameters,
        }
        first = {
            "versionId": "{SCID}",
            "versionTime": "2026-01-01T00:00:01Z",
            "parameters": {name: value for name, value in parameters.items() if value is not ...},
            "state": {"@context": ["https://www.w3.org/ns/did/v1"], "id": f"did:webvh:{{SCID}}:{domain}"},
        }
        self.scid = multihash(rfc8785.dumps(first))
        first = json.loads(json.dumps(first).replace("{SCID}", self.scid))
        self.did = first["state"]["id"]
        self._append(first, self.scid, [self.key])

    def add(self, *, key=None, keys=None, parameters=None, state=None, change=None, time=None, **proof):
        """`change` alters the entry before it is hashed and signed, `proof` the proof before it is signed."""
        entry = {
            "versionTime": time or f"2026-01-01T00:00:{len(self.entries) + 1:02}Z",
            "parameters": parameters or {},
            "state": state or {**self.entries[-1]["state"], "alsoKnownAs": [f"did:example:{len(self.entries)}"]},
        }
        if change:
            change(entry)
        self._append(entry, self.entries[-1]["versionId"], keys or [key or self.key], **proof)
        return self

    def _append(self, entry, predecessor, keys, **proof):
        number = len(self.entries) + 1
        entry["versionId"] = predecessor
        entry["versionId"] = f"{number}-{multihash(rfc8785.dumps(entry))}"
        self.entries.append({**entry, "proof": [key.proof(entry, **proof) for key in keys]})

    def forge(self, index, change):
        """Alter an entry after it was signed."""
        change(self.entries[index])
        return self

    def resign(self, index, key=None):
        """Hash and sign again what was forged, as the controller would."""
        entry = {name: value for name, value in self.entries[index].items() if name != "proof"}
        entry["versionId"] = self.scid if index == 0 else self.entries[index - 1]["versionId"]
        entry["versionId"] = f"{index + 1}-{multihash(rfc8785.dumps(entry))}"
        self.entries[index] = {**entry, "proof": [(key or self.key).proof(entry)]}
        return self

    @property
    def log(self) -> bytes:
        return b"".join(json.dumps(entry, separators=(",", ":")).encode() + b"\n" for entry in self.entries)

    def witnessed(self, index, *witnesses, **proof):
        version = {"versionId": self.entries[index]["versionId"]}
        return {**version, "proof": [witness.proof(version, **proof) for witness in witnesses]}


def witness_parameter(threshold, *witnesses):
    return {"threshold": threshold, "witnesses": [{"id": witness.did} for witness in witnesses]}
