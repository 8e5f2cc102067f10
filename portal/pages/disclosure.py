"""What the bearer of an SD-JWT shows, what may be kept back, and to whom it was shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from did.errors import DidError
from did.jose import KB_JWT, parse_claims, parse_compact
from portal.pages.claims import words_of
from portal.pages.dates import day_and_time
from portal.pages.text import fit
from vc.errors import VcError
from vc.sd_jwt.disclosure import ARRAY_DIGEST, SD, digest
from vc.sd_jwt.read import SdJwtCredential, read

_MAX_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What the bearer of an SD-JWT chose to show.

    `shown` are facts that could have been kept back. `holds_back` is True if there may be more: an issuer adds empty
    places, so that nobody can count. `bound_to` is None for a copy without the holder's signature.
    """

    shown: tuple[str, ...]
    shown_left_out: int
    holds_back: bool
    names_holder: bool
    bound_to: str | None
    bound_at: str | None


def disclosure_of(content: bytes) -> Disclosure | None:
    """Of an SD-JWT; None if it cannot be read. Nothing of it is believed here."""
    try:
        token = read(content.decode("ascii").strip())
        bound_to, bound_at = _binding(token)
    except (VcError, DidError, UnicodeDecodeError):
        return None
    places = [place.path for place in token.places]
    known = {digest(one.text, token.hash_name) for one in token.disclosures}
    return Disclosure(
        shown=tuple(fit(_label(path), 120, 400) for path in places[:_MAX_SHOWN]),
        shown_left_out=max(0, len(places) - _MAX_SHOWN),
        holds_back=any(one not in known for one in _digests([token.payload, *(d.value for d in token.disclosures)])),
        names_holder="cnf" in token.claims,
        bound_to=bound_to,
        bound_at=bound_at,
    )


def _binding(token: SdJwtCredential) -> tuple[str | None, str | None]:
    if token.key_binding is None:
        return None, None
    claims = parse_claims(parse_compact(token.key_binding, KB_JWT), KB_JWT)
    return fit(str(claims["aud"]), 200, 600), day_and_time(datetime.fromtimestamp(claims["iat"], UTC))


def _label(path: Sequence[str | int]) -> str:
    return " · ".join(words_of(part) if isinstance(part, str) else str(part + 1) for part in path)


def _digests(values: Sequence[Any]) -> list[str]:
    """All digests in a signed payload and in what was disclosed of it."""
    found: list[str] = []
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            listed = value.get(SD)
            found += [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
            element = value.get(ARRAY_DIGEST)
            found += [element] if isinstance(element, str) else []
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return found
