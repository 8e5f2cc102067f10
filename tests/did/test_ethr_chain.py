"""did:ethr on a real chain, with the registry contract that everybody uses."""

from datetime import UTC, datetime, timedelta

import pytest

from did.document import Relationship
from did.errors import DidNotFound, ResolutionUnavailable
from did.keys import KeyType, PublicKey
from did.methods import erc1056
from did.methods.erc1056 import Attribute, key_attribute
from did.methods.ethr import EthrMethod, EthrNetwork, did_of
from did.multikey import decode_multikey
from did.resolver import ResolutionOptions, Resolver
from tests.did.chain import PAYER, anvil

ED25519 = decode_multikey("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2")
P256 = decode_multikey("zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP")
OWNER = bytes.fromhex("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d")
CHAIN_ID = 31337


@pytest.fixture(scope="module")
def chain():
    with anvil() as started:
        yield started


@pytest.fixture(scope="module")
def registry(chain):
    return chain.deploy_registry()


def resolver_for(chain, registry, clock=lambda: datetime.now(UTC)):
    method = EthrMethod({"local": EthrNetwork(CHAIN_ID, registry, chain.rpc)}, clock=clock)
    return Resolver([method], clock=clock, cache_s=0)


def relay(chain, registry, private_key, attribute, **options):
    """What the node does: the owner signs, somebody else sends and pays."""
    identity = erc1056.address_of_private(private_key)
    owner = erc1056.read_owner(chain.rpc, registry, identity)
    nonce = erc1056.read_nonce(chain.rpc, registry, owner)
    call = erc1056.relay_set_attribute(
        private_key, registry=registry, identity=identity, attribute=attribute, nonce=nonce, **options
    )
    return chain.send(call, registry)


def test_a_did_that_never_wrote_has_its_controller_only(chain, registry):
    did = did_of("0x" + "11" * 20, CHAIN_ID)
    result = resolver_for(chain, registry).resolve(did)
    assert result.document.json["verificationMethod"] == [
        {
            "id": f"{did}#controller",
            "type": "EcdsaSecp256k1RecoveryMethod2020",
            "controller": did,
            "blockchainAccountId": "eip155:31337:0x1111111111111111111111111111111111111111",
        }
    ]
    assert result.document_metadata == {}


def test_relayed_keys_are_in_the_document_and_stay_there(chain, registry):
    identity = erc1056.address_of_private(OWNER)
    did = did_of(identity, CHAIN_ID)
    assert did == "did:ethr:0x7a69:0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    for key in (ED25519, P256):
        relay(chain, registry, OWNER, key_attribute(key))
    # 55 years later
    resolver = resolver_for(chain, registry, clock=lambda: datetime.now(UTC) + timedelta(days=55 * 365))
    document = resolver.require_document(did)
    first = document.require_method(f"{did}#delegate-1", Relationship.ASSERTION_METHOD)
    second = document.require_method(f"{did}#delegate-2", Relationship.ASSERTION_METHOD)
    assert (first.public_key, first.type) == (ED25519, "Ed25519VerificationKey2018")
    assert (second.public_key, second.type) == (P256, "Multikey")
    assert document.accounts() == {f"eip155:31337:{identity}"}


def test_a_signature_is_good_for_one_call(chain, registry):
    private = b"\7" * 32
    identity = erc1056.address_of_private(private)
    attribute = key_attribute(ED25519)
    call = erc1056.relay_set_attribute(private, registry=registry, identity=identity, attribute=attribute, nonce=0)
    chain.send(call, registry)
    with pytest.raises(RuntimeError):
        chain.send(call, registry)


def test_revoked_and_expired_keys_keep_their_numbers(chain, registry):
    private = b"\5" * 32
    identity = erc1056.address_of_private(private)
    did = did_of(identity, CHAIN_ID)
    short = Attribute("did/pub/Ed25519/veriKey/base58", b"\1" * 32)
    relay(chain, registry, private, short, validity_s=1)
    relay(chain, registry, private, key_attribute(P256))
    relay(chain, registry, private, key_attribute(ED25519))
    nonce = erc1056.read_nonce(chain.rpc, registry, identity)
    revoke = erc1056.relay_revoke_attribute(
        private, registry=registry, identity=identity, attribute=key_attribute(P256), nonce=nonce
    )
    receipt = chain.send(revoke, registry)
    relay(chain, registry, private, Attribute("did/pub/Multikey/veriKey", b"\xe7\x01" + b"\2" + b"\1" * 32))
    later = resolver_for(chain, registry, clock=lambda: datetime.now(UTC) + timedelta(days=1))
    document = later.require_document(did)
    listed = [entry["id"].partition("#")[2] for entry in document.json["verificationMethod"]]
    assert listed == ["controller", "delegate-3", "delegate-5"]
    # As it was one block before the revocation, when the first key was still good.
    before = ResolutionOptions(version_id=str(int(receipt["blockNumber"], 16) - 1))
    older = later.resolve(did, before)
    listed = [entry["id"].partition("#")[2] for entry in older.document.json["verificationMethod"]]
    assert "delegate-2" in listed
    assert "delegate-5" not in listed
    assert older.document_metadata["nextVersionId"] == str(int(receipt["blockNumber"], 16))


def test_an_owner_can_publish_without_a_relay_and_hand_over(chain, registry):
    identity = PAYER
    did = did_of(identity, CHAIN_ID)
    secp = PublicKey(
        KeyType.SECP256K1, bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
    )
    chain.send(erc1056.set_attribute_call(identity, key_attribute(secp), 1000), registry)
    document = resolver_for(chain, registry).require_document(did)
    assert document.find_method(f"{did}#delegate-1").public_key == secp
    chain.send(erc1056.revoke_attribute_call(identity, key_attribute(secp)), registry)
    assert resolver_for(chain, registry).require_document(did).find_method(f"{did}#delegate-1") is None
    new_owner = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    chain.send(erc1056._call("changeOwner", ["address", "address"], [identity, new_owner]), registry)
    document = resolver_for(chain, registry).require_document(did)
    assert document.json["verificationMethod"][0]["blockchainAccountId"] == f"eip155:31337:{new_owner}"
    assert erc1056.read_owner(chain.rpc, registry, identity) == new_owner


def test_several_changes_in_one_block_are_all_found(chain, registry):
    private = b"\4" * 32
    identity = erc1056.address_of_private(private)
    did = did_of(identity, CHAIN_ID)
    relay(chain, registry, private, key_attribute(ED25519))
    chain.rpc("evm_setAutomine", [False])
    for number in range(3):
        attribute = Attribute("did/pub/Ed25519/veriKey/base58", bytes([number + 1]) * 32)
        call = erc1056.relay_set_attribute(
            private, registry=registry, identity=identity, attribute=attribute, nonce=number + 1
        )
        chain.rpc(
            "eth_sendTransaction", [{"from": PAYER, "to": registry, "data": "0x" + call.hex(), "gas": hex(300_000)}]
        )
    chain.rpc("evm_mine", [])
    chain.rpc("evm_setAutomine", [True])
    document = resolver_for(chain, registry).require_document(did)
    listed = [entry["id"].partition("#")[2] for entry in document.json["verificationMethod"]]
    assert listed == ["controller", "delegate-1", "delegate-2", "delegate-3", "delegate-4"]


def test_the_wrong_registry_or_chain_is_not_an_empty_document(chain, registry):
    did = did_of("0x" + "11" * 20, CHAIN_ID)
    with pytest.raises(ResolutionUnavailable, match="registry"):
        resolver_for(chain, "0x" + "22" * 20).require_document(did)
    wrong = EthrMethod({"0x7a69": EthrNetwork(1, registry, chain.rpc)}, clock=lambda: datetime.now(UTC))
    with pytest.raises(ResolutionUnavailable, match="chain"):
        Resolver([wrong], clock=lambda: datetime.now(UTC)).require_document(did)
    with pytest.raises(DidNotFound, match="network"):
        resolver_for(chain, registry).require_document("did:ethr:0x" + "11" * 20)
