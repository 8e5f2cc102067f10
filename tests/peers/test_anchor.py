"""Anchors: what `anchoring` builds, recomputed by a Node program that knows only anchoring/README.md and the chain."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from anchoring.chain import EvmChain
from anchoring.leaf import Kind, batch_leaf_hash, leaf_hash
from anchoring.merkle import Tree
from anchoring.proof import Anchor, AnchorProof, ProofState
from did.keys import KeyType
from tests.fixtures.chain import Anvil, start_anvil
from tests.peers import node_check, ours
from tests.peers.keys import make_key
from tests.peers.node_check import Node, PeerDisagrees
from tests.peers.samples import unsecured_badge
from vc.canonical import jcs

__all__ = ["start_anvil"]
pytestmark = pytest.mark.enable_socket

CHAIN = "eip155:31337"


class Anchored:
    """A credential at one place of a batch of one size, in a round of one size, on the chain."""

    def __init__(self, chain: EvmChain, anvil: Anvil, *, at: int, batch: int, rounds: int) -> None:
        key = make_key(KeyType.ED25519)
        self.credential = ours.issue(unsecured_badge(batch, key.controller), "eddsa-rdfc-2022", key)
        salt, digest = secrets.token_bytes(32), hashlib.sha256(jcs.canonicalize(self.credential)).digest()
        leaves = [secrets.token_bytes(32) for _ in range(batch)]
        leaves[at] = leaf_hash(Kind.DOCUMENT, salt, digest)
        tree = Tree(leaves)
        tops = [secrets.token_bytes(32) for _ in range(rounds)]
        tops[-1] = batch_leaf_hash(tree.size, tree.root)
        top = Tree(tops)
        chain.send(chain.sign_anchor(top.root).raw)
        anvil.mine(3)
        event = chain.find_anchor(top.root)
        assert event is not None
        levels = (tree.prove(at), top.prove(rounds - 1))
        anchor = Anchor.of_event(CHAIN, event)
        self.proof = AnchorProof(Kind.DOCUMENT, salt, levels, top.root, ProofState.FINAL, anchor).to_json()


def node_of(anvil: Anvil, registry: str) -> Node:
    ready = {
        "url": "http://localhost",
        "rpc_url": anvil.url,
        "chain": CHAIN,
        "contracts": {"anchor_registry": registry},
    }
    return Node.of_ready(ready)


@pytest.fixture
def chain_and_node(start_anvil: Callable[..., Anvil]) -> tuple[EvmChain, Anvil, Node]:
    anvil = start_anvil("--no-mining", "--slots-in-an-epoch", "1")
    registry = anvil.deploy_registry()
    return anvil.chain(registry), anvil, node_of(anvil, registry)


def test_the_program_recomputes_what_we_built(chain_and_node: tuple[EvmChain, Anvil, Node]) -> None:
    chain, anvil, node = chain_and_node
    places = [(0, 1, 1), (2, 3, 2), (4, 7, 5), (8, 9, 4)]

    for at, batch, rounds in places:
        anchored = Anchored(chain, anvil, at=at, batch=batch, rounds=rounds)
        answer = node_check.check_anchor(node, anchored.credential, anchored.proof)
        assert answer["root"] == anchored.proof["root"]
        assert answer["final"] is True


def test_another_credential_of_the_batch_has_no_part_in_its_proof(
    chain_and_node: tuple[EvmChain, Anvil, Node],
) -> None:
    chain, anvil, node = chain_and_node
    one = Anchored(chain, anvil, at=1, batch=4, rounds=2)
    other = Anchored(chain, anvil, at=1, batch=5, rounds=2)

    with pytest.raises(PeerDisagrees, match="the anchor was refused"):
        node_check.check_anchor(node, other.credential, one.proof)


def test_the_digest_is_the_same_whatever_is_in_the_credential(
    chain_and_node: tuple[EvmChain, Anvil, Node],
) -> None:
    """RFC 8785 by JavaScript's own serializer; the members need not mean anything to be committed to."""
    chain, anvil, node = chain_and_node
    texts = ['\u2028é小\U0001f393\x7f\x00"\\/', "\ue000", "\U00010000"]
    numbers = [1e21, 1e20, 0.1, -0.0, 1e-7, 123456789012345680000.0, 5e-324, 2**53 - 1]
    members: list[Any] = [*texts, *numbers, True, None, [], {}]
    credential: dict[str, Any] = {"issuer": "did:example:1", "all": members, "\ue000": 1, "\U00010000": 2, "": {"B": 1}}
    salt, digest = secrets.token_bytes(32), hashlib.sha256(jcs.canonicalize(credential)).digest()
    tree = Tree([leaf_hash(Kind.DOCUMENT, salt, digest)])
    top = Tree([batch_leaf_hash(1, tree.root)])
    chain.send(chain.sign_anchor(top.root).raw)
    anvil.mine(3)
    event = chain.find_anchor(top.root)
    assert event is not None
    anchor = Anchor.of_event(CHAIN, event)
    proof = AnchorProof(Kind.DOCUMENT, salt, (tree.prove(0), top.prove(0)), top.root, ProofState.FINAL, anchor)

    node_check.require_anchor(node, credential, proof.to_json())
