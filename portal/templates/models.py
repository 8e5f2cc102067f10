"""What is issued. A version never changes after it is made; awards point to the version they were made from."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, TenantOwned


class Template(TenantOwned, Base):
    __tablename__ = "templates"
    __table_args__ = (UniqueConstraint("tenant_id", "slug"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    created_at: Mapped[datetime]


class TemplateVersion(TenantOwned, Base):
    __tablename__ = "template_versions"
    __table_args__ = (UniqueConstraint("template_id", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    template_id: Mapped[UUID] = mapped_column(ForeignKey("templates.id", ondelete="CASCADE"))
    version: Mapped[int]
    document: Mapped[dict[str, Any]]
    type_metadata: Mapped[bytes | None]
    """What is served at the `vct` of its SD-JWT VCs, byte for byte, since they carry its digest."""
    created_at: Mapped[datetime]
