"""One answer about a credential, as the portal and the command line give it.

1. whatever was brought is read as the form of credential that it is (`vc.forms`);
2. the anchor, compared with the chain (`agent/anchor_check.py`);
3. `vc.verify`, with keys, types and status lists looked up (`agent/lookups.py`);
4. the issuer's standing with this verifier (`agent/trust.py`), if the verifier keeps a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from cryptography import x509

from agent.anchor_check import ChainFor, check_anchor
from agent.lookups import Lookups
from agent.schemas import SchemaLoader
from agent.trust import TrustList, check_trust
from did.errors import DidError
from did.fetch import Fetch
from did.resolver import Resolver
from vc.errors import VcError
from vc.forms.reading import read_credential
from vc.forms.secured import SecuredCredential
from vc.policy import Policy
from vc.report import Report
from vc.sd_jwt.key_binding import ExpectedBinding
from vc.secured import form_of
from vc.verify import unreadable, verify

__all__ = ["ChainFor", "verify_credential"]


def verify_credential(
    data: bytes | str | Mapping[str, Any],
    *,
    policy: Policy,
    now: datetime,
    resolver: Resolver,
    fetch: Fetch,
    chain_for: ChainFor,
    anchor_proof: Mapping[str, Any] | None = None,
    require_anchor: bool = False,
    trust: TrustList | None = None,
    kept: Fetch | None = None,
    trusted_roots: Sequence[x509.Certificate] = (),
    binding: ExpectedBinding | None = None,
) -> Report:
    """Verify a credential with everything that can be asked about it. Never raises for what the credential is.

    `data` is the credential as received, for an anchor commits to all of it: a document, a token, an SD-JWT, a picture
    with a badge in it. `kept`, a client that keeps answers for a while, is asked for keys, types and schemas, never for
    status lists. Without `trusted_roots` an issuer that shows a certificate is undecided. `binding` is what the
    holder of an SD-JWT was asked for.
    """
    try:
        secured = read_credential(data, binding=binding)
    except (VcError, DidError) as error:
        return unreadable(error, form_of(data) if isinstance(data, bytes) else None)
    anchor = check_anchor(
        secured.committed,
        anchor_proof,
        chain_for=chain_for,
        accounts_of_issuer=lambda: _accounts(secured.issuer_id, resolver),
        required=require_anchor,
    )
    lookups = Lookups(resolver, fetch, kept or fetch)
    report = verify(
        secured,
        policy=policy,
        now=now,
        get_key=lookups.key,
        list_keys=lookups.keys,
        get_json=lookups.json,
        fetch_status=lookups.status_list,
        fetch_status_token=lookups.status_token,
        get_type_metadata=lookups.type_metadata,
        trusted_roots=trusted_roots,
        load_schema=SchemaLoader(lookups.kept),
        anchored_before=anchor.time,
    )
    lines = [] if anchor.check is None else [anchor.check]
    if trust is not None:
        issued_at = _issued_at(secured)
        lines.append(check_trust(trust, issuer_id=secured.issuer_id, types=secured.types, issued_at=issued_at))
    return report.with_checks(lines)


def _accounts(issuer_id: str | None, resolver: Resolver) -> frozenset[str]:
    """The chain accounts that the issuer calls its own; none when that cannot be found out."""
    try:
        return frozenset() if issuer_id is None else resolver.require_document(issuer_id).accounts()
    except DidError:
        return frozenset()


def _issued_at(secured: SecuredCredential) -> datetime | None:
    try:
        return next((start for start, _ in secured.periods() if start is not None), None)
    except VcError:  # malformed: the report says so under "structure" and "validity"
        return None
