"""The batch machine: whatever fails, and whenever, each row is issued once and the batch ends."""

import pytest

from agent.issuance.batch import BatchState, BatchTransitionRefused, RowState, Step, advance, check_transition
from agent.issuance.errors import RowRefused
from agent.issuance.rows import Row
from tests.agent.batch_memory import Crash, MemoryBatchStore

ROWS = [Row(number, number + 1, {"recipient_name": f"Person {number}"}) for number in range(1, 11)]


def issue(stored):
    return f"credential of {stored.row.values['recipient_name']} at {stored.status_index}"


def run(store, most=60):
    """What the worker does: try, fail, be called again."""
    steps = []
    for _ in range(most):
        try:
            step = advance(store)
        except Crash:
            continue
        steps.append(step)
        if not step:
            return steps
    raise AssertionError("the batch did not come to rest")


FAULTS = [None, *((name, moment) for name in ("reserve", "record", "finish") for moment in ("before", "after"))]


@pytest.mark.parametrize("break_at", FAULTS)
@pytest.mark.parametrize("chunk", [1, 3, 10, 100])
def test_each_row_is_issued_exactly_once_whatever_fails(break_at, chunk):
    store = MemoryBatchStore(ROWS, issue, chunk=chunk, break_at=break_at)

    run(store)

    tables = store.tables
    assert tables.state is BatchState.DONE
    assert tables.sealed == 1
    assert {stored.state for stored in tables.rows} == {RowState.RECORDED}
    assert len(tables.credentials) == len(tables.leaves) == len(set(tables.leaves)) == len(ROWS)
    assert sorted(stored.status_index for stored in tables.rows) == list(range(len(ROWS)))
    for stored in tables.rows:
        assert tables.credentials[stored.credential_id] == issue(stored)


def test_a_crash_while_signing_leaves_nothing_visible():
    signed = []

    def dies_at_the_third(stored):
        signed.append(stored.row.row_no)
        if len(signed) == 3:
            raise Crash
        return issue(stored)

    store = MemoryBatchStore(ROWS, dies_at_the_third, chunk=5)
    assert advance(store) is Step.RESERVED
    with pytest.raises(Crash):
        advance(store)

    assert store.tables.credentials == {}
    run(store)
    assert len(store.tables.credentials) == len(ROWS)


def test_what_is_reserved_comes_before_what_is_pending():
    store = MemoryBatchStore(ROWS, issue, chunk=4)

    assert run(store) == [Step.RESERVED, Step.RECORDED] * 3 + [Step.FINISHED]


def test_a_row_that_is_refused_stops_nobody_else():
    def refuses_the_fourth(stored):
        if stored.row.row_no == 4:
            raise RowRefused("no name")
        return issue(stored)

    store = MemoryBatchStore(ROWS, refuses_the_fourth)
    run(store)

    refused = [stored for stored in store.tables.rows if stored.state is RowState.REFUSED]
    assert [(stored.row.row_no, stored.refusal) for stored in refused] == [(4, "no name")]
    assert store.tables.state is BatchState.DONE
    assert len(store.tables.credentials) == len(ROWS) - 1


def test_rows_held_by_another_worker_are_waited_for():
    store = MemoryBatchStore(ROWS, issue, chunk=100)
    store.tables.rows[0].locked = True

    steps = [advance(store) for _ in range(4)]

    assert steps == [Step.RESERVED, Step.RECORDED, Step.WAITING, Step.WAITING]
    assert all(steps)
    store.tables.rows[0].locked = False
    assert run(store)[-1] is Step.FINISHED


@pytest.mark.parametrize(
    "state", [BatchState.DRAFT, BatchState.CHECKED, BatchState.PAUSED, BatchState.CANCELLED, BatchState.DONE]
)
def test_a_batch_that_does_not_run_is_left_alone(state):
    store = MemoryBatchStore(ROWS, issue, state=state)

    assert advance(store) is Step.STOPPED
    assert not Step.STOPPED
    assert {stored.state for stored in store.tables.rows} == {RowState.PENDING}


def test_a_paused_batch_goes_on_where_it_stopped():
    store = MemoryBatchStore(ROWS, issue, chunk=2)
    for _ in range(3):
        advance(store)

    store.tables.state = BatchState.PAUSED
    assert advance(store) is Step.STOPPED
    store.tables.state = BatchState.RUNNING
    run(store)

    assert len(store.tables.credentials) == len(ROWS)


ALLOWED = {
    ("draft", "checked"),
    ("draft", "cancelled"),
    ("checked", "running"),
    ("checked", "cancelled"),
    ("running", "done"),
    ("running", "paused"),
    ("running", "cancelled"),
    ("paused", "running"),
    ("paused", "cancelled"),
}


@pytest.mark.parametrize("old", BatchState)
@pytest.mark.parametrize("new", BatchState)
def test_a_batch_changes_its_state_only_along_the_arrows(old, new):
    if (old, new) in ALLOWED:
        check_transition(old, new)
    else:
        with pytest.raises(BatchTransitionRefused, match=f"that is {old} cannot become {new}"):
            check_transition(old, new)
