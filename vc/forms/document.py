"""What all forms that are VCDM documents have in common: their rules, their period, their status, their schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from did.errors import DidError, MethodNotSupported, ResolutionUnavailable
from vc import schema, structure
from vc.badges import clr, open_badges
from vc.errors import (
    MalformedValue,
    SchemaUnavailable,
    StatusInvalid,
    StatusIssuerDiffers,
    StatusListLength,
    StatusListOutdated,
    StatusNotReadable,
    StatusUnavailable,
    UnknownContext,
    VcError,
)
from vc.forms.secured import Given, Period, SecuredCredential
from vc.model import Credential, list_of
from vc.status import one_ed_tech
from vc.status.entry import StatusValue, check_entry, is_readable, parse_entry

MAX_STATUS_ENTRIES = 8  # of one credential; each may cost a download

_COULD_NOT_ASK = (ResolutionUnavailable, MethodNotSupported, StatusUnavailable, SchemaUnavailable, UnknownContext)

Read = Callable[[Mapping[str, Any] | str], SecuredCredential]


def check_rules(document: Mapping[str, Any]) -> None:
    """The rules of the credential's own type, which include those of the data model."""
    if clr.is_clr_credential(document):
        clr.check_clr_credential(document)
    elif open_badges.is_achievement_credential(document):
        open_badges.check_achievement_credential(document)
    elif open_badges.is_endorsement_credential(document):
        open_badges.check_endorsement_credential(document)
    else:
        structure.check(document)


def check_schemas(document: Mapping[str, Any], given: Given) -> bool:
    if document.get("credentialSchema") is None:
        return False
    schema.check(document, load_schema=given.load_schema)
    return True


def status_questions(view: Credential, read: Read) -> list[Callable[[Given], StatusValue]]:
    """One question per entry of `credentialStatus`. Raises `MalformedValue` if there are too many."""
    entries = list_of(view.json.get("credentialStatus"))
    if len(entries) > MAX_STATUS_ENTRIES:
        raise MalformedValue(f"has {len(entries)} entries; at most {MAX_STATUS_ENTRIES} are asked", "/credentialStatus")
    return [partial(_status, view, entry, read) for entry in entries]


def _status(view: Credential, entry: Any, read: Read, given: Given) -> StatusValue:
    if not isinstance(entry, Mapping):
        raise MalformedValue("must be an object", "/credentialStatus")
    if one_ed_tech.is_entry(entry):
        return _one_ed_tech_status(view, entry, given)
    if not is_readable(entry):
        raise StatusNotReadable(f"status of type {entry.get('type')!r}")
    # Bitstring Status List 3.2, 1-3
    parsed = parse_entry(entry)
    # 4: fetch the list, and verify it as the credential that it is.
    answer = given.fetch_status(parsed.list_url)
    try:
        listed = read(answer)
        _check_status_list(listed, view.issuer_id, given)
        # 5-15
        return check_entry(entry, listed.view.json)
    except (VcError, DidError) as error:
        if isinstance(error, (*_COULD_NOT_ASK, StatusListLength)):
            raise
        raise StatusInvalid(str(error)) from error


def _one_ed_tech_status(view: Credential, entry: Mapping[str, Any], given: Given) -> StatusValue:
    """1EdTech's list is plain JSON: nothing but the connection that it comes over vouches for it."""
    listed = given.fetch_status(one_ed_tech.list_url_of(entry))
    if isinstance(listed, str):
        raise StatusInvalid("the revocation list that was served is a token")
    try:
        return one_ed_tech.check(entry, listed, credential_id=view.json.get("id"), issuer=view.issuer_id)
    except MalformedValue as error:
        raise StatusInvalid(str(error)) from error


def _check_status_list(listed: SecuredCredential, issuer: str | None, given: Given) -> None:
    """The list is the issuer's (or of someone whom the policy accepts), its proofs hold, and it is current."""
    if listed.issuer_id is None or listed.issuer_id not in {issuer, *given.policy.accepted_status_issuers}:
        raise StatusIssuerDiffers(listed.issuer_id)
    listed.check_structure()
    listed.check_issuer(given)
    # A list has no anchor that could outlive its key: under a compromised key it says nothing.
    listed.check_proof(given, None)
    if any(not is_within(period, given) for period in listed.periods()):
        raise StatusListOutdated("the status list is outside its period of validity")


def is_within(period: Period, given: Given) -> bool:
    """Whether the time of the verification lies in `period`, clocks being a little apart."""
    start, end = period
    skew = given.policy.clock_skew
    return (start is None or start <= given.now + skew) and (end is None or end >= given.now - skew)
