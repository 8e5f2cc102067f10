"""Replacing a key: the steps as data.

The portal stores keys and carries steps out, one durable step at a time; this module only says which is next, from what
is stored. So a rotation that was interrupted goes on where it stopped.

The order follows from two rules. A key signs only after the published DID document shows it; and a key that ever signed
stays in the document (architecture decision 14): retired without `revoked`, compromised with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from agent.errors import AgentError
from did.keys import KeyType


class KeyState(StrEnum):
    MADE = "made"  # stored, not signing yet
    ACTIVE = "active"
    RETIRED = "retired"
    COMPROMISED = "compromised"


class RotationImpossible(AgentError):
    """The stored keys do not fit the rotation that is asked for."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What a rotation needs to know of one key of an identity."""

    id: str
    key_type: KeyType
    state: KeyState
    is_published: bool  # the document that resolvers get shows the key in its present state
    compromised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """Replace `old_key_id`. With `compromised_at` the key is no longer trusted from then on."""

    old_key_id: str
    compromised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MarkCompromised:
    """Stop signing with the key at once: before its successor exists, since every signature would be in doubt."""

    key_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MakeKey:
    """Make and store a key of the same type, MADE and unpublished."""

    key_type: KeyType


@dataclass(frozen=True, slots=True)
class PublishDocument:
    """Publish the next version of the DID document with exactly these keys, and note that it shows them."""

    keys: tuple[StoredKey, ...]


@dataclass(frozen=True, slots=True)
class Activate:
    """In one transaction make the new key ACTIVE and, if it is still ACTIVE, the old one RETIRED."""

    new_key_id: str
    old_key_id: str


Step = MarkCompromised | MakeKey | PublishDocument | Activate


def next_step(rotation: Rotation, keys: Sequence[StoredKey]) -> Step | None:
    """The step that `rotation` is ready for; None when it is complete. `keys` are all keys of the identity.

    Raises:
        RotationImpossible: there is no such key, or it never signed.
    """
    old = next((key for key in keys if key.id == rotation.old_key_id), None)
    if old is None:
        raise RotationImpossible(f"this identity has no key {rotation.old_key_id}")
    if old.state is KeyState.MADE:
        raise RotationImpossible(f"the key {old.id} never signed; there is nothing to replace")
    if rotation.compromised_at is not None and old.state is not KeyState.COMPROMISED:
        return MarkCompromised(old.id, rotation.compromised_at)
    same_type = [key for key in keys if key.key_type is old.key_type and key.id != old.id]
    made = [key for key in same_type if key.state is KeyState.MADE]
    is_replaced = any(key.state is KeyState.ACTIVE for key in same_type)
    if not made and not is_replaced:
        return MakeKey(old.key_type)
    if not all(key.is_published for key in keys):
        return PublishDocument(tuple(keys))
    if made and not is_replaced:
        return Activate(made[0].id, old.id)
    return None
