from __future__ import annotations

import copy
from datetime import UTC, datetime

import pytest

from anchoring.errors import InvalidAnchorProof
from anchoring.leaf import Kind, batch_leaf_hash, leaf_hash
from anchoring.merkle import InclusionProof, Tree, hash_leaf
from anchoring.proof import Anchor, AnchorProof, ProofState

SALT, DIGEST = bytes(range(32)), bytes(range(32, 64))
ANCHOR = Anchor(
    "eip155:137",
    "0x" + "c0" * 20,
    "0x" + "ac" * 20,
    "0x" + "77" * 32,
    12,
    "0x" + "bb" * 32,
    datetime(2026, 11, 24, 12, 0, 1, tzinfo=UTC),
)


def make_proof(kind: Kind = Kind.DOCUMENT, state: ProofState = ProofState.FINAL, anchor: Anchor | None = ANCHOR):
    batch = Tree([hash_leaf(b"x"), leaf_hash(kind, SALT, DIGEST), hash_leaf(b"y")])
    own_leaf = batch_leaf_hash(batch.size, batch.root) if kind.in_batch else leaf_hash(kind, SALT, DIGEST)
    tree = Tree([hash_leaf(b"other"), own_leaf])
    levels = (batch.prove(1), tree.prove(1)) if kind.in_batch else (tree.prove(1),)
    return AnchorProof(kind, SALT, levels, tree.root, state, anchor)


def test_leaf_and_batch_entries_have_the_documented_bytes():
    assert leaf_hash(Kind.DOCUMENT, SALT, DIGEST) == hash_leaf(b"\x01" + SALT + DIGEST)
    assert batch_leaf_hash(3, DIGEST) == hash_leaf(b"\x20" + b"\0\0\0\0\0\0\0\x03" + DIGEST)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_proof_of_each_kind_survives_its_json_form(kind):
    proof = make_proof(kind)
    assert AnchorProof.parse(proof.to_json()) == proof
    assert proof.root_for(DIGEST) == proof.root


@pytest.mark.parametrize("anchor", [None, Anchor("eip155:137", "0x" + "c0" * 20, "0x" + "ac" * 20)])
def test_a_submitted_proof_names_no_block(anchor):
    proof = make_proof(state=ProofState.SUBMITTED, anchor=anchor)
    assert AnchorProof.parse(proof.to_json()) == proof


def test_a_batch_of_another_size_leads_to_another_root():
    proof = make_proof()
    grown = InclusionProof(proof.levels[0].index, 4, proof.levels[0].path)
    forged = AnchorProof(proof.kind, SALT, (grown, proof.levels[1]), proof.root, proof.state, ANCHOR)
    assert forged.root_for(DIGEST) != proof.root


def put(path: str, value):
    def change(document):
        *parents, last = [int(part) if part.isdigit() else part for part in path.split("/")]
        for part in parents:
            document = document[part]
        if value is ...:
            del document[last]
        else:
            document[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (put("type", "Proof"), "/type: only AnchorProof"),
        (put("version", 2), "/type: only AnchorProof"),
        (put("version", True), "/type: only AnchorProof"),
        (put("salt", ...), "/salt: is missing"),
        (put("salt", "00" * 31), "/salt: expected 64"),
        (put("salt", "AB" * 32), "/salt: expected 64"),
        (put("salt", "00" * 32 + "\n"), "/salt: expected 64"),
        (put("kind", 5), "/kind: is no kind"),
        (put("kind", True), "/kind: is no kind"),
        (put("kind", "1"), "/kind: is no kind"),
        (put("kind", 0x20), "/kind: is no kind"),
        (put("kind", 0x10), "/levels: a proof of kind 16 has 1 levels"),
        (put("levels", []), "/levels: a proof of kind 1 has 2 levels"),
        (put("levels", {}), "/levels"),
        (put("levels/0", []), "/levels/0: expected an object"),
        (put("levels/0/index", -1), "/levels/0/index: expected a whole number"),
        (put("levels/0/index", 1.0), "/levels/0/index: expected a whole number"),
        (put("levels/0/treeSize", 2**53), "/levels/0/treeSize: expected a whole number"),
        (put("levels/1/path", ["00"]), "/levels/1/path/0: expected 64"),
        (put("levels/1/path", ["00" * 32] * 65), "/levels/1/path: expected a list of at most 64"),
        (put("levels/1/path", "00"), "/levels/1/path: expected a list"),
        (put("root", None), "/root: expected 64"),
        (put("state", "confirmed"), "/state: expected submitted"),
        (put("state", []), "/state: expected submitted"),
        (put("anchor", None), "/anchor: a final proof names"),
        (put("anchor/chain", "bitcoin"), "/anchor/chain: expected a CAIP-2"),
        (put("anchor/chain", 137), "/anchor/chain: expected a CAIP-2"),
        (put("anchor/contract", "0x12"), "/anchor/contract: expected an address"),
        (put("anchor/transaction", None), "come together"),
        (put("anchor/transaction", "0x12"), "/anchor/transaction: expected a transaction"),
        (put("anchor/block", "12"), "/anchor/block: expected a whole number"),
        (put("anchor/time", "2026-02-30T00:00:00Z"), "/anchor/time: is no time"),
        (put("anchor/time", "yesterday"), "/anchor/time: expected a UTC time"),
        (put("extra", 1), "/extra: is not a member"),
        (put("anchor/extra", 1), "/anchor/extra: is not a member"),
    ],
)
def test_a_malformed_proof_names_the_member_at_fault(change, why):
    document = copy.deepcopy(make_proof().to_json())
    change(document)
    with pytest.raises(InvalidAnchorProof) as caught:
        AnchorProof.parse(document)
    assert why in str(caught.value)


@pytest.mark.parametrize("value", [None, [], "x", 1])
def test_something_that_is_no_object_is_no_proof(value):
    with pytest.raises(InvalidAnchorProof, match="expected an object"):
        AnchorProof.parse(value)


def test_salt_and_digest_of_a_wrong_length_are_misuse():
    with pytest.raises(ValueError, match="32 bytes each"):
        leaf_hash(Kind.DOCUMENT, b"", DIGEST)
    with pytest.raises(ValueError, match="a batch has"):
        batch_leaf_hash(0, DIGEST)
