"""Each step of `verify_anchor` fails alone, and a missing log means what the proof and the chain say."""

from __future__ import annotations

import warnings
from dataclasses import replace

import pytest

from anchoring.errors import (
    AnchorMismatch,
    AnchorPending,
    ChainUnavailable,
    InvalidInclusionProof,
    NotAnchored,
    UnknownContract,
    WrongChain,
)
from anchoring.leaf import Kind
from anchoring.memory import DevelopmentChainWarning, MemoryChain
from anchoring.proof import Anchor, AnchorProof, ProofState
from anchoring.protocol import Chain, ChainReader
from anchoring.verify import verify_anchor
from tests.anchoring.test_proof import DIGEST, make_proof


@pytest.fixture
def chain() -> MemoryChain:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DevelopmentChainWarning)
        return MemoryChain(finality=2)


def anchored(chain: MemoryChain, state: ProofState = ProofState.FINAL, blocks: int = 4) -> AnchorProof:
    proof = make_proof(anchor=None)
    chain.send(chain.sign_anchor(proof.root).raw)
    chain.mine(blocks)
    anchor = Anchor("eip155:31337", chain.contract, chain.account)
    if state is not ProofState.SUBMITTED:
        anchor = Anchor.of_event(anchor.chain, chain.find_anchor(proof.root))
    return replace(proof, state=state, anchor=anchor)


def verify(proof: AnchorProof, chain: MemoryChain, kind: Kind = Kind.DOCUMENT, digest: bytes = DIGEST):
    return verify_anchor(kind, digest, proof, chain)


def test_a_chain_in_memory_warns_and_is_a_chain():
    with pytest.warns(DevelopmentChainWarning, match="vanish"):
        chain: Chain = MemoryChain()
    reader: ChainReader = chain
    assert reader.chain_id == 31337


@pytest.mark.parametrize("state", list(ProofState))
def test_the_chain_decides_not_the_state_that_the_proof_had(chain, state):
    evidence = verify(anchored(chain, state), chain)
    assert evidence.final
    assert evidence.event == chain.find_anchor(evidence.event.root)


def test_a_mined_anchor_is_pending_with_its_evidence(chain):
    with pytest.raises(AnchorPending, match="block 1, which is not final") as caught:
        verify(anchored(chain, ProofState.FINAL, blocks=1), chain)
    assert caught.value.evidence.event.block == 1
    assert not caught.value.evidence.final


def test_another_digest_or_kind_is_refused_before_the_chain_is_asked(chain):
    proof = anchored(chain)
    chain.faults["finalized_block"] = ["before"]
    with pytest.raises(InvalidInclusionProof, match="lead to root"):
        verify(proof, chain, digest=b"\0" * 32)
    with pytest.raises(InvalidInclusionProof, match="of kind 1, the digest of kind 2"):
        verify(proof, chain, kind=Kind.COMPACT_JWS)
    assert chain.faults["finalized_block"] == ["before"]


def test_no_anchor_is_pending(chain):
    with pytest.raises(AnchorPending, match="not sent") as caught:
        verify(replace(make_proof(anchor=None), state=ProofState.SUBMITTED), chain)
    assert caught.value.evidence is None


def test_another_chain_or_contract_is_refused(chain):
    proof = anchored(chain)
    with pytest.raises(WrongChain):
        verify(replace(proof, anchor=replace(proof.anchor, chain="eip155:137")), chain)
    with pytest.raises(UnknownContract):
        verify(replace(proof, anchor=replace(proof.anchor, contract="0x" + "12" * 20)), chain)


@pytest.mark.parametrize(
    ("member", "value"), [("transaction", "0x" + "12" * 32), ("block", 2), ("block_hash", "0x" + "12" * 32)]
)
def test_a_final_proof_names_the_logs_own_place(chain, member, value):
    proof = anchored(chain)
    with pytest.raises(AnchorMismatch, match="as the proof says"):
        verify(replace(proof, anchor=replace(proof.anchor, **{member: value})), chain)


def test_a_mined_proof_may_name_a_place_that_a_reorg_changed(chain):
    proof = anchored(chain, ProofState.MINED, blocks=1)
    chain.reorg(1)
    chain.mine(5)
    assert verify(proof, chain).event.block != proof.anchor.block


def test_what_a_missing_log_means(chain):
    final = anchored(chain)
    mined = replace(final, state=ProofState.MINED)
    submitted = replace(final, state=ProofState.SUBMITTED, anchor=Anchor("eip155:31337", chain.contract, chain.account))
    chain.reorg(4, keep_pool=False)

    with pytest.raises(NotAnchored, match="holds no record of the root by account"):
        verify(final, chain)
    with pytest.raises(AnchorPending, match="was replaced"):
        verify(mined, chain)
    with pytest.raises(AnchorPending, match="in no block yet"):
        verify(submitted, chain)
    chain.lose(4)
    with pytest.raises(ChainUnavailable, match="ends before block 1"):
        verify(final, chain)


@pytest.mark.parametrize("method", ["finalized_block", "find_anchors"])
def test_a_chain_that_does_not_answer_proves_nothing(chain, method):
    proof = anchored(chain)
    chain.faults[method] = ["before"]
    with pytest.raises(ChainUnavailable):
        verify(proof, chain)
