"""Reading anchors from a chain that speaks Ethereum's JSON-RPC. It needs no key.

A node is believed about its own chain, and checked where it can be: its chain id,
the fields of each log, the header of the log's block.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from anchoring.errors import ChainUnavailable, UnknownContract, WrongChain
from anchoring.networks import Network, network_of, registry_artifact
from anchoring.protocol import AnchorEvent, Receipt
from anchoring.rpc import JsonRpc, RpcError
from anchoring.transactions import ANCHORED_TOPIC, address_bytes, anchored_at_call

_RECHECK_S: Final = 60.0
"""How long a node's chain id is believed before it is asked again."""
_QUANTITY: Final = re.compile(r"0x[0-9a-fA-F]{1,64}")
_MAX_CHUNKS: Final = 50
"""Questions for logs before a search by root alone gives up."""


class _Node:
    """One node, believed about its chain id for a while."""

    def __init__(self, rpc: JsonRpc, chain_id: int, monotonic: Callable[[], float]) -> None:
        self.host: Final = rpc.host
        self._rpc, self._chain_id, self._monotonic = rpc, chain_id, monotonic
        self._checked_at: float | None = None

    def __call__(self, method: str, params: list[Any]) -> Any:
        now = self._monotonic()
        if self._checked_at is None or now - self._checked_at > _RECHECK_S:
            found = number(self._rpc("eth_chainId", []))
            if found != self._chain_id:
                raise WrongChain(self._chain_id, found)
            self._checked_at = now
        try:
            return self._rpc(method, params)
        except ChainUnavailable:
            self._checked_at = None  # whoever answers next may be another node
            raise


class EvmReader:
    """Implements `ChainReader`.

    Of several nodes the first that answers is used; each is asked for its chain id before it is believed.
    """

    def __init__(
        self,
        rpc_url: str | Sequence[str] | JsonRpc,
        *,
        chain_id: int,
        contract: str | None = None,
        network: Network | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.network: Final = network or network_of(chain_id)
        self._chain_id: Final = chain_id
        self._contract: Final = None if contract is None else "0x" + address_bytes(contract).hex()
        if isinstance(rpc_url, str):
            rpc_url = [rpc_url]
        clients = [JsonRpc(url) for url in rpc_url] if isinstance(rpc_url, Sequence) else [rpc_url]
        self._nodes: Final = tuple(_Node(client, chain_id, monotonic) for client in clients)
        self._monotonic = monotonic
        self._registries: set[str] = set()

    @property
    def chain_id(self) -> int:
        return self._chain_id

    @property
    def contract(self) -> str | None:
        return self._contract

    def rpc(self, method: str, params: list[Any]) -> Any:
        """Any other read, for example for did:ethr. The node's chain id is known to be right.

        Raises:
            ChainUnavailable: no answer, or an error object.
            WrongChain: the node serves another chain.
        """
        try:
            return self._call(method, params)
        except RpcError as error:
            raise ChainUnavailable(f"{self._host} refused {method}: {error}") from error

    def code_at(self, address: str) -> bytes:
        """The contract's code at `address` now; empty when there is none."""
        return _bytes(self.rpc("eth_getCode", [address, "latest"]))

    def require_registry(self, contract: str) -> None:
        address = "0x" + address_bytes(contract).hex()
        if address == self._contract or address in self._registries:
            return
        if self.code_at(address) != bytes.fromhex(str(registry_artifact()["deployedBytecode"])[2:]):
            raise UnknownContract(address)
        self._registries.add(address)

    def head(self) -> int:
        return number(self.rpc("eth_blockNumber", []))

    def finalized_block(self) -> int:
        if self.network.confirmations is not None:
            return self.head() - self.network.confirmations + 1
        try:
            block = self._call("eth_getBlockByNumber", ["finalized", False])
        except RpcError as error:
            if "not found" in error.message.lower():  # geth, before the first final block
                return -1
            raise ChainUnavailable(f"{self._host} does not say what is final: {error}") from error
        return -1 if block is None else number(_member(block, "number"))

    def is_final(self, block: int) -> bool:
        return block <= self.finalized_block()

    def receipt(self, tx_hash: str) -> Receipt | None:
        found = self.rpc("eth_getTransactionReceipt", [tx_hash])
        if found is None or _member(found, "blockHash") is None:
            return None
        if _member(found, "transactionHash") != tx_hash:
            raise ChainUnavailable(f"{self._host} answered with the receipt of another transaction")
        return Receipt(
            tx_hash=tx_hash,
            block=number(_member(found, "blockNumber")),
            block_hash=_hash(_member(found, "blockHash")),
            succeeded=number(_member(found, "status")) == 1,
            gas_used=number(_member(found, "gasUsed")),
            contract=_address(found.get("contractAddress")),
        )

    def anchored_at(self, account: str, root: bytes, *, contract: str | None = None) -> tuple[int, int]:
        """The contract's own record: seconds since 1970 and block number; zeros when there is none."""
        data = "0x" + anchored_at_call(account, root).hex()
        answer = _bytes(self.rpc("eth_call", [{"to": self._at(contract), "data": data}, "latest"]))
        if len(answer) != 64:
            raise ChainUnavailable(f"{self._host} did not answer with the registry's record")
        return int.from_bytes(answer[:32], "big"), int.from_bytes(answer[32:], "big")

    def find_anchor(
        self, root: bytes, *, account: str | None = None, contract: str | None = None, near: int | None = None
    ) -> AnchorEvent | None:
        """The first of `find_anchors`."""
        return next(iter(self.find_anchors(root, account=account, contract=contract, near=near)), None)

    def find_anchors(
        self, root: bytes, *, account: str | None = None, contract: str | None = None, near: int | None = None
    ) -> tuple[AnchorEvent, ...]:
        where = self._at(contract)
        span = self.network.max_log_range
        if span is None:
            return self._logs(root, account, where, 0, None)
        if near is not None:
            found = self._logs(root, account, where, max(0, near - span // 2), near + span // 2 - 1)
            if found:
                return found
        if account is None:
            return self._search_back(root, where, span)
        # The contract's own record says in which block the log is.
        seconds, block = self.anchored_at(account, root, contract=where)
        if seconds == 0:
            return ()
        found = self._logs(root, account, where, block, block)
        if not found:
            raise ChainUnavailable(f"{self._host} knows that the root is anchored but does not show its log")
        return found

    def _search_back(self, root: bytes, contract: str, span: int) -> tuple[AnchorEvent, ...]:
        """Look for a root by anyone, newest blocks first."""
        end = self.head()
        for _ in range(_MAX_CHUNKS):
            start = max(0, end - span + 1)
            found = self._logs(root, None, contract, start, end)
            if found or start == 0:
                return found
            end = start - 1
        raise ChainUnavailable(f"the root is not in the last {_MAX_CHUNKS * span} blocks; older ones were not searched")

    def _logs(
        self, root: bytes, account: str | None, contract: str, first: int, last: int | None
    ) -> tuple[AnchorEvent, ...]:
        sender = None if account is None else "0x" + address_bytes(account).rjust(32, b"\0").hex()
        topics = [ANCHORED_TOPIC, sender, "0x" + root.hex()]
        to_block = "latest"
        if last is not None:
            head = self.head()
            if first > head:
                return ()
            to_block = hex(min(last, head))
        question = {"address": contract, "topics": topics, "fromBlock": hex(first), "toBlock": to_block}
        logs = _list(self.rpc("eth_getLogs", [question]))
        events = [self._event(log, root, account, contract) for log in logs if not _member(log, "removed", False)]
        return tuple(sorted(events, key=lambda event: event.block))

    def _event(self, log: Any, root: bytes, account: str | None, contract: str) -> AnchorEvent:
        """A log as an event, after comparing it with the question and with its block's header."""
        topics = [str(topic).lower() for topic in _list(_member(log, "topics"))]
        if (
            str(_member(log, "address")).lower() != contract
            or len(topics) != 3
            or topics[0] != ANCHORED_TOPIC
            or topics[2] != "0x" + root.hex()
        ):
            raise ChainUnavailable(f"{self._host} answered with logs that were not asked for")
        sender = "0x" + _bytes(topics[1])[-20:].hex()
        if account is not None and sender != account.lower():
            raise ChainUnavailable(f"{self._host} answered with logs of another account")
        block_hash = _hash(_member(log, "blockHash"))
        block = self.rpc("eth_getBlockByNumber", [_member(log, "blockNumber"), False])
        if block is None or _hash(_member(block, "hash")) != block_hash:
            raise ChainUnavailable("the chain changed while it was asked")
        return AnchorEvent(
            root=root,
            contract=contract,
            account=sender,
            transaction=_hash(_member(log, "transactionHash")),
            block=number(_member(log, "blockNumber")),
            block_hash=block_hash,
            time=_time(_member(block, "timestamp")),
        )

    def _at(self, contract: str | None) -> str:
        address = contract or self._contract
        if address is None:
            raise ValueError("no contract is configured and none was named")
        return address.lower()

    def _call(self, method: str, params: list[Any]) -> Any:
        """Ask one node after the other until one answers."""
        failures = []
        for node in self._nodes:
            try:
                return node(method, params)
            except ChainUnavailable as error:
                failures.append(str(error))
        raise ChainUnavailable("; ".join(failures) or "no node is configured")

    @property
    def _host(self) -> str:
        """For messages."""
        return " or ".join(node.host for node in self._nodes)


def _member(value: Any, name: str, default: Any = ...) -> Any:
    if isinstance(value, dict):
        found = value.get(name, default)
        if found is not ...:
            return found
    raise ChainUnavailable(f"the node's answer has no {name}")


def number(value: Any) -> int:
    if isinstance(value, str) and _QUANTITY.fullmatch(value):
        return int(value, 16)
    raise ChainUnavailable("the node's answer has no number where one belongs")


def _list(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise ChainUnavailable("the node's answer has no list where one belongs")


def _time(value: Any) -> datetime:
    try:
        return datetime.fromtimestamp(number(value), tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise ChainUnavailable("the node's answer has no time where one belongs") from None


def _address(value: Any) -> str | None:
    if value is None:
        return None
    raw = _bytes(value)
    if len(raw) != 20:
        raise ChainUnavailable("the node's answer has no address where one belongs")
    return "0x" + raw.hex()


def _bytes(value: Any) -> bytes:
    try:
        return bytes.fromhex(value.removeprefix("0x"))
    except (AttributeError, ValueError):
        raise ChainUnavailable("the node's answer has no bytes where some belong") from None


def _hash(value: Any) -> str:
    raw = _bytes(value)
    if len(raw) != 32:
        raise ChainUnavailable("the node's answer has no hash where one belongs")
    return "0x" + raw.hex()
