"""Which issuer makes which form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agent.issuance.formats.issuer import FormatIssuer
from agent.issuance.formats.ldp_vc import LdpVcIssuer
from agent.issuance.formats.sd_jwt_vc import SdJwtTerms, SdJwtVcIssuer
from agent.issuance.formats.tokens import TokenIssuer
from agent.keys.custody import CustodySigner
from vc.secured import Form


@dataclass(frozen=True, slots=True)
class Making:
    """What all credentials of one run have in common. `sd_jwt` is there if the template names `dc+sd-jwt`."""

    cryptosuite: str
    now: datetime
    sd_jwt: SdJwtTerms | None


def make_issuer(form: str, signer: CustodySigner, making: Making) -> FormatIssuer:
    """An issuer of `form`.

    Raises:
        LookupError: a form that no template can name, or `dc+sd-jwt` without its terms.
        VcError, JoseError: the key cannot make this form.
    """
    match Form(form):
        case Form.LDP_VC:
            return LdpVcIssuer(signer, making.cryptosuite, making.now)
        case Form.SD_JWT_VC:
            if making.sd_jwt is None:
                raise LookupError("this version of the template has no type for SD-JWT VCs")
            return SdJwtVcIssuer(signer, making.now, making.sd_jwt)
        case token:
            return TokenIssuer(token, signer, making.now)
