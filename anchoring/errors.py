"""What can go wrong between a leaf and a chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anchoring.protocol import AnchorEvidence


class AnchoringError(Exception):
    """Base class; callers outside this package catch only this."""


# --- the proof is wrong ------------------------------------------------------------------------------


class InvalidAnchorProof(AnchoringError):
    """The JSON is no anchor proof: a member is missing, unknown or malformed.

    `path` points to the member (JSON Pointer).
    """

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path or '/'}: {message}")
        self.path = path


class InvalidInclusionProof(AnchoringError):
    """The leaf is not in the tree: wrong index, wrong path length or wrong root."""


class NotAnchored(AnchoringError):
    """The chain was asked and holds no log for this root, account and contract."""


class UnknownContract(NotAnchored):
    """The proof names a contract that is neither configured nor has the code of `AnchorRegistry`.

    Such a contract could log any account's name.
    """

    def __init__(self, contract: str) -> None:
        super().__init__(f"{contract} is not an anchor registry")
        self.contract = contract


class AnchorMismatch(NotAnchored):
    """The root is on the chain, but not in the transaction or block that the final proof names."""


class AnchorPending(AnchoringError):
    """Not wrong, only not settled: ask again later.

    `evidence` is what the chain shows so far; None while the root is in no block.
    """

    def __init__(self, message: str, evidence: AnchorEvidence | None = None) -> None:
        super().__init__(message)
        self.evidence = evidence


# --- the chain could not be asked --------------------------------------------------------------------


class ChainUnavailable(AnchoringError):
    """No usable answer: unreachable, timed out, throttled, or an answer that contradicts itself.

    Nothing follows from it about the anchor.
    """


class WrongChain(AnchoringError):
    """The node at this address serves another chain than the one configured or asked for."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(f"expected chain {expected}, the node serves chain {found}")
        self.expected = expected
        self.found = found


class ContractMissing(AnchoringError):
    """There is no code at the configured address; a transaction to it would be paid for and log nothing."""

    def __init__(self, address: str) -> None:
        super().__init__(f"no contract at {address}")
        self.address = address


# --- a transaction was not taken -----------------------------------------------------------------------


class SubmissionUncertain(AnchoringError):
    """The node did not say whether it accepted the transaction.

    It may be on chain. Send the same bytes again, or look `tx_hash` up; a second transaction with a
    fresh nonce would anchor, and pay, twice.
    """

    def __init__(self, tx_hash: str) -> None:
        super().__init__(f"no answer for transaction {tx_hash}")
        self.tx_hash = tx_hash


class TransactionRefused(AnchoringError):
    """The node said no; `reason` is its own text. The bytes are in no pool because of this call."""

    def __init__(self, tx_hash: str, reason: str) -> None:
        super().__init__(f"transaction {tx_hash} was refused: {reason}")
        self.tx_hash = tx_hash
        self.reason = reason


class AlreadyKnown(TransactionRefused):
    """The node has these very bytes. As good as accepted."""


class NonceTaken(TransactionRefused):
    """A mined transaction has this nonce: perhaps this one. Look for the log before anything else."""


class ReplacementUnderpriced(TransactionRefused):
    """The pool holds another transaction with this nonce and at least this fee."""


class FeeTooLow(TransactionRefused):
    """The node wants a higher fee than these bytes offer."""


class InsufficientFunds(AnchoringError):
    """The account cannot pay; fill it up and let the round go on."""

    def __init__(self, account: str, balance_wei: int | None = None, needed_wei: int | None = None) -> None:
        amounts = f": {balance_wei} wei, {needed_wei} needed" if balance_wei is not None else ""
        super().__init__(f"account {account} has not enough coins{amounts}")
        self.account = account
        self.balance_wei = balance_wei
        self.needed_wei = needed_wei


class FeeTooHigh(AnchoringError):
    """The chain asks more per gas than the configured cap; wait, or raise the cap."""

    def __init__(self, needed_wei: int, cap_wei: int) -> None:
        super().__init__(f"the chain asks {needed_wei} wei per gas, the cap is {cap_wei}")
        self.needed_wei = needed_wei
        self.cap_wei = cap_wei


class TransactionFailed(AnchoringError):
    """Mined, but reverted or without the effect it was signed for. Trying again would pay again."""

    def __init__(self, tx_hash: str, reason: str) -> None:
        super().__init__(f"transaction {tx_hash}: {reason}")
        self.tx_hash = tx_hash
