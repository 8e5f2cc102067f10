"""Forged tokens are refused at every place that takes a token; tokens that nobody forged come in."""

from __future__ import annotations

import pytest

from tests.attacks import forged_sd_jwt, forged_sd_jwt_keys
from tests.attacks.doors import DOORS, Outside, documents_of
from tests.attacks.forged_tokens import FORGERIES
from tests.attacks.sd_jwt_builds import Forgery as SdJwt
from tests.attacks.sd_jwt_builds import Receiver
from tests.attacks.token_builds import TokenWorld, forged
from vc.sd_jwt import errors

SD_JWT_CASES = [*forged_sd_jwt.CASES, *forged_sd_jwt_keys.CASES]

ASKED_OF_THE_HOLDER = (
    errors.KeyBindingMissing,
    errors.KeyBindingNonce,
    errors.KeyBindingAudience,
    errors.KeyBindingOutdated,
)
"""What only whoever asked for a presentation can miss; the page and the command asked nobody."""

each_door = pytest.mark.parametrize("door", DOORS)


@pytest.fixture
def patch(monkeypatch: pytest.MonkeyPatch, tmp_path) -> pytest.MonkeyPatch:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DCP_DATA_DIR", str(tmp_path))
    return monkeypatch


@each_door
@pytest.mark.parametrize("form", ["vc+jwt", "jwt_vc_json", "ob-jwt"])
def test_a_token_that_nobody_forged_comes_in(door, form, patch):
    world = TokenWorld()

    assert DOORS[door](Outside(world.documents), forged(form)(world), patch=patch)


@each_door
@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.rule)
def test_a_forged_token_is_refused(door, forgery, patch):
    world = TokenWorld()
    token = forgery.build(world)

    assert not DOORS[door](Outside(world.documents), token, patch=patch)


def _outside(receiver: Receiver) -> Outside:
    return Outside(documents_of(receiver.documents), receiver.web, receiver.roots, receiver.binding)


@each_door
def test_an_sd_jwt_that_nobody_forged_comes_in(door, patch):
    assert DOORS[door](_outside(Receiver()), SdJwt().text(), patch=patch)


@each_door
@pytest.mark.parametrize("case", SD_JWT_CASES, ids=lambda case: case.rule)
def test_a_forged_sd_jwt_is_refused(door, case, patch):
    if door != "library" and issubclass(case.error, ASKED_OF_THE_HOLDER):
        pytest.skip("nobody was asked for a presentation here, so none can be wrong about it")
    forgery, receiver = SdJwt(), Receiver()
    case.change(forgery, receiver)

    assert not DOORS[door](_outside(receiver), forgery.text(), patch=patch)
