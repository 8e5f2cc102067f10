"""The report's line about a credential's anchor.

A credential is good without an anchor, so one that nobody brought gets no line, and one that is still on
its way gets a line that leaves the verdict to the others. A *wrong* one fails: whoever brings a proof
vouches for it. When the chain cannot be asked, whether it is wrong is not known, so the line is undecided
and counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.leaves import commitment_of
from anchoring.errors import (
    AnchoringError,
    AnchorMismatch,
    AnchorPending,
    ChainUnavailable,
    InvalidAnchorProof,
    InvalidInclusionProof,
    NotAnchored,
    UnknownContract,
    WrongChain,
)
from anchoring.networks import chain_id_of, network_of
from anchoring.proof import AnchorProof
from anchoring.protocol import AnchorEvidence, ChainReader
from anchoring.verify import verify_anchor, verify_inclusion_offline
from vc import wording
from vc.errors import VcError
from vc.report import Check, Outcome

ChainFor = Callable[[str], ChainReader | None]
"""The chain client for a CAIP-2 name such as eip155:137; None where that chain cannot be asked."""

LOCAL_CHAIN = "That chain runs on one machine, which could rewrite it: it proves nothing to outsiders."

_WRONG: tuple[tuple[type[AnchoringError], str, str], ...] = (
    (InvalidAnchorProof, "anchor-malformed", "The anchor proof is not in a form that can be read."),
    (InvalidInclusionProof, "anchor-other-text", "The anchor proof is about another text than this credential."),
    (UnknownContract, "anchor-contract-unknown", "The anchor proof names a contract that anybody could have written."),
    (AnchorMismatch, "anchor-elsewhere", "The chain holds the anchor, but not where the anchor proof says."),
    (NotAnchored, "anchor-missing-on-chain", "The chain was asked and does not hold this anchor."),
)
"""What makes a proof wrong; special kinds before general ones."""


@dataclass(frozen=True, slots=True)
class AnchorFinding:
    """The line, if there is something to say, and the evidence if the anchor is final."""

    check: Check | None
    evidence: AnchorEvidence | None = None

    @property
    def time(self) -> datetime | None:
        """The credential existed no later than this."""
        return None if self.evidence is None else self.evidence.event.time


def check_anchor(
    credential: Mapping[str, Any] | str,
    proof_json: Mapping[str, Any] | None,
    *,
    chain_for: ChainFor,
    accounts_of_issuer: Callable[[], frozenset[str]],
    required: bool = False,
) -> AnchorFinding:
    """Compare `credential`, a document or a token, with its anchor proof, and the proof with the chain.

    `accounts_of_issuer` gives the accounts (CAIP-10) that the issuer's DID document names as its own. With
    `required` an anchor that is missing or on its way counts too.
    """
    if proof_json is None:
        return _missing(required=required)
    try:
        evidence = _verify(credential, proof_json, chain_for)
    except AnchorPending as pending:
        return AnchorFinding(_pending(pending, required=required))
    except ChainUnavailable as error:
        return AnchorFinding(
            Check(
                "anchor",
                Outcome.UNDECIDED,
                "The chain could not be asked just now whether it holds this credential's anchor.",
                "chain-unavailable",
                {"reason": str(error)},
            )
        )
    except (WrongChain, _ChainNotConfigured) as error:
        message = "The anchor is on a chain that this verifier is not connected to."
        return AnchorFinding(Check("anchor", Outcome.UNDECIDED, message, "chain-not-known", {"reason": str(error)}))
    except (AnchoringError, VcError) as error:
        code, message = next(
            ((code, message) for kind, code, message in _WRONG if isinstance(error, kind)),
            ("anchor-invalid", "The anchor proof does not fit this credential."),
        )
        return AnchorFinding(Check("anchor", Outcome.FAILED, message, code, {"reason": str(error)}))
    return AnchorFinding(_anchored(evidence, accounts_of_issuer()), evidence)


class _ChainNotConfigured(Exception):
    pass


def _verify(credential: Mapping[str, Any] | str, proof_json: Mapping[str, Any], chain_for: ChainFor) -> AnchorEvidence:
    proof = AnchorProof.parse(proof_json)
    leaf = commitment_of(credential)
    # Without the chain first: a proof about another text is wrong whether or not the chain answers.
    verify_inclusion_offline(leaf.kind, leaf.digest, proof)
    if proof.anchor is None:
        raise AnchorPending("the root was not sent to a chain yet")
    chain = chain_for(proof.anchor.chain)
    if chain is None:
        raise _ChainNotConfigured(f"no node of {proof.anchor.chain} is configured")
    return verify_anchor(leaf.kind, leaf.digest, proof, chain)


def _missing(*, required: bool) -> AnchorFinding:
    if required:
        message = "The credential comes without an anchor proof, which this verifier demands."
        return AnchorFinding(Check("anchor", Outcome.FAILED, message, "anchor-missing"))
    return AnchorFinding(None)


def _pending(pending: AnchorPending, *, required: bool) -> Check:
    message = "The anchor is on its way to the chain. The credential is good without it."
    if pending.evidence is not None:
        message = "The chain holds the anchor in a block that it could still replace. It usually settles in minutes."
    if required:
        message += " This verifier waits for it."
    return Check("anchor", Outcome.UNDECIDED, message, "anchor-pending", {"reason": str(pending)}, required=required)


def _anchored(evidence: AnchorEvidence, accounts: frozenset[str]) -> Check:
    network = network_of(chain_id_of(evidence.chain))
    event = evidence.event
    by_issuer = evidence.account_id.lower() in {account.lower() for account in accounts}
    sentences = [f"The credential existed no later than {wording.day(event.time)}: {network.name} holds its anchor."]
    if by_issuer:
        sentences.append("The issuer's own account put it there.")
    code = None
    if not network.proves_to_outsiders:
        code = "local-chain"
        sentences.append(LOCAL_CHAIN)
    return Check(
        "anchor",
        Outcome.PASSED,
        " ".join(sentences),
        code,
        {
            "chain": evidence.chain,
            "contract": event.contract,
            "account": evidence.account_id,
            "byIssuer": by_issuer,
            "transaction": event.transaction,
            "block": event.block,
            "time": f"{event.time:%Y-%m-%dT%H:%M:%SZ}",
            "explorer": network.transaction_url(event.transaction),
        },
    )
