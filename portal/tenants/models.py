"""Tenants, and the public names that lead to them and to what they publish."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base


class Tenant(Base):
    """One issuing organisation on this node."""

    __tablename__ = "tenants"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]


class PublicId(Base):
    """A name found without a tenant: `t:{slug}`, `c:{credential's public id}`, `s:{status list}`.

    The only table through which a stranger's request finds the tenant it is about.
    """

    __tablename__ = "public_ids"
    __table_args__ = (CheckConstraint("kind IN ('tenant', 'credential', 'status_list')", name="kind"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    target_id: Mapped[UUID]
