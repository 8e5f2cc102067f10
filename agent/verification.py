"""One answer about a credential, as the portal and the command line give it.

That is `vc.verify` with keys and status lists looked up, and the anchor compared with the chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from anchoring.errors import AnchoringError, AnchorPending, ChainUnavailable, WrongChain
from anchoring.leaf import Kind
from anchoring.networks import network_of
from anchoring.proof import AnchorProof
from anchoring.protocol import AnchorEvidence, ChainReader
from anchoring.verify import verify_anchor, verify_inclusion_offline
from did.document import Relationship, VerificationMethod
from did.errors import DidError, FetchRefused
from did.fetch import Fetch
from did.resolver import Resolver
from did.url import DidUrl
from vc.canonical import jcs
from vc.errors import StatusUnavailable, VcError
from vc.model import parse_json
from vc.policy import Policy
from vc.report import REQUIRED_CHECKS, Check, Outcome, Report
from vc.verify import verify

ChainFor = Callable[[str], ChainReader | None]
"""The chain client for a CAIP-2 name such as eip155:137; None where that chain cannot be asked."""

_STATUS_ACCEPT = "application/vc, application/ld+json;q=0.9, application/json;q=0.8"
_MAX_STATUS_LIST_BYTES = 2_000_000


def verify_credential(
    data: bytes | Mapping[str, Any],
    *,
    policy: Policy,
    now: datetime,
    resolver: Resolver,
    fetch: Fetch,
    chain_for: ChainFor,
    anchor_proof: Mapping[str, Any] | None = None,
) -> Report:
    """Verify a credential with everything that can be asked about it. Never raises for what the credential is.

    A *wrong* anchor proof fails; one that the chain has not settled yet, or none at all, adds no line, since a
    credential is good without an anchor.
    """
    try:
        credential = parse_json(data) if isinstance(data, bytes) else data
    except VcError as error:
        return _unreadable(str(error))
    anchor, evidence = _check_anchor(credential, anchor_proof, chain_for)
    report = verify(
        credential,
        policy=policy,
        now=now,
        get_key=lambda url, purpose: _key(url, purpose, resolver),
        fetch_status=lambda url: _status_list(url, fetch),
        anchored_before=None if evidence is None else evidence.event.time,
    )
    return report if anchor is None else report.with_checks([anchor])


def _key(url: str, purpose: str, resolver: Resolver) -> VerificationMethod:
    did_url = DidUrl.parse(url)
    return resolver.require_document(str(did_url.did)).require_method(url, Relationship(purpose))


def _status_list(url: str, fetch: Fetch) -> Mapping[str, Any]:
    """The list behind a URL, asked without cookies or anything that tells who asks."""
    try:
        response = fetch(url, accept=_STATUS_ACCEPT, max_bytes=_MAX_STATUS_LIST_BYTES, max_redirects=3)
    except FetchRefused as error:
        raise StatusUnavailable(f"the address of the status list may not be asked: {error}") from error
    except DidError as error:
        raise StatusUnavailable(f"the status list did not answer: {error}") from error
    if response.status != 200:
        raise StatusUnavailable(f"the status list answers {response.status}")
    try:
        return parse_json(response.body)
    except VcError as error:
        raise StatusUnavailable(f"the status list is not readable: {error}") from error


def _check_anchor(
    credential: Mapping[str, Any], proof_json: Mapping[str, Any] | None, chain_for: ChainFor
) -> tuple[Check | None, AnchorEvidence | None]:
    if proof_json is None:
        return None, None
    try:
        proof = AnchorProof.parse(proof_json)
        digest = hashlib.sha256(jcs.canonicalize(credential)).digest()
        verify_inclusion_offline(Kind.DOCUMENT, digest, proof)
        chain = None if proof.anchor is None else chain_for(proof.anchor.chain)
        if proof.anchor is None:
            return None, None
        if chain is None:
            return _undecided(
                f"The anchor is on {proof.anchor.chain}, and no node of that chain is configured here."
            ), None
        evidence = verify_anchor(Kind.DOCUMENT, digest, proof, chain)
    except AnchorPending:
        return None, None
    except (ChainUnavailable, WrongChain) as error:
        return _undecided(f"The chain could not be asked about the anchor: {error}."), None
    except (AnchoringError, VcError) as error:
        return Check(
            "anchor", Outcome.FAILED, f"The anchor proof does not fit this credential: {error}.", "anchor-invalid"
        ), None
    return _anchored(evidence), evidence


def _anchored(evidence: AnchorEvidence) -> Check:
    network = network_of(int(evidence.chain.partition(":")[2]))
    when = f"{evidence.event.time:%Y-%m-%d %H:%M} UTC"
    if network.proves_to_outsiders:
        message = (
            f"This credential existed no later than {when}: {network.name} holds its anchor, and the block is final."
        )
    else:
        message = (
            f"The anchor is final in the local chain since {when}. That chain runs on this machine only: "
            "it proves nothing to outsiders."
        )
    detail = {
        "chain": evidence.chain,
        "account": evidence.account_id,
        "transaction": evidence.event.transaction,
        "block": evidence.event.block,
    }
    return Check("anchor", Outcome.PASSED, message, None, detail)


def _undecided(message: str) -> Check:
    return Check("anchor", Outcome.UNDECIDED, message, "chain-unavailable")


def _unreadable(reason: str) -> Report:
    """A report about bytes that are no credential: nothing could be asked, and that is a no."""
    first = Check("structure", Outcome.FAILED, f"This is not a credential that can be read: {reason}.", "unreadable")
    others = (
        Check(name, Outcome.UNDECIDED, "Not looked at, since the document cannot be read.", "unreadable")
        for name in REQUIRED_CHECKS
        if name != first.name
    )
    return Report((first, *others))
