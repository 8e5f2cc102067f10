"""`EvmChain`: reads anchors, and writes them from the account of one private key."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from anchoring import fees, transactions
from anchoring.errors import (
    AlreadyKnown,
    ChainUnavailable,
    ContractMissing,
    FeeTooLow,
    InsufficientFunds,
    NonceTaken,
    ReplacementUnderpriced,
    SubmissionUncertain,
    TransactionFailed,
    TransactionRefused,
)
from anchoring.networks import Network
from anchoring.protocol import AnchorEvent, Chain, ChainReader, Fees, Receipt, SignedTransaction
from anchoring.reader import EvmReader, number
from anchoring.rpc import JsonRpc, RpcError

__all__ = ["AnchorEvent", "Chain", "ChainReader", "EvmChain", "EvmReader", "Receipt"]

_ANCHOR_GAS: Final = 80_000
"""Ceiling for one anchor; a first one takes about 46,000."""
_TRANSFER_GAS: Final = 21_000
_GAS_HEADROOM_PERCENT: Final = 125
_POLL_S: Final = 0.5

# What clients say (geth, bor, erigon, nethermind, besu, reth, anvil), lower-case, first match wins.
_REFUSALS: Final[tuple[tuple[str, type[TransactionRefused]], ...]] = (
    ("already known", AlreadyKnown),
    ("alreadyknown", AlreadyKnown),
    ("already imported", AlreadyKnown),
    ("already exists", AlreadyKnown),
    ("known transaction", AlreadyKnown),
    ("existing tx with same hash", AlreadyKnown),
    ("nonce too low", NonceTaken),
    ("nonce_too_low", NonceTaken),
    ("oldnonce", NonceTaken),
    ("nonce is too low", NonceTaken),
    ("replacement", ReplacementUnderpriced),
    ("underpriced", FeeTooLow),
    ("less than block base fee", FeeTooLow),
    ("max fee per gas", FeeTooLow),
    ("fee too low", FeeTooLow),
    ("feetoolow", FeeTooLow),
)
_NO_ANSWER_CODES: Final = frozenset({-32603, -32005, -32099})
"""Internal error, rate limit, provider fault: the node may or may not have passed the bytes on."""


class EvmChain(EvmReader):
    """Implements `Chain`.

    The key signs here and goes nowhere. `max_fee_wei` caps what is paid per gas (default: the network's).
    """

    def __init__(
        self,
        rpc_url: str | Sequence[str] | JsonRpc,
        *,
        chain_id: int,
        private_key: bytes,
        contract: str | None = None,
        network: Network | None = None,
        max_fee_wei: int | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(rpc_url, chain_id=chain_id, contract=contract, network=network, monotonic=monotonic)
        self._key: Final = private_key
        self._account: Final = transactions.address_of(private_key)
        self._caps: Final = fees.FeeCaps(
            max_fee_wei=max_fee_wei or self.network.max_fee_wei,
            min_priority_fee_wei=self.network.min_priority_fee_wei,
        )

    @property
    def account(self) -> str:
        return self._account

    def balance_wei(self) -> int:
        return number(self.rpc("eth_getBalance", [self._account, "latest"]))

    def next_nonce(self) -> int:
        return number(self.rpc("eth_getTransactionCount", [self._account, "pending"]))

    def mined_nonces(self, *, final: bool) -> int:
        block = "latest"
        if final:
            last = self.finalized_block()
            if last < 0:
                return 0
            block = hex(last)
        return number(self.rpc("eth_getTransactionCount", [self._account, block]))

    def require_contract(self) -> None:
        contract = self._at(None)
        if not self.code_at(contract):
            raise ContractMissing(contract)

    def sign_anchor(self, root: bytes, *, nonce: int | None = None, replacing: Fees | None = None) -> SignedTransaction:
        self.require_contract()
        return self._sign(self._at(None), transactions.anchor_call(root), _ANCHOR_GAS, nonce, replacing)

    def sign_filler(self, nonce: int) -> SignedTransaction:
        return self._sign(self._account, b"", _TRANSFER_GAS, nonce, None)

    def send(self, raw: bytes) -> str:
        tx_hash = transactions.tx_hash_of(raw)
        try:
            answer = self._call("eth_sendRawTransaction", ["0x" + raw.hex()])
        except RpcError as error:
            raise self._refusal(tx_hash, error) from error
        except ChainUnavailable as error:
            raise SubmissionUncertain(tx_hash) from error
        if answer != tx_hash:
            raise SubmissionUncertain(tx_hash)
        return tx_hash

    def send_call(self, to: str, data: bytes) -> str:
        """Sign and send a call, for example a relayed did:ethr attribute; return its hash.

        The bytes are not kept. After `SubmissionUncertain` look whether the effect is there.
        """
        return self.send(self._sign(to, data, self._gas(to, data), None, None).raw)

    def deploy(self, bytecode: bytes, *, timeout_s: float = 60.0, sleep: Callable[[float], None] = time.sleep) -> str:
        """Deploy a contract without constructor arguments, wait for its block, return its address.

        Raises:
            TransactionFailed: mined and reverted.
            SubmissionUncertain: not mined within `timeout_s`.
        """
        signed = self._sign(None, bytecode, self._gas(None, bytecode), None, None)
        receipt = self.wait(self.send(signed.raw), timeout_s=timeout_s, sleep=sleep)
        if receipt.contract is None:
            raise TransactionFailed(receipt.tx_hash, "no contract was made")
        return receipt.contract

    def wait(self, tx_hash: str, *, timeout_s: float = 60.0, sleep: Callable[[float], None] = time.sleep) -> Receipt:
        """Wait until `tx_hash` is in a block. Raises `TransactionFailed`, `SubmissionUncertain`."""
        deadline = self._monotonic() + timeout_s
        while True:
            receipt = self.receipt(tx_hash)
            if receipt is not None:
                if not receipt.succeeded:
                    raise TransactionFailed(tx_hash, "reverted")
                return receipt
            if self._monotonic() > deadline:
                raise SubmissionUncertain(tx_hash)
            sleep(_POLL_S)

    def _sign(
        self, to: str | None, data: bytes, gas: int, nonce: int | None, replacing: Fees | None
    ) -> SignedTransaction:
        head = self.rpc("eth_getBlockByNumber", ["latest", False])
        base_fee = number(head.get("baseFeePerGas") if isinstance(head, dict) else None)
        tip = number(self.rpc("eth_maxPriorityFeePerGas", []))
        if replacing is None:
            offered = fees.offer(base_fee, tip, self._caps)
        else:
            offered = fees.replacement(replacing, base_fee, tip, self._caps)
        needed, balance = gas * offered.max_fee_wei, self.balance_wei()
        if balance < needed:
            raise InsufficientFunds(self._account, balance, needed)
        return transactions.sign_transaction(
            private_key=self._key,
            chain_id=self._chain_id,
            nonce=self.next_nonce() if nonce is None else nonce,
            fees=offered,
            gas=gas,
            to=to,
            data=data,
        )

    def _gas(self, to: str | None, data: bytes) -> int:
        call: dict[str, Any] = {"from": self._account, "data": "0x" + data.hex()}
        if to is not None:
            call["to"] = to
        try:
            return number(self._call("eth_estimateGas", [call])) * _GAS_HEADROOM_PERCENT // 100
        except RpcError as error:
            if "insufficient funds" in error.message.lower():
                raise InsufficientFunds(self._account) from error
            raise TransactionRefused("(not sent)", error.message) from error

    def _refusal(self, tx_hash: str, error: RpcError) -> TransactionRefused | InsufficientFunds | SubmissionUncertain:
        text = error.message.lower()
        if "insufficient funds" in text:
            return InsufficientFunds(self._account)
        for phrase, kind in _REFUSALS:
            if phrase in text:
                return kind(tx_hash, error.message)
        if error.code in _NO_ANSWER_CODES or "timeout" in text or "timed out" in text:
            return SubmissionUncertain(tx_hash)
        return TransactionRefused(tx_hash, error.message)
