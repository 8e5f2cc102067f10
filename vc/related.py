"""Digests of related resources (VCDM 2.0, "Integrity of Related Resources")."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any, Final

from did import base58
from did.errors import DidError
from vc.errors import MalformedValue
from vc.loader import context_bytes, has_exact_context
from vc.members import check_id, objects

_SRI: Final = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/]+={0,2})(?:\?[\x21-\x7e]*)?")
_HEX: Final = re.compile("[0-9a-f]+")
_STRENGTH: Final = ("sha256", "sha384", "sha512")
_LENGTH: Final = {"sha256": 32, "sha384": 48, "sha512": 64}
_MULTIHASH: Final = {0x12: "sha256", 0x20: "sha384", 0x13: "sha512"}
_MAX_DIGEST_TEXT: Final = 1_000


def check_related_resources(credential: Mapping[str, Any]) -> None:
    """Each related resource has its own URL and a digest; a bundled context has the digest it claims.

    Raises:
        MalformedValue
    """
    if "relatedResource" not in credential:
        return
    seen: set[str] = set()
    for resource, path in objects(credential["relatedResource"], "/relatedResource"):
        check_id(resource, path)
        url = resource["id"]
        if url in seen:
            raise MalformedValue("this resource is listed twice", f"{path}/id")
        seen.add(url)
        if "digestSRI" not in resource and "digestMultibase" not in resource:
            raise MalformedValue("must have a digestSRI or a digestMultibase", path)
        if "mediaType" in resource and not isinstance(resource["mediaType"], str):
            raise MalformedValue("must be a string", f"{path}/mediaType")
        _expected_digests(resource, path)
        if has_exact_context(url):
            check_digest(resource, context_bytes(url), path=path)


def check_digest(resource: Mapping[str, Any], data: bytes, *, path: str = "") -> None:
    """The bytes of a resource are those that its `digestSRI` and `digestMultibase` name.

    Raises:
        MalformedValue: no digest, a digest of no known form, or other bytes.
    """
    expected = _expected_digests(resource, path)
    if not expected:
        raise MalformedValue("must have a digestSRI or a digestMultibase", path)
    for name, alternatives in expected.items():
        if not any(_matches(algorithm, digest, data) for algorithm, digest in alternatives):
            raise MalformedValue("the resource has another digest", f"{path}/{name}")


def _matches(algorithm: str, digest: bytes, data: bytes) -> bool:
    return hmac.compare_digest(hashlib.new(algorithm, data).digest(), digest)


def _expected_digests(resource: Mapping[str, Any], path: str) -> dict[str, list[tuple[str, bytes]]]:
    expected = {}
    if "digestSRI" in resource:
        expected["digestSRI"] = _parse_sri(resource["digestSRI"], f"{path}/digestSRI")
    if "digestMultibase" in resource:
        expected["digestMultibase"] = [_parse_multibase(resource["digestMultibase"], f"{path}/digestMultibase")]
    return expected


def _parse_sri(value: Any, path: str) -> list[tuple[str, bytes]]:
    """Subresource Integrity, section 3.3: of several digests, those of the strongest algorithm count."""
    if not isinstance(value, str) or len(value) > _MAX_DIGEST_TEXT:
        raise MalformedValue("must be a subresource integrity digest", path)
    found: list[tuple[str, bytes]] = []
    for part in value.split():
        match = _SRI.fullmatch(part)
        if match is None:
            raise MalformedValue("must be a subresource integrity digest, as in sha384-…", path)
        found.append((match[1], _sri_digest(match[1], match[2], path)))
    if not found:
        raise MalformedValue("names no digest", path)
    strongest = max(found, key=lambda pair: _STRENGTH.index(pair[0]))[0]
    return [pair for pair in found if pair[0] == strongest]


def _sri_digest(algorithm: str, text: str, path: str) -> bytes:
    length = _LENGTH[algorithm]
    if len(text) == 2 * length and _HEX.fullmatch(text):
        return bytes.fromhex(text)  # against Subresource Integrity, and in the W3C's own test suite for VCDM 2.0
    try:
        digest = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise MalformedValue("is not base64", path) from None
    if len(digest) != length:
        raise MalformedValue(f"is not as long as {algorithm}", path)
    return digest


def _parse_multibase(value: Any, path: str) -> tuple[str, bytes]:
    """A multihash in base58 (`z`) or base64url without padding (`u`)."""
    if not isinstance(value, str) or not 2 <= len(value) <= _MAX_DIGEST_TEXT:
        raise MalformedValue("must be a multibase digest", path)
    try:
        if value[0] == "z":
            multihash = base58.decode(value[1:])
        elif value[0] == "u":
            multihash = base64.b64decode(value[1:] + "=" * (-len(value[1:]) % 4), altchars=b"-_", validate=True)
        else:
            raise MalformedValue("must be in base58 (z) or base64url (u)", path)
    except (DidError, ValueError):
        raise MalformedValue("is not a multibase text", path) from None
    algorithm = _MULTIHASH.get(multihash[0]) if len(multihash) > 2 else None
    if algorithm is None or multihash[1] != _LENGTH[algorithm] or len(multihash) != 2 + _LENGTH[algorithm]:
        raise MalformedValue("is not a SHA-2 multihash", path)
    return algorithm, multihash[2:]
