"""State machine of a batch: rows issued together.

A batch is made as a draft, checked as a whole, and only then runs. While it runs, `advance` takes one durable step
per call: secure what is reserved, else reserve what is pending, else finish. Each step is one transaction of the store,
so it is safe to stop anywhere, to repeat, and to run in several workers at once.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from agent.issuance.errors import IssuanceError

if TYPE_CHECKING:
    from agent.ports import BatchStore


class BatchState(StrEnum):
    DRAFT = "draft"
    CHECKED = "checked"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class RowState(StrEnum):
    """Of one row. `REFUSED` keeps the reason; nothing of it is issued."""

    PENDING = "pending"
    RESERVED = "reserved"
    RECORDED = "recorded"
    REFUSED = "refused"


class Step(StrEnum):
    """What a call of `advance` did."""

    RECORDED = "recorded"
    RESERVED = "reserved"
    FINISHED = "finished"
    WAITING = "waiting"  # other workers hold what is left: come back in a moment
    STOPPED = "stopped"  # the batch does not run

    def __bool__(self) -> bool:
        """Whether another call may find something to do."""
        return self in {Step.RECORDED, Step.RESERVED, Step.WAITING}


class BatchTransitionRefused(IssuanceError):
    """A batch cannot go from the one state to the other."""

    code = "batch-transition-refused"

    def __init__(self, old: BatchState, new: BatchState) -> None:
        super().__init__(f"a batch that is {old} cannot become {new}")
        self.old = old
        self.new = new


_TRANSITIONS: dict[BatchState, frozenset[BatchState]] = {
    BatchState.DRAFT: frozenset({BatchState.CHECKED, BatchState.CANCELLED}),
    BatchState.CHECKED: frozenset({BatchState.RUNNING, BatchState.CANCELLED}),
    BatchState.RUNNING: frozenset({BatchState.DONE, BatchState.PAUSED, BatchState.CANCELLED}),
    BatchState.PAUSED: frozenset({BatchState.RUNNING, BatchState.CANCELLED}),
    BatchState.CANCELLED: frozenset(),
    BatchState.DONE: frozenset(),
}


def check_transition(old: BatchState, new: BatchState) -> None:
    """Raises `BatchTransitionRefused` unless a batch may go from `old` to `new`."""
    if new not in _TRANSITIONS[old]:
        raise BatchTransitionRefused(old, new)


def advance(store: BatchStore) -> Step:
    """Take the one step that the batch is ready for.

    Whatever the store raises leaves the batch as it was, or with the whole step taken; the next call goes on from
    there. What was reserved comes first, so that rows interrupted by a crash are not left behind.
    """
    if store.state() is not BatchState.RUNNING:
        return Step.STOPPED
    if store.record():
        return Step.RECORDED
    if store.reserve():
        return Step.RESERVED
    return Step.FINISHED if store.finish() else Step.WAITING
