"""The holder's side: which claims are shown, and to whom (RFC 9901, section 7.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from did.keys import PublicKey
from vc.sd_jwt import key_binding
from vc.sd_jwt.disclosure import Disclosure
from vc.sd_jwt.errors import PresentationImpossible
from vc.sd_jwt.issue import ClaimPath, pointer_of
from vc.sd_jwt.payload import Path, Place
from vc.sd_jwt.read import SdJwtCredential
from vc.signer import Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """For whom a presentation is made. `signer` holds the key that the credential's `cnf` names."""

    signer: Signer
    public_key: PublicKey
    nonce: str
    audience: str
    now: datetime


def disclosable(credential: SdJwtCredential) -> tuple[Path, ...]:
    """Every claim that the holder may show or keep, outer ones first."""
    return tuple(place.path for place in credential.places)


def present(credential: SdJwtCredential, *, choose: Iterable[ClaimPath], binding: Binding | None) -> str:
    """The SD-JWT with only the disclosures that make the claims at `choose`, and those that these stand in.

    A path that stands in the open, or inside of a claim that is disclosed as a whole, is shown anyway. None in a path
    is every element of an array. Without `binding` whoever sees the presentation can show it to others.

    Raises:
        PresentationImpossible: no such claim, the credential is a presentation already, or the key is not the one
            that it is bound to.
    """
    if credential.key_binding is not None:
        raise PresentationImpossible("a presentation is for its verifier; present what the issuer gave")
    chosen = _with_parents(credential, [_places(credential, path) for path in choose])
    shown = [one.text for one in credential.disclosures if one.text in chosen]
    text = "~".join([credential.issuer_jwt, *shown, ""])
    if binding is None:
        return text
    if credential.holder_key != binding.public_key:
        raise PresentationImpossible("the credential is not bound to this key")
    return text + key_binding.make(
        text,
        hash_name=credential.hash_name,
        signer=binding.signer,
        nonce=binding.nonce,
        audience=binding.audience,
        now=binding.now,
    )


def _places(credential: SdJwtCredential, wanted: ClaimPath) -> list[Place]:
    """The disclosures that lead to `wanted`: its own, and those of what it stands in."""
    if not _exists(credential.claims, wanted):
        raise PresentationImpossible(f"there is no claim {pointer_of(wanted)}")
    return [place for place in credential.places if _leads_to(place.path, wanted)]


def _leads_to(path: Path, wanted: ClaimPath) -> bool:
    return len(path) <= len(wanted) and all(
        want == have or (want is None and isinstance(have, int)) for have, want in zip(path, wanted, strict=False)
    )


def _exists(value: object, path: Sequence[str | int | None]) -> bool:
    if not path:
        return True
    first, rest = path[0], path[1:]
    if first is None:
        return isinstance(value, list) and any(_exists(element, rest) for element in value)
    if isinstance(first, int):
        return isinstance(value, list) and 0 <= first < len(value) and _exists(value[first], rest)
    return isinstance(value, dict) and first in value and _exists(value[first], rest)


def _with_parents(credential: SdJwtCredential, groups: Iterable[Sequence[Place]]) -> set[str]:
    parents = {place.disclosure.text: place.parent for place in credential.places}
    chosen: set[str] = set()
    for group in groups:
        for place in group:
            one: Disclosure | None = place.disclosure
            while one is not None and one.text not in chosen:
                chosen.add(one.text)
                one = parents[one.text]
    return chosen
