"""Secured credentials and presentations as JSON-LD objects: a `data:` URL as `id` (VCDM 2.0, sections 4.13, 4.14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vc.errors import MalformedValue
from vc.model import list_of
from vc.structure import CONTEXT_V2

ENVELOPED_CREDENTIAL = "EnvelopedVerifiableCredential"
ENVELOPED_PRESENTATION = "EnvelopedVerifiablePresentation"

VC_MEDIA_TYPES = frozenset(
    {"application/vc+jwt", "application/jwt", "application/dc+sd-jwt", "application/vc+sd-jwt", "application/sd-jwt"}
)
VP_MEDIA_TYPES = frozenset({"application/vp+jwt", "application/vp+sd-jwt"})

_MEDIA_TYPES = {ENVELOPED_CREDENTIAL: VC_MEDIA_TYPES, ENVELOPED_PRESENTATION: VP_MEDIA_TYPES}

# RFC 2397, without parameters: tokens are text, and their characters need no escapes.
_DATA_URL = re.compile(r"data:(?P<type>[a-z]+/[a-z0-9.+-]+),(?P<token>[A-Za-z0-9_.~-]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Enveloped:
    """`media_type` is what the envelope says about `token`; nobody vouches for it."""

    media_type: str
    token: str


def envelop(token: str, media_type: str, *, envelope: str = ENVELOPED_CREDENTIAL) -> dict[str, Any]:
    """An object that stands for the token wherever JSON is wanted."""
    return {"@context": CONTEXT_V2, "id": f"data:{media_type},{token}", "type": envelope}


def is_enveloped(document: Mapping[str, Any]) -> bool:
    """Whether the document says that it is an envelope; whether it is a good one, `open_envelope` asks."""
    return any(kind in _MEDIA_TYPES for kind in list_of(document.get("type")) if isinstance(kind, str))


def open_envelope(document: Mapping[str, Any], *, envelope: str = ENVELOPED_CREDENTIAL) -> Enveloped:
    """The token inside.

    Raises:
        MalformedValue: another type, no VCDM 2.0 context, an `id` that is no `data:` URL of a token, a media type that
            an envelope of this kind does not hold, or members beside: they would be secured by nobody.
    """
    if list_of(document.get("type")) != [envelope]:
        raise MalformedValue(f"must be {envelope}", "/type")
    if list_of(document.get("@context")) != [CONTEXT_V2]:
        raise MalformedValue(f"must be {CONTEXT_V2}", "/@context")
    stray = sorted(document.keys() - {"@context", "id", "type"})
    if stray:
        raise MalformedValue("stands outside of what was signed", f"/{stray[0]}")
    url = document.get("id")
    match = _DATA_URL.fullmatch(url) if isinstance(url, str) else None
    if match is None:
        raise MalformedValue("must be a data: URL with a token in it", "/id")
    if match["type"] not in _MEDIA_TYPES[envelope]:
        raise MalformedValue(f"holds {match['type']!r}, which is no such token", "/id")
    return Enveloped(match["type"], match["token"])
