"""A credential's anchor proof, put together from its tree and its round when it is asked for."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchoring.leaf import Kind, leaf_hash
from anchoring.merkle import Tree as MerkleTree
from anchoring.proof import Anchor, AnchorProof, ProofState
from portal.anchors.models import Leaf, PublishedLeaf, Round, RoundLeaf, Tree

_STATES = {"mined": ProofState.MINED, "final": ProofState.FINAL}


def anchor_json(session: Session, credential_id: UUID) -> dict[str, Any] | None:
    """The content of anchor.json; None until the credential's tree is in a round, or once its salt was erased."""
    row = session.execute(
        select(Leaf, Tree, RoundLeaf, Round)
        .join(Tree, Tree.id == Leaf.tree_id)
        .join(RoundLeaf, RoundLeaf.source_id == Tree.id)
        .join(Round, Round.id == RoundLeaf.round_id)
        .where(Leaf.credential_id == credential_id)
    ).one_or_none()
    if row is None:
        return None
    leaf, tree, place, round_ = row
    if leaf.salt is None or leaf.index is None or round_.root is None:
        return None
    in_batch = _tree("tree", tree.id, lambda: _hashes_of_tree(session, tree.id)).prove(leaf.index)
    in_round = _tree("round", round_.id, lambda: _hashes_of_round(session, round_.id)).prove(place.index)
    proof = AnchorProof(
        kind=Kind(leaf.kind),
        salt=leaf.salt,
        levels=(in_batch, in_round),
        root=round_.root,
        state=_STATES.get(round_.state, ProofState.SUBMITTED),
        anchor=_anchor_of(round_),
    )
    return proof.to_json()


def published_anchor_json(session: Session, target_id: UUID) -> dict[str, Any] | None:
    """The anchor proof of one published version (status list, DID document); None until it is in a round."""
    row = session.execute(
        select(PublishedLeaf, RoundLeaf, Round)
        .join(RoundLeaf, RoundLeaf.source_id == PublishedLeaf.id)
        .join(Round, Round.id == RoundLeaf.round_id)
        .where(PublishedLeaf.target_id == target_id)
    ).one_or_none()
    if row is None:
        return None
    leaf, place, round_ = row
    if round_.root is None:
        return None
    in_round = _tree("round", round_.id, lambda: _hashes_of_round(session, round_.id)).prove(place.index)
    return AnchorProof(
        kind=Kind(leaf.kind),
        salt=leaf.salt,
        levels=(in_round,),
        root=round_.root,
        state=_STATES.get(round_.state, ProofState.SUBMITTED),
        anchor=_anchor_of(round_),
    ).to_json()


def anchor_of_single(
    session: Session, tree_id: UUID, *, kind: Kind, salt: bytes, digest: bytes
) -> dict[str, Any] | None:
    """The anchor proof of a credential that has a tree to itself; None until the tree is in a round."""
    row = session.execute(
        select(RoundLeaf, Round).join(Round, Round.id == RoundLeaf.round_id).where(RoundLeaf.source_id == tree_id)
    ).one_or_none()
    if row is None:
        return None
    place, round_ = row
    if round_.root is None:
        return None
    in_round = _tree("round", round_.id, lambda: _hashes_of_round(session, round_.id)).prove(place.index)
    return AnchorProof(
        kind=kind,
        salt=salt,
        levels=(MerkleTree([leaf_hash(kind, salt, digest)]).prove(0), in_round),
        root=round_.root,
        state=_STATES.get(round_.state, ProofState.SUBMITTED),
        anchor=_anchor_of(round_),
    ).to_json()


def _anchor_of(round_: Round) -> Anchor | None:
    """Where the root will be; transaction, block and time only while a block holds it."""
    if round_.account is None or round_.contract is None:
        return None
    chain = f"eip155:{round_.chain_id}"
    if round_.state not in _STATES:
        return Anchor(chain=chain, contract=round_.contract, account=round_.account)
    return Anchor(
        chain=chain,
        contract=round_.contract,
        account=round_.account,
        transaction=round_.transaction,
        block=round_.block,
        block_hash=round_.block_hash,
        time=round_.block_time,
    )


class _Trees:
    """The last few trees with all their levels, shared by requests; a sealed tree never changes."""

    def __init__(self, size: int) -> None:
        self._size, self._lock = size, threading.Lock()
        self._kept: OrderedDict[tuple[str, UUID], MerkleTree] = OrderedDict()

    def __call__(self, kind: str, key: UUID, hashes: Callable[[], Sequence[bytes]]) -> MerkleTree:
        with self._lock:
            tree = self._kept.get((kind, key))
        if tree is None:  # built without the lock: two requests may do it twice, none waits for the other's database
            tree = MerkleTree(hashes())
        with self._lock:
            self._kept[kind, key] = tree
            self._kept.move_to_end((kind, key))
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return tree

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()


_tree = _Trees(size=8)


def _hashes_of_tree(session: Session, tree_id: UUID) -> list[bytes]:
    return list(session.scalars(select(Leaf.leaf_hash).where(Leaf.tree_id == tree_id).order_by(Leaf.index)))


def _hashes_of_round(session: Session, round_id: UUID) -> list[bytes]:
    return list(
        session.scalars(select(RoundLeaf.leaf_hash).where(RoundLeaf.round_id == round_id).order_by(RoundLeaf.index))
    )
