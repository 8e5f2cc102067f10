"""What the header of a token may say: one function per rule, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from did.jose.algorithms import KNOWN_ALGORITHMS
from did.jose.errors import AlgorithmRefused, HeaderRefused, TypeRefused
from did.jose.profile import JwkRule, TokenProfile

Header = Mapping[str, Any]

MAX_KID_LENGTH = 2_048
_ENCRYPTION = ("enc", "epk", "apu", "apv", "p2s", "p2c", "iv", "tag")


def check_header(header: Header, profile: TokenProfile) -> None:
    """Every rule of `HEADER_RULES`. Raises `AlgorithmRefused`, `HeaderRefused` or `TypeRefused`."""
    for rule in HEADER_RULES.values():
        rule(header, profile)


def _algorithm(header: Header, _profile: TokenProfile) -> None:
    # RFC 7515, section 4.1.1; RFC 8725, section 3.1. None and everything symmetric are simply not on the list.
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in KNOWN_ALGORITHMS:
        raise AlgorithmRefused(f"alg is {str(algorithm)[:40]!r}", rule="known algorithm")


def _crit(header: Header, _profile: TokenProfile) -> None:
    # RFC 7515, section 4.1.11: what must be understood and is not, ends it. No extension is understood here.
    if "crit" in header:
        raise HeaderRefused("crit names extensions that are not understood here", rule="crit")


def _b64(header: Header, _profile: TokenProfile) -> None:
    # RFC 7797: with b64 false, the text that was signed is another one. Without crit it would go unnoticed.
    if "b64" in header:
        raise HeaderRefused("the payload's encoding cannot be chosen", rule="b64")


def _zip(header: Header, _profile: TokenProfile) -> None:
    if "zip" in header:
        raise HeaderRefused("a signed token is not compressed", rule="zip")


def _encryption(header: Header, _profile: TokenProfile) -> None:
    # RFC 7516, section 9: a header with `enc` is that of an encrypted token.
    found = [name for name in _ENCRYPTION if name in header]
    if found:
        raise HeaderRefused(f"{found[0]} belongs to encrypted tokens", rule="encryption")


def _jku(header: Header, _profile: TokenProfile) -> None:
    if "jku" in header:
        raise HeaderRefused("keys are not fetched from where a token says", rule="jku")


def _x5u(header: Header, _profile: TokenProfile) -> None:
    if "x5u" in header:
        raise HeaderRefused("certificates are not fetched from where a token says", rule="x5u")


def _x5c(header: Header, profile: TokenProfile) -> None:
    if "x5c" in header and not profile.x5c:
        raise HeaderRefused(f"a {profile.name} brings no certificates along", rule="x5c")


def _jwk(header: Header, profile: TokenProfile) -> None:
    if "jwk" in header and profile.jwk is JwkRule.NEVER:
        raise HeaderRefused(f"a {profile.name} brings no key along", rule="jwk")


def _jwk_form(header: Header, profile: TokenProfile) -> None:
    if "jwk" not in header:
        if profile.jwk is JwkRule.IS_KEY:
            raise HeaderRefused(f"a {profile.name} shows its key in jwk", rule="jwk form")
        return
    if not isinstance(header["jwk"], Mapping):
        raise HeaderRefused("jwk is not an object", rule="jwk form")


def _kid(header: Header, _profile: TokenProfile) -> None:
    if "kid" not in header:
        return
    kid = header["kid"]
    # A name that is put into messages, look-ups and URLs has no control characters, spaces or other surprises.
    if not isinstance(kid, str) or not 0 < len(kid) <= MAX_KID_LENGTH or not kid.isascii() or not kid.isprintable():
        raise HeaderRefused("kid is not the printable text of a key's name", rule="kid")
    if " " in kid:
        raise HeaderRefused("kid has a space", rule="kid")


def _typ(header: Header, profile: TokenProfile) -> None:
    # RFC 8725, section 3.11, explicit typing; RFC 7515, section 4.1.9, how media types are written.
    if "typ" not in header:
        if profile.typ_required:
            raise TypeRefused(f"the token has no typ; a {profile.name} has one", rule="typ")
        return
    if _media_type(header["typ"], "typ") not in profile.typ:
        raise TypeRefused(f"typ is {str(header['typ'])[:40]!r}, not that of a {profile.name}", rule="typ")


def _cty(header: Header, profile: TokenProfile) -> None:
    # RFC 7519, section 5.2: a nested token says so in cty. Nothing here looks for a second token inside.
    if "cty" not in header:
        return
    content = _media_type(header["cty"], "cty")
    if content == "jwt" or (profile.cty is not None and content not in profile.cty):
        raise TypeRefused(f"cty is {str(header['cty'])[:40]!r}, not that of a {profile.name}", rule="cty")


def _media_type(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise TypeRefused(f"{name} is not text", rule=name)
    # Media types do not depend on letter case (RFC 6838, section 4.2).
    return value.lower().removeprefix("application/")


HEADER_RULES: dict[str, Callable[[Header, TokenProfile], None]] = {
    "known algorithm": _algorithm,
    "crit": _crit,
    "b64": _b64,
    "zip": _zip,
    "encryption": _encryption,
    "jku": _jku,
    "x5u": _x5u,
    "x5c": _x5c,
    "jwk": _jwk,
    "jwk form": _jwk_form,
    "kid": _kid,
    "typ": _typ,
    "cty": _cty,
}
"""The name of each rule, as `JoseError.rule` gives it."""
