"""Anchor rounds under faults. Law: whatever fails, exactly one transaction is paid for the root."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from agent.errors import AccountBusy, AgentError, AnchorLost, AnchorSettingsChanged, AnchorWithoutLog, RoundChanged
from agent.rounds import Patience, Round, RoundState, advance, proof_of, recheck, seal
from anchoring.errors import AnchoringError, ContractMissing, FeeTooHigh, InsufficientFunds, WrongChain
from anchoring.leaf import Kind, batch_leaf_hash, leaf_hash
from anchoring.memory import DevelopmentChainWarning, MemoryChain
from anchoring.merkle import Tree
from anchoring.proof import AnchorProof, ProofState
from anchoring.verify import verify_anchor

ROOT = b"\x11" * 32
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PATIENCE = Patience(resend=timedelta(seconds=20), outbid=timedelta(seconds=100))
OPEN = Round(id="r1", state=RoundState.OPEN)


class Killed(Exception):
    """The process ended here."""


@dataclass
class MemoryStore:
    """Keeps rounds and fails on demand, before or after it stored."""

    stored: Round
    others: list[Round] = field(default_factory=list)
    faults: list[str | None] = field(default_factory=list)

    def replace(self, old: Round, new: Round) -> None:
        fault = self.faults.pop(0) if self.faults else None
        if fault == "before":
            raise Killed
        if old.version != self.stored.version or new.version != old.version + 1:
            raise RoundChanged(new.id)
        busy = any(other.state in {RoundState.SIGNED, RoundState.BROADCAST} for other in self.others)
        if old.state is RoundState.SEALED and new.state is RoundState.SIGNED and busy:
            raise AccountBusy(new.id)
        self.stored = new
        if fault == "after":
            raise Killed


def memory_chain(**arguments) -> MemoryChain:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DevelopmentChainWarning)
        return MemoryChain(**arguments)


def sealed(chain: MemoryChain) -> MemoryStore:
    return MemoryStore(seal(OPEN, root=ROOT, tree_size=1, chain=chain))


class Worker:
    """What the real one does: read the row, take a step, fail, be called again, for as long as it takes."""

    def __init__(self, store: MemoryStore, chain: MemoryChain, *, mining: bool = True) -> None:
        self.store, self.chain, self.now, self.mining = store, chain, NOW, mining
        self.errors: list[Exception] = []

    def step(self, seconds: int = 10) -> None:
        try:
            advance(self.store.stored, store=self.store, chain=self.chain, now=self.now, patience=PATIENCE)
        except (AnchoringError, AgentError, Killed) as error:
            self.errors.append(error)
        self.now += timedelta(seconds=seconds)
        if self.mining:
            self.chain.mine()

    def until(self, state: RoundState, steps: int = 60) -> None:
        for _ in range(steps):
            if self.store.stored.state is state:
                return
            self.step()
        pytest.fail(f"stuck in {self.store.stored.state}: {self.errors[-3:]}")


EFFECTS = ["store", "find_anchors", "sign_anchor", "send", "finalized_block", "mined_nonces", "receipt"]


@pytest.mark.parametrize("at", range(5), ids=lambda n: f"call{n}")
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("disturbance", ["none", "dropped", "reorg", "foreign"])
def test_one_root_is_paid_for_once_whatever_fails(effect, when, at, disturbance):
    chain = memory_chain(finality=2)
    store = sealed(chain)
    if effect == "store":
        store.faults = [None] * at + [when]
    else:
        chain.faults[effect] = [None] * at + [when]
    worker = Worker(store, chain)

    for step in range(40):
        if disturbance == "foreign" and step == 1:
            chain.foreign_transaction()  # takes the nonce between signing and sending
        if disturbance == "dropped" and step == 2:
            chain.drop_pool()
        worker.step()
        if disturbance == "reorg" and step == 3:
            chain.reorg(2, keep_pool=False)

    assert store.stored.state is RoundState.FINAL
    assert chain.paid_roots() == [ROOT]
    signed = {transaction.raw for transaction in store.stored.transactions}
    assert set(chain.sent) <= signed, "only stored bytes are sent"


@pytest.mark.parametrize("blocks", [1, 2, 3, 5, 20, 64])
@pytest.mark.parametrize("keep_pool", [True, False])
def test_a_reorg_of_any_depth_ends_in_one_final_anchor(blocks, keep_pool):
    chain = memory_chain(finality=100)
    store = sealed(chain)
    worker = Worker(store, chain)
    worker.until(RoundState.MINED)
    chain.mine(blocks)
    first = store.stored.anchor

    chain.reorg(blocks + 3, keep_pool=keep_pool)
    worker.step()
    if not keep_pool:
        assert store.stored.state is RoundState.BROADCAST
        assert store.stored.anchor is None
    worker.until(RoundState.MINED)
    chain.mine(101)
    worker.until(RoundState.FINAL)

    assert chain.paid_roots() == [ROOT]
    assert len(store.stored.transactions) == 1, "the same bytes were sent again"
    assert store.stored.anchor.block_hash != first.block_hash


def test_a_local_chain_that_comes_back_shorter_gets_the_same_bytes_again():
    chain = memory_chain(finality=1)
    store = sealed(chain)
    worker = Worker(store, chain)
    worker.until(RoundState.FINAL)
    final = store.stored

    chain.lose(chain.head() - 0)
    recheck(store.stored, store=store, chain=chain)
    assert store.stored.state is RoundState.BROADCAST
    worker.until(RoundState.FINAL)

    assert store.stored.transactions[0].raw == final.transactions[0].raw
    assert len(store.stored.transactions) == 1
    assert chain.paid_roots() == [ROOT]


def test_a_fresh_nonce_is_signed_only_when_the_old_one_is_gone_for_good():
    chain = memory_chain(finality=5)
    store = sealed(chain)
    worker = Worker(store, chain)
    worker.until(RoundState.FINAL)
    chain.lose(chain.head())
    chain.foreign_transaction()
    chain.mine()

    recheck(store.stored, store=store, chain=chain)
    worker.mining = False
    for _ in range(10):
        worker.step()
    assert len(store.stored.transactions) == 1, "a reorg could still free the nonce"
    worker.mining = True
    worker.until(RoundState.FINAL)

    assert [transaction.nonce for transaction in store.stored.transactions] == [0, 1]
    assert chain.paid_roots() == [ROOT]


def test_nonces_that_other_lost_transactions_had_are_filled():
    chain = memory_chain(finality=1)
    for _ in range(3):
        chain.foreign_transaction()
        chain.mine()
    store = sealed(chain)
    worker = Worker(store, chain)
    worker.until(RoundState.FINAL)
    chain.lose(chain.head())

    recheck(store.stored, store=store, chain=chain)
    worker.until(RoundState.FINAL)

    assert store.stored.transactions[0].nonce == 3
    assert chain.paid_roots() == [ROOT]


def test_a_final_anchor_missing_from_a_public_chain_is_an_alarm_not_a_second_payment():
    chain = memory_chain(chain_id=137)
    store = sealed(chain)
    Worker(store, chain).until(RoundState.FINAL)
    chain.lose(chain.head())

    with pytest.raises(AnchorLost, match="no longer shows"):
        recheck(store.stored, store=store, chain=chain)
    assert store.stored.state is RoundState.FINAL


def test_nothing_is_sent_while_the_contract_is_gone():
    chain = memory_chain()
    store = sealed(chain)
    worker = Worker(store, chain)
    worker.until(RoundState.FINAL)
    chain.lose(chain.head())
    chain.deployed = False

    recheck(store.stored, store=store, chain=chain)
    for _ in range(10):
        worker.step()
    assert isinstance(worker.errors[-1], ContractMissing)
    assert chain.paid_roots() == []
    chain.deployed = True
    worker.until(RoundState.FINAL)
    assert chain.paid_roots() == [ROOT]


def test_recheck_of_a_round_that_is_in_place_changes_nothing():
    chain = memory_chain()
    store = sealed(chain)
    Worker(store, chain).until(RoundState.FINAL)
    before = store.stored

    assert recheck(before, store=store, chain=chain) is before
    assert store.stored is before


def test_a_stuck_transaction_is_outbid_under_the_same_nonce():
    chain = memory_chain()
    store = sealed(chain)
    worker = Worker(store, chain)
    worker.mining = False
    worker.until(RoundState.BROADCAST)
    chain.base_fee_wei *= 10  # nobody mines it at that price
    worker.mining = True
    worker.until(RoundState.FINAL)

    first, second = store.stored.transactions
    assert first.nonce == second.nonce
    assert second.fees.max_fee_wei > first.fees.max_fee_wei * 11 // 10
    assert chain.paid_roots() == [ROOT]


def test_the_fee_cap_holds_while_the_base_fee_is_a_hundredfold():
    chain = memory_chain()
    chain.max_fee_wei = 50 * 10**9
    store = sealed(chain)
    worker = Worker(store, chain, mining=False)
    worker.until(RoundState.BROADCAST)
    worker.mining = True
    chain.drop_pool()
    chain.base_fee_wei *= 100
    for _ in range(30):
        worker.step()
    assert store.stored.state is RoundState.BROADCAST
    assert chain.paid_roots() == []

    chain.base_fee_wei //= 100
    worker.until(RoundState.FINAL)
    assert all(transaction.fees.max_fee_wei <= chain.max_fee_wei for transaction in store.stored.transactions)
    assert chain.paid_roots() == [ROOT]


def test_a_round_that_cannot_be_afforded_stays_sealed_and_says_so():
    chain = memory_chain()
    store = sealed(chain)
    chain.base_fee_wei = chain.max_fee_wei + 1
    with pytest.raises(FeeTooHigh, match="the cap is"):
        advance(store.stored, store=store, chain=chain, now=NOW)
    chain.base_fee_wei, chain.funded = 1, False
    with pytest.raises(InsufficientFunds, match="not enough coins"):
        advance(store.stored, store=store, chain=chain, now=NOW)
    assert store.stored.state is RoundState.SEALED


def test_a_database_behind_the_chain_does_not_pay_again():
    chain = memory_chain()
    store = sealed(chain)
    backup = store.stored
    Worker(store, chain).until(RoundState.FINAL)

    restored = MemoryStore(backup)
    Worker(restored, chain).until(RoundState.FINAL)

    assert restored.stored.anchor == store.stored.anchor
    assert chain.paid_roots() == [ROOT]


def test_two_workers_sign_the_round_once():
    chain = memory_chain()
    store = sealed(chain)
    seen = store.stored
    advance(seen, store=store, chain=chain, now=NOW)
    with pytest.raises(RoundChanged):
        advance(seen, store=store, chain=chain, now=NOW)
    assert len(store.stored.transactions) == 1


def test_a_second_round_waits_for_the_first_ones_nonce():
    chain = memory_chain()
    store = sealed(chain)
    store.others = [replace(store.stored, id="r0", state=RoundState.BROADCAST)]
    with pytest.raises(AccountBusy):
        advance(store.stored, store=store, chain=chain, now=NOW)
    assert store.stored.state is RoundState.SEALED


def test_signed_bytes_are_bound_to_chain_account_and_contract():
    chain = memory_chain()
    store = sealed(chain)
    Worker(store, chain, mining=False).until(RoundState.BROADCAST)
    with pytest.raises(WrongChain):
        advance(store.stored, store=store, chain=memory_chain(chain_id=137), now=NOW)
    with pytest.raises(AnchorSettingsChanged, match="signed by"):
        advance(store.stored, store=store, chain=memory_chain(account="0x" + "dd" * 20), now=NOW)


def test_a_sealed_round_moves_to_the_chain_of_today():
    store = sealed(memory_chain())
    polygon = memory_chain(chain_id=137)
    Worker(store, polygon).until(RoundState.FINAL)
    assert store.stored.chain_id == 137


def test_a_transaction_without_a_log_is_not_repeated():
    chain = memory_chain()
    store = sealed(chain)
    worker = Worker(store, chain)
    worker.until(RoundState.BROADCAST)
    chain.find_anchors = lambda *_a, **_k: ()  # a contract that logs nothing
    for _ in range(10):
        worker.step()
    assert isinstance(worker.errors[-1], AnchorWithoutLog)
    assert len(store.stored.transactions) == 1


def test_an_open_round_waits_and_only_an_open_one_is_sealed():
    chain = memory_chain()
    store = MemoryStore(OPEN)
    assert advance(OPEN, store=store, chain=chain, now=NOW) is OPEN
    round_ = seal(OPEN, root=ROOT, tree_size=1, chain=chain)
    with pytest.raises(RuntimeError, match="not open"):
        seal(round_, root=ROOT, tree_size=1, chain=chain)


def test_a_leaf_is_proved_at_every_stage():
    chain = memory_chain()
    salt, digest = b"s" * 32, b"d" * 32
    batch = Tree([leaf_hash(Kind.DOCUMENT, salt, digest), b"\x01" * 32])
    rounds_tree = Tree([b"\x02" * 32, batch_leaf_hash(batch.size, batch.root)])
    store = MemoryStore(seal(OPEN, root=rounds_tree.root, tree_size=2, chain=chain))
    worker = Worker(store, chain)
    levels = [batch.prove(0), rounds_tree.prove(1)]
    states = []

    for _ in range(12):
        proof = proof_of(store.stored, kind=Kind.DOCUMENT, salt=salt, levels=levels)
        assert AnchorProof.parse(proof.to_json()) == proof
        if proof.state not in states:
            states.append(proof.state)
        worker.step()

    assert states == [ProofState.SUBMITTED, ProofState.MINED, ProofState.FINAL]
    evidence = verify_anchor(Kind.DOCUMENT, digest, proof, chain)
    assert evidence.event == store.stored.anchor
    assert evidence.account_id == f"eip155:31337:{chain.account}"
