"""Trees and leaves of tenants; rounds, their leaves and transactions of the platform."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, TenantOwned


class Tree(TenantOwned, Base):
    """A sealed RFC 9162 tree over credentials of one batch; `round_id` once a round took its root."""

    __tablename__ = "trees"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batches.id"), index=True)
    size: Mapped[int]
    root: Mapped[bytes]
    sealed_at: Mapped[datetime]
    round_id: Mapped[UUID | None] = mapped_column(ForeignKey("rounds.id"), index=True)


class Leaf(TenantOwned, Base):
    """What one credential puts into a tree. Deleting the salt unlinks chain and person."""

    __tablename__ = "leaves"
    __table_args__ = (
        UniqueConstraint("tree_id", "index"),
        Index("ix_leaves_open", "batch_id", postgresql_where="tree_id IS NULL"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credential_id: Mapped[UUID] = mapped_column(ForeignKey("credentials.id"), unique=True)
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batches.id"))
    tree_id: Mapped[UUID | None] = mapped_column(ForeignKey("trees.id"))
    index: Mapped[int | None]
    kind: Mapped[int]
    digest: Mapped[bytes]
    salt: Mapped[bytes | None]
    leaf_hash: Mapped[bytes]


class PublishedLeaf(TenantOwned, Base):
    """A version of a status list or DID document as a leaf of its own in a round's tree."""

    __tablename__ = "published_leaves"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[int]
    target_id: Mapped[UUID] = mapped_column(unique=True)
    digest: Mapped[bytes]
    salt: Mapped[bytes]
    leaf_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    round_id: Mapped[UUID | None] = mapped_column(ForeignKey("rounds.id"), index=True)


class Round(Base):
    """Leaves that share a root and one transaction. Holds no personal data."""

    __tablename__ = "rounds"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'sealed', 'signed', 'broadcast', 'mined', 'final')", name="state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(index=True)
    version: Mapped[int]
    root: Mapped[bytes | None]
    tree_size: Mapped[int | None]
    chain_id: Mapped[int | None] = mapped_column(BigInteger)
    contract: Mapped[str | None]
    account: Mapped[str | None]
    transaction: Mapped[str | None]
    block: Mapped[int | None] = mapped_column(BigInteger)
    block_hash: Mapped[str | None]
    block_time: Mapped[datetime | None]
    broadcast_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    fault: Mapped[str | None]


class RoundLeaf(Base):
    """One leaf of a round's tree: a batch's tree, or a published version; `source_id` is its id."""

    __tablename__ = "round_leaves"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[UUID] = mapped_column(unique=True)
    leaf_hash: Mapped[bytes]


class RoundTransaction(Base):
    """Every transaction a round ever signed, kept before it is sent."""

    __tablename__ = "round_transactions"

    round_id: Mapped[UUID] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"), primary_key=True)
    tx_hash: Mapped[str] = mapped_column(primary_key=True)
    nonce: Mapped[int] = mapped_column(BigInteger)
    raw: Mapped[bytes]
    max_fee_wei: Mapped[int] = mapped_column(BigInteger)
    max_priority_fee_wei: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int]
    signed_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
