"""What the VC API issued."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, TenantOwned


class VcApiCredential(TenantOwned, Base):
    """A secured credential that a client composed: immutable bytes, and a tree of one leaf for the next round.

    `credential_id` is what the client calls it; several may have the same name, since the client decides. `leaf_salt`
    may be deleted: that unlinks chain and person.
    """

    __tablename__ = "vc_api_credentials"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    identity_id: Mapped[UUID] = mapped_column(ForeignKey("issuer_identities.id"))
    key_id: Mapped[UUID] = mapped_column(ForeignKey("signing_keys.id"))
    form: Mapped[str]
    credential_id: Mapped[str | None] = mapped_column(index=True)
    data: Mapped[bytes]
    leaf_kind: Mapped[int]
    leaf_digest: Mapped[bytes]
    leaf_salt: Mapped[bytes | None]
    tree_id: Mapped[UUID] = mapped_column(ForeignKey("trees.id"))
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
