"""Tokens that somebody forged: one rule each, where it is written or was broken, and what alone refuses it.

Run by `tests/attacks/test_forged_tokens.py`.
"""

from __future__ import annotations

from tests.attacks import forged_claims, forged_headers, forged_texts

FORGERIES = [*forged_texts.FORGERIES, *forged_headers.FORGERIES, *forged_claims.FORGERIES]
