"""What this project asks of a chain, as a protocol and a few values.

Hashes of transactions and blocks, and addresses, are lower-case `0x…` text: they are the chain's names
for things. Roots are bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AnchorEvent:
    """One log `Anchored(sender, root)` in the chain as it is now."""

    root: bytes
    contract: str
    account: str
    transaction: str
    block: int
    block_hash: str
    time: datetime
    """The block's timestamp."""


@dataclass(frozen=True, slots=True)
class AnchorEvidence:
    """What a chain says about a root: it existed no later than `event.time`."""

    chain: str
    """CAIP-2, for example `eip155:137`."""
    event: AnchorEvent
    final: bool

    @property
    def account_id(self) -> str:
        """CAIP-10. It names a person or organisation only if a DID document lists it."""
        return f"{self.chain}:{self.event.account}"


@dataclass(frozen=True, slots=True)
class Fees:
    """EIP-1559 offer, in wei per gas."""

    max_fee_wei: int
    max_priority_fee_wei: int


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """Bytes that a chain may take; storing them before sending them is the caller's duty."""

    raw: bytes
    tx_hash: str
    nonce: int
    fees: Fees


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mined transaction. `succeeded` is False when it was reverted; it was paid for all the same."""

    tx_hash: str
    block: int
    block_hash: str
    succeeded: bool
    gas_used: int
    contract: str | None = None
    """Address of the contract that a deployment made."""


class ChainReader(Protocol):
    """Reads anchors. Every method may raise `ChainUnavailable` and `WrongChain`."""

    @property
    def chain_id(self) -> int:
        """The EIP-155 number that was expected; the node's own is compared before the first answer."""
        ...

    @property
    def contract(self) -> str | None:
        """The registry that is trusted by configuration."""
        ...

    def require_registry(self, contract: str) -> None:
        """Raises `UnknownContract` unless `contract` is the configured one or has the registry's code."""
        ...

    def head(self) -> int:
        """Number of the latest block."""
        ...

    def finalized_block(self) -> int:
        """Number of the last final block; -1 when none is."""
        ...

    def find_anchors(
        self, root: bytes, *, account: str | None = None, contract: str | None = None, near: int | None = None
    ) -> tuple[AnchorEvent, ...]:
        """The logs of `root` in chain order, by `account` or by anyone.

        `contract` defaults to the configured one. `near` is the block where one is expected: where a node
        limits the range of a question, the search is made around it.
        """
        ...


class Chain(ChainReader, Protocol):
    """Writes anchors from one account. Further raises: `InsufficientFunds`, `FeeTooHigh`, `ContractMissing`."""

    @property
    def account(self) -> str: ...

    def find_anchor(
        self, root: bytes, *, account: str | None = None, contract: str | None = None, near: int | None = None
    ) -> AnchorEvent | None:
        """The first of `find_anchors`."""
        ...

    def receipt(self, tx_hash: str) -> Receipt | None:
        """The receipt if the transaction is in a block of the chain as it is now."""
        ...

    def is_final(self, block: int) -> bool:
        """Whether `block` can no longer be replaced."""
        ...

    def next_nonce(self) -> int:
        """The first nonce that neither a block nor the node's pool holds for `account`."""
        ...

    def mined_nonces(self, *, final: bool) -> int:
        """How many transactions of `account` are in blocks; with `final`, in final blocks only."""
        ...

    def require_contract(self) -> None:
        """Raises `ContractMissing` unless there is code at the configured address now."""
        ...

    def sign_anchor(self, root: bytes, *, nonce: int | None = None, replacing: Fees | None = None) -> SignedTransaction:
        """Sign, and do not send, the call that anchors `root`.

        With `replacing` the offer is enough above it that pools accept the replacement; `nonce` must then
        be the replaced transaction's.
        """
        ...

    def sign_filler(self, nonce: int) -> SignedTransaction:
        """Sign a transfer of nothing to oneself, which uses up `nonce` and unblocks the ones above it."""
        ...

    def send(self, raw: bytes) -> str:
        """Hand bytes to the node; return their hash.

        Raises:
            SubmissionUncertain: no answer; it may be on its way.
            TransactionRefused: the node said no, with a subclass per known reason.
        """
        ...
