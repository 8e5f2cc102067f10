"""Our bytes against eth-account's and web3's: libraries that share no code with ours."""

from __future__ import annotations

import pytest
from eth_account import Account
from eth_utils import to_checksum_address
from hypothesis import given, settings
from hypothesis import strategies as st

from anchoring.protocol import Fees
from anchoring.transactions import (
    ANCHORED_TOPIC,
    address_bytes,
    address_of,
    anchor_call,
    anchored_at_call,
    keccak256,
    sign_transaction,
)

keys = st.binary(min_size=32, max_size=32).filter(lambda key: 0 < int.from_bytes(key, "big") < 2**255)
amounts = st.one_of(st.integers(0, 300), st.integers(0, 2**64))


numbers = st.fixed_dictionaries(
    {
        "chain_id": st.integers(1, 2**40),
        "nonce": amounts,
        "max_fee": amounts,
        "tip": amounts,
        "gas": st.integers(21_000, 2**32),
        "value": amounts,
    }
)


@settings(max_examples=150, deadline=None)
@given(keys, numbers, st.binary(max_size=400))
def test_signed_bytes_equal_eth_accounts(key, n, data):
    to = "0x" + "c0" * 20
    ours = sign_transaction(
        private_key=key,
        chain_id=n["chain_id"],
        nonce=n["nonce"],
        fees=Fees(n["max_fee"], n["tip"]),
        gas=n["gas"],
        to=to,
        data=data,
        value=n["value"],
    )
    theirs = Account.sign_transaction(
        {
            "type": 2,
            "chainId": n["chain_id"],
            "nonce": n["nonce"],
            "maxFeePerGas": n["max_fee"],
            "maxPriorityFeePerGas": n["tip"],
            "gas": n["gas"],
            "to": to_checksum_address(to),
            "data": data,
            "value": n["value"],
        },
        key,
    )
    assert ours.raw == bytes(theirs.raw_transaction)
    assert ours.tx_hash == "0x" + bytes(theirs.hash).hex()
    assert Account.recover_transaction(ours.raw).lower() == address_of(key)


@given(keys)
def test_address_is_eth_accounts(key):
    assert address_of(key) == Account.from_key(key).address.lower()


def test_a_deployment_has_no_recipient():
    key = b"\x01" * 32
    ours = sign_transaction(
        private_key=key, chain_id=137, nonce=0, fees=Fees(2, 1), gas=100_000, to=None, data=b"\x60\x00"
    )
    assert Account.recover_transaction(ours.raw).lower() == address_of(key)


def test_keccak_and_topic_are_the_published_ones():
    # keccak-256 of nothing: Ethereum Yellow Paper, KEC(())
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert len(ANCHORED_TOPIC) == 66


def test_malformed_addresses_and_roots_are_misuse():
    with pytest.raises(ValueError, match="is no address"):
        address_bytes("c0" * 20)
    with pytest.raises(ValueError, match="is no address"):
        address_bytes("0x00")
    with pytest.raises(ValueError, match="32 bytes"):
        anchor_call(b"short")
    assert len(anchored_at_call("0x" + "c0" * 20, b"r" * 32)) == 68
