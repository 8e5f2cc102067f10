"""A batch in memory, with the promises of `agent.ports.BatchStore`, that fails on demand.

Each method works on a copy and swaps it in at the end: that is the commit. `break_at` names a method and whether it
fails *before* the commit (nothing happened) or *after* it (all of it happened, nobody was told).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.issuance.batch import BatchState, RowState
from agent.issuance.errors import RowRefused
from agent.issuance.rows import Row


class Crash(Exception):
    """The process died here."""


@dataclass
class StoredRow:
    row: Row
    state: RowState = RowState.PENDING
    credential_id: str | None = None
    status_index: int | None = None
    locked: bool = False  # by another worker
    refusal: str | None = None


@dataclass
class Tables:
    state: BatchState
    rows: list[StoredRow]
    next_index: int = 0
    credentials: dict[str, Any] = field(default_factory=dict)
    leaves: list[str] = field(default_factory=list)
    sealed: int = 0


class MemoryBatchStore:
    """`issue` makes a credential of one stored row; `break_at` fails once."""

    def __init__(
        self,
        rows: Sequence[Row],
        issue: Callable[[StoredRow], Any],
        *,
        chunk: int = 3,
        break_at: tuple[str, str] | None = None,
        state: BatchState = BatchState.RUNNING,
    ) -> None:
        self.tables = Tables(state, [StoredRow(row) for row in rows])
        self._issue, self._chunk, self._break_at = issue, chunk, break_at

    def state(self) -> BatchState:
        return self.tables.state

    def reserve(self) -> int:
        tables = copy.deepcopy(self.tables)
        taken = self._next(tables, RowState.PENDING)
        for stored in taken:
            stored.credential_id = f"urn:credential:{tables.next_index}"
            stored.status_index = tables.next_index
            tables.next_index += 1
            stored.state = RowState.RESERVED
        return self._commit("reserve", tables, len(taken))

    def record(self) -> int:
        tables = copy.deepcopy(self.tables)
        taken = self._next(tables, RowState.RESERVED)
        for stored in taken:
            try:
                credential = self._issue(stored)
            except RowRefused as refusal:
                stored.state, stored.refusal = RowState.REFUSED, str(refusal)
                continue
            assert stored.credential_id not in tables.credentials
            tables.credentials[stored.credential_id] = credential
            tables.leaves.append(stored.credential_id)
            stored.state = RowState.RECORDED
        return self._commit("record", tables, len(taken))

    def finish(self) -> bool:
        tables = copy.deepcopy(self.tables)
        if any(stored.state in {RowState.PENDING, RowState.RESERVED} for stored in tables.rows):
            return False
        if tables.state is BatchState.RUNNING:
            tables.state = BatchState.DONE
            tables.sealed += 1
        return bool(self._commit("finish", tables, 1))

    def _next(self, tables: Tables, state: RowState) -> list[StoredRow]:
        if tables.state is not BatchState.RUNNING:
            return []
        return [stored for stored in tables.rows if stored.state is state and not stored.locked][: self._chunk]

    def _commit(self, name: str, tables: Tables, answer: int) -> int:
        broken, self._break_at = (
            (self._break_at, None) if self._break_at and self._break_at[0] == name else (None, self._break_at)
        )
        if broken == (name, "before"):
            raise Crash(name)
        self.tables = tables
        if broken == (name, "after"):
            raise Crash(name)
        return answer
