"""What something is that is no credential, so that whoever brought it learns what to bring instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from vc.errors import ParsingError
from vc.model import list_of


class NotACredential(ParsingError):
    """The text names what was recognized; `code` never changes."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


_BY_FIRST_BYTES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "This is a PDF. Bring the credential itself, or the picture that it was baked into.", "pdf"),
    (b"\xff\xd8\xff", "This is a JPEG picture. A badge can only be in the PNG or SVG that was downloaded.", "jpeg"),
    (b"GIF8", "This is a GIF picture. A badge can only be in the PNG or SVG that was downloaded.", "gif"),
    (b"RIFF", "This is a WebP picture or a sound. A badge can only be in the PNG or SVG that was downloaded.", "riff"),
    (b"PK\x03\x04", "This is an archive or an office document. Unpack it first.", "archive"),
    (b"\x1f\x8b", "This is packed (gzip). Unpack it first.", "gzip"),
    (b"[", "This is a list. Bring one credential at a time.", "list"),
    (b"-----BEGIN", "This is a key or a certificate, and no credential.", "pem"),
    (b"openid", "This is a link for a wallet. Open it there.", "wallet-link"),
)
_JWE = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


def check_kind(document: Mapping[str, Any]) -> None:
    """A document that says of itself to be something else. Raises `NotACredential`."""
    types = {kind for kind in list_of(document.get("type")) if isinstance(kind, str)}
    if "VerifiableCredential" in types:
        return
    if types & {"VerifiablePresentation", "EnvelopedVerifiablePresentation"}:
        raise NotACredential("This is a presentation. Bring the credential that is in it.", "presentation")
    if types & {"Assertion", "BadgeClass"} and any(
        "openbadges" in str(one) for one in list_of(document.get("@context"))
    ):
        raise NotACredential("This is a badge of Open Badges 2.0 or older. Only 3.0 is read.", "older-badge")


def refuse(data: bytes) -> NoReturn:
    """Raises `NotACredential`."""
    text = data.removeprefix(b"\xef\xbb\xbf").strip()
    for begin, message, code in _BY_FIRST_BYTES:
        if text.startswith(begin):
            raise NotACredential(message, code)
    lower = text[:300].lower()
    if lower.startswith((b"<!doctype html", b"<html")):
        raise NotACredential("This is a web page. Download the credential there and bring the file.", "web-page")
    if text.startswith(b"<"):
        raise NotACredential("This is XML, and no SVG picture with a badge.", "xml")
    if lower.startswith((b"http://", b"https://")):
        raise NotACredential("This is a link. Bring what is behind it.", "link")
    if _JWE.fullmatch(text):
        raise NotACredential("This token is encrypted. Only the one it is for can open it.", "encrypted")
    if not text:
        raise NotACredential("This is empty.", "empty")
    raise NotACredential("This is neither a document that begins with {, nor a token, nor a picture.", "not-recognized")
