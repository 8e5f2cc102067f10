"""State machine of an anchor round: many leaves, one root, one paid transaction.

Invariants, each with a row in the fault table of tests/agent/test_rounds.py:

- Bytes are stored before they are sent, and only stored bytes are sent. A crash anywhere re-sends.
- A round keeps every transaction it ever signed, the latest last.
- A fee replacement keeps the nonce, so at most one of the two can be mined.
- A fresh nonce is signed only when the old one was used up by something else *in a final block* and the
  root is not on the chain: then the old bytes are dead for good.
- What counts is the log of the root, whichever transaction it came with. It is looked for before anything
  is signed or sent, so the ordinary path is the recovery path.
- A block that goes away (a reorg, a local chain that lost its last seconds) takes the round back to
  BROADCAST, where the same bytes are sent again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from agent.errors import AnchorLost, AnchorSettingsChanged, AnchorWithoutLog
from agent.ports import RoundStore
from anchoring.errors import (
    AlreadyKnown,
    FeeTooHigh,
    FeeTooLow,
    InsufficientFunds,
    NonceTaken,
    ReplacementUnderpriced,
    WrongChain,
)
from anchoring.leaf import Kind
from anchoring.merkle import InclusionProof
from anchoring.networks import network_of
from anchoring.proof import Anchor, AnchorProof, ProofState
from anchoring.protocol import AnchorEvent, Chain, Fees, SignedTransaction


class RoundState(StrEnum):
    OPEN = "open"
    """Leaves may still join."""
    SEALED = "sealed"
    """The root is fixed."""
    SIGNED = "signed"
    """The latest transaction is stored and may or may not have been sent."""
    BROADCAST = "broadcast"
    """A node took it."""
    MINED = "mined"
    """A block holds the log."""
    FINAL = "final"
    """That block can no longer be replaced."""


@dataclass(frozen=True, slots=True)
class RoundTransaction:
    """A transaction that this round signed."""

    raw: bytes
    tx_hash: str
    nonce: int
    fees: Fees
    signed_at: datetime
    sent_at: datetime | None = None
    """When it was last handed to a node."""


@dataclass(frozen=True, slots=True)
class Round:
    """One row, as stored. `version` grows by one with each change."""

    id: str
    state: RoundState
    version: int = 0
    root: bytes | None = None
    tree_size: int | None = None
    chain_id: int | None = None
    contract: str | None = None
    account: str | None = None
    transactions: tuple[RoundTransaction, ...] = ()
    broadcast_at: datetime | None = None
    """When the latest transaction first went out, or went out again after its block was lost."""
    anchor: AnchorEvent | None = None
    """The log, since MINED."""

    @property
    def latest(self) -> RoundTransaction:
        """The transaction that is sent now. Misuse before SIGNED is a `RuntimeError`."""
        if not self.transactions:
            raise RuntimeError(f"round {self.id} has signed nothing yet")
        return self.transactions[-1]


@dataclass(frozen=True, slots=True)
class Patience:
    """When a broadcast transaction that does not arrive is helped along."""

    resend: timedelta = timedelta(seconds=20)
    """The same bytes again."""
    outbid: timedelta = timedelta(minutes=3)
    """A higher fee under the same nonce."""


_DEFAULT_PATIENCE = Patience()
_MAX_FILLERS = 32


def seal(round_: Round, *, root: bytes, tree_size: int, chain: Chain) -> Round:
    """Fix the root, and with it chain, contract and account. Pure; the caller stores it with the leaves."""
    if round_.state is not RoundState.OPEN:
        raise RuntimeError(f"round {round_.id} is {round_.state}, not open")
    return _next(
        round_,
        state=RoundState.SEALED,
        root=root,
        tree_size=tree_size,
        chain_id=chain.chain_id,
        contract=chain.contract,
        account=chain.account,
    )


def advance(
    round_: Round, *, store: RoundStore, chain: Chain, now: datetime, patience: Patience = _DEFAULT_PATIENCE
) -> Round:
    """Take the one step that `round_` is ready for and return the round as stored.

    Called again and again until FINAL; a round that has to wait comes back unchanged. Every error leaves
    the round in a state from which the next call goes on.

    Raises:
        SubmissionUncertain, ChainUnavailable, WrongChain: ask again later.
        InsufficientFunds, FeeTooHigh, ContractMissing, TransactionRefused: needs a person or patience.
        AnchorWithoutLog, AnchorSettingsChanged: needs a person.
        RoundChanged, AccountBusy: another worker or round comes first.
    """
    _require_settings(round_, chain)
    match round_.state:
        case RoundState.OPEN | RoundState.FINAL:
            return round_
        case RoundState.SEALED:
            new = _sign(round_, chain, now)
        case RoundState.SIGNED:
            new = _send(round_, chain, now)
        case RoundState.BROADCAST:
            new = _follow(round_, chain, now, patience)
        case RoundState.MINED:
            new = _settle(round_, chain)
    return _stored(round_, new, store)


def recheck(round_: Round, *, store: RoundStore, chain: Chain) -> Round:
    """Look whether the anchor of a MINED or FINAL round is still where it was; return the round as stored.

    For start-up and for a regular look: a local chain may come back shorter than recorded. Its rounds go
    back to BROADCAST and are sent again.

    Raises:
        AnchorLost: a final anchor is missing from a chain that cannot forget; the round stays FINAL.
    """
    if round_.state not in {RoundState.MINED, RoundState.FINAL}:
        return round_
    _require_settings(round_, chain)
    finalized = chain.finalized_block()
    event = _find(round_, chain)
    if event is None and round_.state is RoundState.FINAL and network_of(chain.chain_id).proves_to_outsiders:
        raise AnchorLost(f"round {round_.id}: the chain no longer shows the anchor of root {_root(round_).hex()}")
    return _stored(round_, _placed(round_, event, finalized), store)


def proof_of(round_: Round, *, kind: Kind, salt: bytes, levels: Sequence[InclusionProof]) -> AnchorProof:
    """The proof of one leaf as far as the round has come. `levels` starts with the leaf's own tree."""
    root = _root(round_)
    if round_.chain_id is None or round_.contract is None or round_.account is None:
        return AnchorProof(kind, salt, tuple(levels), root, ProofState.SUBMITTED, None)
    chain = network_of(round_.chain_id).caip2
    if round_.anchor is None:
        anchor = Anchor(chain, round_.contract, round_.account)
        return AnchorProof(kind, salt, tuple(levels), root, ProofState.SUBMITTED, anchor)
    state = ProofState.FINAL if round_.state is RoundState.FINAL else ProofState.MINED
    return AnchorProof(kind, salt, tuple(levels), root, state, Anchor.of_event(chain, round_.anchor))


def _require_settings(round_: Round, chain: Chain) -> None:
    """What is signed is bound to a chain; while it may yet be sent, also to account and contract."""
    if round_.state in {RoundState.OPEN, RoundState.SEALED}:
        return
    if round_.chain_id != chain.chain_id:
        raise WrongChain(round_.chain_id or 0, chain.chain_id)
    sending = round_.state in {RoundState.SIGNED, RoundState.BROADCAST}
    if sending and (round_.account, round_.contract) != (chain.account, chain.contract):
        raise AnchorSettingsChanged(f"round {round_.id} was signed by {round_.account} for {round_.contract}")


def _sign(round_: Round, chain: Chain, now: datetime) -> Round:
    # Nothing is signed yet, so the settings of today count.
    bound = replace(round_, chain_id=chain.chain_id, contract=chain.contract, account=chain.account)
    # A database restored from a backup may be behind the chain: then there is nothing to pay for.
    event = _find(bound, chain)
    if event is not None:
        return _next(bound, state=RoundState.MINED, anchor=event)
    # Kept before it is sent, so that a crash between the two re-sends this transaction and never a second one.
    return _with_transaction(bound, chain.sign_anchor(_root(bound)), now)


def _send(round_: Round, chain: Chain, now: datetime) -> Round:
    # A local chain that lost everything has no contract until it is deployed again; bytes sent before that
    # would be mined, and lost.
    chain.require_contract()
    # Refused because it is in the pool, in a block, displaced or too cheap by now: BROADCAST looks for the
    # log and decides.
    with contextlib.suppress(AlreadyKnown, NonceTaken, ReplacementUnderpriced, FeeTooLow):
        chain.send(round_.latest.raw)
    sent = replace(round_.latest, sent_at=now)
    return _next(
        round_,
        state=RoundState.BROADCAST,
        transactions=(*round_.transactions[:-1], sent),
        broadcast_at=round_.broadcast_at or now,
    )


def _follow(round_: Round, chain: Chain, now: datetime, patience: Patience) -> Round:
    """BROADCAST: look for the log; failing that, find out what keeps the transaction."""
    event = _find(round_, chain)
    if event is not None:
        return _next(round_, state=RoundState.MINED, anchor=event)
    latest = round_.latest
    if latest.sent_at is not None and now - latest.sent_at < patience.resend:
        return round_
    if chain.mined_nonces(final=False) > latest.nonce:
        return _after_taken_nonce(round_, chain, now)
    if round_.broadcast_at is not None and now - round_.broadcast_at >= patience.outbid:
        # Above the cap or out of coins: the bytes that are out there stay good.
        with contextlib.suppress(FeeTooHigh, InsufficientFunds):
            signed = chain.sign_anchor(_root(round_), nonce=latest.nonce, replacing=latest.fees)
            return _with_transaction(round_, signed, now)
    _fill_gap(latest.nonce, chain)
    return _send(round_, chain, now)


def _after_taken_nonce(round_: Round, chain: Chain, now: datetime) -> Round:
    """The nonce is used up and no log is seen: by something else, or is the node that answered behind?"""
    if chain.mined_nonces(final=True) <= round_.latest.nonce:
        return round_  # a reorg may yet free the nonce
    # Nonces signed before the latest were found used up in final blocks in their time.
    receipts = [receipt for each in round_.transactions if (receipt := chain.receipt(each.tx_hash)) is not None]
    if _find(round_, chain) is not None:
        return round_  # mined meanwhile; the next look takes it up
    if any(chain.is_final(receipt.block) for receipt in receipts):
        raise AnchorWithoutLog(f"round {round_.id}: {receipts[0].tx_hash} is in a block and logged nothing")
    if receipts:
        return round_
    return _with_transaction(round_, chain.sign_anchor(_root(round_)), now)


def _fill_gap(nonce: int, chain: Chain) -> None:
    """Unblock a transaction that waits for lower nonces whose transactions went away.

    Happens when a pool or a local chain lost other transactions of the account. The missing nonces are used
    up by transfers of nothing; signing the anchor under one of them instead could pay for the root twice.
    """
    missing = chain.next_nonce()
    for free in range(missing, min(nonce, missing + _MAX_FILLERS)):
        with contextlib.suppress(AlreadyKnown, NonceTaken, ReplacementUnderpriced):
            chain.send(chain.sign_filler(free).raw)


def _settle(round_: Round, chain: Chain) -> Round:
    """MINED: final, moved, or gone."""
    # What is final is asked first: a log seen after that, at or below that block, is final.
    finalized = chain.finalized_block()
    return _placed(round_, _find(round_, chain), finalized)


def _placed(round_: Round, event: AnchorEvent | None, finalized: int) -> Round:
    if event is None:
        if not round_.transactions:  # anchored by bytes that a restored database does not know
            return _next(round_, state=RoundState.SEALED, anchor=None)
        # Forgetting when it was sent makes the next step send the same bytes at once.
        unsent = (*round_.transactions[:-1], replace(round_.latest, sent_at=None))
        return _next(round_, state=RoundState.BROADCAST, anchor=None, transactions=unsent, broadcast_at=None)
    state = RoundState.FINAL if event.block <= finalized else RoundState.MINED
    if state is round_.state and event == round_.anchor:
        return round_
    return _next(round_, state=state, anchor=event)


def _find(round_: Round, chain: Chain) -> AnchorEvent | None:
    near = None if round_.anchor is None else round_.anchor.block
    return chain.find_anchor(_root(round_), account=round_.account, contract=round_.contract, near=near)


def _root(round_: Round) -> bytes:
    if round_.root is None:
        raise RuntimeError(f"round {round_.id} is not sealed")
    return round_.root


def _with_transaction(round_: Round, signed: SignedTransaction, now: datetime) -> Round:
    transaction = RoundTransaction(signed.raw, signed.tx_hash, signed.nonce, signed.fees, signed_at=now)
    transactions = (*round_.transactions, transaction)
    return _next(round_, state=RoundState.SIGNED, transactions=transactions, broadcast_at=None)


def _next(round_: Round, **changes: object) -> Round:
    return replace(round_, version=round_.version + 1, **changes)  # type: ignore[arg-type]


def _stored(old: Round, new: Round, store: RoundStore) -> Round:
    if new is not old:
        store.replace(old, new)
    return new
