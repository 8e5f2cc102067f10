"""A credential that is a JWT, in whichever of the three forms: read first, then verified.

`read` finds out what the token says; `verify` whether its issuer said it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from did.document import VerificationMethod
from did.errors import InvalidPublicKey
from did.jose import (
    JWT_VC_JSON,
    OB_JWT,
    VC_JWT,
    Jws,
    KeyRefused,
    TokenProfile,
    TokenSignatureInvalid,
    accepted_algorithms,
    check_claims,
    check_header,
    check_times,
    parse_payload,
    parse_unchecked,
    verify_compact,
)
from did.jwk import public_key_of
from vc.errors import IssuerMismatch
from vc.jose.claims import REGISTERED, Said, check_agreement, issuer_of
from vc.jose.jwt_vc_json import document_of
from vc.policy import Policy
from vc.proofs.data_integrity import ASSERTION_METHOD, GetKey, check_key_period, check_method
from vc.secured import Form

MAX_KEYS = 16
"""How many of an issuer's keys are looked at where a token does not name its own."""

ListKeys = Callable[[str, str], Iterable[VerificationMethod]]
"""The verification methods that the document of an identifier lists under a purpose. Raises `DidError`."""

_PROFILES = {Form.VC_JWT: VC_JWT, Form.JWT_VC_JSON: JWT_VC_JSON, Form.OB_JWT: OB_JWT}


@dataclass(frozen=True, slots=True)
class JwtCredential:
    """What a token says. **Nobody vouches for any of it before `verify`.**

    `document` is the credential without the claims around it; `issuer` the id of its issuer; `key_url` the URL of the
    verification method that the header names, None where it names none.
    """

    form: Form
    token: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    document: Mapping[str, Any]
    issuer: str | None
    key_url: str | None
    profile: TokenProfile
    jws: Jws


def read(token: str) -> JwtCredential:
    """Read a `vc+jwt`, `jwt_vc_json` or `ob-jwt`, strictly; which one it is, it says in `typ` and by the claim `vc`.

    Raises:
        JoseError: it breaks a rule of its kind, or is a token of another kind.
    """
    jws = parse_unchecked(token, VC_JWT)
    claims = parse_payload(jws)
    form = _form_of(jws.header, claims)
    profile = _PROFILES[form]
    check_header(jws.header, profile)
    check_claims(claims, profile)
    document = document_of(claims) if form is Form.JWT_VC_JSON else _without_claims(claims)
    issuer = issuer_of(document)
    return JwtCredential(
        form=form,
        token=token,
        header=jws.header,
        claims=claims,
        document=document,
        issuer=issuer,
        key_url=key_url_of(jws.kid, issuer),
        profile=profile,
        jws=jws,
    )


def _form_of(header: Mapping[str, Any], claims: Mapping[str, Any]) -> Form:
    typ = header.get("typ")
    if isinstance(typ, str) and typ.lower().removeprefix("application/") == "vc+jwt":
        return Form.VC_JWT
    return Form.JWT_VC_JSON if "vc" in claims else Form.OB_JWT


def verify(
    credential: JwtCredential,
    *,
    get_key: GetKey,
    list_keys: ListKeys,
    now: datetime,
    policy: Policy,
    anchored_before: datetime | None = None,
) -> VerificationMethod:
    """Whether the issuer signed this, and it counts at `now`. Returns the verification method that signed.

    Structure, the document's own period and its status are for the caller (`vc.verify`, `vc.status`).
    `anchored_before`: when the token is known to have existed, for keys that were compromised later.

    Raises:
        ClaimRefused, MalformedValue: claims and document contradict each other.
        KeyRefused, WrongVerificationMethod, IssuerMismatch: the key is not the issuer's.
        KeyExpired, KeyCompromised, AlgorithmRefused, TokenSignatureInvalid, TokenExpired, TokenNotYetValid
        DidError: the key could not be had.
    """
    check_agreement(Said(credential.form, credential.claims, credential.document))
    method = verify_signature(
        credential, get_key=get_key, list_keys=list_keys, now=now, anchored_before=anchored_before
    )
    check_times(credential.claims, now, policy.clock_skew_s, credential.profile)
    return method


def verify_signature(
    credential: JwtCredential,
    *,
    get_key: GetKey,
    list_keys: ListKeys,
    now: datetime,
    anchored_before: datetime | None,
) -> VerificationMethod:
    """Issuer binding and signature alone. **Claims and times are still to be checked**; raises as `verify`."""
    method = find_method(credential, get_key=get_key, list_keys=list_keys)
    check_key_period(method, now=now, anchored_before=anchored_before)
    verify_compact(credential.jws, method.public_key, credential.profile)
    return method


def find_method(credential: JwtCredential, *, get_key: GetKey, list_keys: ListKeys) -> VerificationMethod:
    """The issuer's key that the token names or shows. **The signature is still to be checked**; raises as `verify`."""
    if credential.key_url is None:
        method = _method_without_name(credential, list_keys)
    else:
        method = get_key(credential.key_url, ASSERTION_METHOD)
        check_method(method, credential.key_url)
    check_issuer(method, credential.issuer)
    return method


def check_issuer(method: VerificationMethod, issuer: str | None) -> None:
    """The key belongs to the issuer, character by character. Raises `IssuerMismatch`."""
    if method.controller != issuer:
        raise IssuerMismatch(issuer or "nobody", (method.controller,))


def key_url_of(kid: str | None, controller: str | None) -> str | None:
    """The URL of the key that `kid` names: a URL itself, or a name within its author's document.

    None without `kid`, except for identifiers that are a key themselves.
    """
    if kid is None:
        return _only_key(controller)
    if kid.startswith(("did:", "https://", "http://")):
        return kid
    if controller is None:
        return None
    # VC-JOSE-COSE, section 3.3.1: where the controller is known, kid may be relative to it.
    return controller + (kid if kid.startswith("#") else f"#{kid}")


def _only_key(controller: str | None) -> str | None:
    if controller is None:
        return None
    if controller.startswith("did:key:"):
        return f"{controller}#{controller.removeprefix('did:key:')}"
    if controller.startswith("did:jwk:"):
        return f"{controller}#0"
    return None


def _method_without_name(credential: JwtCredential, list_keys: ListKeys) -> VerificationMethod:
    """The issuer's key that the header shows in `jwk`; or, of its keys for this algorithm, the one that signed.

    Raises:
        KeyRefused: none of the issuer's keys is it.
        TokenSignatureInvalid: none of them signed.
    """
    if credential.issuer is None:
        raise KeyRefused("the token names neither its key nor its issuer", rule="key of the issuer")
    listed = list(islice(list_keys(credential.issuer, ASSERTION_METHOD), MAX_KEYS))
    if "jwk" in credential.header:
        return _shown(credential, listed)
    algorithm = credential.header.get("alg")
    for method in listed:
        if algorithm not in accepted_algorithms(method.public_key):
            continue
        try:
            verify_compact(credential.jws, method.public_key, credential.profile)
        except TokenSignatureInvalid:
            continue
        return method
    raise KeyRefused(f"none of the keys that {credential.issuer} publishes made the token", rule="key of the issuer")


def _shown(credential: JwtCredential, listed: Iterable[VerificationMethod]) -> VerificationMethod:
    """Equal keys have equal thumbprints (RFC 7638), so the keys themselves are compared."""
    try:
        shown = public_key_of(credential.header["jwk"])
    except InvalidPublicKey as error:
        raise KeyRefused(f"jwk: {error}", rule="key in the header") from error
    for method in listed:
        if method.public_key == shown:
            return method
    raise KeyRefused(f"{credential.issuer} does not publish the key in the header", rule="key of the issuer")


def _without_claims(claims: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if name not in REGISTERED}
