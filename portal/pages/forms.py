"""The forms in which one award exists, in words: which there are, what each is for, where to get it."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.pages.source import FormLink

_JSON_ALIASES = ("application/ld+json", "application/json")


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    purpose: str
    media_type: str
    ending: str  # of the file's name


_KINDS = {
    "ldp_vc": _Kind(
        "Document with a proof",
        "Readable JSON that carries its own proof. For archives and for most verifiers.",
        "application/vc",
        "json",
    ),
    "vc+jwt": _Kind(
        "Signed token, W3C 2.0",
        "The same document inside a signed token (VC-JOSE). For software that works with tokens.",
        "application/vc+jwt",
        "vc.jwt",
    ),
    "jwt_vc_json": _Kind(
        "Signed token, W3C 1.1",
        "The older token form that many wallets still ask for (jwt_vc_json).",
        "application/jwt",
        "jwt",
    ),
    "ob-jwt": _Kind(
        "Open Badge token",
        "Open Badges 3.0 as a token. For badge platforms; it can be put into a picture.",
        "application/jwt",
        "badge.jwt",
    ),
    "dc+sd-jwt": _Kind(
        "Selective disclosure",
        "A token of which the holder may show some facts and keep the others (SD-JWT VC).",
        "application/dc+sd-jwt",
        "sd-jwt",
    ),
}
_UNKNOWN = _Kind(
    "Another form", "A form that this version of the node has no words for.", "application/octet-stream", "bin"
)


@dataclass(frozen=True, slots=True)
class FormView:
    """One form of an award as the page lists it."""

    name: str
    purpose: str
    code: str  # the form's own name, for people who know it
    media_type: str
    file_name: str
    public_id: str
    is_this: bool


def media_types_of(form: str) -> tuple[str, ...]:
    """Media types under which the bytes of a form may be asked for; the first is its own name."""
    own = _KINDS.get(form, _UNKNOWN).media_type
    return (own, *_JSON_ALIASES) if form == "ldp_vc" else (own,)


def file_name(form: str, public_id: str) -> str:
    """What a downloaded credential is called."""
    return f"credential-{public_id[:12]}.{_KINDS.get(form, _UNKNOWN).ending}"


def form_views(forms: Sequence[FormLink], this: str) -> tuple[FormView, ...]:
    """All forms of an award, `this` being the public id of the page's own."""
    return tuple(
        FormView(
            name=kind.name,
            purpose=kind.purpose,
            code=each.form,
            media_type=kind.media_type,
            file_name=file_name(each.form, each.public_id),
            public_id=each.public_id,
            is_this=each.public_id == this,
        )
        for each in forms
        for kind in [_KINDS.get(each.form, _UNKNOWN)]
    )
