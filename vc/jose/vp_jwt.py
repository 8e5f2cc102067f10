"""`vp+jwt`: a presentation as a token (Securing Verifiable Credentials using JOSE and COSE, section 3.1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from did.document import VerificationMethod
from did.jose import (
    VP_JWT,
    ClaimRefused,
    Jws,
    KeyRefused,
    PreparedHeader,
    check_times,
    parse_claims,
    parse_compact,
    verify_compact,
)
from vc.errors import IssuerMismatch, MalformedValue, ProofGenerationError
from vc.jose.claims import REGISTERED, numeric_date
from vc.jose.credential import key_url_of
from vc.jose.enveloped import Enveloped, is_enveloped, open_envelope
from vc.jose.payload import payload_of
from vc.jose.vc_jwt import require_no_claims
from vc.model import list_of
from vc.policy import Policy
from vc.proofs.data_integrity import GetKey, check_key_period, check_method
from vc.signer import Signer

AUTHENTICATION = "authentication"
MAX_CREDENTIALS = 32


@dataclass(frozen=True, slots=True)
class JwtPresentation:
    """What a token says. **Nobody vouches for any of it before `verify_presentation`.**"""

    token: str
    claims: Mapping[str, Any]
    document: Mapping[str, Any]
    holder: str | None
    key_url: str | None
    credentials: tuple[Enveloped, ...]
    jws: Jws


def secure_presentation(
    document: Mapping[str, Any], *, signer: Signer, now: datetime, audience: str | None, nonce: str | None
) -> str:
    """A presentation by the holder, for `audience` if there is one, with the `nonce` that it asked for.

    Raises:
        ProofGenerationError: a member is named like a claim, or no holder is named.
        MalformedValue: a credential in it is not enveloped.
    """
    require_no_claims(document)
    holder = holder_of(document)
    if holder is None:
        raise ProofGenerationError("the presentation names no holder")
    _members(document)
    claims: dict[str, Any] = {**document, "iss": holder, "iat": numeric_date(now)}
    if audience is not None:
        claims["aud"] = audience
    if nonce is not None:
        claims["nonce"] = nonce
    header = PreparedHeader({"typ": "vp+jwt", "cty": "vp", "kid": signer.verification_method}, signer=signer)
    return header.sign(payload_of(claims))


def read_presentation(token: str) -> JwtPresentation:
    """Read a `vp+jwt`, strictly. The credentials inside are still closed.

    Raises:
        JoseError: it breaks a rule of its kind.
        MalformedValue: it is no presentation, or a credential in it is not enveloped.
    """
    jws = parse_compact(token, VP_JWT)
    claims = parse_claims(jws, VP_JWT)
    document = {name: value for name, value in claims.items() if name not in REGISTERED}
    if "VerifiablePresentation" not in list_of(document.get("type")):
        raise MalformedValue("must name VerifiablePresentation", "/type")
    holder = holder_of(document)
    # Section 3.1.2: without `holder`, `iss` says who presents.
    who = holder if holder is not None else claims.get("iss")
    return JwtPresentation(
        token=token,
        claims=claims,
        document=document,
        holder=who,
        key_url=key_url_of(jws.kid, who),
        credentials=_enveloped_credentials(document),
        jws=jws,
    )


def verify_presentation(
    presentation: JwtPresentation,
    *,
    get_key: GetKey,
    now: datetime,
    policy: Policy,
    audience: str | None,
    nonce: str | None,
) -> VerificationMethod:
    """Whether the holder made this, for us, now. **Each of `credentials` is still to be verified by itself.**

    `audience` is who we are, `nonce` what we asked for; None where the protocol has none: then a token that is
    addressed to somebody is refused, as it is not for us (RFC 7519, section 4.1.3).

    Raises:
        ClaimRefused, KeyRefused, WrongVerificationMethod, IssuerMismatch, KeyExpired, KeyCompromised
        AlgorithmRefused, TokenSignatureInvalid, TokenExpired, TokenNotYetValid
        DidError: the key could not be had.
    """
    claims = presentation.claims
    if "iss" in claims and claims["iss"] != presentation.holder:
        raise ClaimRefused("iss is not the presentation's holder", rule="iss and holder")
    audiences = list_of(claims.get("aud"))
    if (audiences or audience is not None) and audience not in audiences:
        raise ClaimRefused("the presentation is for another verifier", rule="aud")
    if nonce is not None and claims.get("nonce") != nonce:
        raise ClaimRefused("the presentation answers another request", rule="nonce")
    if presentation.key_url is None:
        raise KeyRefused("the token does not name its key", rule="key of the holder")
    method = get_key(presentation.key_url, AUTHENTICATION)
    check_method(method, presentation.key_url)
    if method.controller != presentation.holder:
        raise IssuerMismatch(presentation.holder or "nobody", (method.controller,))
    check_key_period(method, now=now, anchored_before=None)
    verify_compact(presentation.jws, method.public_key, VP_JWT)
    check_times(claims, now, policy.clock_skew_s, VP_JWT)
    return method


def holder_of(document: Mapping[str, Any]) -> str | None:
    """The holder's URL, given alone or as an object's `id`."""
    holder = document.get("holder")
    if isinstance(holder, Mapping):
        holder = holder.get("id")
    return holder if isinstance(holder, str) else None


def _enveloped_credentials(document: Mapping[str, Any]) -> tuple[Enveloped, ...]:
    return tuple(open_envelope(member) for member in _members(document))


def _members(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Section 3.1.2: credentials in such a presentation are enveloped; anything else in it nobody secured.

    Raises:
        MalformedValue: another credential, or more than `MAX_CREDENTIALS`.
    """
    members = list_of(document.get("verifiableCredential"))
    path = "/verifiableCredential"
    if len(members) > MAX_CREDENTIALS:
        raise MalformedValue(f"has {len(members)} credentials; at most {MAX_CREDENTIALS} are read", path)
    for index, member in enumerate(members):
        if not isinstance(member, Mapping) or not is_enveloped(member):
            raise MalformedValue("must be an EnvelopedVerifiableCredential", f"{path}/{index}")
    return members
