"""Status lists: which index belongs to which credential, and every version ever served."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, TenantOwned


class StatusList(TenantOwned, Base):
    """One list of 131,072 entries of one identity, for one purpose in one encoding, shared by all its templates.

    `next_counter` runs through a secret permutation (agent/status.py); the last `decoys` counters are set aside.
    """

    __tablename__ = "status_lists"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("issuer_identities.id"), index=True)
    purpose: Mapped[str]
    encoding: Mapped[str]
    public_id: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]
    sealed_permutation_key: Mapped[bytes]
    next_counter: Mapped[int]
    decoys: Mapped[int] = mapped_column(server_default="0")
    bits: Mapped[bytes]
    created_at: Mapped[datetime]


class StatusListVersion(TenantOwned, Base):
    """What a list said from `created_at` until its next version: the bytes as they were served."""

    __tablename__ = "status_list_versions"
    __table_args__ = (UniqueConstraint("list_id", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    list_id: Mapped[UUID] = mapped_column(ForeignKey("status_lists.id", ondelete="CASCADE"))
    version: Mapped[int]
    data: Mapped[bytes]
    created_at: Mapped[datetime]


class StatusEntry(TenantOwned, Base):
    """A credential's place in a list; the key makes a second owner of an index impossible."""

    __tablename__ = "status_entries"

    list_id: Mapped[UUID] = mapped_column(ForeignKey("status_lists.id", ondelete="CASCADE"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[UUID] = mapped_column(index=True)
