from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import did.jose.claims
import did.jose.compact
import did.jose.header
import vc.jose.claims
import vc.jose.credential
from did.errors import DidError
from did.jose import (
    JWT_VC_JSON,
    OB_JWT,
    VC_JWT,
    JoseError,
    TokenProfile,
    check_times,
    parse_claims,
    parse_compact,
    verify_compact,
)
from did.keys import PublicKey
from tests.attacks.forged_tokens import FORGERIES
from tests.attacks.forgery import (
    ALGORITHM_OF_KEY,
    BINDING,
    KEY_PERIOD,
    SEVERAL,
    SHOWN_KEY,
    SIGNATURE,
    STRICT_JSON,
    Forgery,
)
from tests.attacks.token_builds import TokenWorld, forged
from tests.vc.world import NOW
from vc.errors import VcError

PROFILES = {profile.name: profile for profile in (VC_JWT, OB_JWT, JWT_VC_JSON)}
TABLES: tuple[dict[str, Any], ...] = (
    did.jose.compact.TEXT_RULES,
    did.jose.header.HEADER_RULES,
    did.jose.claims.CLAIM_RULES,
    did.jose.claims.TIME_RULES,
    vc.jose.claims.AGREEMENT_RULES,
)

each_forgery = pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.rule)


@pytest.mark.parametrize("form", PROFILES)
@pytest.mark.parametrize("key", ["ed", "p256", "rsa"])
def test_a_token_that_nobody_forged_is_accepted(form: str, key: str) -> None:
    world = TokenWorld()
    assert world.verify(forged(form, key=key)(world)).id == getattr(world, key).verification_method


@each_forgery
def test_the_verifier_of_credentials_refuses_it(forgery: Forgery) -> None:
    world = TokenWorld()
    token = forgery.build(world)

    with pytest.raises(forgery.error) as refused:
        world.verify(token)

    if isinstance(refused.value, JoseError) and forgery.guard != SEVERAL:
        assert refused.value.rule == forgery.guard


@pytest.mark.parametrize("forgery", [one for one in FORGERIES if one.beneath], ids=lambda forgery: forgery.rule)
def test_the_reader_of_tokens_refuses_it(forgery: Forgery) -> None:
    world = TokenWorld()
    token = forgery.build(world)
    profile = PROFILES[forgery.profile]

    with pytest.raises(JoseError):
        _read(token, profile, getattr(world, forgery.key).public_key)


def _read(token: str, profile: TokenProfile, key: PublicKey) -> None:
    jws = parse_compact(token, profile)
    verify_compact(jws, key, profile)
    check_times(parse_claims(jws, profile), NOW, 60, profile)


def test_each_forgery_has_its_own_rule_and_names_its_source() -> None:
    assert len(FORGERIES) >= 60
    assert len({forgery.rule for forgery in FORGERIES}) == len(FORGERIES)
    assert len({(forgery.source, forgery.guard, forgery.rule) for forgery in FORGERIES}) == len(FORGERIES)
    assert all(forgery.source for forgery in FORGERIES)


# --- taking one check away lets exactly its cases through ----------------------------------------------

Guard = Callable[[pytest.MonkeyPatch], None]


def _without_row(name: str) -> Guard:
    def patched(patch: pytest.MonkeyPatch) -> None:
        for table in TABLES:
            if name in table:
                patch.delitem(table, name)

    return patched


def _lenient_json(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(did.jose.compact, "parse_object", json.loads)


def _any_signature(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(did.jose.compact, "check_signature", lambda *_: None)


def _any_algorithm(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(did.jose.compact, "check_algorithm", lambda *_: None)


def _any_shown_key(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(did.jose.compact, "check_shown_key", lambda *_: None)


def _any_issuer(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(vc.jose.credential, "check_issuer", lambda *_: None)


def _any_time_of_key(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(vc.jose.credential, "check_key_period", lambda *_, **__: None)


GUARDS: dict[str, Guard] = {
    **{name: _without_row(name) for table in TABLES for name in table},
    STRICT_JSON: _lenient_json,
    SIGNATURE: _any_signature,
    ALGORITHM_OF_KEY: _any_algorithm,
    SHOWN_KEY: _any_shown_key,
    BINDING: _any_issuer,
    KEY_PERIOD: _any_time_of_key,
}


@pytest.mark.parametrize("guard", GUARDS)
def test_without_a_guard_exactly_its_forgeries_pass(guard: str) -> None:
    passed = set()
    for forgery in FORGERIES:
        world = TokenWorld()
        token = forgery.build(world)
        with pytest.MonkeyPatch.context() as patch:
            GUARDS[guard](patch)
            try:
                world.verify(token)
            except (DidError, VcError, TypeError, ValueError, AttributeError):
                continue
            passed.add(forgery.rule)

    assert passed == {forgery.rule for forgery in FORGERIES if forgery.guard == guard}


def test_every_guard_that_is_named_exists() -> None:
    assert {forgery.guard for forgery in FORGERIES} - {SEVERAL} <= set(GUARDS)
