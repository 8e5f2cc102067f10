"""Which issuer makes which form."""

from __future__ import annotations

from datetime import datetime

from agent.issuance.formats.issuer import FormatIssuer
from agent.issuance.formats.ldp_vc import LdpVcIssuer
from agent.keys.custody import CustodySigner


def make_issuer(form: str, signer: CustodySigner, *, cryptosuite: str, now: datetime) -> FormatIssuer:
    """An issuer of `form`. Raises `LookupError` for a form that no template can name, `VcError` for a wrong key."""
    match form:
        case "ldp_vc":
            return LdpVcIssuer(signer, cryptosuite, now)
        case _:
            raise LookupError(f"no credential is made in the form {form!r}")
