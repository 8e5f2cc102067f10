"""The claims of a token: their types, the times, what a profile wants to be there (RFC 7519, section 4.1)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from did.jose.errors import ClaimRefused, TokenExpired, TokenNotYetValid
from did.jose.profile import TokenProfile

Claims = Mapping[str, Any]

_TIMES = ("exp", "nbf", "iat")
_TEXTS = ("iss", "sub", "jti")
_MAX_TIME = 253_402_300_799  # the last second of the year 9999


def check_claims(claims: Claims, profile: TokenProfile) -> None:
    """Every rule of `CLAIM_RULES`; the times as such are compared by `check_times`. Raises `ClaimRefused`."""
    for rule in CLAIM_RULES.values():
        rule(claims, profile)


def check_times(claims: Claims, now: datetime, skew_s: int, profile: TokenProfile) -> None:
    """Whether the token counts at `now`; `skew_s` is how far clocks may be apart.

    Raises:
        TokenExpired, TokenNotYetValid
    """
    at = now.timestamp()
    for rule in TIME_RULES.values():
        rule(claims, at, skew_s, profile)


def _types_of_times(claims: Claims, profile: TokenProfile) -> None:
    for name in _TIMES:
        if name not in claims:
            continue
        value = claims[name]
        if name == "iat" and profile.text_iat and isinstance(value, str):
            _seconds(value)
            continue
        # True is an int for Python; a float may be infinite.
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ClaimRefused(f"{name} is not a number of seconds", rule="types of times")
        if not 0 <= value <= _MAX_TIME:
            raise ClaimRefused(f"{name} is no time between 1970 and 9999", rule="types of times")


def _types_of_texts(claims: Claims, _profile: TokenProfile) -> None:
    for name in _TEXTS:
        if name in claims and (not isinstance(claims[name], str) or not claims[name]):
            raise ClaimRefused(f"{name} is not text", rule="types of texts")


def _audience(claims: Claims, _profile: TokenProfile) -> None:
    if "aud" not in claims:
        return
    value = claims["aud"]
    members = value if isinstance(value, list) else [value]
    if not members or not all(isinstance(member, str) and member for member in members):
        raise ClaimRefused("aud is neither text nor a list of texts", rule="type of aud")


def _required(claims: Claims, profile: TokenProfile) -> None:
    missing = sorted(profile.required - claims.keys())
    if missing:
        raise ClaimRefused(f"a {profile.name} has {', '.join(missing)}", rule="required claims")


def _forbidden(claims: Claims, profile: TokenProfile) -> None:
    found = sorted(profile.forbidden & claims.keys())
    if found:
        raise ClaimRefused(f"a {profile.name} has no {', '.join(found)}", rule="forbidden claims")


def _order(claims: Claims, _profile: TokenProfile) -> None:
    # A token that ends before it begins was valid at no time, whatever the clocks' difference would let through.
    if "exp" in claims and "nbf" in claims and claims["exp"] < claims["nbf"]:
        raise ClaimRefused("exp is before nbf", rule="order of times")


def _expired(claims: Claims, at: float, skew_s: int, profile: TokenProfile) -> None:
    if "exp" in claims and claims["exp"] + skew_s <= at:
        raise TokenExpired(f"the {profile.name} has expired", rule="exp")


def _not_before(claims: Claims, at: float, skew_s: int, profile: TokenProfile) -> None:
    if "nbf" in claims and claims["nbf"] - skew_s > at:
        raise TokenNotYetValid(f"the {profile.name} is not valid yet", rule="nbf")


def _issued_at(claims: Claims, at: float, skew_s: int, profile: TokenProfile) -> None:
    if "iat" in claims and _seconds(claims["iat"]) - skew_s > at:
        raise TokenNotYetValid(f"the {profile.name} claims to come from the future", rule="iat")


def _seconds(value: float | str) -> float:
    """A NumericDate, also from a date and time with its zone. Raises `ClaimRefused`."""
    if not isinstance(value, str):
        return value
    try:
        at = datetime.fromisoformat(value)
        seconds = None if at.tzinfo is None else at.timestamp()
    except (ValueError, OverflowError):
        seconds = None
    if seconds is None:
        raise ClaimRefused("iat is neither a number of seconds nor a date and time", rule="types of times")
    return seconds


CLAIM_RULES: dict[str, Callable[[Claims, TokenProfile], None]] = {
    "types of times": _types_of_times,
    "types of texts": _types_of_texts,
    "type of aud": _audience,
    "required claims": _required,
    "forbidden claims": _forbidden,
    "order of times": _order,
}
TIME_RULES: dict[str, Callable[[Claims, float, int, TokenProfile], None]] = {
    "exp": _expired,
    "nbf": _not_before,
    "iat": _issued_at,
}
"""The names of the rules, as `JoseError.rule` gives them."""
