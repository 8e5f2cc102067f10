"""Sealing a batch: its leaves get their places, its root is fixed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from anchoring.merkle import root_of
from portal.anchors.models import Leaf, Tree
from portal.db.ids import new_id

# Credential ids are sortable and were given in the order of the rows.
_PLACE = text(
    'UPDATE leaves SET tree_id = :tree, "index" = placed.position '
    "FROM (SELECT id, row_number() OVER (ORDER BY credential_id) - 1 AS position FROM leaves "
    "      WHERE batch_id = :batch AND tree_id IS NULL) AS placed "
    "WHERE leaves.id = placed.id"
)


def seal_batch(session: Session, *, tenant_id: UUID, batch_id: UUID, now: datetime) -> Tree | None:
    """Make a tree of the batch's leaves that are in none yet; None when there are none.

    Called when a batch is done, paused or cancelled. Rows secured later form a supplementary tree of the same batch.
    """
    hashes = list(
        session.scalars(
            select(Leaf.leaf_hash).where(Leaf.batch_id == batch_id, Leaf.tree_id.is_(None)).order_by(Leaf.credential_id)
        )
    )
    if not hashes:
        return None
    tree = Tree(
        id=new_id(now), tenant_id=tenant_id, batch_id=batch_id, size=len(hashes), root=root_of(hashes), sealed_at=now,
        round_id=None,
    )  # fmt: skip
    session.add(tree)
    session.flush()
    session.execute(_PLACE, {"tree": tree.id, "batch": batch_id})
    return tree
