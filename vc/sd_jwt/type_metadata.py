"""Type metadata with integrity (SD-JWT VC, "SD-JWT VC Type Metadata" and "Document Integrity")."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any

from vc.errors import ParsingError
from vc.model import parse_json
from vc.sd_jwt.errors import CredentialTypeInvalid, TypeMetadataInvalid

MAX_EXTENDS = 8  # types that one type builds on, itself included
MAX_METADATA_BYTES = 256 * 1024

GetTypeMetadata = Callable[[str], bytes]
"""The bytes of the metadata of a type, wherever it is kept. Raises `TypeMetadataUnavailable`."""

_INTEGRITY = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/]+={0,2})(?:\?[\x21-\x7e]*)?")
_STRENGTH = ("sha256", "sha384", "sha512")
_SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}


def check_integrity_syntax(integrity: Any) -> list[tuple[str, bytes]]:
    """The hashes that "integrity metadata" lists (W3C SRI, section 3.5). Raises `CredentialTypeInvalid`."""
    if not isinstance(integrity, str) or not integrity.split():
        raise CredentialTypeInvalid("integrity metadata is a text such as sha256-…")
    found = []
    for part in integrity.split():
        match = _INTEGRITY.fullmatch(part)
        if match is None:
            raise CredentialTypeInvalid(f"{part[:80]!r} is no integrity metadata")
        try:
            value = base64.b64decode(match[2], validate=True)
        except binascii.Error as error:
            raise CredentialTypeInvalid(f"{part[:80]!r} is no integrity metadata") from error
        if len(value) != _SIZES[match[1]]:
            raise CredentialTypeInvalid(f"{part[:80]!r} has the wrong length")
        found.append((match[1], value))
    return found


def check_integrity(data: bytes, integrity: Any) -> None:
    """W3C SRI, section 3.3.5: one of the hashes of the strongest kind fits.

    Raises:
        CredentialTypeInvalid: no integrity metadata.
        TypeMetadataInvalid: the digest differs.
    """
    hashes = check_integrity_syntax(integrity)
    strongest = max((name for name, _ in hashes), key=_STRENGTH.index)
    found = hashlib.new(strongest, data).digest()
    if not any(name == strongest and hmac.compare_digest(value, found) for name, value in hashes):
        raise TypeMetadataInvalid(f"the {strongest} digest of the type metadata differs")


def integrity_of(data: bytes) -> str:
    """The value for `vct#integrity` of metadata with these bytes."""
    return "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")


def load(vct: str, *, integrity: str | None, get_metadata: GetTypeMetadata) -> list[Mapping[str, Any]]:
    """The metadata of a type and of those it extends, the type itself first.

    `integrity` is the credential's `vct#integrity`. **What a type's metadata says is its author's word; whether the
    author deserves trust is for the caller.**

    Raises:
        TypeMetadataInvalid: a digest differs, the document is of another type, the types form a circle, or there are
            more than `MAX_EXTENDS`.
        CredentialTypeInvalid: an `#integrity` that is none.
        TypeMetadataUnavailable: a document could not be had.
    """
    chain: list[Mapping[str, Any]] = []
    seen: set[str] = set()
    wanted: str | None = vct
    expected: Any = integrity
    while wanted is not None:
        if wanted in seen:
            raise TypeMetadataInvalid(f"the type {wanted[:200]} extends itself")
        if len(seen) == MAX_EXTENDS:
            raise TypeMetadataInvalid(f"more than {MAX_EXTENDS} types extend each other")
        seen.add(wanted)
        document = _document(wanted, expected, get_metadata)
        chain.append(document)
        wanted, expected = document.get("extends"), document.get("extends#integrity")
        if wanted is not None and not isinstance(wanted, str):
            raise TypeMetadataInvalid("extends is not a text")
    return chain


def _document(vct: str, integrity: Any, get_metadata: GetTypeMetadata) -> Mapping[str, Any]:
    data = get_metadata(vct)
    if integrity is not None:
        check_integrity(data, integrity)
    try:
        document = parse_json(data, max_bytes=MAX_METADATA_BYTES)
    except ParsingError as error:
        raise TypeMetadataInvalid(f"the metadata of {vct[:200]} cannot be read: {error}") from error
    if document.get("vct") != vct:
        raise TypeMetadataInvalid(f"the metadata of {vct[:200]} is of {str(document.get('vct'))[:200]!r}")
    return document
