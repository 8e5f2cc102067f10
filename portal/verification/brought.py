"""What someone brought, for showing beside the result: in which form it came, what it says, what was kept back.

Nothing is decided here; the verdict is the verifier's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.pages.disclosure import Disclosure, disclosure_of
from portal.pages.readable import readable
from vc.badges.baking import ImageKind, image_kind, unbake
from vc.errors import VcError
from vc.jose import is_enveloped, open_envelope
from vc.model import parse_json
from vc.secured import Form, form_of

FORM_WORDS: Mapping[Form, str] = {
    Form.LDP_VC: "a document with its own proof",
    Form.VC_JWT: "a signed token (W3C 2.0)",
    Form.JWT_VC_JSON: "a signed token (W3C 1.1)",
    Form.OB_JWT: "an Open Badge token",
    Form.SD_JWT_VC: "a credential for selective disclosure (SD-JWT VC)",
}
_PICTURES = {ImageKind.PNG: "a PNG picture", ImageKind.SVG: "an SVG picture"}


@dataclass(frozen=True, slots=True)
class Brought:
    """`content` is the credential itself, out of the picture or the envelope that it came in."""

    content: bytes
    form: Form | None
    document: Mapping[str, Any] | None
    came_as: str | None
    disclosure: Disclosure | None


def look_at(data: bytes) -> Brought:
    """Take apart what was brought, as far as that goes. Never raises."""
    content, came_as = data, None
    try:
        kind = image_kind(data)
        if kind is not None:
            content, came_as = unbake(data), _PICTURES[kind]
        if form_of(content) is Form.LDP_VC:
            document = parse_json(content)
            if is_enveloped(document):
                content, came_as = open_envelope(document).token.encode(), "an envelope"
    except VcError:
        return Brought(content, None, None, came_as, None)
    form = form_of(content)
    return Brought(
        content, form, readable(content), came_as, disclosure_of(content) if form is Form.SD_JWT_VC else None
    )


def note_on(brought: Brought) -> str | None:
    """One sentence on the form, unless it is the plain one."""
    if brought.form is None:
        return None
    words = FORM_WORDS[brought.form]
    if brought.came_as is not None:
        return f"Taken out of {brought.came_as}: {words}."
    return None if brought.form is Form.LDP_VC else f"{words[:1].upper()}{words[1:]}."
