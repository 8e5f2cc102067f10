from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchoring.errors import FeeTooHigh
from anchoring.fees import FeeCaps, offer, replacement
from anchoring.protocol import Fees

wei = st.integers(0, 10**15)


@given(wei, wei, wei, wei)
def test_an_offer_never_exceeds_the_cap_and_covers_the_next_block(base, tip, cap, least_tip):
    caps = FeeCaps(cap, least_tip)
    if base + least_tip > cap:
        with pytest.raises(FeeTooHigh, match="the cap is"):
            offer(base, tip, caps)
        return
    fees = offer(base, tip, caps)
    assert base <= fees.max_fee_wei <= cap
    assert least_tip <= fees.max_priority_fee_wei <= fees.max_fee_wei


@given(wei, wei, wei, wei, wei)
def test_a_replacement_raises_both_numbers_enough_or_keeps_the_old_bytes(old_max, old_tip, base, tip, cap):
    old = Fees(max(old_max, old_tip), old_tip)
    try:
        new = replacement(old, base, tip, FeeCaps(cap))
    except FeeTooHigh:
        return
    # geth's rule: at least a tenth more, for each.
    assert new.max_fee_wei * 10 >= old.max_fee_wei * 11
    assert new.max_priority_fee_wei * 10 >= old.max_priority_fee_wei * 11
    assert new.max_fee_wei > old.max_fee_wei
    assert new.max_priority_fee_wei <= new.max_fee_wei
    assert new.max_fee_wei <= cap


def test_an_offer_is_twice_the_base_fee_plus_the_tip():
    assert offer(30, 5, FeeCaps(1000)) == Fees(65, 5)
    assert offer(30, 5, FeeCaps(1000, 25)) == Fees(85, 25)
    assert offer(30, 5, FeeCaps(50)) == Fees(50, 5)
