"""Who is a trusted issuer, and for what.

A signature proves which identifier issued a credential, not that the identifier deserves trust. That is
the verifier's own choice: a list, from a registry or by hand. Without one the question is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from vc.report import Check, Outcome


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """One entry. `types` are the credential types it is trusted for; None means all."""

    did: str
    name: str
    types: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrustList:
    """`source` says whose list it is. With `required`, an issuer that is not on it fails the report."""

    source: str
    issuers: tuple[TrustedIssuer, ...]
    required: bool = False


def check_trust(trust: TrustList, *, issuer_id: str | None, types: Iterable[str], issued_at: datetime | None) -> Check:
    """The report's line about the issuer's standing with this verifier.

    `issued_at` is the time the credential claims to be valid from: an entry that ended later still counts.
    """
    entries = [entry for entry in trust.issuers if entry.did == issuer_id]
    if not entries:
        return _distrusted(trust, "issuer-not-listed", f"The issuer is not on the list of {trust.source}.")
    wanted = set(types) - {"VerifiableCredential"}
    entries = [entry for entry in entries if entry.types is None or wanted <= entry.types]
    if not entries:
        message = f"The issuer is on the list of {trust.source}, but not for this kind of credential."
        return _distrusted(trust, "issuer-not-listed-for-type", message)
    current = next((entry for entry in entries if _covers(entry, issued_at)), None)
    if current is None:
        message = f"The issuer is on the list of {trust.source}, but not for the time when this was issued."
        return _distrusted(trust, "issuer-not-listed-then", message)
    return Check(
        "trust",
        Outcome.PASSED,
        f"The issuer is {current.name}, by the list of {trust.source}.",
        detail={"issuer": current.did, "name": current.name, "source": trust.source},
    )


def _covers(entry: TrustedIssuer, at: datetime | None) -> bool:
    if at is None:
        return entry.since is None and entry.until is None
    return (entry.since is None or entry.since <= at) and (entry.until is None or at < entry.until)


def _distrusted(trust: TrustList, code: str, message: str) -> Check:
    if trust.required:
        return Check("trust", Outcome.FAILED, message, code)
    return Check("trust", Outcome.UNDECIDED, message, code, required=False)
