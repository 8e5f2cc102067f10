"""Hostile pictures are refused, quickly, for the reason that the rule names."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from tests.attacks.badge_images import CASES, GOOD, Case
from tests.vc.pictures import itxt, png, svg
from tests.vc.test_baking import JWS
from vc.badges.baking import bake, unbake
from vc.badges.image_errors import BakingError

MAX_SECONDS = 2.0
MAX_MEMORY = 40_000_000  # ten times the largest picture; the bombs would unpack to more


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_picture_is_refused(case: Case) -> None:
    tracemalloc.start()
    started = time.process_time()
    try:
        with pytest.raises(case.error, match=case.words):
            unbake(case.image)
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert time.process_time() - started < MAX_SECONDS
    assert peak < MAX_MEMORY


def test_nothing_is_baked_into_a_broken_picture() -> None:
    broken = [case for case in CASES if case.error.__name__ in ("ImageNotRead", "EntitiesRefused", "ImageTooLarge")]
    for case in broken:
        if "credential above" in case.rule:
            continue  # the picture itself is good; with --replace the large one goes out
        with pytest.raises(BakingError):
            bake(case.image, JWS, replace=True)


def test_each_case_has_its_own_rule() -> None:
    assert len({case.rule for case in CASES}) == len(CASES)
    assert unbake(png(itxt(GOOD))) == GOOD
    assert unbake(svg(b'<openbadges:credential verify="' + GOOD + b'"/>')) == GOOD
