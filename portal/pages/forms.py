"""The forms in which one award exists, in words: which there are, what each is for, where to get it."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.pages.source import FormLink
from vc.secured import Form

_JSON_ALIASES = ("application/ld+json", "application/json")
_WORDS = {  # form → name, what it is for
    Form.LDP_VC: (
        "Document with a proof",
        "Readable JSON that carries its own proof. For archives and for most verifiers.",
    ),
    Form.VC_JWT: (
        "Signed token, W3C 2.0",
        "The same document inside a signed token (VC-JOSE). For software that works with tokens.",
    ),
    Form.JWT_VC_JSON: (
        "Signed token, W3C 1.1",
        "The older form of a token, which many wallets still ask for.",
    ),
    Form.OB_JWT: (
        "Open Badge token",
        "Open Badges 3.0 as a token. For badge platforms; it can be put into a picture.",
    ),
    Form.SD_JWT_VC: (
        "Selective disclosure",
        "A token of which the holder may show some facts and keep the others to themselves.",
    ),
}


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
    own = Form(form).media_type
    return (own, *_JSON_ALIASES) if form == Form.LDP_VC else (own,)


def file_name(form: str, public_id: str) -> str:
    """What a downloaded credential is called."""
    return f"credential-{public_id[:12]}.{Form(form).extension}"


def form_views(links: Sequence[FormLink], this: str) -> tuple[FormView, ...]:
    """All forms of an award, `this` being the public id of the page's own."""
    return tuple(_view(Form(link.form), link.public_id, this) for link in links)


def _view(form: Form, public_id: str, this: str) -> FormView:
    name, purpose = _WORDS[form]
    return FormView(
        name=name,
        purpose=purpose,
        code=form.value,
        media_type=form.media_type,
        file_name=file_name(form, public_id),
        public_id=public_id,
        is_this=public_id == this,
    )
