"""Sealed records open with the right master key in the right place, and not at all otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.keys.envelope import EnvelopeMalformed, EnvelopeNotOpened, InvalidMasterKey, rewrap, unwrap, wrap

MASTER, OTHER = b"m" * 32, b"o" * 32
PLACE = b"tenant 1, key 2"


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_what_was_sealed_comes_out_again(secret, context):
    assert unwrap(wrap(secret, master_key=MASTER, context=context), master_key=MASTER, context=context) == secret


def test_two_records_of_one_secret_have_nothing_in_common():
    first, second = (wrap(b"s" * 32, master_key=MASTER, context=PLACE) for _ in range(2))

    assert first[0] == second[0] == 1
    assert not {first[i : i + 8] for i in range(1, len(first) - 8)} & {
        second[i : i + 8] for i in range(1, len(second) - 8)
    }


@pytest.mark.parametrize(
    ("master_key", "context"),
    [(OTHER, PLACE), (MASTER, b"tenant 2, key 2"), (MASTER, b""), (MASTER, PLACE + b"\x00")],
)
def test_another_master_key_or_place_opens_nothing(master_key, context):
    sealed = wrap(b"secret", master_key=MASTER, context=PLACE)

    with pytest.raises(EnvelopeNotOpened, match="master key or the place"):
        unwrap(sealed, master_key=master_key, context=context)


def test_every_changed_bit_is_noticed():
    sealed = wrap(b"secret", master_key=MASTER, context=PLACE)

    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises((EnvelopeNotOpened, EnvelopeMalformed)):
            unwrap(bytes(changed), master_key=MASTER, context=PLACE)


def test_every_shortened_record_is_noticed():
    sealed = wrap(b"secret", master_key=MASTER, context=PLACE)

    for length in range(len(sealed)):
        with pytest.raises((EnvelopeNotOpened, EnvelopeMalformed)):
            unwrap(sealed[:length], master_key=MASTER, context=PLACE)


def test_a_later_version_is_not_guessed_at():
    sealed = wrap(b"secret", master_key=MASTER, context=PLACE)

    with pytest.raises(EnvelopeMalformed, match="version 2"):
        unwrap(b"\x02" + sealed[1:], master_key=MASTER, context=PLACE)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_master_key_has_32_bytes(size):
    with pytest.raises(InvalidMasterKey, match=f"not {size}"):
        wrap(b"secret", master_key=b"k" * size, context=PLACE)


def test_the_master_key_can_be_changed_without_the_secret():
    sealed = wrap(b"secret", master_key=MASTER, context=PLACE)

    again = rewrap(sealed, old_master_key=MASTER, new_master_key=OTHER, context=PLACE)

    assert unwrap(again, master_key=OTHER, context=PLACE) == b"secret"
    with pytest.raises(EnvelopeNotOpened):
        unwrap(again, master_key=MASTER, context=PLACE)
    with pytest.raises(EnvelopeNotOpened):
        rewrap(sealed, old_master_key=OTHER, new_master_key=MASTER, context=PLACE)


def test_no_error_shows_key_or_secret():
    sealed = wrap(b"very secret", master_key=MASTER, context=PLACE)

    with pytest.raises(EnvelopeNotOpened) as caught:
        unwrap(sealed, master_key=OTHER, context=PLACE)
    assert "secret" not in str(caught.value)
    assert OTHER.decode() not in str(caught.value)
