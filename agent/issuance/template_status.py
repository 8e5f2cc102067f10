"""The template's member `status`: where others look whether a credential still counts, and what they can find there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agent.issuance.template_json import Members

BITSTRING: Final = "bitstring"
ONE_ED_TECH: Final = "1EdTechRevocationList"
KINDS = (BITSTRING, ONE_ED_TECH)
PURPOSES = ("revocation", "suspension")


@dataclass(frozen=True, slots=True)
class StatusSettings:
    """Of the forms that are VCDM documents; `dc+sd-jwt` always has one entry in a Token Status List.

    Each purpose is one `credentialStatus`. The default is one: an Open Badge has no more unless its template asks.
    """

    kind: str = BITSTRING
    purposes: tuple[str, ...] = ("revocation",)


def parse_status(members: Members) -> StatusSettings:
    """Read `status`, a member of the template. Raises `InvalidTemplate`."""
    if not members.has("status"):
        return StatusSettings()
    status = members.object("status")
    kind = status.one_of("kind", KINDS, BITSTRING)
    purposes = status.texts("purposes") or ("revocation",)
    for purpose in purposes:
        if purpose not in PURPOSES:
            raise status.error("purposes", f"{purpose[:60]!r} is not one of {', '.join(PURPOSES)}")
    if "revocation" not in purposes:
        raise status.error("purposes", "must include revocation: what was issued in error must be revocable")
    if kind == ONE_ED_TECH and purposes != ("revocation",):
        raise status.error("purposes", f"a {ONE_ED_TECH} knows revocation only; use kind {BITSTRING!r} for suspension")
    status.end()
    return StatusSettings(kind, tuple(purpose for purpose in PURPOSES if purpose in purposes))
