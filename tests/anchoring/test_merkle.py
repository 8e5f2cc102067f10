from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchoring.errors import InvalidInclusionProof
from anchoring.merkle import (
    InclusionProof,
    Tree,
    hash_children,
    hash_leaf,
    prove,
    root_from_inclusion,
    root_of,
    verify_inclusion,
)

# Google's certificate-transparency reference tests (Apache-2.0), used by every CT log implementation.
CT_LEAVES = [
    bytes.fromhex(text)
    for text in ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
trees = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


def root_by_definition(entries: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, as it is written there: split at the largest power of two below n."""
    if len(entries) == 1:
        return hash_leaf(entries[0])
    k = 1 << (len(entries) - 1).bit_length() - 1
    return hash_children(root_by_definition(entries[:k]), root_by_definition(entries[k:]))


@pytest.mark.parametrize("size", range(1, 9))
def test_root_matches_the_published_one(size):
    assert root_of([hash_leaf(leaf) for leaf in CT_LEAVES[:size]]).hex() == CT_ROOTS[size - 1]


@given(trees)
def test_root_follows_the_definition(entries):
    assert root_of([hash_leaf(entry) for entry in entries]) == root_by_definition(entries)


@given(trees, st.data())
def test_every_leaf_is_provable(entries, data):
    hashes = [hash_leaf(entry) for entry in entries]
    index = data.draw(st.integers(0, len(hashes) - 1))
    verify_inclusion(hashes[index], prove(hashes, index), root_of(hashes))


@given(trees)
def test_all_proofs_at_once_are_the_single_ones(entries):
    tree = Tree(hash_leaf(entry) for entry in entries)
    assert list(tree.proofs()) == [tree.prove(index) for index in range(tree.size)]


def test_proofs_of_a_tree_of_many_subtrees_hold():
    hashes = [n.to_bytes(32, "big") for n in range(2_500)]
    tree = Tree(hashes)
    proofs = list(tree.proofs())
    assert [proof.index for proof in proofs] == list(range(2_500))
    for proof in proofs[::7] + proofs[-3:]:
        assert proof == tree.prove(proof.index)
        verify_inclusion(hashes[proof.index], proof, tree.root)


@given(trees, st.data())
def test_a_proof_holds_for_its_own_index_size_and_leaf_only(entries, data):
    hashes = [hash_leaf(bytes([n]) + entry) for n, entry in enumerate(entries)]  # distinct leaves
    tree = Tree(hashes)
    index = data.draw(st.integers(0, tree.size - 1))
    proof = tree.prove(index)
    other_index = data.draw(st.integers(0, tree.size + 1).filter(lambda n: n != index))
    with pytest.raises(InvalidInclusionProof):
        verify_inclusion(hashes[index], InclusionProof(other_index, tree.size, proof.path), tree.root)
    if proof.path:
        at = data.draw(st.integers(0, len(proof.path) - 1))
        bad = bytearray(proof.path[at])
        bad[data.draw(st.integers(0, 31))] ^= 1 << data.draw(st.integers(0, 7))
        path = (*proof.path[:at], bytes(bad), *proof.path[at + 1 :])
        with pytest.raises(InvalidInclusionProof, match="leads to root"):
            verify_inclusion(hashes[index], InclusionProof(index, tree.size, path), tree.root)


def test_an_inner_node_is_not_a_leaf():
    a, b = hash_leaf(b"a"), hash_leaf(b"b")
    assert hash_leaf(a + b) != hash_children(a, b)


LEAF = hash_leaf(b"leaf")
NODE = b"\x07" * 32


@pytest.mark.parametrize(
    ("index", "size", "path", "why"),
    [
        (1, 1, (), "leaf 1 of a tree of 1"),
        (-1, 1, (), "leaf -1 of a tree of 1"),
        (0, 0, (), "leaf 0 of a tree of 0"),
        (0, 1, (NODE,), "too long"),
        (0, 2, (NODE, NODE), "too long"),
        (0, 2, (), "too short"),
        (2, 5, (NODE, NODE), "too short"),
        (0, 2, (b"\x07" * 31,), "32 bytes, not 31"),
        (0, 2**63, (NODE,) * 65, "path of 65 nodes"),
    ],
)
def test_a_malformed_proof_is_refused_for_its_own_reason(index, size, path, why):
    with pytest.raises(InvalidInclusionProof, match=why):
        root_from_inclusion(LEAF, InclusionProof(index, size, path))


def test_an_empty_tree_or_a_short_hash_is_misuse():
    with pytest.raises(ValueError, match="at least one"):
        Tree([])
    with pytest.raises(ValueError, match="32 bytes"):
        Tree([b"short"])
    with pytest.raises(IndexError, match="leaf 1 of a tree of 1"):
        Tree([LEAF]).prove(1)
    assert Tree([LEAF]).leaf(0) == LEAF


def test_a_hundred_thousand_leaves_take_no_noticeable_time():
    hashes = [n.to_bytes(32, "big") for n in range(100_000)]
    started = time.process_time()
    Tree(hashes)
    assert time.process_time() - started < 0.5  # measured: 0.08 s
