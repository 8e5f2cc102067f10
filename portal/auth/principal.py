"""Who acts, where, and with which permissions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from portal.auth.roles import EVERYTHING

Kind = Literal["person", "api_key"]
_ACTOR: Mapping[Kind, str] = {"person": "person", "api_key": "key"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request, before it is known which tenant it is about.

    `everywhere` holds on the whole node; `home` is the tenant of a key that belongs to one, where `at_home` holds.
    A person's permissions within a tenant come from the membership and are read there.
    """

    kind: Kind
    id: UUID
    everywhere: frozenset[str] = frozenset()
    home: UUID | None = None
    at_home: frozenset[str] = frozenset()
    session_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts in one tenant (`tenant_id`), or on the node as a whole (None)."""

    kind: Kind
    id: UUID
    tenant_id: UUID | None
    permissions: frozenset[str]

    @property
    def actor(self) -> str:
        """How the audit log names them."""
        return f"{_ACTOR[self.kind]}:{self.id}"

    @property
    def is_super(self) -> bool:
        return self.permissions >= EVERYTHING
