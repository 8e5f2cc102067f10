"""Whatever arrives as an SD-JWT is read or refused with an error of ours, and no changed character goes unnoticed."""

from __future__ import annotations

import string
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from did.errors import DidError
from tests.attacks.sd_jwt_builds import Forgery, Receiver, disclosure, sha256
from vc.errors import VcError
from vc.sd_jwt import disclosure as disclosures
from vc.sd_jwt.errors import SdJwtInvalid
from vc.sd_jwt.payload import MAX_DEPTH, process
from vc.sd_jwt.read import MAX_DISCLOSURES, read

REFUSED = (VcError, DidError)
BASE64URL = string.ascii_letters + string.digits + "-_"


def good() -> str:
    made = Forgery()
    inner: dict[str, Any] = {}
    made.hide("judge", "Portia", 1, into=inner)
    made.hide("court", inner, 2)
    made.hide("name", "Ada", 3)
    return made.text()


GOOD = good()


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, len(GOOD) - 1), other=st.sampled_from(BASE64URL + ".~= \n"))
def test_no_changed_character_of_a_bound_presentation_is_accepted(at: int, other: str) -> None:
    changed = GOOD[:at] + other + GOOD[at + 1 :]
    if changed == GOOD:
        return

    with pytest.raises(REFUSED):
        Receiver().accept(changed)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_reordered_repeated_or_dropped_part_is_accepted(data: st.DataObject) -> None:
    parts = GOOD.split("~")
    chosen = data.draw(st.lists(st.sampled_from(range(len(parts))), max_size=len(parts) + 2))
    changed = "~".join(parts[number] for number in chosen)
    if changed == GOOD:
        return

    with pytest.raises(REFUSED):
        Receiver().accept(changed)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | st.text(BASE64URL + ".~", max_size=200))
@example("~")
@example("..~")
@example("~~~")
@example("\ud800~")
def test_any_text_is_refused_with_an_error_of_ours(text: str) -> None:
    with pytest.raises(REFUSED):
        read(text)


_NAMES = st.sampled_from(["_sd", "...", "_sd_alg", "a", "b"])
_DIGESTS = st.sampled_from([sha256(str(number)) for number in range(3)])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | _DIGESTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(payload=st.dictionaries(_NAMES, _JSON, max_size=4), values=st.lists(_JSON, max_size=3))
def test_any_payload_with_any_disclosures_is_processed_or_refused(payload: dict[str, Any], values: list[Any]) -> None:
    made = []
    for number, value in enumerate(values):
        text = disclosure(f"{number:022}", "c", value) if number % 2 else disclosure(f"{number:022}", value)
        made.append(disclosures.parse(text))
        payload.setdefault("_sd", [])
        if isinstance(payload["_sd"], list):
            payload["_sd"].append(sha256(text))

    try:
        processed = process(payload, made)
    except SdJwtInvalid:
        return

    assert len(processed.places) == len(made)
    _assert_no_digest_is_left(processed.claims)


def _assert_no_digest_is_left(value: Any) -> None:
    if isinstance(value, dict):
        assert not value.keys() & disclosures.RESERVED
        for member in value.values():
            _assert_no_digest_is_left(member)
    elif isinstance(value, list):
        for element in value:
            _assert_no_digest_is_left(element)


def test_as_many_disclosures_as_are_read_at_all_take_no_long_time() -> None:
    made = Forgery()
    for number in range(MAX_DISCLOSURES):
        made.hide(f"claim{number}", {"grade": "A", "credits": number}, number % 200)
    text = made.text()

    start = time.perf_counter()
    read(text)

    assert time.perf_counter() - start < 1.5


def test_claims_may_be_as_deep_as_the_limit_says() -> None:
    made = Forgery()
    value: Any = "judge"
    for number in range(MAX_DEPTH - 1):
        text = disclosure(f"{number:022}", "in", value)
        made.disclosures.append(text)
        value = {"_sd": [sha256(text)]}
    made.payload["court"] = value

    assert Receiver().accept(made.text())["court"]
