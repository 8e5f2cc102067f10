"""The checks of a running node, tried on a small stand-in: they pass what is right and stop at what is wrong."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from did.document import Relationship
from did.keys import KeyType
from did.methods import erc1056
from did.methods.erc1056 import key_attribute
from did.methods.ethr import did_of as ethr_did_of
from did.methods.web import PublishedKey, build_document, did_of
from did.multikey import decode_multikey
from tests.did.chain import Chain, anvil
from tests.peers import node_check, ours
from tests.peers.https_server import Site, https_site
from tests.peers.keys import Key, make_key
from tests.peers.node_check import Node, PeerDisagrees
from tests.peers.samples import unsecured_badge
from vc.status import bitstring
from vc.status.entry import build_list_credential

pytestmark = pytest.mark.enable_socket

SUITE = "eddsa-rdfc-2022"
INDEX = 4711


class StandIn:
    """Serves one tenant under two DIDs, as the node does."""

    def __init__(self, site: Site, chain: Chain) -> None:
        self.site, registry = site, chain.deploy_registry()
        self.node = Node.of_ready(
            {
                "event": "ready",
                "url": site.origin,
                "ca": str(site.ca),
                "rpc_url": chain.url,
                "chain": "eip155:31337",
                "contracts": {"did_registry": registry},
            }
        )
        self.web = make_key(KeyType.ED25519, controller=did_of(f"{site.origin}/t/acme"), fragment="key-1")
        self._serve("/t/acme/did.json", self._document(self.web))
        self.ethr = self._publish_on(chain, registry)

    def credential_of(self, key: Key, *, revoked: bool = False) -> dict[str, Any]:
        path = f"/t/acme/status/{key.controller.split(':')[1]}-{revoked}"
        url = f"{self.site.origin}{path}"
        bits = bitstring.new_list()
        bitstring.set_(bits, INDEX, revoked)
        since = ours.time_of("2026-11-01T00:00:00Z")
        listed = build_list_credential(url, key.controller, "revocation", bits, valid_from=since)
        self._serve(path, ours.issue(listed, SUITE, key))
        return ours.issue(unsecured_badge(INDEX, key.controller, status_list=url), SUITE, key)

    def _serve(self, path: str, document: dict[str, Any]) -> None:
        self.site.pages[path] = json.dumps(document).encode()

    def _document(self, key: Key) -> dict[str, Any]:
        published = PublishedKey("key-1", decode_multikey(key.multikey), [Relationship.ASSERTION_METHOD])
        return build_document(key.controller, [published])

    def _publish_on(self, chain: Chain, registry: str) -> Key:
        private = b"\x11" * 32
        identity = erc1056.address_of_private(private)
        key = make_key(KeyType.ED25519, controller=ethr_did_of(identity, 31337), fragment="delegate-1")
        attribute = key_attribute(decode_multikey(key.multikey))
        nonce = erc1056.read_nonce(chain.rpc, registry, identity)
        call = erc1056.relay_set_attribute(
            private, registry=registry, identity=identity, attribute=attribute, nonce=nonce
        )
        chain.send(call, registry)
        return key


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with https_site(tmp_path_factory.mktemp("node")) as site, anvil() as chain:
        yield StandIn(site, chain)


def test_a_credential_of_the_web_tenant_passes(stand_in: StandIn) -> None:
    credential = stand_in.credential_of(stand_in.web)

    answer = node_check.check_web_credential(stand_in.node, credential)

    assert answer["status"] == [{"purpose": "revocation", "index": str(INDEX), "set": False}]
    assert node_check.check_verifier_core(stand_in.node, credential)["ok"]


def test_a_credential_of_the_ethr_tenant_passes(stand_in: StandIn) -> None:
    answer = node_check.check_ethr_credential(stand_in.node, stand_in.credential_of(stand_in.ethr))

    assert answer["status"] == [{"purpose": "revocation", "index": str(INDEX), "set": False}]


@pytest.mark.parametrize("which", ["web", "ethr"])
def test_a_revocation_is_seen_and_demanded(stand_in: StandIn, which: str) -> None:
    key = getattr(stand_in, which)

    node_check.check_revoked(stand_in.node, stand_in.credential_of(key, revoked=True))

    with pytest.raises(PeerDisagrees, match="expected a good signature and a revocation"):
        node_check.check_revoked(stand_in.node, stand_in.credential_of(key))


def test_a_wrong_credential_stops_the_check(stand_in: StandIn) -> None:
    changed = copy.deepcopy(stand_in.credential_of(stand_in.web))
    changed["name"] = "Doctor of Philosophy"

    with pytest.raises(PeerDisagrees, match="refuses what the node issued"):
        node_check.check_web_credential(stand_in.node, changed)
    with pytest.raises(PeerDisagrees, match="not a did:web"):
        node_check.check_web_credential(stand_in.node, stand_in.credential_of(stand_in.ethr))


def test_the_documents_hold_the_same_keys_for_everybody(stand_in: StandIn) -> None:
    did, path = stand_in.web.controller, "/t/acme/did.json"
    node_check.check_did_documents(stand_in.node, {did: path})

    other = json.loads(stand_in.site.pages[path])
    other["assertionMethod"] = []
    stand_in.site.pages["/elsewhere/did.json"] = json.dumps(other).encode()
    with pytest.raises(PeerDisagrees, match="has other keys"):
        node_check.check_did_documents(stand_in.node, {did: "/elsewhere/did.json"})


def test_a_node_without_a_registry_is_named_as_that(stand_in: StandIn) -> None:
    node = Node(stand_in.node.url, stand_in.node.ca, None, None, {})

    with pytest.raises(PeerDisagrees, match="names no ERC-1056 registry"):
        node_check.check_ethr_credential(node, stand_in.credential_of(stand_in.ethr))
