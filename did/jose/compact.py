"""JWS Compact Serialization (RFC 7515, section 7.1): the text of a token, read strictly and written once.

Two readers of one token must see the same: so each part has one spelling, and each JSON object one member per name.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from did.errors import InvalidDidDocument, InvalidPublicKey
from did.jose.algorithms import algorithm_of, check_algorithm, check_signature
from did.jose.claims import check_claims
from did.jose.errors import HeaderRefused, KeyRefused, TokenMalformed, TokenTooLarge
from did.jose.header import check_header
from did.jose.profile import TokenProfile
from did.jwk import public_key_of
from did.keys import KeyType, PublicKey
from did.strict_json import parse_object

MAX_HEADER_BYTES = 16_384

_FROM_STANDARD = bytes.maketrans(b"+/", b"-_")


class Signer(Protocol):
    """`vc.signer.Signer` is one."""

    @property
    def key_type(self) -> KeyType: ...

    def sign(self, data: bytes) -> bytes:
        """The raw signature; ECDSA as r‖s over the key's own hash."""
        ...


@dataclass(frozen=True, slots=True)
class Jws:
    """A token that was read. **Nobody vouches for any of it before `verify_compact`.**"""

    header: Mapping[str, Any]
    payload: bytes
    signature: bytes
    signing_input: bytes

    @property
    def kid(self) -> str | None:
        kid = self.header.get("kid")
        return kid if isinstance(kid, str) else None


# --- writing ---------------------------------------------------------------------------------------


class PreparedHeader:
    """One header for many tokens, encoded once. `alg` is added: it is that of the signer's key."""

    __slots__ = ("_prefix", "_sign", "header")

    def __init__(self, header: Mapping[str, Any], *, signer: Signer) -> None:
        """Raises `AlgorithmRefused` for a key that signs no tokens, `HeaderRefused` if `header` names an `alg`."""
        if "alg" in header:
            raise HeaderRefused("alg follows from the key", rule="algorithm of the key")
        self.header = {"alg": algorithm_of(signer.key_type), **header}
        text = json.dumps(self.header, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        self._prefix = _encode(text.encode("utf-8")) + b"."
        self._sign = signer.sign

    def sign(self, payload: bytes) -> str:
        """The token over exactly these bytes."""
        signing_input = self._prefix + _encode(payload)
        return (signing_input + b"." + _encode(self._sign(signing_input))).decode("ascii")


def sign_compact(header: Mapping[str, Any], payload: bytes, *, signer: Signer) -> str:
    """One token. Raises like `PreparedHeader`."""
    return PreparedHeader(header, signer=signer).sign(payload)


# --- reading ---------------------------------------------------------------------------------------


def parse_compact(token: str, profile: TokenProfile) -> Jws:
    """Read a token by the rules of its kind; no key is asked for yet.

    Raises:
        TokenTooLarge, TokenMalformed, AlgorithmRefused, HeaderRefused, TypeRefused
    """
    jws = parse_unchecked(token, profile)
    check_header(jws.header, profile)
    return jws


def parse_unchecked(token: str, profile: TokenProfile) -> Jws:
    """Read a token whose header decides what kind of token it is; **`check_header` is still to come**.

    `profile` only bounds the token.

    Raises:
        TokenTooLarge, TokenMalformed
    """
    for rule in TEXT_RULES.values():
        rule(token, profile)
    header_part, _, rest = token.partition(".")
    payload_part, _, signature_part = rest.partition(".")
    header = _parse(_decode(header_part), "header")
    signing_input = token[: -len(signature_part) - 1].encode("ascii")
    return Jws(header, _decode(payload_part), _decode(signature_part), signing_input)


def verify_compact(jws: Jws, key: PublicKey, profile: TokenProfile) -> None:
    """Check the signature, by the algorithm of `key`.

    Raises:
        AlgorithmRefused: the header names another algorithm than the key's.
        KeyRefused: the header shows another key in `jwk`.
        TokenSignatureInvalid
    """
    algorithm = str(jws.header.get("alg"))
    check_algorithm(algorithm, key)
    check_shown_key(jws.header, key, profile)
    check_signature(algorithm, key, jws.signing_input, jws.signature)


def check_shown_key(header: Mapping[str, Any], key: PublicKey, profile: TokenProfile) -> None:
    """Whether a key in the header is the one that is verified with, and nothing private. Raises `KeyRefused`."""
    if "jwk" not in header:
        return
    try:
        shown = public_key_of(header["jwk"])
    except InvalidPublicKey as error:
        raise KeyRefused(f"jwk: {error}", rule="key in the header") from error
    if shown != key:
        raise KeyRefused(f"the {profile.name} shows another key than its author's", rule="key in the header")


def parse_claims(jws: Jws, profile: TokenProfile) -> dict[str, Any]:
    """The payload as claims, of the right types and as many as the profile wants; no time is compared.

    Raises:
        TokenMalformed: not one JSON object with one reading.
        ClaimRefused
    """
    claims = parse_payload(jws)
    check_claims(claims, profile)
    return claims


def parse_payload(jws: Jws) -> dict[str, Any]:
    """The payload as JSON, where its members decide what kind of token this is; `check_claims` is still to come.

    Raises:
        TokenMalformed: not one JSON object with one reading.
    """
    return _parse(jws.payload, "payload")


def _size(token: str, profile: TokenProfile) -> None:
    if len(token) > profile.max_bytes:
        raise TokenTooLarge(
            f"the token has {len(token)} characters; a {profile.name} has at most {profile.max_bytes}", rule="size"
        )


def _parts(token: str, _profile: TokenProfile) -> None:
    if token.count(".") != 2:
        raise TokenMalformed("a compact token has three parts", rule="three parts")


def _header_size(token: str, _profile: TokenProfile) -> None:
    if token.find(".") > MAX_HEADER_BYTES:
        raise TokenTooLarge(f"the header is longer than {MAX_HEADER_BYTES}", rule="size of the header")


def _alphabet(token: str, _profile: TokenProfile) -> None:
    # Padding, line breaks and the other base64 alphabet are what lenient decoders read over.
    if not token.isascii() or token.encode("ascii").translate(None, _TOKEN_CHARACTERS):
        raise TokenMalformed("a part is not base64url without padding", rule="alphabet")


def _spelling(token: str, _profile: TokenProfile) -> None:
    # The last digit of a part can have bits that belong to no byte (RFC 4648, section 3.5).
    for part in token.split("."):
        unused = (0, 6, 4, 2)[len(part) % 4]
        if unused == 6 or (unused and _DIGITS.find(part[-1]) % (1 << unused)):
            raise TokenMalformed("a part is base64url in a spelling that is not canonical", rule="spelling")


def _empty(token: str, _profile: TokenProfile) -> None:
    # RFC 7515, appendix F: with an empty payload, what was signed would be somewhere else.
    if not all(token.split(".")):
        raise TokenMalformed("a part is empty; detached payloads are not read", rule="detached payload")


TEXT_RULES: dict[str, Callable[[str, TokenProfile], None]] = {
    "size": _size,
    "three parts": _parts,
    "size of the header": _header_size,
    "alphabet": _alphabet,
    "spelling": _spelling,
    "detached payload": _empty,
}
"""The name of each rule, as `JoseError.rule` gives it."""

_TOKEN_CHARACTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _encode(data: bytes) -> bytes:
    return binascii.b2a_base64(data, newline=False).translate(_FROM_STANDARD).rstrip(b"=")


def _decode(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError as error:
        raise TokenMalformed("a part is not base64url", rule="alphabet") from error


def _parse(data: bytes, what: str) -> dict[str, Any]:
    try:
        return parse_object(data)
    except InvalidDidDocument as error:
        raise TokenMalformed(f"the {what}: {error}", rule="strict JSON") from error
