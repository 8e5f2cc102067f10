"""The forms in which a credential is secured (architecture, decision 10), and how bytes are told apart.

Recognizing is no judgement: `form_of` looks at the outside only and trusts nothing of it. Whether the bytes keep
the rules of the form is for the code of that form.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from enum import StrEnum
from typing import Any

MAX_TOKEN_BYTES = 1_000_000
_BASE64URL = rb"[A-Za-z0-9_-]+"
_COMPACT = re.compile(rb"(" + _BASE64URL + rb")\.(" + _BASE64URL + rb")\.(" + _BASE64URL + rb")?\s*\Z")
_SD_JWT_TYPES = frozenset({"dc+sd-jwt", "vc+sd-jwt"})  # the second is the draft's name, until November 2024


class Form(StrEnum):
    """A form's name as templates, tables and metadata use it."""

    LDP_VC = "ldp_vc"
    VC_JWT = "vc+jwt"
    JWT_VC_JSON = "jwt_vc_json"
    OB_JWT = "ob-jwt"
    SD_JWT_VC = "dc+sd-jwt"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]

    @property
    def extension(self) -> str:
        """The ending of a file's name, without the first dot."""
        return _EXTENSIONS[self]


_MEDIA_TYPES = {
    Form.LDP_VC: "application/vc",
    Form.VC_JWT: "application/vc+jwt",
    Form.JWT_VC_JSON: "application/jwt",
    Form.OB_JWT: "application/jwt",
    Form.SD_JWT_VC: "application/dc+sd-jwt",
}
_EXTENSIONS = {
    Form.LDP_VC: "json",
    Form.VC_JWT: "vc.jwt",
    Form.JWT_VC_JSON: "jwt",
    Form.OB_JWT: "badge.jwt",
    Form.SD_JWT_VC: "sd-jwt",
}


def form_of(data: bytes) -> Form | None:
    """The form that `data` has by its looks; None for what looks like no credential (a picture, a web page).

    `{` begins a document, a `~` makes an SD-JWT, and among the compact JWS the header's `typ` and the payload's
    `vc` claim decide, as section 8.2 of Open Badges 3.0, VC-JOSE-COSE 3.1 and VCDM 1.1 section 6.3.1 have them.
    """
    text = data.strip()
    if text.startswith(b"{"):
        return Form.LDP_VC
    if len(text) > MAX_TOKEN_BYTES:
        return None
    jws, tilde, _disclosures = text.partition(b"~")
    if not (match := _COMPACT.match(jws)):
        return None
    typ = _peek(match[1]).get("typ")
    # RFC 7515, section 4.1.9: the prefix may be left out, and letter case does not count.
    typ = typ.lower().removeprefix("application/") if isinstance(typ, str) else None
    if tilde or typ in _SD_JWT_TYPES:
        return Form.SD_JWT_VC
    if typ == "vc+jwt":
        return Form.VC_JWT
    return Form.JWT_VC_JSON if "vc" in _peek(match[2]) else Form.OB_JWT


def _peek(part: bytes) -> dict[str, Any]:
    """What a part of a token says, not yet believed; nothing if it cannot be read."""
    try:
        value = json.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
