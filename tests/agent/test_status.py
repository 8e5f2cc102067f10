"""Status indexes that give nothing away, and the list that is published."""

import itertools
import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.status import build_and_sign_status_list, permute
from did.document import VerificationMethod
from vc.errors import StatusListLength
from vc.proofs.data_integrity import verify_proofs
from vc.status import bitstring
from vc.status.entry import build_entry, check_entry

KEY, OTHER = b"k" * 32, b"o" * 32
URL = "https://acme.example.org/status/1"
ISSUER = "did:web:acme.example.org"


@given(st.binary(min_size=32, max_size=32), st.integers(1, 700))
@settings(deadline=None)
def test_every_index_is_given_out_exactly_once(key, size):
    assert sorted(permute(counter, key, size) for counter in range(size)) == list(range(size))


def test_a_whole_list_of_the_usual_size_is_a_permutation():
    indexes = [permute(counter, KEY) for counter in range(131_072)]

    assert len(set(indexes)) == 131_072
    assert (min(indexes), max(indexes)) == (0, 131_071)


def test_neighbours_land_far_apart_and_another_key_gives_another_order():
    first = [permute(counter, KEY) for counter in range(2_000)]
    second = [permute(counter, OTHER) for counter in range(2_000)]

    ascents = sum(a < b for a, b in itertools.pairwise(first))
    assert 900 < ascents < 1_100  # a random order rises half of the time; standard deviation 13
    assert sum(abs(a - b) == 1 for a, b in itertools.pairwise(first)) < 3
    assert sum(a == b for a, b in zip(first, second, strict=True)) < 3


@pytest.mark.parametrize(
    ("counter", "key", "reason"),
    [(-1, KEY, "not below"), (131_072, KEY, "not below"), (0, b"", "32 bytes"), (0, b"k" * 31, "32 bytes")],
)
def test_what_cannot_be_given_out(counter, key, reason):
    with pytest.raises(ValueError, match=reason):
        permute(counter, key)


def sign(bits, signer, now):
    return build_and_sign_status_list(
        URL,
        issuer_id=ISSUER,
        purpose="revocation",
        bits=bits,
        signer=signer,
        cryptosuite="eddsa-rdfc-2022",
        now=now,
        valid_until=now + timedelta(days=7),
        ttl_ms=300_000,
    )


def test_the_published_list_verifies_and_says_who_is_revoked(signer, now):
    bits = bitstring.new_list()
    bitstring.set_(bits, 41, value=True)

    document = json.loads(sign(bits, signer, now).data)

    method = VerificationMethod(signer.verification_method, "Multikey", ISSUER, signer.public_key)
    verify_proofs(document, get_key=lambda _url, _purpose: method, now=now, expected_purpose="assertionMethod")
    assert not check_entry(build_entry(URL, 41), document).valid
    assert check_entry(build_entry(URL, 42), document).valid
    assert document["validUntil"] == "2026-12-01T09:00:00Z"


def test_a_list_too_short_to_hide_in_is_refused(signer, now):
    with pytest.raises(StatusListLength):
        sign(bytearray(100), signer, now)
