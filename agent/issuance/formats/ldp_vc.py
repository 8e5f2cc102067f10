"""`ldp_vc`: the document itself with a Data Integrity proof."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agent.issuance.draft import with_status
from agent.issuance.formats.issuer import Status
from agent.issuance.issue import CredentialIssuer, IssuedCredential
from agent.keys.custody import CustodySigner


class LdpVcIssuer:
    """Implements `FormatIssuer` with the suite that the template names."""

    def __init__(self, signer: CustodySigner, cryptosuite: str, now: datetime) -> None:
        """Raises `VcError` for a suite that cannot be used with this key."""
        self._issuer = CredentialIssuer(signer, cryptosuite, now)

    def issue(self, draft: Mapping[str, Any], status: Status) -> IssuedCredential:
        return self._issuer.issue(with_status(draft, status.entries))
