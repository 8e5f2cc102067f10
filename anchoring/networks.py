"""Chains by number: what they are called and how they say that a block is final."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

_GWEI: Final = 10**9
_CAIP2: Final = re.compile(r"eip155:([1-9][0-9]{0,15})")


@dataclass(frozen=True, slots=True)
class Network:
    """`confirmations` is None where the chain has a `finalized` tag, which then decides alone."""

    chain_id: int
    name: str
    confirmations: int | None = None
    explorer: str | None = None
    max_log_range: int | None = None
    """How many blocks one question for logs may span with public nodes; None: no limit known."""
    min_priority_fee_wei: int = 0
    max_fee_wei: int = 500 * _GWEI
    """Default cap of what is paid per gas."""
    proves_to_outsiders: bool = True
    """False for a chain that one machine runs alone and can rewrite at will."""

    @property
    def caip2(self) -> str:
        return f"eip155:{self.chain_id}"

    def transaction_url(self, tx_hash: str) -> str | None:
        """The transaction in a public explorer, for people."""
        return f"{self.explorer}/tx/{tx_hash}" if self.explorer else None


POLYGON: Final = Network(
    137,
    "Polygon PoS",
    explorer="https://polygonscan.com",
    max_log_range=1_000,
    min_priority_fee_wei=25 * _GWEI,  # what validators' nodes ask for at least
    max_fee_wei=2_000 * _GWEI,
)
AMOY: Final = Network(
    80_002,
    "Polygon Amoy (test network)",
    explorer="https://amoy.polygonscan.com",
    max_log_range=1_000,
    min_priority_fee_wei=25 * _GWEI,
    max_fee_wei=2_000 * _GWEI,
)
LOCAL: Final = Network(31_337, "local development chain", proves_to_outsiders=False)

NETWORKS: Final[Mapping[int, Network]] = {network.chain_id: network for network in (POLYGON, AMOY, LOCAL)}

_DEFAULT_CONFIRMATIONS: Final = 64


def network_of(chain_id: int) -> Network:
    """A known network, or a cautious description of an unknown one: finality by many confirmations."""
    known = NETWORKS.get(chain_id)
    return known or Network(chain_id, f"chain {chain_id}", confirmations=_DEFAULT_CONFIRMATIONS, max_log_range=1_000)


def chain_id_of(caip2: str) -> int:
    """`eip155:137` → 137. Raises `ValueError` for other namespaces and malformed text."""
    match = _CAIP2.fullmatch(caip2)
    if match is None:
        raise ValueError(f"{caip2!r} is no eip155 chain id (CAIP-2)")
    return int(match[1])


def find_deployment(chain_id: int) -> str | None:
    """Address of the registry that this project publishes for a chain, if it does."""
    entry = _read_json("deployments.json").get(str(chain_id))
    return None if entry is None else str(entry["address"])


def registry_artifact() -> Mapping[str, Any]:
    """The checked-in build of `AnchorRegistry`: `abi`, `bytecode`, `deployedBytecode`, `compiler`."""
    return _read_json("AnchorRegistry.json")


def did_registry_artifact() -> Mapping[str, Any]:
    """ERC-1056 registry: `abi` and `bytecode` (third_party/README.md)."""
    return _read_json("third_party/EthereumDIDRegistry.json")


def _read_json(name: str) -> dict[str, Any]:
    text = resources.files("anchoring").joinpath("contracts", *name.split("/")).read_text(encoding="utf-8")
    value: dict[str, Any] = json.loads(text)
    return value
