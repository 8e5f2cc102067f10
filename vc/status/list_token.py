"""The Status List Token: a Token Status List as a JWT (draft-ietf-oauth-status-list-18, sections 5.1 and 8.3)."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from did.errors import DidError, MethodNotSupported, ResolutionUnavailable
from did.jose import (
    STATUS_LIST_JWT,
    Jws,
    TokenExpired,
    TokenNotYetValid,
    check_times,
    parse_claims,
    parse_compact,
    sign_compact,
    verify_compact,
)
from did.keys import PublicKey
from vc.errors import StatusInvalid, StatusIssuerDiffers, StatusListOutdated, StatusUnavailable, VcError
from vc.proofs.data_integrity import ASSERTION_METHOD, GetKey, check_method
from vc.proofs.proof import controller_of
from vc.signer import Signer
from vc.status.entry import StatusValue
from vc.status.token_list import check_reference, parse_status

_COULD_NOT_ASK = (ResolutionUnavailable, MethodNotSupported, StatusUnavailable)

FetchToken = Callable[[str], str]
"""The token at a URI, as it is served. Raises `StatusUnavailable`."""

KeyOfList = Callable[["ListToken"], PublicKey]
"""The key of whoever may speak about the status in question; raises when the token names somebody else's."""


@dataclass(frozen=True, slots=True)
class ListToken:
    """A Status List Token that was read. **Nobody vouches for it before `verify`.**"""

    jws: Jws
    claims: Mapping[str, Any]

    @property
    def issuer(self) -> str | None:
        """Who says so: the controller of the key that `kid` names, or else the claim `iss`."""
        if self.jws.kid is not None and self.jws.kid.startswith("did:"):
            return controller_of(self.jws.kid)
        issuer = self.claims.get("iss")
        return issuer if isinstance(issuer, str) else None


def sign(claims: Mapping[str, Any], *, signer: Signer) -> str:
    """The token over claims of `token_list.build_claims`. Its `kid` is the URL of the signer's verification method."""
    payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
    return sign_compact({"kid": signer.verification_method, "typ": "statuslist+jwt"}, payload, signer=signer)


def read(token: str) -> ListToken:
    """Raises `JoseError`: the text, its header or its claims break a rule of the kind."""
    jws = parse_compact(token, STATUS_LIST_JWT)
    return ListToken(jws, parse_claims(jws, STATUS_LIST_JWT))


def verify(token: ListToken, *, key_of: KeyOfList, now: datetime, clock_skew_s: int) -> None:
    """Signature and times.

    Raises:
        JoseError: it is not signed by that key, or as the kind demands.
        StatusListOutdated: it says nothing about `now`.
        Whatever `key_of` raises.
    """
    verify_compact(token.jws, key_of(token), STATUS_LIST_JWT)
    try:
        check_times(token.claims, now, clock_skew_s, STATUS_LIST_JWT)
    except (TokenExpired, TokenNotYetValid) as error:
        raise StatusListOutdated(str(error)) from error


def key_by_did(issuer: str | None, *, get_key: GetKey, accepted_issuers: Collection[str] = ()) -> KeyOfList:
    """Keys that the issuer of the credential publishes in its DID document under `assertionMethod`.

    `accepted_issuers` may speak about its credentials too; the keys' owners are told apart by `kid`.
    """

    def key_of(token: ListToken) -> PublicKey:
        url = token.jws.kid
        if url is None or not url.startswith("did:"):
            raise StatusInvalid("the status list does not name its key by a DID URL")
        if controller_of(url) not in {issuer, *accepted_issuers} or issuer is None:
            raise StatusIssuerDiffers(controller_of(url))
        method = get_key(url, ASSERTION_METHOD)
        check_method(method, url)
        return method.public_key

    return key_of


def check_status_claim(
    status: Any, *, fetch_token: FetchToken, key_of: KeyOfList, now: datetime, clock_skew_s: int
) -> StatusValue:
    """What the issuer says now about a token with the claim `status` (section 8.3).

    Raises:
        MalformedValue: the claim breaks a rule; the path starts at it.
        StatusUnavailable: the list cannot be had, is outdated, or is of somebody whom nobody named.
        StatusInvalid: what was served is not the list, or not as the standard demands.
        ResolutionUnavailable: the key cannot be looked up now.
    """
    # 1-2: the claim, and the token behind its URI.
    reference = parse_status(status)
    text = fetch_token(reference.uri)
    try:
        # 3a: validate the token itself.
        token = read(text)
        verify(token, key_of=key_of, now=now, clock_skew_s=clock_skew_s)
        # 3b-5
        return check_reference(reference, token.claims)
    except (VcError, DidError) as error:
        if isinstance(error, _COULD_NOT_ASK):
            raise
        raise StatusInvalid(str(error)) from error
