"""`agent.ports.RoundStore` on PostgreSQL, as role dcp_platform."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from agent.errors import AccountBusy, RoundChanged
from agent.rounds import Round, RoundState, RoundTransaction
from anchoring.protocol import AnchorEvent, Fees
from portal.anchors import models
from portal.db.session import platform_session
from portal.failpoints import failpoint

# One signer at a time per chain and account, over all processes: two rounds that sign at once use one nonce.
_LOCK_ACCOUNT = text("SELECT pg_advisory_xact_lock(hashtextextended('dcp.account.' || :account, :chain))")
_UNSETTLED = (RoundState.SIGNED.value, RoundState.BROADCAST.value)


class PostgresRoundStore:
    """Compare-and-swap on the round's version; the signed bytes are in the same transaction."""

    def __init__(self, engine: Engine, now: datetime) -> None:
        self._engine, self._now = engine, now

    def replace(self, old: Round, new: Round) -> None:
        """Raises `RoundChanged`, `AccountBusy`."""
        failpoint(f"round.{new.state.value}.before")
        with platform_session(self._engine) as session:
            if old.state is RoundState.SEALED and new.state is RoundState.SIGNED:
                _require_idle_account(session, new)
            row = session.scalars(
                select(models.Round).where(models.Round.id == UUID(old.id)).with_for_update()
            ).one_or_none()
            if row is None or row.version != old.version:
                raise RoundChanged(f"round {old.id} was advanced by another worker")
            _write(row, new, self._now)
            _write_transactions(session, new)
        failpoint(f"round.{new.state.value}.after")


def read(session: Session, row: models.Round) -> Round:
    """The round as the state machine knows it."""
    transactions = session.scalars(
        select(models.RoundTransaction)
        .where(models.RoundTransaction.round_id == row.id)
        .order_by(models.RoundTransaction.position)
    )
    return Round(
        id=str(row.id),
        state=RoundState(row.state),
        version=row.version,
        root=row.root,
        tree_size=row.tree_size,
        chain_id=row.chain_id,
        contract=row.contract,
        account=row.account,
        transactions=tuple(_transaction(each) for each in transactions),
        broadcast_at=row.broadcast_at,
        anchor=event_of(row),
    )


def event_of(row: models.Round) -> AnchorEvent | None:
    """The log that a block holds; None before and after it does."""
    parts = (row.root, row.contract, row.account, row.transaction, row.block, row.block_hash, row.block_time)
    if any(part is None for part in parts):
        return None
    return AnchorEvent(*parts)  # type: ignore[arg-type]


def unfinished(session: Session) -> Sequence[models.Round]:
    """Rounds that still have a step to take, oldest first."""
    return session.scalars(
        select(models.Round)
        .where(models.Round.state.in_(["sealed", "signed", "broadcast", "mined"]))
        .order_by(models.Round.created_at)
    ).all()


def _transaction(row: models.RoundTransaction) -> RoundTransaction:
    return RoundTransaction(
        raw=row.raw,
        tx_hash=row.tx_hash,
        nonce=row.nonce,
        fees=Fees(max_fee_wei=row.max_fee_wei, max_priority_fee_wei=row.max_priority_fee_wei),
        signed_at=row.signed_at,
        sent_at=row.sent_at,
    )


def _require_idle_account(session: Session, new: Round) -> None:
    session.execute(_LOCK_ACCOUNT, {"account": new.account, "chain": new.chain_id})
    busy = session.scalar(
        select(models.Round.id)
        .where(models.Round.chain_id == new.chain_id, models.Round.account == new.account)
        .where(models.Round.state.in_(_UNSETTLED), models.Round.id != UUID(new.id))
        .limit(1)
    )
    if busy is not None:
        raise AccountBusy(f"round {busy} of the same account is on its way; round {new.id} waits for it")


def _write(row: models.Round, new: Round, now: datetime) -> None:
    row.state, row.version, row.root, row.tree_size = new.state.value, new.version, new.root, new.tree_size
    row.chain_id, row.contract, row.account = new.chain_id, new.contract, new.account
    row.broadcast_at, row.changed_at, row.fault = new.broadcast_at, now, None
    event = new.anchor
    row.transaction = None if event is None else event.transaction
    row.block = None if event is None else event.block
    row.block_hash = None if event is None else event.block_hash
    row.block_time = None if event is None else event.time


def _write_transactions(session: Session, new: Round) -> None:
    """Keep every transaction ever signed; only when one was last sent changes."""
    round_id = UUID(new.id)
    for position, each in enumerate(new.transactions):
        row = session.get(models.RoundTransaction, (round_id, each.tx_hash))
        if row is None:
            session.add(
                models.RoundTransaction(
                    round_id=round_id,
                    tx_hash=each.tx_hash,
                    nonce=each.nonce,
                    raw=each.raw,
                    max_fee_wei=each.fees.max_fee_wei,
                    max_priority_fee_wei=each.fees.max_priority_fee_wei,
                    position=position,
                    signed_at=each.signed_at,
                    sent_at=each.sent_at,
                )
            )
        else:
            row.sent_at = each.sent_at
