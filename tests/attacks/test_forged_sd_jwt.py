"""Forged SD-JWT VCs are refused, each by its own rule; without the rule's check exactly its cases are accepted."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from did.errors import DidError
from did.jose.claims import TIME_RULES
from did.jose.header import HEADER_RULES
from tests.attacks import forged_sd_jwt, forged_sd_jwt_keys
from tests.attacks.sd_jwt_builds import AUDIENCE, NONCE, Forgery, Receiver, authority, leaf, x5c
from tests.attacks.sd_jwt_cases import SEVERAL, Case
from vc.errors import ParsingError, VcError
from vc.sd_jwt import certificates, disclosure, issuer_key, key_binding, payload, read
from vc.sd_jwt import verify as verifying

CASES = [*forged_sd_jwt.CASES, *forged_sd_jwt_keys.CASES]


def attempt(case: Case) -> dict[str, Any]:
    forgery, receiver = Forgery(), Receiver()
    case.change(forgery, receiver)
    return receiver.accept(forgery.text())


def test_what_the_cases_change_is_accepted_unchanged() -> None:
    assert Receiver().accept(Forgery().text())["degree"] == {"name": "Law"}


def test_hidden_claims_nested_ones_elements_and_decoys_are_accepted() -> None:
    forgery = Forgery()
    forgery.payload["_sd"].append("not a digest of anything")
    inner: dict[str, Any] = {}
    forgery.hide("judge", "Portia", 1, into=inner)
    forgery.hide("court", inner, 2)

    assert Receiver().accept(forgery.text())["court"] == {"judge": "Portia"}


def test_a_certificate_and_metadata_are_accepted_for_the_issuer_they_name() -> None:
    root = authority("Root")
    certified = Forgery()
    certified.payload["iss"] = "https://university.example/t/law"
    certified.header["x5c"] = x5c(leaf(root))
    described = Forgery()
    described.payload["iss"] = "https://university.example/t/law"
    described.header["kid"] = "key-1"

    assert Receiver(roots=[root.certificate]).accept(certified.text())
    assert Receiver().accept(described.text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_case_is_refused_by_its_rule(case: Case) -> None:
    with pytest.raises((VcError, DidError)) as caught:
        attempt(case)

    assert type(caught.value) is case.error
    assert str(caught.value)


def test_each_case_has_its_own_rule_and_its_own_source() -> None:
    assert len(CASES) >= 25
    assert len({case.rule for case in CASES}) == len(CASES)
    assert all(case.source for case in CASES)


# --- taking one check away lets exactly its cases through ----------------------------------------------------------


def nothing(*_args: Any, **_more: Any) -> None:
    """A check that finds nothing wrong."""


def _lenient_base64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _lenient_json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise ParsingError(str(error)) from error


Guard = Callable[[pytest.MonkeyPatch], None]

GUARDS: dict[str, Guard] = {
    "number": lambda patch: patch.setattr(read, "MAX_DISCLOSURES", 10_000),
    "shape": lambda patch: patch.setattr(disclosure, "check_shape", nothing),
    "base64url": lambda patch: patch.setattr(disclosure, "decode_base64url", _lenient_base64),
    "strict JSON": lambda patch: patch.setattr(disclosure, "parse_json_value", _lenient_json),
    "reserved name": lambda patch: patch.setattr(disclosure, "check_name", nothing),
    "kind": lambda patch: patch.setattr(payload, "check_kind", nothing),
    "name taken": lambda patch: patch.setattr(payload, "check_free", nothing),
    "all used": lambda patch: patch.setattr(payload, "check_all_used", nothing),
    "repeated": lambda patch: patch.setattr(payload, "check_not_repeated", nothing),
    "digest once": lambda patch: patch.setattr(payload, "check_unseen", nothing),
    "digest text": lambda patch: patch.setattr(payload, "check_digest", nothing),
    "digest array": lambda patch: patch.setattr(payload, "check_digests", nothing),
    "digest alone": lambda patch: patch.setattr(payload, "check_alone", nothing),
    "member name": lambda patch: patch.setattr(payload, "check_member_name", nothing),
    "hash": lambda patch: patch.setitem(disclosure.HASHES, "sha-1", hashlib.sha1),
    "depth": lambda patch: patch.setattr(payload, "MAX_DEPTH", 1_000),
    "protected": lambda patch: patch.setattr(read, "check_protected", nothing),
    "type": lambda patch: patch.setattr(read, "check_type", nothing),
    "typ": lambda patch: patch.delitem(HEADER_RULES, "typ"),
    "jwk": lambda patch: patch.delitem(HEADER_RULES, "jwk"),
    "crit": lambda patch: patch.delitem(HEADER_RULES, "crit"),
    "signature": lambda patch: patch.setattr(verifying, "verify_compact", nothing),
    "exp": lambda patch: patch.setattr(verifying, "check_times", _without("exp")),
    "nbf": lambda patch: patch.setattr(verifying, "check_times", _without("nbf")),
    "iat": lambda patch: patch.setattr(verifying, "check_times", _without("iat")),
    "types": lambda patch: patch.setattr(read, "check_claims", nothing),
    "controller": lambda patch: patch.setattr(issuer_key, "check_controller", nothing),
    "metadata": lambda patch: patch.setattr(issuer_key, "check_metadata_issuer", nothing),
    "chain": lambda patch: patch.setattr(certificates, "check_chain", nothing),
    "name": lambda patch: patch.setattr(certificates, "check_name", nothing),
    "holder's signature": lambda patch: patch.setattr(key_binding, "verify_compact", nothing),
    "age": lambda patch: patch.setattr(key_binding, "check_age", nothing),
    "nonce": lambda patch: patch.setattr(key_binding, "check_nonce", nothing),
    "audience": lambda patch: patch.setattr(key_binding, "check_audience", nothing),
    "sd_hash": lambda patch: patch.setattr(key_binding, "check_hash", nothing),
}


def _without(rule: str) -> Callable[..., None]:
    def check(claims: Any, now: Any, skew_s: int, profile: Any) -> None:
        for name, one in TIME_RULES.items():
            if name != rule:
                one(claims, now.timestamp(), skew_s, profile)

    return check


def test_every_case_names_a_guard_that_can_be_taken_away() -> None:
    assert {case.guard for case in CASES} - {SEVERAL} == GUARDS.keys()


@pytest.mark.parametrize("guard", GUARDS)
def test_without_one_check_exactly_its_cases_are_accepted(guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    GUARDS[guard](monkeypatch)

    accepted = set()
    for case in CASES:
        try:
            attempt(case)
        except (VcError, DidError, TypeError):
            # TypeError: what was not checked breaks a later step. That is no acceptance either.
            continue
        accepted.add(case.rule)

    assert accepted == {case.rule for case in CASES if case.guard == guard}


def test_the_verifier_of_the_cases_asks_for_a_binding() -> None:
    binding = Receiver().binding

    assert binding is not None
    assert (binding.nonce, binding.audience) == (NONCE, AUDIENCE)
