"""Rotating a key, seen as a worker that may stop after each step."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agent.keys.rotation import (
    Activate,
    KeyState,
    MakeKey,
    MarkCompromised,
    PublishDocument,
    Rotation,
    RotationImpossible,
    StoredKey,
    next_step,
)
from did.keys import KeyType

AT = datetime(2026, 11, 24, tzinfo=UTC)
OLD = StoredKey("old", KeyType.ED25519, KeyState.ACTIVE, is_published=True)
P256 = StoredKey("p256", KeyType.P256, KeyState.ACTIVE, is_published=True)


def carry_out(step, keys):
    """What the portal does with a step."""
    match step:
        case MakeKey(key_type):
            return [*keys, StoredKey("new", key_type, KeyState.MADE, is_published=False)]
        case MarkCompromised(key_id, at):
            return [
                replace(k, state=KeyState.COMPROMISED, compromised_at=at, is_published=False) if k.id == key_id else k
                for k in keys
            ]
        case PublishDocument(shown):
            assert set(shown) == set(keys)
            return [replace(key, is_published=True) for key in keys]
        case Activate(new, old):
            states = {new: KeyState.ACTIVE}
            if next(k for k in keys if k.id == old).state is KeyState.ACTIVE:
                states[old] = KeyState.RETIRED
            return [replace(key, state=states.get(key.id, key.state)) for key in keys]
    raise AssertionError(step)


def rotate(rotation, keys):
    """Steps and the final keys; at each point of time what may sign is checked."""
    steps = []
    while (step := next_step(rotation, keys)) is not None:
        keys = carry_out(step, keys)
        steps.append(type(step))
        for key in keys:
            assert key.state is not KeyState.ACTIVE or key.is_published, "a key signs before the document shows it"
    return steps, {key.id: key for key in keys}


def test_a_retired_key_is_replaced_after_its_successor_is_published():
    steps, keys = rotate(Rotation("old"), [OLD, P256])

    assert steps == [MakeKey, PublishDocument, Activate]
    assert {name: key.state for name, key in keys.items()} == {"old": "retired", "p256": "active", "new": "active"}
    assert keys["old"].compromised_at is None


def test_a_compromised_key_stops_signing_first_and_is_published_as_revoked():
    steps, keys = rotate(Rotation("old", compromised_at=AT), [OLD, P256])

    assert steps == [MarkCompromised, MakeKey, PublishDocument, Activate]
    assert keys["old"].state is KeyState.COMPROMISED
    assert keys["old"].compromised_at == AT
    assert keys["new"].state is KeyState.ACTIVE


def test_a_key_that_was_retired_long_ago_can_turn_out_to_be_compromised():
    retired = replace(OLD, state=KeyState.RETIRED)
    successor = replace(OLD, id="successor")

    steps, keys = rotate(Rotation("old", compromised_at=AT), [retired, successor])

    assert steps == [MarkCompromised, PublishDocument]
    assert keys["successor"].state is KeyState.ACTIVE


def test_a_finished_rotation_has_no_next_step():
    _, keys = rotate(Rotation("old"), [OLD])

    assert next_step(Rotation("old"), list(keys.values())) is None


def test_keys_that_cannot_be_rotated():
    with pytest.raises(RotationImpossible, match="no key other"):
        next_step(Rotation("other"), [OLD])
    with pytest.raises(RotationImpossible, match="never signed"):
        next_step(Rotation("old"), [replace(OLD, state=KeyState.MADE)])
