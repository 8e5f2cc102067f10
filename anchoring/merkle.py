"""Merkle tree with SHA-256 (RFC 9162, section 2.1).

Leaves and inner nodes are hashed under different one-byte prefixes, so that an inner node can never be
presented as a leaf. Nothing here knows what a leaf means.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from anchoring.errors import InvalidInclusionProof

HASH_BYTES: Final = 32
MAX_PATH: Final = 64
"""Longest path of a tree whose size fits 64 bits; hostile proofs end here."""

_SUBTREE_HEIGHT: Final = 10
"""How much `Tree.proofs` makes at once: 1,024 paths."""

_sha256 = hashlib.sha256


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Where one leaf sits in a tree of `tree_size` leaves.

    `path` runs from the leaf's sibling up to the root's child; each entry is 32 bytes. `index` counts
    from 0.
    """

    index: int
    tree_size: int
    path: tuple[bytes, ...]


def hash_leaf(entry: bytes) -> bytes:
    """RFC 9162, 2.1.1: HASH(0x00 || d)."""
    return _sha256(b"\x00" + entry).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """RFC 9162, 2.1.1: HASH(0x01 || left || right)."""
    return _sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree with all its levels, so that every proof is a few slices.

    The RFC splits at the largest power of two below the size. Pairing neighbours level by level and
    carrying a last single node up unchanged gives the same tree. A level is one byte string of 32 bytes
    per node: a million leaves take 64 MB.
    """

    __slots__ = ("_levels", "size")

    def __init__(self, leaf_hashes: Iterable[bytes]) -> None:
        nodes = list(leaf_hashes)
        if not nodes or any(len(node) != HASH_BYTES for node in nodes):
            raise ValueError("a tree has at least one leaf hash, each of 32 bytes")
        self.size: Final = len(nodes)
        levels = [b"".join(nodes)]
        while len(nodes) > 1:
            last = nodes[-1:] if len(nodes) % 2 else []
            pairs = iter(nodes)
            nodes = [_sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]
            nodes += last
            levels.append(b"".join(nodes))
        self._levels: Final = tuple(levels)

    @property
    def root(self) -> bytes:
        return self._levels[-1]

    def leaf(self, index: int) -> bytes:
        """The leaf hash at `index`."""
        self._require(index)
        return self._levels[0][index * HASH_BYTES : (index + 1) * HASH_BYTES]

    def prove(self, index: int) -> InclusionProof:
        """The proof of the leaf at `index` (RFC 9162, 2.1.3.1)."""
        self._require(index)
        return InclusionProof(index, self.size, self._path_from(index, 0))

    def proofs(self) -> Iterator[InclusionProof]:
        """Every leaf's proof in order. The upper part of neighbours' paths is made once for all of them."""
        height = min(_SUBTREE_HEIGHT, len(self._levels) - 1)
        index = 0
        for node in range(len(self._levels[height]) // HASH_BYTES):
            for path in self._paths_below(node, height):
                yield InclusionProof(index, self.size, path)
                index += 1

    def _paths_below(self, node: int, height: int) -> list[tuple[bytes, ...]]:
        """Paths of all leaves under `node` of level `height`, in order."""
        paths = [self._path_from(node, height)]
        for level in reversed(self._levels[:height]):
            node *= 2
            at = node * HASH_BYTES
            wider: list[tuple[bytes, ...]] = []
            for path in paths:
                left, right = level[at : at + HASH_BYTES], level[at + HASH_BYTES : at + 2 * HASH_BYTES]
                wider += [(right, *path), (left, *path)] if right else [path]
                at += 2 * HASH_BYTES
            paths = wider
        return paths

    def _path_from(self, node: int, height: int) -> tuple[bytes, ...]:
        """The path from `node` of level `height` up to the root's child."""
        path = []
        for level in self._levels[height:-1]:
            sibling = level[(node ^ 1) * HASH_BYTES : ((node ^ 1) + 1) * HASH_BYTES]
            if sibling:  # a last single node has none and is carried up
                path.append(sibling)
            node >>= 1
        return tuple(path)

    def _require(self, index: int) -> None:
        if not 0 <= index < self.size:
            raise IndexError(f"leaf {index} of a tree of {self.size}")


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The Merkle Tree Hash over `leaf_hashes`, at least one."""
    return Tree(leaf_hashes).root


def prove(leaf_hashes: Sequence[bytes], index: int) -> InclusionProof:
    """One proof; for more than one keep a `Tree`."""
    return Tree(leaf_hashes).prove(index)


def root_from_inclusion(leaf_hash: bytes, proof: InclusionProof) -> bytes:
    """The root that `proof` leads to from `leaf_hash`.

    Follows the numbered steps of RFC 9162, section 2.1.3.2.

    Raises:
        InvalidInclusionProof: an index past the tree, a path of the wrong length, a node of the wrong size.
    """
    fn, sn = proof.index, proof.tree_size - 1
    # 1: an index past the tree cannot be proved.
    if not 0 <= fn <= sn:
        raise InvalidInclusionProof(f"leaf {fn} of a tree of {proof.tree_size}")
    if len(proof.path) > MAX_PATH or len(leaf_hash) != HASH_BYTES:
        raise InvalidInclusionProof(f"path of {len(proof.path)} nodes, leaf hash of {len(leaf_hash)} bytes")
    # 2, 3: from the leaf upwards.
    r = leaf_hash
    for p in proof.path:
        if len(p) != HASH_BYTES:
            raise InvalidInclusionProof(f"a path node has 32 bytes, not {len(p)}")
        # 4a: the path is longer than the tree is high.
        if sn == 0:
            raise InvalidInclusionProof("the path is too long for the tree")
        # 4b, 4c: a right child, or a last node that was carried up to here.
        if fn & 1 or fn == sn:
            r = hash_children(p, r)
            while not fn & 1 and fn != 0:
                fn >>= 1
                sn >>= 1
        else:
            r = hash_children(r, p)
        # 4d
        fn >>= 1
        sn >>= 1
    # 5: the path must end at the root; comparing the root is the caller's step.
    if sn != 0:
        raise InvalidInclusionProof("the path is too short for the tree")
    return r


def verify_inclusion(leaf_hash: bytes, proof: InclusionProof, root: bytes) -> None:
    """Check that `leaf_hash` is in the tree under `root`.

    Raises:
        InvalidInclusionProof: wrong index, wrong path length or wrong root.
    """
    found = root_from_inclusion(leaf_hash, proof)
    if found != root:
        raise InvalidInclusionProof(f"the path leads to root {found.hex()}, expected {root.hex()}")
