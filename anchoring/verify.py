"""Is this digest anchored? Leaf, path, root, chain: in that order.

The answer says *when at the latest* the leaf existed. *Who* anchored it is `evidence.account_id`; whether
that is the issuer, only the issuer's DID document can say.
"""

from __future__ import annotations

from anchoring.errors import (
    AnchorMismatch,
    AnchorPending,
    ChainUnavailable,
    InvalidInclusionProof,
    NotAnchored,
    WrongChain,
)
from anchoring.leaf import Kind
from anchoring.networks import chain_id_of
from anchoring.proof import Anchor, AnchorProof, ProofState
from anchoring.protocol import AnchorEvent, AnchorEvidence, ChainReader


def verify_inclusion_offline(kind: Kind, digest: bytes, proof: AnchorProof) -> None:
    """Steps 1 and 2, which need no chain. Raises `InvalidInclusionProof`."""
    # 1: the proof is about this kind of thing.
    if proof.kind is not kind:
        raise InvalidInclusionProof(f"the proof is of kind {int(proof.kind)}, the digest of kind {int(kind)}")
    # 2: leaf and paths lead to the root.
    found = proof.root_for(digest)
    if found != proof.root:
        raise InvalidInclusionProof(f"the paths lead to root {found.hex()}, the proof says {proof.root.hex()}")


def verify_anchor(kind: Kind, digest: bytes, proof: AnchorProof, chain: ChainReader) -> AnchorEvidence:
    """Check that `digest` is under a root that `proof.anchor.account` anchored, and that it is final.

    What counts is the log that `chain` shows now; the proof's own state only says what to expect.

    Raises:
        InvalidInclusionProof: the digest, salt or a path is wrong (steps 1, 2).
        WrongChain: `chain` is not the one that the proof names (step 3).
        NotAnchored: no such log, or a contract that could log anything, or (`AnchorMismatch`) not where
            a final proof says (steps 4 to 6).
        AnchorPending: in no block yet, or in one that is not final (steps 5, 7).
        ChainUnavailable: the chain could not be asked, so nothing is known.
    """
    verify_inclusion_offline(kind, digest, proof)
    anchor = proof.anchor
    if anchor is None:
        raise AnchorPending("the root was not sent to a chain yet")
    # 3: the chain that the proof names is the one asked.
    expected = chain_id_of(anchor.chain)
    if expected != chain.chain_id:
        raise WrongChain(expected, chain.chain_id)
    # 4: a contract that logs only what its caller did.
    chain.require_registry(anchor.contract)
    # 5: the log. What is final is asked first: a log seen after that, at or below that block, is final.
    finalized = chain.finalized_block()
    events = chain.find_anchors(proof.root, account=anchor.account, contract=anchor.contract, near=anchor.block)
    if not events:
        raise _absence(anchor, proof, chain)
    # 6: a final proof's transaction and block cannot have moved.
    event = _named(anchor, events) if proof.state is ProofState.FINAL else events[0]
    # 7: final by the chain's own word.
    evidence = AnchorEvidence(anchor.chain, event, event.block <= finalized)
    if not evidence.final:
        raise AnchorPending(f"the root is in block {event.block}, which is not final yet", evidence)
    return evidence


def _absence(anchor: Anchor, proof: AnchorProof, chain: ChainReader) -> Exception:
    """A log that is not there means different things."""
    if proof.state is ProofState.SUBMITTED or anchor.block is None:
        return AnchorPending("the transaction was sent and is in no block yet")
    if chain.head() < anchor.block:
        return ChainUnavailable(f"the node's chain ends before block {anchor.block}, which the proof names")
    if proof.state is ProofState.MINED:
        return AnchorPending("the block that held the root was replaced; the transaction waits to be mined again")
    return NotAnchored(f"{anchor.chain} holds no record of the root by account {anchor.account}")


def _named(anchor: Anchor, events: tuple[AnchorEvent, ...]) -> AnchorEvent:
    for event in events:
        if (event.transaction, event.block, event.block_hash, event.time) == (
            anchor.transaction,
            anchor.block,
            anchor.block_hash,
            anchor.time,
        ):
            return event
    raise AnchorMismatch(
        f"the root is in transaction {events[0].transaction} of block {events[0].block}, "
        f"not in {anchor.transaction} of block {anchor.block} as the proof says"
    )
