"""anchor_check.mjs, which shares no code with ours, against our proofs on a real chain."""

from __future__ import annotations

import copy
import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from anchoring.errors import AnchoringError
from anchoring.leaf import Kind, batch_leaf_hash, leaf_hash
from anchoring.merkle import Tree, hash_leaf
from anchoring.proof import Anchor, AnchorProof, ProofState
from anchoring.verify import verify_anchor
from tests.fixtures.chain import node_command
from tests.vectors.anchoring.generate import DOCUMENTS
from vc.canonical import jcs

SCRIPT = Path(__file__).parents[1] / "peers" / "anchor_check.mjs"
CREDENTIAL = DOCUMENTS[2]
DIGEST = hashlib.sha256(jcs.canonicalize(CREDENTIAL)).digest()
SALT = hashlib.sha256(b"salt").digest()


def make_proof(chain, anvil, state: ProofState = ProofState.FINAL) -> AnchorProof:
    batch = Tree([hash_leaf(b"x"), hash_leaf(b"y"), leaf_hash(Kind.DOCUMENT, SALT, DIGEST)])
    tree = Tree([hash_leaf(b"z"), batch_leaf_hash(batch.size, batch.root), hash_leaf(b"w")])
    chain.send(chain.sign_anchor(tree.root).raw)
    anvil.mine(4)
    event = chain.find_anchor(tree.root)
    levels = (batch.prove(2), tree.prove(1))
    return AnchorProof(Kind.DOCUMENT, SALT, levels, tree.root, state, Anchor.of_event("eip155:31337", event))


def check(folder: Path, credential, proof, *more: str) -> subprocess.CompletedProcess[str]:
    files = [folder / "credential.json", folder / "anchor.json"]
    for file, content in zip(files, (credential, proof), strict=True):
        file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    command = node_command(SCRIPT, *map(str, files), *more)
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_the_peer_finds_the_anchor_in_the_contracts_log(tmp_path, chain, anvil):
    proof = make_proof(chain, anvil)
    answer = check(tmp_path, CREDENTIAL, proof.to_json(), anvil.url, chain.contract)
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    assert (found["root"], found["transaction"], found["final"]) == (
        proof.root.hex(),
        proof.anchor.transaction,
        True,
    )
    assert verify_anchor(Kind.DOCUMENT, DIGEST, proof, chain).event.transaction == found["transaction"]


def test_both_refuse_what_was_changed(tmp_path, chain, anvil):
    good = make_proof(chain, anvil)
    zeros = "0x" + "00" * 32
    changes = {
        "salt": lambda p: p.update(salt="00" * 32),
        "root": lambda p: p.update(root="00" * 32),
        "treeSize": lambda p: p["levels"][0].update(treeSize=4),
        "index": lambda p: p["levels"][1].update(index=0),
        "path": lambda p: p["levels"][1]["path"].__setitem__(0, "00" * 32),
        "account": lambda p: p["anchor"].update(account="0x" + "12" * 20),
        "transaction": lambda p: p["anchor"].update(transaction=zeros),
        "block": lambda p: p["anchor"].update(block=1),
        "blockHash": lambda p: p["anchor"].update(blockHash=zeros),
        "time": lambda p: p["anchor"].update(time="2020-01-01T00:00:00Z"),
        "contract": lambda p: p["anchor"].update(contract="0x" + "12" * 20),
        "chain": lambda p: p["anchor"].update(chain="eip155:137"),
    }
    for name, change in changes.items():
        proof = copy.deepcopy(good.to_json())
        change(proof)
        assert check(tmp_path, CREDENTIAL, proof, anvil.url).returncode == 1, name
        with pytest.raises(AnchoringError):
            verify_anchor(Kind.DOCUMENT, DIGEST, AnchorProof.parse(proof), chain)
    for changed in (CREDENTIAL | {"issuer": "did:web:other.example"}, CREDENTIAL | {"more": None}):
        assert check(tmp_path, changed, good.to_json(), anvil.url).returncode == 1
    assert check(tmp_path, CREDENTIAL, good.to_json(), anvil.url, "0x" + "12" * 20).returncode == 1


def test_the_peer_does_not_take_final_from_the_proof(tmp_path, chain, anvil):
    proof = make_proof(chain, anvil).to_json()
    anvil.control("anvil_rollback", 3)
    answer = check(tmp_path, CREDENTIAL, proof, anvil.url)
    assert (answer.returncode, answer.stderr.strip()) == (1, "the proof says final, the chain does not")
