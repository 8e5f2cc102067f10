"""Roots of all tenants go into one round, once; a round is paid for once."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from anchoring.errors import ChainUnavailable
from anchoring.leaf import batch_leaf_hash
from anchoring.merkle import root_of
from portal.anchors import service
from portal.anchors.models import PublishedLeaf, Round, RoundLeaf, RoundTransaction, Tree
from portal.db.session import platform_session, tenant_session
from tests.factories import issue, make_tenant


@pytest.fixture
def node(node_with_chain):
    return node_with_chain


def rounds(node):
    with platform_session(node.platform_engine) as session:
        return session.scalars(select(Round).order_by(Round.created_at)).all()


def states(node):
    return [each.state for each in rounds(node)]


def leaves_of(node, round_id):
    with platform_session(node.platform_engine) as session:
        query = select(RoundLeaf).where(RoundLeaf.round_id == round_id).order_by(RoundLeaf.index)
        return session.scalars(query).all()


def sources_of(node, *tenant_ids):
    """Tree and published version → its leaf in a round, as the tenants' own rows say."""
    found = {}
    for tenant_id in tenant_ids:
        with tenant_session(node.app_engine, tenant_id) as session:
            found |= {tree.id: batch_leaf_hash(tree.size, tree.root) for tree in session.scalars(select(Tree))}
            found |= {leaf.id: leaf.leaf_hash for leaf in session.scalars(select(PublishedLeaf))}
    return found


def at_once(count, work):
    """Run `work` in threads that begin together; return what they returned or raised."""
    barrier, outcomes = Barrier(count), []

    def run() -> None:
        barrier.wait()
        try:
            outcomes.append(work())
        except Exception as error:  # noqa: BLE001
            outcomes.append(error)

    threads = [Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_round_takes_what_all_tenants_have_waiting(node):
    acme, borg = make_tenant(node, "acme"), make_tenant(node, "borg")
    issue(node, acme, 2), issue(node, acme, 1), issue(node, borg, 3)

    round_id = service.open_round(node)

    made, leaves = rounds(node)[0], leaves_of(node, round_id)
    assert (made.state, made.tree_size, len(leaves)) == ("sealed", len(leaves), len(leaves))
    assert {leaf.source_id: leaf.leaf_hash for leaf in leaves} == sources_of(node, acme, borg)
    assert made.root == root_of([leaf.leaf_hash for leaf in leaves])
    assert (made.chain_id, made.contract, made.account) == (31_337, node.chain.contract, node.chain.account)


def test_what_a_round_took_is_in_no_second_one(node, clock):
    acme = make_tenant(node)
    issue(node, acme, 1)
    first = service.open_round(node)

    assert service.open_round(node) is None
    clock.move(hours=1)
    assert service.open_round(node) is None

    issue(node, acme, 1)
    second = service.open_round(node)
    assert not {leaf.source_id for leaf in leaves_of(node, first)} & {
        leaf.source_id for leaf in leaves_of(node, second)
    }


def test_rounds_keep_their_interval(node, clock):
    acme = make_tenant(node)
    issue(node, acme, 1)
    service.open_round(node)
    issue(node, acme, 1)

    clock.move(seconds=59)
    assert service.open_round(node) is None
    clock.move(seconds=1)
    assert service.open_round(node) is not None


def test_without_anything_to_anchor_there_is_no_round(node):
    assert service.open_round(node) is None
    assert rounds(node) == []


def test_without_a_chain_nothing_happens(node):
    issue(node, make_tenant(node), 1)
    node.__dict__["chain"] = None

    assert service.open_round(node) is None
    service.advance_rounds(node)
    assert service.recheck_rounds(node) == 0
    assert rounds(node) == []


def test_workers_that_open_a_round_at_once_open_one(node):
    acme = make_tenant(node)
    for _ in range(3):
        issue(node, acme, 1)

    outcomes = at_once(4, lambda: service.open_round(node))

    made = [each for each in outcomes if each is not None]
    assert len(made) == 1
    assert states(node) == ["sealed"]
    assert {leaf.source_id for leaf in leaves_of(node, made[0])} == set(sources_of(node, acme))


def test_a_round_goes_to_final_and_its_root_is_paid_once(node, clock):
    issue(node, make_tenant(node), 2)
    service.open_round(node)

    service.advance_rounds(node)

    done = rounds(node)[0]
    assert done.state == "final"
    assert node.chain.paid_roots() == [done.root]
    assert (done.transaction, done.block) == (node.chain.receipt(done.transaction).tx_hash, 1)


def test_workers_that_advance_at_once_pay_once(node, clock):
    acme = make_tenant(node)
    for _ in range(2):
        issue(node, acme, 1)
        service.open_round(node)
        clock.move(minutes=2)

    for _ in range(4):
        outcomes = at_once(3, lambda: service.advance_rounds(node))
        assert outcomes == [None, None, None]
        clock.move(minutes=1)

    assert states(node) == ["final", "final"]
    assert sorted(node.chain.paid_roots()) == sorted(each.root for each in rounds(node))


@pytest.mark.parametrize(
    ("method", "when"),
    [
        ("find_anchors", "before"),
        ("sign_anchor", "before"),
        ("sign_anchor", "after"),
        ("send", "before"),
        ("send", "after"),
    ],
)
def test_a_fault_of_the_chain_is_noted_and_costs_nothing(node, clock, method, when):
    """The fault table of agent/rounds.py, on the real store: each effect fails before and after it took place."""
    issue(node, make_tenant(node), 1)
    service.open_round(node)
    node.chain.faults[method] = [when]

    service.advance_rounds(node)
    assert rounds(node)[0].fault
    for _ in range(4):
        clock.move(seconds=30)
        service.advance_rounds(node)

    done = rounds(node)[0]
    assert (done.state, done.fault) == ("final", None)
    assert node.chain.paid_roots() == [done.root]


def test_signed_bytes_are_stored_before_they_are_sent(node):
    issue(node, make_tenant(node), 1)
    service.open_round(node)
    node.chain.faults["send"] = ["before"]

    service.advance_rounds(node)

    with platform_session(node.platform_engine) as session:
        kept = session.scalars(select(RoundTransaction)).all()
    assert states(node) == ["signed"]
    assert len(kept) == 1
    assert node.chain.sent == []
    service.advance_rounds(node)
    assert node.chain.sent == [kept[0].raw]


def test_one_broken_round_does_not_stop_the_next(node, clock, monkeypatch):
    acme = make_tenant(node)
    for _ in range(2):
        issue(node, acme, 1)
        service.open_round(node)
        clock.move(minutes=2)
    node.chain.faults["find_anchors"] = ["before"]  # strikes the first round that looks

    service.advance_rounds(node)

    assert states(node) == ["sealed", "final"]
    service.advance_rounds(node)
    assert states(node) == ["final", "final"]


def test_after_a_start_on_a_shorter_chain_the_anchor_is_sent_again(node, clock):
    issue(node, make_tenant(node), 1)
    service.open_round(node)
    service.advance_rounds(node)
    assert service.recheck_rounds(node) == 0

    node.chain.lose(2)
    assert service.recheck_rounds(node) == 1
    taken_back = rounds(node)[0]
    assert (taken_back.state, taken_back.block, taken_back.transaction) == ("broadcast", None, None)

    clock.move(minutes=1)
    service.advance_rounds(node)
    assert states(node) == ["final"]
    assert len(node.chain.paid_roots()) == 1
    assert len({bytes(raw) for raw in node.chain.sent}) == 1  # the same bytes


def test_a_round_waits_while_another_of_the_account_is_on_its_way(node, chain, clock):
    chain._automine = False
    acme = make_tenant(node)
    for _ in range(2):
        issue(node, acme, 1)
        service.open_round(node)
        clock.move(minutes=2)

    service.advance_rounds(node)
    assert states(node) == ["broadcast", "sealed"]
    service.advance_rounds(node)
    assert states(node) == ["broadcast", "sealed"]
    assert rounds(node)[1].fault is None  # waiting is no fault

    chain.mine(3)
    clock.move(minutes=2)
    service.advance_rounds(node)
    chain.mine(3)
    service.advance_rounds(node)
    assert states(node) == ["final", "final"]
    assert clock.now - rounds(node)[0].created_at > timedelta(minutes=4)


def test_a_chain_that_cannot_be_asked_does_not_stop_the_start(node, monkeypatch):
    issue(node, make_tenant(node), 1)
    service.open_round(node)
    service.advance_rounds(node)
    node.chain.mine(3)
    service.advance_rounds(node)
    before = states(node)

    def unreachable(*_args, **_more):
        raise ChainUnavailable("no answer")

    monkeypatch.setattr(type(node.chain), "finalized_block", unreachable)
    assert service.recheck_rounds(node) == 0
    assert states(node) == before
    assert "no answer" in rounds(node)[0].fault
