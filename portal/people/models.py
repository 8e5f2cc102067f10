"""People of the node, how they sign in, and what they are in each tenant."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.db.base import Base, TenantOwned


class Person(Base):
    """Somebody who can sign in. The address is found by a keyed hash; it, the name and the TOTP secret are sealed.

    `totp_last_step` is the newest time step that was redeemed: no step counts twice, and none before it.
    """

    __tablename__ = "people"
    __table_args__ = (CheckConstraint("platform_role IN ('super-admin')", name="platform_role"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email_hash: Mapped[bytes] = mapped_column(unique=True)
    sealed_email: Mapped[bytes]
    sealed_name: Mapped[bytes]
    platform_role: Mapped[str | None]
    password_hash: Mapped[str]
    sealed_totp_secret: Mapped[bytes | None]
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class RecoveryCode(Base):
    """A single use in place of TOTP: 120 random bits, kept as a digest."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("person_id", "digest"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    digest: Mapped[bytes]
    used_at: Mapped[datetime | None]


class WebSession(Base):
    """A browser that signed in. The cookie holds 256 random bits, this row their digest."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    agent: Mapped[str]


class Throttle(Base):
    """One bucket of attempts. `full_at` is when it will be as if nobody had tried (GCRA's theoretical arrival time)."""

    __tablename__ = "throttles"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    full_at: Mapped[datetime] = mapped_column(index=True)


class Membership(TenantOwned, Base):
    """What a person is in a tenant: one role, of the node's table or of the tenant's own."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("tenant_id", "person_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    role: Mapped[str]
    created_at: Mapped[datetime]


class Invitation(TenantOwned, Base):
    """An offer of membership to whoever holds the token and has the address."""

    __tablename__ = "invitations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(unique=True)
    email_hash: Mapped[bytes]
    sealed_email: Mapped[bytes]
    role: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]


class CustomRole(TenantOwned, Base):
    """A role that a tenant made for itself, from the permissions there are."""

    __tablename__ = "custom_roles"
    __table_args__ = (UniqueConstraint("tenant_id", "role"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str]
    permissions: Mapped[Sequence[str]]
