"""did:ethr (ETHR DID Method Specification): an account whose document is a history of events.

The document equals the one of npm's `ethr-did-resolver` 11, `#delegate-N` included, so that a proof
made with one is verified with the other. Differences, on purpose: a `did/pub/Multikey/…` attribute
is shown as `publicKeyMultibase` (there: hex), and a revoked encryption key leaves `keyAgreement`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from did.document import DidDocument
from did.errors import (
    DidNotFound,
    FeatureNotSupported,
    InvalidDid,
    InvalidOptions,
    InvalidPublicKey,
    ResolutionUnavailable,
)
from did.keys import KeyType, PublicKey, compressed
from did.methods import erc1056
from did.methods.erc1056 import Event, Rpc
from did.methods.ethr_document import DocumentState, Identifier
from did.resolver import CURRENT, ResolutionOptions, ResolutionResult
from did.url import Did

MAX_CHANGES = 1_000

_IDENTIFIER = re.compile(r"(?:(?P<network>.+):)?(?P<key>0x(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{66}))", re.ASCII)
_HEX_CHAIN = re.compile(r"0x[1-9a-f][0-9a-f]{0,15}", re.ASCII)


@dataclass(frozen=True, slots=True)
class EthrNetwork:
    """One registry on one chain. `rpc` asks a node of that chain.

    What `rpc` raises when nobody answers is named in `rpc_errors`; it becomes `ResolutionUnavailable`.
    """

    chain_id: int
    registry: str
    rpc: Rpc
    rpc_errors: tuple[type[Exception], ...] = ()

    def call(self, method: str, params: list[Any]) -> Any:
        failures: tuple[type[Exception], ...] = (OSError, *self.rpc_errors)
        try:
            return self.rpc(method, params)
        except failures as error:
            raise ResolutionUnavailable(f"the node of chain {self.chain_id} does not answer: {error}") from error


def did_of(identity: str | PublicKey, chain_id: int) -> str:
    """The DID of an account, or of a secp256k1 key, which then is in the document from the start."""
    if isinstance(identity, PublicKey):
        erc1056.address_of(identity)
        text = "0x" + identity.raw.hex()
    else:
        text = erc1056.checksum_address(identity)
    network = "" if chain_id == 1 else f"{chain_id:#x}:"
    return f"did:ethr:{network}{text}"


def identity_of(did: Did) -> str:
    """The account a did:ethr stands for. Raises `InvalidDid`."""
    return _parse(did).address


class EthrMethod:
    """`networks` are found by the name in the DID (`mainnet` without one) or by a hexadecimal chain id."""

    name = "ethr"

    def __init__(self, networks: Mapping[str, EthrNetwork], *, clock: Callable[[], datetime]) -> None:
        self._networks = dict(networks)
        self._clock = clock

    def resolve(self, did: Did, options: ResolutionOptions = CURRENT) -> ResolutionResult:
        """Walks every change of the identity. `version_id` is the number of a block."""
        identifier = _parse(did)
        network = self._network(identifier.network)
        if int(_hex_in(network.call("eth_chainId", [])), 16) != network.chain_id:
            raise ResolutionUnavailable(f"the RPC node is not on chain {network.chain_id}")
        history = _history(network, identifier.address)
        last_block, now = self._point_in_time(network, options)
        state = DocumentState(str(did), network.chain_id, identifier, now)
        newer = [event for event in history if last_block is not None and event.block > last_block]
        for event in history[: len(history) - len(newer)]:
            state.apply(event)
            if state.deactivated:
                break
        metadata = _metadata(network, state.version, newer)
        if state.deactivated:
            return ResolutionResult(None, {**metadata, "deactivated": True}, {})
        document = DidDocument.parse(state.document(), str(did))
        return ResolutionResult(document, metadata, {"contentType": "application/did"})

    def _network(self, name: str) -> EthrNetwork:
        network = self._networks.get(name)
        if network is None:
            chain_id = int(name, 16) if _HEX_CHAIN.fullmatch(name) else 1 if name == "mainnet" else None
            network = next((known for known in self._networks.values() if known.chain_id == chain_id), None)
        if network is None:
            raise DidNotFound(f"no registry is configured for the network {name!r}")
        return network

    def _point_in_time(self, network: EthrNetwork, options: ResolutionOptions) -> tuple[int | None, int]:
        if options.version_time is not None:
            raise FeatureNotSupported("did:ethr knows versions by block number, not by time")
        if options.version_id is None:
            return None, int(self._clock().timestamp())
        if not options.version_id.isdecimal() or len(options.version_id) > 18:
            raise InvalidOptions("the version of a did:ethr is the number of a block")
        block = int(options.version_id)
        return block, _block_time(network, block)


def _parse(did: Did) -> Identifier:
    match = _IDENTIFIER.fullmatch(did.method_specific_id)
    if did.method != "ethr" or match is None:
        raise InvalidDid(f"{did} is not a did:ethr")
    data = bytes.fromhex(match["key"][2:])
    network = match["network"] or "mainnet"
    if len(data) == 20:
        return Identifier(network, erc1056.checksum_address(data), None)
    try:
        key = compressed(KeyType.SECP256K1, data)
    except InvalidPublicKey as error:
        raise InvalidDid(f"{did}: {error}") from error
    return Identifier(network, erc1056.address_of(key), key)


def _history(network: EthrNetwork, address: str) -> list[Event]:
    """Every event of an identity, oldest first."""
    blocks: list[list[Event]] = []
    block = erc1056.read_changed(network.call, network.registry, address)
    while block:
        if len(blocks) >= MAX_CHANGES:
            raise ResolutionUnavailable(f"{address} has changed in more than {MAX_CHANGES} blocks")
        query = {
            "address": network.registry,
            "topics": [None, erc1056.identity_topic(address)],
            "fromBlock": hex(block),
            "toBlock": hex(block),
        }
        logs = network.call("eth_getLogs", [query])
        if not isinstance(logs, list) or not logs:
            raise ResolutionUnavailable(f"the RPC node has no logs of block {block}, where {address} changed")
        events = [event for event in map(erc1056.decode_event, logs) if event is not None]
        blocks.append(events)
        # Several changes in one block point to the block itself, all but the first.
        earlier = [event.previous_change for event in events if 0 < event.previous_change < block]
        block = min(earlier, default=0)
    return [event for events in reversed(blocks) for event in events]


def _metadata(network: EthrNetwork, version: int, newer: list[Event]) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if version:
        metadata["versionId"] = str(version)
        metadata["updated"] = _iso(_block_time(network, version))
    if newer:
        following = min(event.block for event in newer)
        metadata["nextVersionId"] = str(following)
        metadata["nextUpdate"] = _iso(_block_time(network, following))
    return metadata


def _block_time(network: EthrNetwork, block: int) -> int:
    answer = network.call("eth_getBlockByNumber", [hex(block), False])
    if not isinstance(answer, Mapping):
        raise ResolutionUnavailable(f"the RPC node has no block {block}")
    return int(_hex_in(answer.get("timestamp")), 16)


def _hex_in(value: object) -> str:
    if not isinstance(value, str) or re.fullmatch(r"0x[0-9a-fA-F]{1,64}", value) is None:
        raise ResolutionUnavailable("the RPC node gave something that is no hexadecimal number")
    return value


def _iso(time_s: int) -> str:
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
