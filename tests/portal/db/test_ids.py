"""Identifiers that stand in addresses and on command lines."""

import re
import secrets

from portal.db.ids import new_public_id


def test_a_public_id_is_unguessable_and_no_option(monkeypatch):
    drawn = iter(["-bcdefghijklmnopqrstuv", "--cdefghijklmnopqrstuv", "abcdefghijklmnopqrst-v"])
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _bytes: next(drawn))

    assert new_public_id() == "abcdefghijklmnopqrst-v"


def test_public_ids_have_22_characters_and_differ():
    made = {new_public_id() for _ in range(2_000)}

    assert len(made) == 2_000
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{21}", each) for each in made)
