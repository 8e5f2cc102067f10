"""One answer about a presentation: whoever shows it, and each credential in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from agent.lookups import Lookups
from agent.verification import ChainFor, verify_credential
from did.errors import DidError
from did.fetch import Fetch
from did.resolver import Resolver
from vc import presentation
from vc.errors import VcError
from vc.policy import Policy
from vc.presentation import PresentationReport


def verify_presentation(
    data: bytes | str | Mapping[str, Any],
    *,
    challenge: str,
    domain: str | Sequence[str],
    policy: Policy,
    now: datetime,
    resolver: Resolver,
    fetch: Fetch,
    chain_for: ChainFor,
    kept: Fetch | None = None,
) -> PresentationReport:
    """Verify a presentation: a document, a `vp+jwt`, or an envelope. Never raises for what it is.

    `kept` is as in `verify_credential`.
    """
    try:
        read = presentation.read(data)
    except (VcError, DidError) as error:
        return presentation.unreadable(error)
    return presentation.verify(
        read,
        challenge=challenge,
        domain=domain,
        policy=policy,
        now=now,
        get_key=Lookups(resolver, fetch, kept or fetch).key,
        verify_credential=lambda credential: verify_credential(
            credential, policy=policy, now=now, resolver=resolver, fetch=fetch, chain_for=chain_for, kept=kept
        ),
    )
