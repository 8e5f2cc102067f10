"""The contract of `agent.ports.RoundStore`, on PostgreSQL and with callers at the same moment."""

from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import select

from agent.errors import AccountBusy, RoundChanged
from agent.rounds import Round, RoundState, RoundTransaction
from anchoring.protocol import AnchorEvent, Fees
from portal.anchors import models
from portal.anchors.store import PostgresRoundStore, read
from portal.db.ids import new_id
from portal.db.session import platform_session

CONTRACT, ACCOUNT = "0x" + "c0" * 20, "0x" + "ac" * 20
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SENT = RoundTransaction(
    raw=b"\x02raw", tx_hash="0x" + "aa" * 32, nonce=7, fees=Fees(2**62, 10**9), signed_at=NOW, sent_at=None
)
EVENT = AnchorEvent(b"r" * 32, CONTRACT, ACCOUNT, SENT.tx_hash, 12, "0x" + "bb" * 32, NOW)


@pytest.fixture
def store(node):
    return PostgresRoundStore(node.platform_engine, NOW)


def add(node, *, account=ACCOUNT, chain_id=31_337) -> Round:
    """A sealed round, stored."""
    sealed = Round(
        id=str(new_id(NOW)), state=RoundState.SEALED, version=1, root=b"r" * 32, tree_size=3, chain_id=chain_id,
        contract=CONTRACT, account=account,
    )  # fmt: skip
    with platform_session(node.platform_engine) as session:
        session.add(
            models.Round(
                id=UUID(sealed.id), state="sealed", version=1, root=sealed.root, tree_size=3, chain_id=chain_id,
                contract=CONTRACT, account=account, created_at=NOW, changed_at=NOW,
            )
        )  # fmt: skip
    return sealed


def signed(round_, transaction=SENT):
    return replace(round_, state=RoundState.SIGNED, version=round_.version + 1, transactions=(transaction,))


def stored(node, round_) -> Round:
    with platform_session(node.platform_engine) as session:
        return read(session, session.get_one(models.Round, UUID(round_.id)))


def at_once(calls):
    barrier, outcomes = Barrier(len(calls)), []

    def run(call) -> None:
        barrier.wait()
        try:
            outcomes.append(call())
        except (AccountBusy, RoundChanged) as error:
            outcomes.append(type(error))

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_every_state_is_read_as_it_was_stored(node, store):
    sealed = add(node)
    one = signed(sealed)
    two = replace(
        one, state=RoundState.BROADCAST, version=3, broadcast_at=NOW, transactions=(replace(SENT, sent_at=NOW),)
    )
    three = replace(two, state=RoundState.MINED, version=4, anchor=EVENT)
    four = replace(three, state=RoundState.FINAL, version=5)
    back = replace(four, state=RoundState.BROADCAST, version=6, anchor=None, broadcast_at=None)

    for old, new in ((sealed, one), (one, two), (two, three), (three, four), (four, back)):
        assert stored(node, sealed) == old
        store.replace(old, new)
    assert stored(node, sealed) == back


def test_every_transaction_ever_signed_is_kept_the_latest_last(node, store):
    sealed = add(node)
    one = signed(sealed)
    outbid = replace(SENT, tx_hash="0x" + "00" * 32, raw=b"\x02more", fees=Fees(2**62 + 1, 10**9 + 1))
    two = replace(one, version=3, transactions=(SENT, outbid))

    store.replace(sealed, one)
    store.replace(one, two)

    assert stored(node, sealed).transactions == (SENT, outbid)


def test_an_older_version_is_refused_and_changes_nothing(node, store):
    sealed = add(node)
    store.replace(sealed, signed(sealed))
    other = replace(SENT, tx_hash="0x" + "ee" * 32)

    with pytest.raises(RoundChanged, match="another worker"):
        store.replace(sealed, replace(signed(sealed, other), state=RoundState.BROADCAST))

    assert stored(node, sealed) == signed(sealed)


def test_a_round_that_is_not_there_is_refused(node, store):
    ghost = Round(id=str(new_id(NOW)), state=RoundState.SEALED, version=1)

    with pytest.raises(RoundChanged):
        store.replace(ghost, replace(ghost, version=2))


def test_of_callers_at_once_one_replaces_a_round(node, store):
    sealed = add(node)
    hashes = [f"0x{number:064x}" for number in range(6)]
    calls = [
        lambda tx_hash=tx_hash: store.replace(sealed, signed(sealed, replace(SENT, tx_hash=tx_hash)))
        for tx_hash in hashes
    ]

    outcomes = at_once(calls)

    assert sorted(map(str, outcomes)) == sorted(map(str, [None] + [RoundChanged] * 5))
    assert len(stored(node, sealed).transactions) == 1


@pytest.mark.parametrize("state", [RoundState.SIGNED, RoundState.BROADCAST])
def test_a_second_round_of_the_account_does_not_sign(node, store, state):
    first, second = add(node), add(node)
    one = signed(first)
    store.replace(first, one)
    if state is RoundState.BROADCAST:
        store.replace(one, replace(one, state=state, version=3))

    with pytest.raises(AccountBusy, match=f"round {first.id} of the same account"):
        store.replace(second, signed(second))

    assert stored(node, second) == second


def test_other_accounts_and_other_chains_are_free(node, store):
    first, other_account, other_chain = add(node), add(node, account="0x" + "dd" * 20), add(node, chain_id=137)
    store.replace(first, signed(first))

    store.replace(other_account, signed(other_account))
    store.replace(other_chain, signed(other_chain))


def test_the_account_is_free_once_a_block_holds_the_anchor(node, store):
    first, second = add(node), add(node)
    one = signed(first)
    store.replace(first, one)
    store.replace(one, replace(one, state=RoundState.MINED, version=3, anchor=EVENT))

    store.replace(second, signed(second))


def test_of_rounds_that_sign_at_once_one_signs(node, store):
    """Two that sign at once sign with one nonce: the second transaction would displace the first."""
    sealed = [add(node) for _ in range(6)]

    outcomes = at_once([lambda each=each: store.replace(each, signed(each)) for each in sealed])

    assert sorted(map(str, outcomes)) == sorted(map(str, [None] + [AccountBusy] * 5))
    with platform_session(node.platform_engine) as session:
        assert sorted(session.scalars(select(models.Round.state))) == ["sealed"] * 5 + ["signed"]


def test_a_fault_is_forgotten_with_the_next_step(node, store):
    sealed = add(node)
    with platform_session(node.platform_engine) as session:
        session.get_one(models.Round, UUID(sealed.id)).fault = "the chain does not answer"

    store.replace(sealed, signed(sealed))

    with platform_session(node.platform_engine) as session:
        assert session.get_one(models.Round, UUID(sealed.id)).fault is None
