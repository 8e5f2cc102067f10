"""`EvmChain` against a real local chain."""

from __future__ import annotations

import contextlib

import pytest
from web3 import Web3

from anchoring.chain import EvmChain
from anchoring.errors import (
    AlreadyKnown,
    ChainUnavailable,
    ContractMissing,
    FeeTooHigh,
    InsufficientFunds,
    NonceTaken,
    ReplacementUnderpriced,
    TransactionRefused,
    UnknownContract,
    WrongChain,
)
from anchoring.networks import LOCAL, Network, did_registry_artifact, find_deployment, network_of, registry_artifact
from anchoring.protocol import Fees
from anchoring.reader import EvmReader
from anchoring.rpc import JsonRpc
from anchoring.transactions import sign_transaction
from tests.fixtures.chain import ANCHOR_KEY, DEPLOYER_KEY, anchor_root

ROOT = b"\x42" * 32


def test_an_anchored_root_is_found_by_its_log(chain, anvil):
    tx_hash = anchor_root(chain, anvil, ROOT)

    event = chain.find_anchor(ROOT, account=chain.account)

    assert event.transaction == tx_hash
    assert (event.root, event.account, event.contract) == (ROOT, chain.account, chain.contract)
    receipt = chain.receipt(tx_hash)
    assert (receipt.block, receipt.block_hash) == (event.block, event.block_hash)
    assert receipt.gas_used < 47_000
    assert chain.find_anchor(ROOT) == event, "by anyone"
    assert chain.find_anchor(ROOT, account="0x" + "01" * 20) is None
    assert chain.find_anchor(b"\x43" * 32) is None


def test_web3_reads_the_same_log_and_record(chain, anvil):
    tx_hash = anchor_root(chain, anvil, ROOT)
    web3 = Web3(Web3.HTTPProvider(anvil.url))
    contract = web3.eth.contract(Web3.to_checksum_address(chain.contract), abi=registry_artifact()["abi"])

    (log,) = contract.events.Anchored().get_logs(from_block=0)

    assert log.args.root == ROOT
    assert log.args.sender.lower() == chain.account
    assert "0x" + log.transactionHash.hex() == tx_hash
    recorded = contract.functions.anchoredAt(log.args.sender, ROOT).call()
    event = chain.find_anchor(ROOT)
    assert tuple(recorded) == chain.anchored_at(chain.account, ROOT) == (event.time.timestamp(), event.block)


def test_a_repeated_anchor_keeps_the_first_and_logs_nothing(chain, anvil):
    anchor_root(chain, anvil, ROOT)
    first = chain.find_anchors(ROOT)
    tx_hash = anchor_root(chain, anvil, ROOT)
    assert chain.receipt(tx_hash).succeeded
    assert chain.find_anchors(ROOT) == first
    assert len(first) == 1


def test_another_accounts_record_is_independent(chain, anvil):
    other = anvil.chain(chain.contract, key=DEPLOYER_KEY)
    anchor_root(other, anvil, ROOT)
    assert chain.find_anchor(ROOT, account=chain.account) is None
    anchor_root(chain, anvil, ROOT)
    assert [event.account for event in chain.find_anchors(ROOT)] == [other.account, chain.account]


def test_final_is_what_the_chain_calls_final(chain, anvil):
    anchor_root(chain, anvil, ROOT)
    event = chain.find_anchor(ROOT)
    assert not chain.is_final(event.block)
    anvil.mine(3)
    assert chain.is_final(event.block)
    assert chain.mined_nonces(final=True) == chain.mined_nonces(final=False) == chain.next_nonce() == 1


def test_confirmations_count_only_where_the_chain_has_no_tag(chain, anvil):
    reader = EvmReader(anvil.url, chain_id=LOCAL.chain_id, network=Network(LOCAL.chain_id, "x", confirmations=5))
    anchor_root(chain, anvil, ROOT)
    event = chain.find_anchor(ROOT)
    anvil.mine(3)
    assert not reader.is_final(event.block)
    anvil.mine(1)
    assert reader.is_final(event.block)


@pytest.mark.parametrize("near", [None, 30, 0, 300])
@pytest.mark.parametrize("span", [2, 10])
def test_a_node_that_limits_ranges_is_searched_by_the_contracts_own_record(chain, anvil, span, near):
    anvil.mine(30)
    anchor_root(chain, anvil, ROOT)
    anvil.mine(60)
    expected = chain.find_anchor(ROOT)
    small = Network(LOCAL.chain_id, "small", max_log_range=span)
    reader = EvmReader(anvil.url, chain_id=LOCAL.chain_id, contract=chain.contract, network=small)

    assert reader.find_anchor(ROOT, account=chain.account, near=near) == expected
    assert reader.find_anchor(b"\x43" * 32, account=chain.account, near=near) is None
    if span == 10:
        assert reader.find_anchor(ROOT) == expected, "by anyone: backwards"
    else:
        with pytest.raises(ChainUnavailable, match="older ones were not searched"):
            EvmReader(
                anvil.url,
                chain_id=LOCAL.chain_id,
                contract=chain.contract,
                network=Network(LOCAL.chain_id, "tiny", max_log_range=1),
            ).find_anchor(ROOT)


def test_a_reorg_takes_the_log_away_and_the_same_bytes_bring_it_back(chain, anvil):
    signed = chain.sign_anchor(ROOT)
    chain.send(signed.raw)
    anvil.mine()
    first = chain.find_anchor(ROOT)
    anvil.control("anvil_reorg", 1, [])
    assert chain.find_anchor(ROOT) is None
    assert chain.receipt(signed.tx_hash) is None
    with contextlib.suppress(AlreadyKnown):
        chain.send(signed.raw)
    anvil.mine()
    again = chain.find_anchor(ROOT)
    assert again.transaction == first.transaction
    assert again.block_hash != first.block_hash


def test_refusals_have_their_own_names(chain, anvil):
    signed = chain.sign_anchor(ROOT)
    chain.send(signed.raw)
    with pytest.raises(AlreadyKnown):
        chain.send(signed.raw)
    assert chain.next_nonce() == signed.nonce + 1
    with pytest.raises(ReplacementUnderpriced):
        chain.send(chain.sign_anchor(b"\x43" * 32, nonce=signed.nonce).raw)
    outbid = chain.sign_anchor(ROOT, nonce=signed.nonce, replacing=signed.fees)
    chain.send(outbid.raw)
    anvil.mine()
    assert chain.receipt(outbid.tx_hash) is not None
    with pytest.raises(NonceTaken):
        chain.send(signed.raw)
    with pytest.raises(TransactionRefused, match="refused"):
        chain.send(b"\x02nonsense")


def test_a_filler_unblocks_later_nonces(chain, anvil):
    later = chain.sign_anchor(ROOT, nonce=1)
    chain.send(later.raw)
    anvil.mine()
    assert chain.find_anchor(ROOT) is None
    assert chain.next_nonce() == 0
    chain.send(chain.sign_filler(0).raw)
    anvil.mine(2)
    assert chain.find_anchor(ROOT).transaction == later.tx_hash


def test_an_empty_account_is_named(anvil, chain):
    poor = anvil.chain(chain.contract, key=b"\x07" * 32)
    with pytest.raises(InsufficientFunds, match=f"{poor.account} has not enough coins: 0 wei"):
        poor.sign_anchor(ROOT)
    raw = sign_transaction(
        private_key=b"\x07" * 32, chain_id=31337, nonce=0, fees=Fees(10**10, 1), gas=21_000, to=poor.account, data=b""
    ).raw
    with pytest.raises(InsufficientFunds):
        poor.send(raw)


def test_a_cap_below_the_base_fee_signs_nothing(anvil, chain):
    thrifty = EvmChain(anvil.url, chain_id=31337, private_key=ANCHOR_KEY, contract=chain.contract, max_fee_wei=1)
    with pytest.raises(FeeTooHigh, match="the cap is 1"):
        thrifty.sign_anchor(ROOT)


def test_an_address_without_code_is_not_paid(anvil):
    with pytest.raises(ContractMissing, match="no contract at 0x0101"):
        anvil.chain("0x" + "01" * 20).sign_anchor(ROOT)


def test_only_the_registrys_own_code_is_believed(anvil, chain):
    reader = anvil.reader()
    reader.require_registry(chain.contract)
    with pytest.raises(UnknownContract):
        reader.require_registry("0x" + "01" * 20)
    with pytest.raises(UnknownContract):
        reader.require_registry(anvil.deploy_did_registry())


def test_the_did_registry_can_be_deployed_and_called(anvil):
    chain = anvil.chain()
    address = anvil.deploy_did_registry()
    deployed = bytes.fromhex(did_registry_artifact()["deployedBytecode"][2:])
    assert chain.code_at(address) == deployed
    # setAttribute(address,bytes32,bytes,uint256)
    web3 = Web3()
    contract = web3.eth.contract(abi=did_registry_artifact()["abi"])
    data = contract.encode_abi(
        "setAttribute", [Web3.to_checksum_address(chain.account), b"did/svc/x".ljust(32, b"\0"), b"y", 86400]
    )
    tx_hash = chain.send_call(address, bytes.fromhex(data[2:]))
    anvil.mine()
    assert chain.wait(tx_hash).succeeded
    changed = chain.rpc("eth_getLogs", [{"address": address, "fromBlock": "0x0", "toBlock": "latest"}])
    assert len(changed) == 1


def test_another_chain_id_is_refused_before_the_first_answer(anvil):
    with pytest.raises(WrongChain, match="expected chain 137, the node serves chain 31337"):
        EvmReader(anvil.url, chain_id=137).head()


def test_a_node_exchanged_behind_the_url_is_noticed(anvil):
    now = 0.0
    reader = EvmReader(anvil.url, chain_id=31337, monotonic=lambda: now)
    reader.head()
    anvil.control("anvil_setChainId", 80002)
    now = 61.0
    with pytest.raises(WrongChain):
        reader.head()


def test_networks_are_known_by_number():
    assert network_of(137).caip2 == "eip155:137"
    assert network_of(80002).confirmations is None
    assert network_of(5).confirmations == 64
    assert not network_of(31337).proves_to_outsiders
    assert network_of(137).transaction_url("0x12") == "https://polygonscan.com/tx/0x12"
    assert network_of(31337).transaction_url("0x12") is None
    assert find_deployment(31337) is None


def test_an_rpc_url_needs_a_scheme_and_a_host():
    with pytest.raises(ValueError, match="http"):
        JsonRpc("ws://127.0.0.1")
    with pytest.raises(ValueError, match="host"):
        JsonRpc("http://")
