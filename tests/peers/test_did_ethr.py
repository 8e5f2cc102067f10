"""did:ethr on a real chain: our documents beside those of npm's ethr-did-resolver, and credentials through both.

The one difference that the peer makes us declare: it shows a `did/pub/Multikey/…` attribute as `publicKeyHex`.
`resolution.mjs` turns that into `publicKeyMultibase` where a credential is verified (`readMultikeys`).
"""

from __future__ import annotations

import copy
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from did.keys import KeyType
from did.methods import erc1056
from did.methods.erc1056 import Attribute, key_attribute
from did.methods.ethr import EthrMethod, EthrNetwork, did_of
from did.multikey import decode_multibase, decode_multikey
from did.resolver import Resolver
from tests.did.chain import Chain, anvil
from tests.peers import ours
from tests.peers.keys import Key, make_key
from tests.peers.programs import Program
from tests.peers.samples import badge_for_suite, tampered_copies
from vc.report import Outcome, Verdict

pytestmark = pytest.mark.enable_socket

CHAIN_ID = 31337
Programs = Callable[[str], Program]


class Registry:
    """The ERC-1056 registry of npm's ethr-did-registry on a chain of its own."""

    def __init__(self, chain: Chain) -> None:
        self.chain, self.address = chain, chain.deploy_registry()

    @property
    def for_node(self) -> list[dict[str, Any]]:
        """`networks` of the Node programs."""
        return [{"name": "local", "chainId": CHAIN_ID, "rpcUrl": self.chain.url, "registry": self.address}]

    def method(self) -> EthrMethod:
        network = EthrNetwork(CHAIN_ID, self.address, self.chain.rpc)
        return EthrMethod({"local": network}, clock=self.now)

    def now(self) -> datetime:
        return datetime.now(UTC)


class Tenant:
    """An account without coins, whose attributes somebody else relays."""

    def __init__(self, registry: Registry) -> None:
        self.registry, self.private = registry, secrets.token_bytes(32)
        self.identity = erc1056.address_of_private(self.private)
        self.did = did_of(self.identity, CHAIN_ID)

    def publish(self, attribute: Attribute, **options: Any) -> None:
        call = erc1056.relay_set_attribute(self.private, attribute=attribute, **self._named(), **options)
        self.registry.chain.send(call, self.registry.address)

    def revoke(self, attribute: Attribute) -> None:
        call = erc1056.relay_revoke_attribute(self.private, attribute=attribute, **self._named())
        self.registry.chain.send(call, self.registry.address)

    def key(self, key_type: KeyType, number: int) -> Key:
        """A key that the chain will list as `#delegate-<number>`."""
        return make_key(key_type, controller=self.did, fragment=f"delegate-{number}")

    def _named(self) -> dict[str, Any]:
        rpc, address = self.registry.chain.rpc, self.registry.address
        owner = erc1056.read_owner(rpc, address, self.identity)
        nonce = erc1056.read_nonce(rpc, address, owner)
        return {"registry": address, "identity": self.identity, "nonce": nonce}


@pytest.fixture(scope="module")
def registry() -> Iterator[Registry]:
    with anvil() as chain:
        yield Registry(chain)


def attribute_of(key: Key) -> Attribute:
    return key_attribute(decode_multikey(key.multikey))


def as_the_peer_shows_it(document: Any) -> Any:
    """The declared shim, the other way round: hex for a Multikey, and no context for it."""
    shown = copy.deepcopy(dict(document))
    for method in shown["verificationMethod"]:
        if method["type"] == "Multikey":
            method["publicKeyHex"] = decode_multibase(method.pop("publicKeyMultibase")).hex()
    shown["@context"] = shown["@context"][:3]
    return shown


def assert_same_document(registry: Registry, program: Programs, did: str) -> None:
    theirs = program("resolve.mjs").ask({"did": did, "networks": registry.for_node})
    mine = Resolver([registry.method()], clock=registry.now).resolve(did)
    assert theirs["ok"], theirs["didResolutionMetadata"]
    assert mine.document is not None
    assert as_the_peer_shows_it(mine.document.json) == theirs["didDocument"]
    assert dict(mine.document_metadata) == theirs["didDocumentMetadata"]


def test_an_account_that_never_wrote_has_the_same_document(registry: Registry, program: Programs) -> None:
    assert_same_document(registry, program, Tenant(registry).did)


def test_a_tenant_with_its_keys_has_the_same_document(registry: Registry, program: Programs) -> None:
    tenant = Tenant(registry)
    tenant.publish(attribute_of(tenant.key(KeyType.ED25519, 1)))
    assert_same_document(registry, program, tenant.did)

    tenant.publish(attribute_of(tenant.key(KeyType.P256, 2)))
    assert_same_document(registry, program, tenant.did)


def test_the_same_document_after_every_change_of_a_long_history(registry: Registry, program: Programs) -> None:
    tenant = Tenant(registry)
    first, second = tenant.key(KeyType.ED25519, 1), tenant.key(KeyType.P256, 2)
    steps: list[Callable[[], None]] = [
        lambda: tenant.publish(attribute_of(first)),
        lambda: tenant.publish(attribute_of(second)),
        lambda: tenant.publish(Attribute("did/svc/LinkedDomains", b"https://university.example")),
        lambda: tenant.publish(Attribute("did/pub/X25519/enc/base64", secrets.token_bytes(32))),
        lambda: tenant.publish(Attribute("did/pub/Secp256k1/veriKey/hex", b"\2" + b"\1" * 32)),
        lambda: tenant.revoke(attribute_of(second)),
        lambda: tenant.publish(attribute_of(second)),
        lambda: tenant.publish(attribute_of(first)),
        lambda: tenant.publish(Attribute("did/other/thing", b"\xff")),
        lambda: tenant.revoke(attribute_of(first)),
        lambda: tenant.publish(Attribute("did/pub/Ed25519/veriKey/base58", secrets.token_bytes(32)), validity_s=1),
    ]
    for step in steps:
        step()
        assert_same_document(registry, program, tenant.did)


@pytest.mark.parametrize(
    ("suite", "key_type", "number"),
    [
        ("eddsa-rdfc-2022", KeyType.ED25519, 1),
        ("eddsa-jcs-2022", KeyType.ED25519, 1),
        ("Ed25519Signature2020", KeyType.ED25519, 1),
        ("ecdsa-rdfc-2019", KeyType.P256, 2),
        ("ecdsa-jcs-2019", KeyType.P256, 2),
    ],
)
def test_credentials_verify_through_the_chain(
    registry: Registry, program: Programs, suite: str, key_type: KeyType, number: int
) -> None:
    tenant = Tenant(registry)
    keys = {1: tenant.key(KeyType.ED25519, 1), 2: tenant.key(KeyType.P256, 2)}
    for key in keys.values():
        tenant.publish(attribute_of(key))
    other = make_key(key_type)

    secured = ours.issue(badge_for_suite(suite, tenant.did), suite, keys[number])

    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    asked = {"now": now, "networks": registry.for_node}
    answer = program("di_verify.mjs").ask({"credential": secured, **asked})
    assert answer["ok"], answer["errors"]
    assert answer["shimmed"] == ([f"{tenant.did}#delegate-2"])
    assert ours.report_on(secured, methods=[registry.method()], now=now).verdict is Verdict.VERIFIED
    for what, changed in tampered_copies(secured, other_key=other.verification_method):
        assert not program("di_verify.mjs").ask({"credential": changed, **asked})["ok"], what
        assert ours.report_on(changed, methods=[registry.method()], now=now).verdict is Verdict.NOT_VERIFIED, what


def test_a_revoked_key_signs_nothing_for_either(registry: Registry, program: Programs) -> None:
    tenant = Tenant(registry)
    key = tenant.key(KeyType.ED25519, 1)
    tenant.publish(attribute_of(key))
    secured = ours.issue(badge_for_suite("eddsa-rdfc-2022", tenant.did), "eddsa-rdfc-2022", key)
    now = (datetime.now(UTC) + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    asked = {"credential": secured, "now": now, "networks": registry.for_node}
    assert program("di_verify.mjs").ask(asked)["ok"]

    tenant.revoke(attribute_of(key))

    report = ours.report_on(secured, methods=[registry.method()], now=now)
    assert not program("di_verify.mjs").ask(asked)["ok"]
    assert report.verdict is Verdict.NOT_VERIFIED
    assert report.check("issuer").outcome is Outcome.FAILED


def test_a_node_that_does_not_answer_is_no_yes(registry: Registry, program: Programs) -> None:
    tenant = Tenant(registry)
    key = tenant.key(KeyType.ED25519, 1)
    secured = ours.issue(badge_for_suite("eddsa-rdfc-2022", tenant.did), "eddsa-rdfc-2022", key)
    other_registry = [{**registry.for_node[0], "registry": "0x" + "12" * 20}]

    answer = program("di_verify.mjs").ask({"credential": secured, "networks": other_registry})

    assert not answer["ok"]
    assert any("was not resolved" in error["message"] for error in answer["errors"]), answer["errors"]
