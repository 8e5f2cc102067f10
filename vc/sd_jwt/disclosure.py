"""Disclosures and their digests (RFC 9901, sections 4.2.1 to 4.2.3), and the names that are reserved."""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from did.errors import InvalidPublicKey
from did.multikey import decode_base64url
from vc.errors import ParsingError
from vc.model import parse_json_value
from vc.sd_jwt.errors import MalformedDisclosure, ReservedClaimName, UnknownDigestAlgorithm

SD = "_sd"
ARRAY_DIGEST = "..."
SD_ALG = "_sd_alg"
RESERVED = frozenset({SD, ARRAY_DIGEST, SD_ALG})
DEFAULT_HASH = "sha-256"

_FROM_STANDARD = bytes.maketrans(b"+/", b"-_")

# IANA's "Named Information Hash Algorithm" names; shorter and older hashes are not accepted.
HASHES: dict[str, Callable[[bytes], Any]] = {
    "sha-256": hashlib.sha256,
    "sha-384": hashlib.sha384,
    "sha-512": hashlib.sha512,
}


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One disclosure. `name` is None for an array element. `text` is what the digest is made over."""

    text: str
    salt: str
    name: str | None
    value: Any


def encode(parts: list[Any]) -> bytes:
    """The disclosure of `[salt, name, value]`, or of `[salt, value]` for an array element. Raises `TypeError`."""
    return _base64url(orjson.dumps(parts))


def encode_with_digest(parts: list[Any], function: Callable[[bytes], Any]) -> tuple[str, str]:
    """`encode` and the digest over it in one step, for whoever makes many."""
    text = binascii.b2a_base64(orjson.dumps(parts), newline=False).translate(_FROM_STANDARD, b"=")
    made = binascii.b2a_base64(function(text).digest(), newline=False).translate(_FROM_STANDARD, b"=")
    return text.decode(), made.decode()


def digest(text: str, hash_name: str = DEFAULT_HASH) -> str:
    """Base64url of the hash over the ASCII of `text` (section 4.2.3). Raises `UnknownDigestAlgorithm`."""
    return digest_with(hash_function(hash_name), text.encode("ascii"))


def digest_with(function: Callable[[bytes], Any], text: bytes) -> str:
    """`digest` where the hash is known and the text is bytes already."""
    return _base64url(function(text).digest()).decode("ascii")


def salt_of(random: bytes) -> str:
    """The salt that 16 or more random bytes make."""
    return _base64url(random).decode("ascii")


def hash_function(name: Any) -> Callable[[bytes], Any]:
    """The hash with this name. Raises `UnknownDigestAlgorithm`."""
    function = HASHES.get(name) if isinstance(name, str) else None
    if function is None:
        raise UnknownDigestAlgorithm(f"the digest algorithm {str(name)[:40]!r} is not one of {', '.join(HASHES)}")
    return function


def _base64url(data: bytes) -> bytes:
    # Four of these per disclosure: what the standard library's function adds to this is a third of the time.
    # `=` stands at the end only, so that deleting it while translating is stripping it.
    return binascii.b2a_base64(data, newline=False).translate(_FROM_STANDARD, b"=")


def parse(text: str) -> Disclosure:
    """Read one disclosure.

    Raises:
        MalformedDisclosure: not canonical base64url, not strict JSON, or not an array of two or three with a salt
            and, of three, a name.
        ReservedClaimName: the name is `_sd`, `...` or `_sd_alg`.
    """
    try:
        parts = parse_json_value(decode_base64url(text))
    except (InvalidPublicKey, ParsingError) as error:
        raise MalformedDisclosure(f"a disclosure cannot be read: {error}") from error
    check_shape(parts)
    name = None if len(parts) == 2 else parts[1]
    check_name(name)
    return Disclosure(text, parts[0], name, parts[-1])


def check_shape(parts: Any) -> None:
    """Sections 4.2.1 and 4.2.2: a salt, perhaps a name, a value. Raises `MalformedDisclosure`."""
    if not isinstance(parts, list) or len(parts) not in (2, 3):
        raise MalformedDisclosure("a disclosure is not an array of two or three elements")
    if not all(isinstance(text, str) for text in parts[:-1]):
        raise MalformedDisclosure("the salt and the claim name of a disclosure are texts")


def check_name(name: str | None) -> None:
    """Section 7.1, step 3.c.ii.2. Raises `ReservedClaimName`."""
    if name in RESERVED:
        raise ReservedClaimName(f"a disclosure makes a claim named {name!r}, which is reserved")
