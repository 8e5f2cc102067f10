"""Anchor rounds on a real chain: faults at every call, reorgs, a killed chain that lost its last blocks."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.errors import AgentError
from agent.rounds import Patience, RoundState, advance, recheck, seal
from anchoring.errors import AnchoringError, ChainUnavailable, SubmissionUncertain
from anchoring.networks import LOCAL
from anchoring.transactions import tx_hash_of
from tests.agent.test_rounds import OPEN, ROOT, Killed, MemoryStore
from tests.fixtures.chain import DEPLOYER_KEY, start_anvil  # noqa: F401

PATIENCE = Patience(resend=timedelta(0), outbid=timedelta(hours=1))


@pytest.fixture
def anvil(start_anvil):  # noqa: F811
    return start_anvil("--no-mining", "--slots-in-an-epoch", "1")


class FaultyChain:
    """A real chain whose next call of one method fails, before or after its effect."""

    def __init__(self, chain, effect: str, when: str, at: int) -> None:
        self._chain, self._effect, self._when, self._left = chain, effect, when, at

    def __getattr__(self, name):
        member = getattr(self._chain, name)
        if name != self._effect:
            return member

        def call(*args, **kwargs):
            self._left -= 1
            if self._left != -1:
                return member(*args, **kwargs)
            if self._when == "after":
                member(*args, **kwargs)
            if name == "send":
                raise SubmissionUncertain(tx_hash_of(args[0]))
            raise ChainUnavailable(f"planned, {self._when} {name}")

        return call


def drive(store, chain, anvil, *, rounds: int = 14) -> None:
    """The worker: read the row, take a step, fail, be called again."""
    now = datetime.now(UTC)
    for _ in range(rounds):
        if store.stored.state is RoundState.FINAL:
            return
        with contextlib.suppress(AnchoringError, AgentError, Killed):
            advance(store.stored, store=store, chain=chain, now=now, patience=PATIENCE)
        anvil.mine()
        now += timedelta(seconds=1)
    pytest.fail(f"stuck in {store.stored.state}")


def paid_for(chain, anvil) -> list[str]:
    """Every mined transaction of the account to the contract, logged or not."""
    found = []
    for number in range(chain.head() + 1):
        block = anvil.control("eth_getBlockByNumber", hex(number), True)
        found += [
            tx["hash"] for tx in block["transactions"] if (tx["from"], tx["to"]) == (chain.account, chain.contract)
        ]
    return found


FAULTS = [
    (effect, when, at)
    for effect in ("store", "send", "sign_anchor", "find_anchor", "finalized_block", "mined_nonces")
    for when in ("before", "after")
    for at in range(4 if effect in {"store", "find_anchor"} else 1)
]


def test_one_transaction_is_paid_whatever_fails(anvil):
    chain = anvil.chain(anvil.deploy_registry())
    for number, (effect, when, at) in enumerate(FAULTS):
        root = number.to_bytes(32, "big")
        store = MemoryStore(seal(replace(OPEN, id=f"r{number}"), root=root, tree_size=1, chain=chain))
        paid_before = len(paid_for(chain, anvil)) if number in {0, len(FAULTS) - 1} else None
        if effect == "store":
            store.faults = [None] * at + [when]
        drive(store, FaultyChain(chain, effect, when, at), anvil)
        assert store.stored.state is RoundState.FINAL, (effect, when, at)
        assert len(chain.find_anchors(root)) == 1
        assert paid_before is None or paid_before == number
    assert len(paid_for(chain, anvil)) == len(FAULTS), "one for each root"


@pytest.mark.parametrize("depth", [1, 3, 20, 63])
def test_a_reorg_takes_the_round_back_and_the_same_bytes_bring_it_home(anvil, depth):
    chain = anvil.chain(anvil.deploy_registry())
    anvil.mine(depth)
    store = MemoryStore(seal(OPEN, root=ROOT, tree_size=1, chain=chain))
    for _ in range(3):
        advance(store.stored, store=store, chain=chain, now=datetime.now(UTC), patience=PATIENCE)
        anvil.mine()
    assert store.stored.state is RoundState.MINED
    anvil.control("anvil_reorg", depth + 1, [])

    drive(store, chain, anvil)

    assert len(store.stored.transactions) == 1
    assert paid_for(chain, anvil) == [store.stored.transactions[0].tx_hash]


def broadcast(chain):
    store = MemoryStore(seal(OPEN, root=ROOT, tree_size=1, chain=chain))
    for _ in range(2):
        advance(store.stored, store=store, chain=chain, now=datetime.now(UTC), patience=PATIENCE)
    assert store.stored.state is RoundState.BROADCAST
    return store


def test_a_rollback_and_a_dropped_transaction_cost_nothing(anvil):
    chain = anvil.chain(anvil.deploy_registry())
    store = broadcast(chain)
    tx_hash = store.stored.latest.tx_hash
    anvil.control("anvil_dropTransaction", tx_hash)
    advance(store.stored, store=store, chain=chain, now=datetime.now(UTC), patience=PATIENCE)
    anvil.mine()
    advance(store.stored, store=store, chain=chain, now=datetime.now(UTC), patience=PATIENCE)
    assert store.stored.state is RoundState.MINED
    anvil.control("anvil_rollback", 1)

    drive(store, chain, anvil)

    assert paid_for(chain, anvil) == [tx_hash]


def test_a_base_fee_a_hundredfold_is_outbid_under_the_cap(anvil):
    chain = anvil.chain(anvil.deploy_registry())
    store = broadcast(chain)
    first = store.stored.latest
    base_fee = int(anvil.control("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    anvil.control("anvil_setNextBlockBaseFeePerGas", hex(base_fee * 100))
    anvil.mine()
    assert chain.receipt(first.tx_hash) is None, "nobody takes it at that price"
    late = datetime.now(UTC) + PATIENCE.outbid

    advance(store.stored, store=store, chain=chain, now=late, patience=PATIENCE)
    assert store.stored.state is RoundState.SIGNED
    drive(store, chain, anvil)

    second = store.stored.latest
    assert second.nonce == first.nonce
    assert first.fees.max_fee_wei < second.fees.max_fee_wei <= LOCAL.max_fee_wei
    assert paid_for(chain, anvil) == [second.tx_hash]


def test_a_killed_chain_that_lost_everything_gets_contract_and_anchor_again(anvil):
    contract = anvil.deploy_registry()
    chain = anvil.chain(contract)
    store = MemoryStore(seal(OPEN, root=ROOT, tree_size=1, chain=chain))
    drive(store, chain, anvil)
    final = store.stored
    anvil.kill()
    anvil.start()

    assert anvil.deploy_registry() == contract, "same account and nonce, same address"
    assert recheck(store.stored, store=store, chain=chain).state is RoundState.BROADCAST
    drive(store, chain, anvil)

    assert store.stored.transactions[-1].raw == final.transactions[-1].raw
    assert paid_for(chain, anvil) == [final.transactions[-1].tx_hash]


def test_a_killed_chain_whose_nonces_went_elsewhere_gets_one_fresh_anchor(anvil):
    contract = anvil.deploy_registry()
    chain = anvil.chain(contract)
    store = MemoryStore(seal(OPEN, root=ROOT, tree_size=1, chain=chain))
    drive(store, chain, anvil)
    anvil.kill()
    anvil.start()
    anvil.deploy_registry()
    chain.send(chain.sign_filler(0).raw)
    anvil.mine(3)

    recheck(store.stored, store=store, chain=chain)
    drive(store, chain, anvil)

    assert [transaction.nonce for transaction in store.stored.transactions] == [0, 1]
    assert len(paid_for(chain, anvil)) == 1


def test_lost_transactions_below_ours_do_not_block_the_round(anvil):
    contract = anvil.deploy_registry()
    chain = anvil.chain(contract, key=DEPLOYER_KEY)  # one account for everything: nonce 0 deployed the contract
    store = MemoryStore(seal(OPEN, root=ROOT, tree_size=1, chain=chain))
    for nonce in (1, 2, 3):
        chain.send(chain.sign_filler(nonce).raw)
        anvil.mine()
    drive(store, chain, anvil)
    anvil.kill()
    anvil.start()
    anvil.deploy_registry()

    recheck(store.stored, store=store, chain=chain)
    drive(store, chain, anvil)

    assert store.stored.transactions[-1].nonce == 4
    assert len(paid_for(chain, anvil)) == 1


def test_a_round_becomes_final_by_itself_on_the_chain_that_dcp_up_starts(start_anvil):  # noqa: F811
    anvil = start_anvil("--block-time", "1", "--slots-in-an-epoch", "1")
    chain = anvil.chain(anvil.deploy_registry())
    store = MemoryStore(seal(OPEN, root=ROOT, tree_size=1, chain=chain))
    deadline = time.monotonic() + 20
    while store.stored.state is not RoundState.FINAL:
        assert time.monotonic() < deadline, store.stored.state
        advance(store.stored, store=store, chain=chain, now=datetime.now(UTC))
        time.sleep(0.1)
    assert len(paid_for(chain, anvil)) == 1
