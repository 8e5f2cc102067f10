"""Baking: a badge in a picture (Open Badges 3.0, section 5.3).

The picture stays what it was: nothing is decoded or written anew, one chunk or one element is added. What comes out
of a picture is bytes that nobody vouches for; they are verified like any others.
"""

from __future__ import annotations

import base64
import binascii
import re
from enum import StrEnum
from typing import Protocol

from vc.badges import open_badges, png, svg
from vc.badges.image_errors import ImageNotRead, ImageTooLarge, NotBakeable
from vc.errors import ParsingError
from vc.model import MAX_DOCUMENT_BYTES, parse_json
from vc.secured import Form, form_of

MAX_IMAGE_BYTES = 4 * 1024 * 1024
_SVG_ROOT = re.compile(rb"<(?:[A-Za-z_][A-Za-z0-9_.-]*:)?svg[\s/>]")
_LOOK_AT_BYTES = 64 * 1024


class ImageKind(StrEnum):
    """Kinds of pictures that can carry a badge."""

    PNG = "png"
    SVG = "svg"


def image_kind(data: bytes) -> ImageKind | None:
    """What picture `data` is by its first bytes; None if it is none of those that can carry a badge."""
    if data.startswith(png.SIGNATURE):
        return ImageKind.PNG
    begin = data[:_LOOK_AT_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    return ImageKind.SVG if begin.startswith(b"<") and _SVG_ROOT.search(begin) else None


def unbake(image: bytes) -> bytes:
    """The credential in a picture, as it was baked: a JSON document or a compact JWS. It is not verified.

    Raises:
        BakingError: too large, no PNG or SVG, damaged, no badge inside, several, or one that is put in wrongly.
    """
    content = _part(image).read(image).strip()
    if len(content) > MAX_DOCUMENT_BYTES:
        raise ImageTooLarge(f"the credential in the picture is larger than {MAX_DOCUMENT_BYTES // 1024} kB")
    return content


def bake(image: bytes, credential: bytes, *, replace: bool = False) -> bytes:
    """The picture with the badge in it. Every other part of it is byte for byte what it was.

    `credential` is an Open Badges 3.0 credential with its proof, or a compact JWS of one.

    Raises:
        BakingError: the picture is none, the credential is no badge, or, without `replace`, there is one already.
    """
    credential = credential.strip()
    _check_badge(credential)
    part = _part(image)
    baked = part.bake(image, credential, replace=replace)
    if len(baked) > MAX_IMAGE_BYTES:
        raise ImageTooLarge(f"with the credential the picture is larger than {MAX_IMAGE_BYTES // 1024} kB")
    if part.read(baked) != credential:  # line ends that XML changes, characters that it forbids
        raise NotBakeable("the credential does not come out of the picture as it went in")
    return baked


class _Part(Protocol):
    """What `png` and `svg` have in common."""

    def read(self, image: bytes) -> bytes: ...

    def bake(self, image: bytes, credential: bytes, *, replace: bool = False) -> bytes: ...


def _part(image: bytes) -> _Part:
    if len(image) > MAX_IMAGE_BYTES:
        raise ImageTooLarge(f"the picture is larger than {MAX_IMAGE_BYTES // 1024} kB")
    match image_kind(image):
        case ImageKind.PNG:
            return png
        case ImageKind.SVG:
            return svg
    raise ImageNotRead("this is neither a PNG nor an SVG picture")


def _check_badge(credential: bytes) -> None:
    if len(credential) > MAX_DOCUMENT_BYTES:
        raise NotBakeable(f"the credential is larger than {MAX_DOCUMENT_BYTES // 1024} kB")
    form = form_of(credential)
    if form is None or form is Form.SD_JWT_VC:
        raise NotBakeable("a picture carries an Open Badge as a JSON document or as a compact JWS, nothing else")
    try:
        document = parse_json(credential if form is Form.LDP_VC else _payload(credential))
    except ParsingError as error:
        raise NotBakeable(f"the credential cannot be read: {error}") from error
    if form is Form.JWT_VC_JSON and isinstance(document.get("vc"), dict):
        document = document["vc"]
    if not open_badges.is_achievement_credential(document):
        raise NotBakeable("the credential is no Open Badge (AchievementCredential)")
    if form is Form.LDP_VC and not document.get("proof"):
        raise NotBakeable("the credential carries no proof")


def _payload(token: bytes) -> bytes:
    part = token.split(b".")[1]
    try:
        return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    except binascii.Error as error:
        raise NotBakeable("the token cannot be read") from error
