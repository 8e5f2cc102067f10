"""The key binding JWT: the holder's word, for one verifier and one moment (RFC 9901, sections 4.3 and 7.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from did.jose import KB_JWT, check_times, parse_claims, parse_compact, sign_compact, verify_compact
from vc.sd_jwt.disclosure import digest
from vc.sd_jwt.errors import (
    KeyBindingAudience,
    KeyBindingHash,
    KeyBindingInvalid,
    KeyBindingMissing,
    KeyBindingNonce,
    KeyBindingOutdated,
)
from vc.sd_jwt.read import SdJwtCredential
from vc.signer import Signer

TYP = "kb+jwt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedBinding:
    """What a verifier asked the holder for. `max_age_s` bounds how long ago the holder signed."""

    nonce: str
    audience: str
    max_age_s: int = 300


def make(presented: str, *, hash_name: str, signer: Signer, nonce: str, audience: str, now: datetime) -> str:
    """The key binding JWT over `presented`: issuer-signed JWT and disclosures, with the last `~`."""
    claims = {"iat": int(now.timestamp()), "aud": audience, "nonce": nonce, "sd_hash": digest(presented, hash_name)}
    return sign_compact({"typ": TYP}, orjson.dumps(claims), signer=signer)


def check(credential: SdJwtCredential, expected: ExpectedBinding | None, *, now: datetime, clock_skew_s: int) -> None:
    """Section 7.3, steps 2 and 3.

    Whether key binding is required is the verifier's decision, never the holder's: `expected` is None only where it
    is not. A key binding JWT that is there nevertheless is checked as far as that goes without nonce and audience.

    Raises:
        KeyBindingMissing, KeyBindingNonce, KeyBindingAudience, KeyBindingHash, KeyBindingOutdated, KeyBindingInvalid
        JoseError: the signature is not the holder's, or the token breaks a rule of its kind.
    """
    if credential.key_binding is None:
        if expected is not None:
            raise KeyBindingMissing("the presentation is not bound to its holder's key")
        return
    # 3.a
    key = credential.holder_key
    if key is None:
        raise KeyBindingInvalid("the credential names no holder's key (cnf)")
    # 3.b to 3.d
    jws = parse_compact(credential.key_binding, KB_JWT)
    verify_compact(jws, key, KB_JWT)
    claims = parse_claims(jws, KB_JWT)
    # 3.e, 3.h
    check_times({name: claims[name] for name in ("exp", "nbf") if name in claims}, now, clock_skew_s, KB_JWT)
    check_age(claims, now, clock_skew_s, None if expected is None else expected.max_age_s)
    # 3.f
    check_types(claims)
    if expected is not None:
        check_nonce(claims, expected)
        check_audience(claims, expected)
    # 3.g
    check_hash(claims, credential)


def check_age(claims: Mapping[str, Any], now: datetime, clock_skew_s: int, max_age_s: int | None) -> None:
    """Raises `KeyBindingOutdated`."""
    age = now.timestamp() - claims["iat"]
    if age < -clock_skew_s:
        raise KeyBindingOutdated("the key binding JWT comes from the future")
    if max_age_s is not None and age > max_age_s + clock_skew_s:
        raise KeyBindingOutdated(f"the key binding JWT is {int(age)} seconds old; at most {max_age_s} are accepted")


def check_types(claims: Mapping[str, Any]) -> None:
    """Section 4.3: one audience, as text. Raises `KeyBindingInvalid`."""
    for name in ("aud", "nonce", "sd_hash"):
        if not isinstance(claims[name], str):
            raise KeyBindingInvalid(f"{name} of the key binding JWT is one text")


def check_nonce(claims: Mapping[str, Any], expected: ExpectedBinding) -> None:
    """Raises `KeyBindingNonce`."""
    if claims["nonce"] != expected.nonce:
        raise KeyBindingNonce("the nonce is not the one that was asked for")


def check_audience(claims: Mapping[str, Any], expected: ExpectedBinding) -> None:
    """Raises `KeyBindingAudience`."""
    if claims["aud"] != expected.audience:
        raise KeyBindingAudience(f"the presentation was made for {str(claims['aud'])[:200]!r}")


def check_hash(claims: Mapping[str, Any], credential: SdJwtCredential) -> None:
    """Raises `KeyBindingHash`."""
    if claims["sd_hash"] != digest(credential.presented_text, credential.hash_name):
        raise KeyBindingHash("sd_hash belongs to another credential or another selection of claims")
