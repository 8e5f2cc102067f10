"""A chain in memory: for tests, and for development without a node. It proves nothing to anyone.

It has what anchoring must survive: a pool, nonces, blocks mined on demand, a finality lag, reorgs, lost
state, and faults that strike before or after an effect took place.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from anchoring import fees as fee_rules
from anchoring.errors import (
    AlreadyKnown,
    ChainUnavailable,
    ContractMissing,
    InsufficientFunds,
    NonceTaken,
    ReplacementUnderpriced,
    SubmissionUncertain,
    UnknownContract,
)
from anchoring.protocol import AnchorEvent, Fees, Receipt, SignedTransaction
from anchoring.transactions import tx_hash_of

Fault = Literal["before", "after"]
"""Whether a call fails with nothing done, or after its work was done and only the answer was lost."""

_GENESIS: Final = datetime(2026, 1, 1, tzinfo=UTC)
_BLOCK_S: Final = 2


class DevelopmentChainWarning(UserWarning):
    """Anchors on this chain vanish with the process."""


@dataclass(slots=True)
class _Block:
    transactions: list[bytes] = field(default_factory=list)
    salt: int = 0


class MemoryChain:
    """Implements `Chain`. With `automine` each accepted transaction gets a block, and so do `finality` more."""

    def __init__(
        self,
        *,
        chain_id: int = 31_337,
        contract: str = "0x" + "c0" * 20,
        account: str = "0x" + "ac" * 20,
        finality: int = 1,
        automine: bool = False,
    ) -> None:
        warnings.warn("MemoryChain: anchors vanish with the process", DevelopmentChainWarning, stacklevel=2)
        self._chain_id = chain_id
        self._contract = contract
        self._account = account
        self._finality = finality
        self._automine = automine
        self._blocks = [_Block()]
        self._forks = 0
        self.pool: dict[int, bytes] = {}
        self.base_fee_wei = 10**9
        self.funded = True
        self.deployed = True
        self.max_fee_wei = 500 * 10**9
        self.sent: list[bytes] = []
        self.faults: dict[str, list[Fault | None]] = {}
        """Method → what happens at its next calls; an empty list means no fault."""

    # --- what a test or a developer does to the chain ---

    def mine(self, blocks: int = 1) -> None:
        """Put what the pool can give into a block, then add empty ones."""
        for _ in range(blocks):
            block = _Block(salt=self._forks)
            nonce = self.mined_count(len(self._blocks))
            while nonce in self.pool and _decode(self.pool[nonce]).max_fee_wei >= self.base_fee_wei:
                block.transactions.append(self.pool.pop(nonce))
                nonce += 1
            self._blocks.append(block)

    def reorg(self, depth: int, *, keep_pool: bool = True) -> None:
        """Replace the last `depth` blocks by empty ones; their transactions go back to the pool or are lost."""
        self._forks += 1
        removed, self._blocks[-depth:] = self._blocks[-depth:], [_Block(salt=self._forks) for _ in range(depth)]
        if keep_pool:
            for block in removed:
                self.pool.update({_decode(raw).nonce: raw for raw in block.transactions})

    def lose(self, blocks: int) -> None:
        """Come back shorter, with an empty pool, like a node killed between two state dumps."""
        self._forks += 1
        del self._blocks[-blocks:]
        self.pool.clear()

    def foreign_transaction(self) -> None:
        """Use the account's next nonce for something else."""
        nonce = self.next_nonce()
        self.pool[nonce] = _encode(nonce, Fees(10**12, 1), None)

    def drop_pool(self) -> None:
        self.pool.clear()

    def paid_roots(self) -> list[bytes]:
        """Roots of all anchor transactions in blocks, repetitions included."""
        return [tx.root for raw in self._mined() if (tx := _decode(raw)).root is not None]

    def mined_count(self, blocks: int) -> int:
        return sum(len(block.transactions) for block in self._blocks[:blocks])

    # --- Chain ---

    @property
    def chain_id(self) -> int:
        return self._chain_id

    @property
    def contract(self) -> str:
        return self._contract

    @property
    def account(self) -> str:
        return self._account

    def require_registry(self, contract: str) -> None:
        if contract != self._contract:
            raise UnknownContract(contract)

    def head(self) -> int:
        self._fault("head", "before")
        return len(self._blocks) - 1

    def finalized_block(self) -> int:
        self._fault("finalized_block", "before")
        return len(self._blocks) - 1 - self._finality

    def is_final(self, block: int) -> bool:
        return block <= self.finalized_block()

    def next_nonce(self) -> int:
        nonce = self.mined_count(len(self._blocks))
        while nonce in self.pool:
            nonce += 1
        return nonce

    def mined_nonces(self, *, final: bool) -> int:
        self._fault("mined_nonces", "before")
        return self.mined_count(max(0, self.finalized_block() + 1) if final else len(self._blocks))

    def find_anchors(
        self,
        root: bytes,
        *,
        account: str | None = None,
        contract: str | None = None,
        near: int | None = None,  # noqa: ARG002 — the whole chain is searched
    ) -> tuple[AnchorEvent, ...]:
        self._fault("find_anchors", "before")
        if contract not in {None, self._contract} or account not in {None, self._account}:
            return ()
        found = [
            AnchorEvent(root, self._contract, self._account, tx_hash_of(raw), number, self._hash(number), _time(number))
            for number, block in enumerate(self._blocks)
            for raw in block.transactions
            if _decode(raw).root == root
        ]
        return tuple(found[:1])  # the registry keeps the first and logs no second

    def find_anchor(
        self, root: bytes, *, account: str | None = None, contract: str | None = None, near: int | None = None
    ) -> AnchorEvent | None:
        return next(iter(self.find_anchors(root, account=account, contract=contract, near=near)), None)

    def receipt(self, tx_hash: str) -> Receipt | None:
        self._fault("receipt", "before")
        for number, block in enumerate(self._blocks):
            for raw in block.transactions:
                if tx_hash_of(raw) == tx_hash:
                    return Receipt(tx_hash, number, self._hash(number), succeeded=True, gas_used=46_000)
        return None

    def require_contract(self) -> None:
        if not self.deployed:
            raise ContractMissing(self._contract)

    def sign_anchor(self, root: bytes, *, nonce: int | None = None, replacing: Fees | None = None) -> SignedTransaction:
        self._fault("sign_anchor", "before")
        self.require_contract()
        caps = fee_rules.FeeCaps(self.max_fee_wei)
        if replacing is None:
            fees = fee_rules.offer(self.base_fee_wei, 1, caps)
        else:
            fees = fee_rules.replacement(replacing, self.base_fee_wei, 1, caps)
        if not self.funded:
            raise InsufficientFunds(self._account, 0, fees.max_fee_wei)
        nonce = self.next_nonce() if nonce is None else nonce
        raw = _encode(nonce, fees, root)
        self._fault("sign_anchor", "after")
        return SignedTransaction(raw, tx_hash_of(raw), nonce, fees)

    def sign_filler(self, nonce: int) -> SignedTransaction:
        fees = fee_rules.offer(self.base_fee_wei, 1, fee_rules.FeeCaps(self.max_fee_wei))
        raw = _encode(nonce, fees, None)
        return SignedTransaction(raw, tx_hash_of(raw), nonce, fees)

    def send(self, raw: bytes) -> str:
        tx_hash = tx_hash_of(raw)
        self._fault("send", "before", tx_hash)
        self.sent.append(raw)
        tx = _decode(raw)
        if raw in self.pool.values():
            raise AlreadyKnown(tx_hash, "already known")
        if tx.nonce < self.mined_count(len(self._blocks)):
            raise NonceTaken(tx_hash, "nonce too low")
        other = self.pool.get(tx.nonce)
        if other is not None and tx.max_fee_wei < _decode(other).max_fee_wei * 11 // 10:
            raise ReplacementUnderpriced(tx_hash, "replacement transaction underpriced")
        self.pool[tx.nonce] = raw
        if self._automine:
            self.mine(1 + self._finality)
        self._fault("send", "after", tx_hash)
        return tx_hash

    # --- inside ---

    def _fault(self, method: str, when: Fault, tx_hash: str | None = None) -> None:
        """Fail if the plan says so. A plan's entry is used up at the point where it strikes, None at the first."""
        plan = self.faults.get(method)
        if not plan:
            return
        if plan[0] == when or (plan[0] is None and when == "before"):
            struck = plan.pop(0)
            if struck is not None:
                raise (
                    ChainUnavailable(f"planned fault {when} {method}")
                    if tx_hash is None
                    else SubmissionUncertain(tx_hash)
                )

    def _mined(self) -> list[bytes]:
        return [raw for block in self._blocks for raw in block.transactions]

    def _hash(self, number: int) -> str:
        return tx_hash_of(f"{number}/{self._blocks[number].salt}".encode())


@dataclass(frozen=True, slots=True)
class _Transaction:
    nonce: int
    max_fee_wei: int
    root: bytes | None


def _encode(nonce: int, fees: Fees, root: bytes | None) -> bytes:
    return json.dumps([nonce, fees.max_fee_wei, None if root is None else root.hex()]).encode()


def _decode(raw: bytes) -> _Transaction:
    nonce, max_fee_wei, root = json.loads(raw)
    return _Transaction(nonce, max_fee_wei, None if root is None else bytes.fromhex(root))


def _time(number: int) -> datetime:
    return _GENESIS + timedelta(seconds=_BLOCK_S * number)
