"""The checked-in vectors: made by our code, confirmed by other code, and still what our code makes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from anchoring.errors import AnchoringError
from anchoring.leaf import Kind, ecdsa_sd_digest
from anchoring.proof import AnchorProof
from anchoring.verify import verify_inclusion_offline
from tests.fixtures.chain import node_command
from tests.vectors.anchoring import generate

VECTORS = json.loads(generate.FILE.read_text(encoding="utf-8"))


def test_the_generator_still_writes_the_checked_in_file():
    assert generate.build() == generate.FILE.read_text(encoding="utf-8")


def verify(file: Path) -> subprocess.CompletedProcess[str]:
    script = generate.FILE.with_name("verify.mjs")
    return subprocess.run(node_command(script, str(file)), capture_output=True, text=True, timeout=60, check=False)


def test_independent_javascript_confirms_every_vector():
    answer = verify(generate.FILE)
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == {name: len(found) for name, found in VECTORS.items()}


@pytest.mark.parametrize("name", ["leaves", "batches", "documents", "ecdsaSd", "proofs"])
def test_the_javascript_refuses_a_changed_vector(tmp_path, name):
    changed = json.loads(json.dumps(VECTORS))
    member = "digest" if name in {"documents", "ecdsaSd", "proofs"} else "leafHash"
    changed[name][0][member] = "00" * 32
    file = tmp_path / "vectors.json"
    file.write_text(json.dumps(changed))
    assert verify(file).returncode == 1


@pytest.mark.parametrize("vector", VECTORS["proofs"])
def test_our_verifier_agrees(vector):
    proof = AnchorProof.parse(vector["proof"])
    kind = Kind.DOCUMENT if not vector["valid"] else proof.kind
    holds = True
    try:
        verify_inclusion_offline(kind, bytes.fromhex(vector["digest"]), proof)
    except AnchoringError:
        holds = False
    assert holds is vector["valid"]


def test_parts_of_another_length_are_misuse():
    parts = {"proof_hash": b"1" * 32, "public_key": b"2" * 35, "mandatory_hash": b"3" * 32, "base_signature": b"4" * 64}
    for name in parts:
        with pytest.raises(ValueError, match="32, 35, 32, 64"):
            ecdsa_sd_digest(**(parts | {name: b""}), signatures=[])
    with pytest.raises(ValueError, match="signatures of 64"):
        ecdsa_sd_digest(**parts, signatures=[b"short"])
