"""Credentials that carry a good signature of somebody, in the name of somebody else.

Run by `tests/attacks/test_issuer_mismatches.py`. Each case names its rule, where the rule is written or was
broken, and its guards: the checks of the code that each refuse it, so that it comes through without all of them and
never without fewer (`tests/attacks/without_guards.py` takes them away).
"""

from __future__ import annotations

from tests.attacks.issuer_case import Case
from tests.attacks.issuer_keys import WRONG_KEYS
from tests.attacks.issuer_names import SIGNED_BY_ANOTHER

__all__ = ["CASES", "Case"]

CASES = [*SIGNED_BY_ANOTHER, *WRONG_KEYS]
