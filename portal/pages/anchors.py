"""What anchor.json says, in words. It is only a claim until the check named `anchor` has passed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.pages.claims import moment
from portal.pages.dates import day_and_time
from portal.pages.text import clip
from vc.report import Check, Outcome

DEVELOPMENT_CHAINS = frozenset({"eip155:31337", "eip155:1337"})
_CHAIN_NAMES = {"eip155:137": "Polygon", "eip155:80002": "Polygon Amoy (a test chain)", "eip155:1": "Ethereum"}


@dataclass(frozen=True, slots=True)
class AnchorView:
    """`tone` is `proved`, `practice`, `waiting`, `failed`, `undecided` or `none`; only `proved` may look good."""

    tone: str
    headline: str
    text: str
    is_local: bool
    facts: tuple[tuple[str, str], ...]


def build_anchor_view(anchor: Mapping[str, Any] | None, check: Check | None, local_chain: str | None) -> AnchorView:
    """`check` is the report's check named `anchor`, if there is one; `local_chain` the node's own test chain."""
    event = _event(anchor)
    chain = _text(event.get("chain"))
    is_local = bool(chain) and (chain in DEVELOPMENT_CHAINS or chain == local_chain)
    facts = _facts(event)
    if anchor is None:
        return AnchorView(
            "none",
            "No anchor",
            "No fingerprint of this credential is known to stand on a chain yet. The proof does not depend on it.",
            is_local=False,
            facts=(),
        )
    if check is None or check.outcome is Outcome.UNDECIDED:
        return _undecided(anchor, is_local=is_local, facts=facts)
    if check.outcome is Outcome.FAILED:
        return AnchorView(
            "failed", "The anchor does not fit", "The record on the chain is not about this text.", is_local, facts
        )
    where = "the node’s practice chain" if is_local else _CHAIN_NAMES.get(chain, chain)
    at = moment(event.get("time"))
    since = f"{day_and_time(at)}" if at else "the time of that block"
    if anchor.get("state") == "final":
        return AnchorView(
            "practice" if is_local else "proved",
            "Anchored, for practice" if is_local else "Anchored and final",
            f"A fingerprint of this text stands in block {_text(event.get('block'))} of {where}. It existed no later "
            f"than {since}, and the chain counts that block as final: it will not be taken back.",
            is_local,
            facts,
        )
    return AnchorView(
        "waiting",
        "Anchored, not final yet",
        f"A fingerprint of this text stands in block {_text(event.get('block'))} of {where}, since {since}. The chain "
        "could still replace that block; it usually becomes final within minutes.",
        is_local,
        facts,
    )


def _undecided(anchor: Mapping[str, Any], *, is_local: bool, facts: tuple[tuple[str, str], ...]) -> AnchorView:
    if anchor.get("state") == "submitted":
        return AnchorView(
            "waiting", "On its way to the chain", "The record was sent and waits for a block.", is_local, facts
        )
    return AnchorView(
        "undecided",
        "Anchor not checked",
        "There is an anchor proof, but the chain could not be asked whether it holds.",
        is_local,
        facts,
    )


def _event(anchor: Mapping[str, Any] | None) -> Mapping[str, Any]:
    event = anchor.get("anchor") if anchor is not None else None
    return event if isinstance(event, Mapping) else {}


def _facts(event: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    labels = {
        "chain": "Chain",
        "contract": "Contract",
        "account": "Account",
        "transaction": "Transaction",
        "block": "Block",
        "time": "Time of the block",
    }
    return tuple((label, _text(event[key])) for key, label in labels.items() if event.get(key) is not None)


def _text(node: Any) -> str:
    return clip(str(node), 100) if isinstance(node, str | int) else ""
