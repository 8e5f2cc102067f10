"""What we issue, judged by `@digitalcredentials/verifier-core`, the verifier of the education world."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from did.keys import KeyType
from tests.peers import ours
from tests.peers.keys import make_key
from tests.peers.programs import Program
from tests.peers.samples import badge_for_suite, badge_of_2019, tampered_copies

Programs = Callable[[str], Program]


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "Ed25519Signature2020"])
def test_what_we_issue_they_verify(program: Programs, suite: str) -> None:
    key, other = make_key(KeyType.ED25519), make_key(KeyType.ED25519)
    core = program("verifier_core.mjs")

    secured = ours.issue(badge_for_suite(suite, key.controller), suite, key)

    answer = core.ask({"credential": secured})
    assert answer["ok"], answer
    assert {"id": "valid_signature", "valid": True} in answer["log"]
    assert {"id": "expiration", "valid": True} in answer["log"]
    for what, changed in tampered_copies(secured, other_key=other.verification_method):
        refused = core.ask({"credential": changed})
        assert not refused["ok"], what
        assert refused["errors"], what


def test_a_credential_of_the_first_data_model_verifies(program: Programs) -> None:
    key = make_key(KeyType.ED25519)

    secured = ours.issue(badge_of_2019(key.controller), "Ed25519Signature2020", key)

    assert program("verifier_core.mjs").ask({"credential": secured})["ok"]


def test_an_expired_credential_is_named_as_that(program: Programs) -> None:
    key = make_key(KeyType.ED25519)
    badge = badge_for_suite("eddsa-rdfc-2022", key.controller)
    badge |= {"validFrom": "2020-01-01T00:00:00Z", "validUntil": "2021-01-01T00:00:00Z"}

    secured = ours.issue(badge, "eddsa-rdfc-2022", key)

    answer = program("verifier_core.mjs").ask({"credential": secured})
    assert not answer["ok"]
    assert {"id": "valid_signature", "valid": True} in answer["log"]
    assert {"id": "expiration", "valid": False} in answer["log"]
