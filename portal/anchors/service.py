"""Rounds: gathering the roots of all tenants, advancing each round, rechecking after a restart."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from agent import rounds
from agent.errors import AccountBusy, AgentError, RoundChanged
from agent.rounds import Round, RoundState
from anchoring.errors import AnchoringError
from anchoring.leaf import batch_leaf_hash
from anchoring.merkle import root_of
from portal.anchors import models
from portal.anchors.store import PostgresRoundStore, read, unfinished
from portal.db.ids import new_id
from portal.db.session import platform_session
from portal.wiring import Node

log = logging.getLogger(__name__)

_LOCK_SEALING = text("SELECT pg_try_advisory_xact_lock(hashtext('dcp.rounds.seal'))")
_MAX_STEPS = 6


def round_is_due(node: Node) -> bool:
    """Whether the interval between two rounds is over."""
    with platform_session(node.platform_engine) as session:
        return _is_due(session, node)


def _is_due(session: Session, node: Node) -> bool:
    last = session.scalar(select(func.max(models.Round.created_at)))
    return last is None or node.now() - last >= timedelta(seconds=node.settings.anchor_interval_s)


def open_round(node: Node) -> UUID | None:
    """Take the roots of all trees that are in no round yet into a new, sealed round; None when it is not time.

    One transaction: the round, its leaves in their order, its root, and the mark on each tree.
    """
    chain = node.chain
    if chain is None:
        return None
    now = node.now()
    with platform_session(node.platform_engine) as session:
        if not session.scalar(_LOCK_SEALING):
            return None
        if not _is_due(session, node):
            return None
        sources = _waiting(session)
        if not sources:
            return None
        hashes = [source.leaf_hash for source in sources]
        opened = Round(id=str(new_id(now)), state=RoundState.OPEN)
        sealed = rounds.seal(opened, root=root_of(hashes), tree_size=len(hashes), chain=chain)
        row = models.Round(
            id=UUID(sealed.id),
            state=sealed.state.value,
            version=sealed.version,
            root=sealed.root,
            tree_size=sealed.tree_size,
            chain_id=sealed.chain_id,
            contract=sealed.contract,
            account=sealed.account,
            created_at=now,
            changed_at=now,
        )
        session.add(row)
        session.flush()
        for index, source in enumerate(sources):
            session.add(models.RoundLeaf(round_id=row.id, index=index, source_id=source.id, leaf_hash=source.leaf_hash))
            _mark(session, source, row.id)
    return UUID(sealed.id)


def advance_rounds(node: Node) -> None:
    """Take the steps that unfinished rounds are ready for. A fault of one round does not stop the others."""
    with platform_session(node.platform_engine) as session:
        waiting = [read(session, row) for row in unfinished(session)]
    for round_ in waiting:
        _advance(node, round_)


def recheck_rounds(node: Node) -> int:
    """Look whether anchors are still where they were; returns how many rounds were taken back.

    For start-up: a local chain that lost its last seconds shows fewer anchors than recorded.
    """
    chain = node.chain
    if chain is None:
        return 0
    with platform_session(node.platform_engine) as session:
        known = [
            read(session, row)
            for row in session.scalars(
                select(models.Round).where(
                    models.Round.state.in_(["mined", "final"]), models.Round.chain_id == chain.chain_id
                )
            )
        ]
    taken_back = 0
    for round_ in known:
        store = PostgresRoundStore(node.platform_engine, node.now())
        try:
            checked = rounds.recheck(round_, store=store, chain=chain)
        except (AnchoringError, AgentError) as error:
            # A node whose chain cannot be asked, or has lost what was final, still serves and verifies.
            log.error("round %s could not be rechecked: %s", round_.id, error)  # noqa: TRY400  the sentence is enough
            _note_fault(node, round_, str(error))
            continue
        if checked.state is RoundState.BROADCAST:
            log.warning("round %s: the chain lost its anchor; it is sent again", round_.id)
            taken_back += 1
    return taken_back


def _advance(node: Node, round_: Round) -> None:
    chain = node.chain
    if chain is None:
        return
    for _step in range(_MAX_STEPS):
        now = node.now()
        try:
            stored = rounds.advance(round_, store=PostgresRoundStore(node.platform_engine, now), chain=chain, now=now)
        except (RoundChanged, AccountBusy) as error:
            log.info("%s", error)
            return
        except (AnchoringError, AgentError) as error:
            log.warning("round %s waits: %s", round_.id, error)
            _note_fault(node, round_, str(error))
            return
        if stored is round_:
            return
        log.info("round %s is %s", stored.id, stored.state.value)
        round_ = stored


def _note_fault(node: Node, round_: Round, fault: str) -> None:
    with platform_session(node.platform_engine) as session:
        row = session.get(models.Round, UUID(round_.id))
        if row is not None:
            row.fault = fault[:500]


@dataclass(frozen=True, slots=True)
class _Source:
    """Something that waits for a round: a batch's tree, or a published version."""

    table: type[models.Tree] | type[models.PublishedLeaf]
    id: UUID
    leaf_hash: bytes


def _waiting(session: Session) -> list[_Source]:
    """What is in no round yet, trees first, in the order of their making."""
    trees = session.execute(
        select(models.Tree.id, models.Tree.size, models.Tree.root)
        .where(models.Tree.round_id.is_(None))
        .order_by(models.Tree.sealed_at, models.Tree.id)
    )
    published = session.execute(
        select(models.PublishedLeaf.id, models.PublishedLeaf.leaf_hash)
        .where(models.PublishedLeaf.round_id.is_(None))
        .order_by(models.PublishedLeaf.created_at, models.PublishedLeaf.id)
    )
    return [
        *(_Source(models.Tree, tree_id, batch_leaf_hash(size, root)) for tree_id, size, root in trees),
        *(_Source(models.PublishedLeaf, leaf_id, leaf_hash) for leaf_id, leaf_hash in published),
    ]


def _mark(session: Session, source: _Source, round_id: UUID) -> None:
    # Role dcp_platform may write this one column.
    session.execute(update(source.table).where(source.table.id == source.id).values(round_id=round_id))
