"""From the signed payload and the disclosures to the claims (RFC 9901, section 7.1, steps 3 to 5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
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
        check_not_repeated(own, by_digest)
        by_digest[own] = one
    state = _State(by_digest)
    claims = _object({name: value for name, value in payload.items() if name != SD_ALG}, state, (), None)
    check_all_used(by_digest.values(), state.places)
    return Processed(claims, tuple(state.places))


# --- the rules -----------------------------------------------------------------------------------------


def check_not_repeated(own_digest: str, by_digest: Mapping[str, Disclosure]) -> None:
    """Step 5 counts each disclosure once. Raises `RepeatedDisclosure`."""
    if own_digest in by_digest:
        raise RepeatedDisclosure("the same disclosure is there twice")


def check_all_used(disclosures: Collection[Disclosure], places: Sequence[Place]) -> None:
    """Step 5. Raises `UnreferencedDisclosure`."""
    used = {place.disclosure.text for place in places}
    if len(used) != len(disclosures):
        stray = next((one.name for one in disclosures if one.text not in used), None)
        raise UnreferencedDisclosure(f"nothing that is signed refers to the disclosure of {stray or 'an element'}")


def check_unseen(value: str, seen: set[str]) -> None:
    """Step 4. Raises `DuplicateDigest`."""
    if value in seen:
        raise DuplicateDigest("the same digest stands in two places")


def check_digest(value: Any) -> None:
    """Sections 4.2.4.1 and 4.2.4.2: digests are texts. Raises `MalformedDigests`."""
    if not isinstance(value, str):
        raise MalformedDigests(f"a digest is a text, not {str(value)[:60]!r}")


def check_digests(value: Any) -> None:
    """Section 4.2.4.1: `_sd` refers to an array. Raises `MalformedDigests`."""
    if not isinstance(value, list):
        raise MalformedDigests("_sd is not an array")


def check_alone(element: Mapping[str, Any]) -> None:
    """Section 4.2.4.2: no other members beside `...`. Raises `MalformedDigests`."""
    if len(element) != 1:
        raise MalformedDigests("an object with '...' has no other members")


def check_member_name(name: str) -> None:
    """Sections 4.1 and 4.1.1: `...` is for elements, `_sd_alg` for the top level. Raises `MalformedDigests`."""
    if name in RESERVED:
        raise MalformedDigests(f"{name!r} cannot be the name of a member here")


def check_kind(disclosure: Disclosure, *, member: bool) -> None:
    """Steps 3.c.ii.1 and 3.c.iii.1. Raises `WrongDisclosureKind`."""
    if (disclosure.name is not None) != member:
        raise WrongDisclosureKind("a disclosure of an array element stands for a member, or the other way round")


def check_free(name: str | None, claims: Mapping[str, Any]) -> None:
    """Step 3.c.ii.3. Raises `ClaimNameTaken`."""
    if name in claims:
        raise ClaimNameTaken(f"the claim {str(name)[:100]!r} is already there")


def check_depth(path: Path) -> None:
    """Raises `NestedTooDeep`."""
    if len(path) > MAX_DEPTH:
        raise NestedTooDeep(f"the claims are nested deeper than {MAX_DEPTH}")


# --- walking -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _State:
    by_digest: Mapping[str, Disclosure]
    seen: set[str] = field(default_factory=set)
    places: list[Place] = field(default_factory=list)

    def meet(self, value: Any) -> Disclosure | None:
        """The disclosure that belongs to a digest; None for a decoy or a claim that is not shown."""
        check_digest(value)
        check_unseen(value, self.seen)
        self.seen.add(value)
        return self.by_digest.get(value)


def _value(value: Any, state: _State, path: Path, inside: Disclosure | None) -> Any:
    if isinstance(value, dict):
        check_depth(path)
        return _object(value, state, path, inside)
    if isinstance(value, list):
        check_depth(path)
        return _array(value, state, path, inside)
    return value


def _object(value: Mapping[str, Any], state: _State, path: Path, inside: Disclosure | None) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    for name, member in value.items():
        if name != SD:
            check_member_name(name)
            claims[name] = _value(member, state, (*path, name), inside)
    digests = value.get(SD, [])
    check_digests(digests)
    for one in digests:
        # step 3.c.ii
        disclosure = state.meet(one)
        if disclosure is None:
            continue
        check_kind(disclosure, member=True)
        check_free(disclosure.name, claims)
        name = str(disclosure.name)
        place = (*path, name)
        state.places.append(Place(place, disclosure, inside))
        claims[name] = _value(disclosure.value, state, place, disclosure)
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
        check_alone(element)
        disclosure = state.meet(element[ARRAY_DIGEST])
        if disclosure is None:
            continue
        check_kind(disclosure, member=False)
        state.places.append(Place(place, disclosure, inside))
        elements.append(_value(disclosure.value, state, place, disclosure))
    return elements
