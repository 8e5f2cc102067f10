"""Writes vectors.json from our own code; verify.mjs, which shares none with it, confirms every line.

python -m tests.vectors.anchoring.generate          writes the file
python -m tests.vectors.anchoring.generate --stdout prints it (a test compares)
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from anchoring.leaf import Kind, batch_leaf_hash, ecdsa_sd_digest, leaf_hash
from anchoring.merkle import Tree, hash_leaf
from anchoring.proof import Anchor, AnchorProof, ProofState
from vc.canonical import jcs

FILE = Path(__file__).with_name("vectors.json")
ANCHOR = Anchor("eip155:80002", "0x" + "c0" * 20, "0x" + "ac" * 20)
DOCUMENTS: list[dict[str, Any]] = [
    {},
    {"b": 1, "a": [True, None, {"z": "ä€𝄞", "\u20ac": 1e21, "1": 0.000001}]},
    {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": "did:web:university.example",
        "credentialSubject": {"name": "Zoë O'Brien\n\t\u0001\u007f\"\\", "grade": 1.50, "rank": -0.0},
        "proof": {"type": "DataIntegrityProof", "proofValue": "z3FXQ"},
    },
]


def fill(label: str, size: int = 32) -> bytes:
    """Bytes that look random and are the same everywhere: SHA-256 of a label, as often as needed."""
    return b"".join(hashlib.sha256(f"{label}/{n}".encode()).digest() for n in range(-(-size // 32)))[:size]


def leaves() -> list[dict[str, Any]]:
    return [
        {
            "kind": int(kind),
            "salt": (salt := fill(f"salt {kind}")).hex(),
            "digest": (digest := fill(f"digest {kind}")).hex(),
            "leafHash": leaf_hash(kind, salt, digest).hex(),
        }
        for kind in Kind
    ]


def batches() -> list[dict[str, Any]]:
    return [
        {
            "treeSize": size,
            "root": (root := fill(f"root {size}")).hex(),
            "leafHash": batch_leaf_hash(size, root).hex(),
        }
        for size in (1, 255, 256, 100_000, 2**53 - 1)
    ]


def documents() -> list[dict[str, Any]]:
    return [
        {
            "document": document,
            "canonical": jcs.canonicalize(document).decode(),
            "digest": hashlib.sha256(jcs.canonicalize(document)).hexdigest(),
        }
        for document in DOCUMENTS
    ]


def ecdsa_sd() -> list[dict[str, Any]]:
    found = []
    for count in (0, 1, 5):
        parts = {
            "proof_hash": fill("proof hash"),
            "public_key": b"\x80\x24" + fill("public key", 33),
            "mandatory_hash": fill("mandatory hash"),
            "base_signature": fill("base signature", 64),
        }
        signatures = [fill(f"signature {n}", 64) for n in range(count)]
        digest = ecdsa_sd_digest(**parts, signatures=signatures)
        named = {
            "proofHash": parts["proof_hash"].hex(),
            "publicKey": parts["public_key"].hex(),
            "mandatoryHash": parts["mandatory_hash"].hex(),
            "baseSignature": parts["base_signature"].hex(),
        }
        found.append(named | {"signatures": [each.hex() for each in signatures], "digest": digest.hex()})
    return found


def make_proof(kind: Kind, size: int, index: int, round_size: int, round_index: int) -> tuple[bytes, AnchorProof]:
    """A leaf at `index` of a tree of `size`, which is leaf `round_index` of a round's tree."""
    salt, digest = fill(f"salt {size} {index}"), fill(f"digest {size} {index}")
    own = leaf_hash(kind, salt, digest)
    levels = ()
    if kind.in_batch:
        batch = Tree(own if n == index else hash_leaf(fill(f"leaf {n}")) for n in range(size))
        levels = (batch.prove(index),)
        own = batch_leaf_hash(size, batch.root)
    tree = Tree(own if n == round_index else hash_leaf(fill(f"batch {n}")) for n in range(round_size))
    levels += (tree.prove(round_index),)
    return digest, AnchorProof(kind, salt, levels, tree.root, ProofState.SUBMITTED, ANCHOR)


def proofs() -> list[dict[str, Any]]:
    shapes = [(1, 0, 1, 0), (2, 1, 1, 0), (3, 2, 2, 1), (5, 4, 3, 2), (7, 3, 6, 5), (8, 7, 8, 0), (1000, 999, 33, 32)]
    found: list[dict[str, Any]] = []
    for shape in shapes:
        digest, proof = make_proof(Kind.DOCUMENT, *shape)
        found.append({"digest": digest.hex(), "proof": proof.to_json(), "valid": True})
    for kind in (Kind.COMPACT_JWS, Kind.SD_JWT, Kind.ECDSA_SD, Kind.STATUS_LIST, Kind.DID_DOCUMENT, Kind.AUDIT_HEAD):
        digest, proof = make_proof(kind, 5, 4, 3, 2)
        found.append({"digest": digest.hex(), "proof": proof.to_json(), "valid": True})
    return found + [wrong for shape in shapes[3:6] for wrong in _wrong(*make_proof(Kind.DOCUMENT, *shape))]


def _wrong(digest: bytes, proof: AnchorProof) -> list[dict[str, Any]]:
    """The same proof with one thing changed each."""
    changes: dict[str, Any] = {
        "another digest": None,
        "another salt": ("salt", fill("other").hex()),
        "another root": ("root", fill("other").hex()),
        "another kind": ("kind", 2),
        "a larger batch": ("treeSize", proof.levels[0].tree_size + 1),
        "another place": ("index", proof.levels[0].index ^ 1),
        "a longer path": ("path", [*proof.to_json()["levels"][0]["path"], fill("other").hex()]),
        "a shorter path": ("path", proof.to_json()["levels"][0]["path"][:-1]),
    }
    found = []
    for why, change in changes.items():
        changed = proof.to_json()
        if change is not None:
            (changed if change[0] in changed else changed["levels"][0])[change[0]] = change[1]
        shown = fill("other") if change is None else digest
        found.append({"digest": shown.hex(), "proof": changed, "valid": False, "why": why})
    return found


def build() -> str:
    content = {
        "leaves": leaves(),
        "batches": batches(),
        "documents": documents(),
        "ecdsaSd": ecdsa_sd(),
        "proofs": proofs(),
    }
    return json.dumps(content, indent=1, ensure_ascii=True) + "\n"


if __name__ == "__main__":
    if "--stdout" in sys.argv:
        sys.stdout.write(build())
    else:
        FILE.write_text(build(), encoding="utf-8")
