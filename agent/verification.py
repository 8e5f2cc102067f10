"""One answer about a credential, as the portal and the command line give it.

1. `vc.verify`, with keys and status lists looked up;
2. the anchor, compared with the chain (`agent/anchor_check.py`);
3. the issuer's standing with this verifier (`agent/trust.py`), if the verifier keeps a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agent.anchor_check import ChainFor, check_anchor
from agent.trust import TrustList, check_trust
from did.dereference import dereference_key
from did.document import Relationship, VerificationMethod
from did.errors import DidError, KeyNotAuthorized
from did.fetch import Fetch
from did.resolver import Resolver
from vc.errors import StatusUnavailable, VcError
from vc.model import Credential, parse_json
from vc.policy import Policy
from vc.report import REQUIRED_CHECKS, Check, Outcome, Report
from vc.schema import LoadSchema
from vc.verify import verify

__all__ = ["ChainFor", "verify_credential"]

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
    require_anchor: bool = False,
    trust: TrustList | None = None,
    load_schema: LoadSchema | None = None,
) -> Report:
    """Verify a credential with everything that can be asked about it. Never raises for what the credential is.

    `data` is the credential as received: an anchor commits to its every member. Without `load_schema`, schemas
    other than 1EdTech's are undecided.
    """
    try:
        credential = parse_json(data) if isinstance(data, bytes) else data
    except VcError as error:
        return _unreadable(str(error))
    view = Credential(credential)
    anchor = check_anchor(
        credential,
        anchor_proof,
        chain_for=chain_for,
        accounts_of_issuer=lambda: _accounts(view.issuer_id, resolver),
        required=require_anchor,
    )
    report = verify(
        credential,
        policy=policy,
        now=now,
        get_key=lambda url, purpose: _key(url, purpose, resolver, fetch),
        fetch_status=lambda url: _status_list(url, fetch),
        load_schema=load_schema,
        anchored_before=anchor.time,
    )
    lines = [] if anchor.check is None else [anchor.check]
    if trust is not None:
        lines.append(check_trust(trust, issuer_id=view.issuer_id, types=view.types, issued_at=_issued_at(view)))
    return report.with_checks(lines)


def _key(url: str, purpose: str, resolver: Resolver, fetch: Fetch) -> VerificationMethod:
    """The verification method at `url`, if its document lists it for `purpose`."""
    if purpose not in list(Relationship):
        raise KeyNotAuthorized(f"{purpose!r} is no verification relationship")
    return dereference_key(url, Relationship(purpose), resolver=resolver, fetch=fetch)


def _accounts(issuer_id: str | None, resolver: Resolver) -> frozenset[str]:
    """The chain accounts that the issuer calls its own; none when that cannot be found out."""
    try:
        return frozenset() if issuer_id is None else resolver.require_document(issuer_id).accounts()
    except DidError:
        return frozenset()


def _status_list(url: str, fetch: Fetch) -> Mapping[str, Any]:
    """The list behind a URL, asked without anything that tells which credential is meant."""
    try:
        response = fetch(url, accept=_STATUS_ACCEPT, max_bytes=_MAX_STATUS_LIST_BYTES, max_redirects=3)
    except DidError as error:  # refused as an address, or unreachable
        raise StatusUnavailable(f"the status list could not be fetched: {error}") from error
    if response.status != 200:
        raise StatusUnavailable(f"the status list answers with HTTP status {response.status}")
    try:
        return parse_json(response.body, max_bytes=_MAX_STATUS_LIST_BYTES)
    except VcError as error:
        raise StatusUnavailable(f"the status list cannot be read: {error}") from error


def _issued_at(view: Credential) -> datetime | None:
    try:
        return view.valid_from
    except VcError:  # malformed: the report says so under "structure" and "validity"
        return None


def _unreadable(reason: str) -> Report:
    """A report about bytes that are no credential: nothing could be asked, and that is a no."""
    first = Check("structure", Outcome.FAILED, "This is not a credential that can be read.", "unreadable")
    skipped = "Not looked at, since the document cannot be read."
    others = (Check(name, Outcome.UNDECIDED, skipped, "unreadable") for name in REQUIRED_CHECKS if name != first.name)
    return Report((Check(first.name, first.outcome, first.message, first.code, {"reason": reason}), *others))
