"""What a badge or a record carries that is a credential of its own, and so to be verified on its own.

A record's credentials (CLR 2.0), and the endorsements of a credential, of an achievement and of a profile,
wherever these stand (Open Badges 3.0, section 9.1 step 6): as objects, or as the tokens of `endorsementJwt`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from vc.badges import clr, open_badges
from vc.errors import MalformedValue
from vc.model import list_of

MAX_EMBEDDED: Final = 1_000

_ENDORSEMENT: Final = ("endorsement", "endorsementJwt")
_NOT_A_HOLDER: Final = frozenset({"@context", "proof", "verifiableCredential", *_ENDORSEMENT})


@dataclass(frozen=True, slots=True)
class Embedded:
    """`content` is a credential, or a compact JWS; `path` is a JSON Pointer to it."""

    content: Mapping[str, Any] | str
    path: str


def may_carry(credential: Mapping[str, Any]) -> bool:
    """Whether there is anything that must be looked at, well-formed or not."""
    if clr.is_clr_credential(credential):
        return True
    if open_badges.is_achievement_credential(credential) or open_badges.is_endorsement_credential(credential):
        return any(True for _ in _holders(credential))
    return False


def embedded(credential: Mapping[str, Any]) -> list[Embedded]:
    """Everything that the credential carries, one level deep.

    Raises:
        MalformedValue: something else than a credential, or more than `MAX_EMBEDDED`.
    """
    found: list[Embedded] = []
    for item in _all(credential):
        if len(found) == MAX_EMBEDDED:
            raise MalformedValue(f"carries more than {MAX_EMBEDDED} credentials", item.path)
        found.append(item)
    return found


def _all(credential: Mapping[str, Any]) -> Iterator[Embedded]:
    if clr.is_clr_credential(credential):
        for inner, path in clr.inner_credentials(credential):
            yield Embedded(inner, path)
    for holder, path in _holders(credential):
        for inner, at in open_badges.listed(holder, "endorsement", path):
            if not open_badges.is_endorsement_credential(inner):
                raise MalformedValue(f"must include {open_badges.ENDORSEMENT_CREDENTIAL_TYPE!r}", f"{at}/type")
            yield Embedded(inner, at)
        for index, token in enumerate(list_of(holder.get("endorsementJwt"))):
            at = f"{path}/endorsementJwt/{index}"
            if not isinstance(token, str):
                raise MalformedValue("must be a compact JWS", at)
            yield Embedded(token, at)


def _holders(credential: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Every object with endorsements, outside of the credentials that are embedded themselves."""
    waiting: list[tuple[Any, str]] = [(credential, "")]
    while waiting:
        value, path = waiting.pop()
        if isinstance(value, Mapping):
            if any(value.get(name) not in (None, []) for name in _ENDORSEMENT):
                yield value, path
            children = [(item, f"{path}/{name}") for name, item in value.items() if name not in _NOT_A_HOLDER]
        elif isinstance(value, list):
            children = [(item, f"{path}/{index}") for index, item in enumerate(value)]
        else:
            continue
        waiting.extend(reversed(children))
