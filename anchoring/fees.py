"""What to offer per gas (EIP-1559). Pure arithmetic in wei."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from anchoring.errors import FeeTooHigh
from anchoring.protocol import Fees

_BASE_FEE_HEADROOM: Final = 2
"""The base fee grows by at most 1/8 a block; doubled, an offer stays valid for six full blocks."""
_BUMP_NUMERATOR, _BUMP_DENOMINATOR = 9, 8
"""Pools want at least a tenth more for a replacement; some nodes want an eighth."""


@dataclass(frozen=True, slots=True)
class FeeCaps:
    """`max_fee_wei` is the most that is ever paid per gas, tip included."""

    max_fee_wei: int
    min_priority_fee_wei: int = 0


def offer(base_fee_wei: int, suggested_tip_wei: int, caps: FeeCaps) -> Fees:
    """A first offer.

    Raises:
        FeeTooHigh: even the next block would cost more than the cap.
    """
    tip = max(suggested_tip_wei, caps.min_priority_fee_wei)
    if base_fee_wei + caps.min_priority_fee_wei > caps.max_fee_wei:
        raise FeeTooHigh(base_fee_wei + caps.min_priority_fee_wei, caps.max_fee_wei)
    max_fee = min(base_fee_wei * _BASE_FEE_HEADROOM + tip, caps.max_fee_wei)
    # A tip that alone would eat the room for the base fee is cut: the cap is for both together.
    return Fees(max_fee, min(tip, max_fee - base_fee_wei))


def replacement(previous: Fees, base_fee_wei: int, suggested_tip_wei: int, caps: FeeCaps) -> Fees:
    """An offer that replaces `previous` in a pool: both numbers raised by an eighth or to the market.

    Raises:
        FeeTooHigh: the smallest acceptable raise is above the cap; keep the previous bytes.
    """
    least = Fees(_bumped(previous.max_fee_wei), _bumped(previous.max_priority_fee_wei))
    needed = max(least.max_fee_wei, base_fee_wei + least.max_priority_fee_wei)
    if needed > caps.max_fee_wei:
        raise FeeTooHigh(needed, caps.max_fee_wei)
    market = offer(base_fee_wei, suggested_tip_wei, caps)
    tip = max(least.max_priority_fee_wei, market.max_priority_fee_wei)
    return Fees(max(needed, market.max_fee_wei, tip), tip)


def _bumped(wei: int) -> int:
    """Rounded up, and at least one more: an eighth of nothing is nothing."""
    return max(-(-wei * _BUMP_NUMERATOR // _BUMP_DENOMINATOR), wei + 1)
