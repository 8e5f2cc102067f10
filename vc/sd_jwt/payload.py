"""From the signed payload and the disclosures to the claims (RFC 9901, section 7.1, steps 3 to 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vc.sd_jwt.disclosure import ARRAY_DIGEST, DEFAULT_HASH, RESERVED, SD, SD_ALG, Disclosure, digest, hash_function
from vc.sd_jwt.errors import (
    ClaimNameTaken,
    DuplicateDigest,
    MalformedDigests,
    NestedTooDeep,
    RepeatedDisclosure,
    UnreferencedDisclosure,
    WrongDisclosureKind,
)

MAX_DEPTH = 64  # objects and arrays, over all disclosures together

Path = tuple[str | int, ...]
"""Where a claim is: member names and array indexes, as if everything were disclosed."""


@dataclass(frozen=True, slots=True)
class Processed:
    """The claims; and which disclosure made which claim. `places` has one entry per disclosure, outer ones first."""

    claims: dict[str, Any]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A claim that came from a disclosure. `parent` is the disclosure that its digest stood in, if any."""

    path: Path
    disclosure: Disclosure
    parent: Disclosure | None


def process(payload: Mapping[str, Any], disclosures: Sequence[Disclosure]) -> Processed:
    """Put each disclosed claim where its digest stands, and take all digests out.

    Raises:
        UnknownDigestAlgorithm, MalformedDigests: what the payload says about digests cannot be used.
        WrongDisclosureKind, ClaimNameTaken, DuplicateDigest, NestedTooDeep: steps 3.c and 4.
        RepeatedDisclosure, UnreferencedDisclosure: step 5.
    """
    hash_name = payload.get(SD_ALG, DEFAULT_HASH)
    hash_function(hash_name)
    by_digest: dict[str, Disclosure] = {}
    for one in disclosures:
        own = digest(one.text, hash_name)
        if own in by_digest:
            raise RepeatedDisclosure("the same disclosure is there twice")
        by_digest[own] = one
    state = _State(by_digest)
    claims = _object({name: value for name, value in payload.items() if name != SD_ALG}, state, (), None)
    if len(state.places) != len(by_digest):
        # step 5
        used = {place.disclosure.text for place in state.places}
        stray = next(one for one in disclosures if one.text not in used)
        raise UnreferencedDisclosure(f"nothing that is signed refers to the disclosure of {stray.name or 'an element'}")
    return Processed(claims, tuple(state.places))


@dataclass(slots=True)
class _State:
    by_digest: Mapping[str, Disclosure]
    seen: set[str] = field(default_factory=set)
    places: list[Place] = field(default_factory=list)

    def meet(self, value: Any) -> Disclosure | None:
        """The disclosure that belongs to a digest; None for a decoy or a claim that is not shown."""
        if not isinstance(value, str):
            raise MalformedDigests(f"a digest is a text, not {str(value)[:60]!r}")
        # step 4
        if value in self.seen:
            raise DuplicateDigest("the same digest stands in two places")
        self.seen.add(value)
        return self.by_digest.get(value)


def _value(value: Any, state: _State, path: Path, inside: Disclosure | None) -> Any:
    if len(path) > MAX_DEPTH:
        raise NestedTooDeep(f"the claims are nested deeper than {MAX_DEPTH}")
    if isinstance(value, dict):
        return _object(value, state, path, inside)
    if isinstance(value, list):
        return _array(value, state, path, inside)
    return value


def _object(value: Mapping[str, Any], state: _State, path: Path, inside: Disclosure | None) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    for name, member in value.items():
        if name not in RESERVED:
            claims[name] = _value(member, state, (*path, name), inside)
        elif name != SD:
            # Section 4.1: reserved for digests; section 4.1.1: `_sd_alg` only at the top.
            raise MalformedDigests(f"{name!r} cannot be the name of a member here")
    digests = value.get(SD, [])
    if not isinstance(digests, list):
        raise MalformedDigests("_sd is not an array")
    for one in digests:
        # step 3.c.ii
        disclosure = state.meet(one)
        if disclosure is None:
            continue
        if disclosure.name is None:
            raise WrongDisclosureKind("the disclosure of an array element stands for a member")
        if disclosure.name in claims:
            raise ClaimNameTaken(f"the claim {disclosure.name[:100]!r} is already there")
        place = (*path, disclosure.name)
        state.places.append(Place(place, disclosure, inside))
        claims[disclosure.name] = _value(disclosure.value, state, place, disclosure)
    return claims


def _array(value: Sequence[Any], state: _State, path: Path, inside: Disclosure | None) -> list[Any]:
    elements: list[Any] = []
    for element in value:
        # The path counts the elements that are shown, as in the processed claims.
        place = (*path, len(elements))
        if not (isinstance(element, dict) and ARRAY_DIGEST in element):
            elements.append(_value(element, state, place, inside))
            continue
        # step 3.c.iii
        if len(element) != 1:
            raise MalformedDigests("an object with '...' has no other members")
        disclosure = state.meet(element[ARRAY_DIGEST])
        if disclosure is None:
            continue
        if disclosure.name is not None:
            raise WrongDisclosureKind("the disclosure of a member stands for an array element")
        state.places.append(Place(place, disclosure, inside))
        elements.append(_value(disclosure.value, state, place, disclosure))
    return elements
