"""Status entries and status list credentials (Bitstring Status List v1.0, sections 2 and 3.2).

The older StatusList2021 is read as well: the same bits under other names, without the multibase prefix.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vc import timestamps
from vc.errors import MalformedValue, RangeError_, StatusInvalid, StatusListLength
from vc.model import list_of
from vc.status import bitstring

_ABSOLUTE_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")
_DIGITS = re.compile(r"[0-9]+")
_HEX = re.compile(r"0x[0-9A-Fa-f]{1,16}")
_MAX_INDEX_DIGITS = 18
_MAX_STATUS_SIZE = 32


@dataclass(frozen=True, slots=True)
class _Kind:
    credential_type: str
    subject_type: str
    decode: Callable[[str], bytes]


_KINDS = {
    "BitstringStatusListEntry": _Kind("BitstringStatusListCredential", "BitstringStatusList", bitstring.decode),
    "StatusList2021Entry": _Kind("StatusList2021Credential", "StatusList2021", bitstring.decompress),
}


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """One `credentialStatus`, checked."""

    kind: str
    purpose: str
    index: int
    list_url: str
    size: int
    messages: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class StatusValue:
    """What the list says about one entry. `status` 0 is the unset, good one; `ttl_ms` is the list's advice."""

    purpose: str
    status: int
    message: str | None
    ttl_ms: int | None

    @property
    def valid(self) -> bool:
        return self.status == 0


def build_entry(
    list_url: str,
    index: int,
    purpose: str = "revocation",
    *,
    messages: Sequence[str] = (),
    reference: str | Sequence[str] = (),
) -> dict[str, Any]:
    """A `credentialStatus` for position `index` of the list at `list_url`.

    `messages` says what each possible status means, from 0 on; there are 2, 4, 8 … of them, and so many bits has an
    entry of the list. `reference` is where more is written about them.

    Raises:
        MalformedValue: section 2.1 does not allow it, for example the purpose `message` without messages.
    """
    entry: dict[str, Any] = {
        "id": f"{list_url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": list_url,
    }
    if messages:
        entry["statusSize"] = max(1, (len(messages) - 1).bit_length())
        entry["statusMessage"] = [
            {"status": hex(status), "message": message} for status, message in enumerate(messages)
        ]
    elif purpose == "message":
        raise MalformedValue("must be present, as the purpose is message", "/statusMessage")
    if reference:
        entry["statusReference"] = reference if isinstance(reference, str) else list(reference)
    parse_entry(entry)
    return entry


def build_list_credential(  # noqa: PLR0917
    url: str,
    issuer_id: str,
    purpose: str,
    bits: bytes | bytearray,
    valid_from: datetime,
    valid_until: datetime | None = None,
    ttl_ms: int | None = None,
    *,
    size: int = 1,
) -> dict[str, Any]:
    """An unsecured `BitstringStatusListCredential` to be served at `url`; `size` is an entry's number of bits.

    Raises:
        StatusListLength: fewer than `bitstring.MINIMUM_ENTRIES`.
    """
    entries = len(bits) * 8 // size
    if entries < bitstring.MINIMUM_ENTRIES:
        raise StatusListLength(f"a status list has at least {bitstring.MINIMUM_ENTRIES} entries, not {entries}")
    subject: dict[str, Any] = {
        "id": f"{url}#list",
        "type": "BitstringStatusList",
        "statusPurpose": purpose,
        "encodedList": bitstring.encode(bits),
    }
    if ttl_ms is not None:
        subject["ttl"] = ttl_ms
    credential: dict[str, Any] = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_id,
        "validFrom": timestamps.format_utc(valid_from),
    }
    if valid_until is not None:
        credential["validUntil"] = timestamps.format_utc(valid_until)
    credential["credentialSubject"] = subject
    return credential


def is_readable(entry: Mapping[str, Any]) -> bool:
    """Whether `entry` is of a kind that this module can check."""
    return isinstance(entry.get("type"), str) and entry["type"] in _KINDS


def parse_entry(entry: Mapping[str, Any]) -> StatusEntry:
    """Section 2.1, one check per MUST.

    Raises:
        MalformedValue: the path starts at the entry.
    """
    if not is_readable(entry):
        raise MalformedValue("not a BitstringStatusListEntry", "/type")
    list_url = _url(entry.get("statusListCredential"), "/statusListCredential")
    if "id" in entry and _url(entry["id"], "/id") == list_url:
        raise MalformedValue("must not be the URL of the status list", "/id")
    purpose = entry.get("statusPurpose")
    if not isinstance(purpose, str):
        raise MalformedValue("must be a string", "/statusPurpose")
    size = entry.get("statusSize", 1)
    if type(size) is not int or not 0 < size <= _MAX_STATUS_SIZE:
        raise MalformedValue(f"must be an integer from 1 to {_MAX_STATUS_SIZE}", "/statusSize")
    for url in list_of(entry.get("statusReference")):
        _url(url, "/statusReference")
    return StatusEntry(
        kind=entry["type"],
        purpose=purpose,
        index=_index(entry.get("statusListIndex")),
        list_url=list_url,
        size=size,
        messages=_messages(entry, size),
    )


def check_entry(
    entry: Mapping[str, Any],
    list_credential: Mapping[str, Any],
    *,
    minimum_entries: int = bitstring.MINIMUM_ENTRIES,
) -> StatusValue:
    """Read what `list_credential` says about `entry`: the Validate Algorithm, section 3.2, steps 1 to 15.

    **Step 4 is the caller's**: fetch the list, and verify its proofs, issuer and validity period.

    Raises:
        MalformedValue: entry or list breaks a rule of section 2.
        StatusInvalid: the list is another list or for another purpose.
        StatusListLength: step 9. RangeError_: step 10.
    """
    # 1-3: entry, minimum number of entries and status purpose.
    parsed = parse_entry(entry)
    kind = _KINDS[parsed.kind]
    subject = _list_subject(list_credential, kind)
    # Section 2.2: the list's id, where it has one, is the URL under which the entry names it. Without
    # this, one list of the issuer could be served in place of another.
    if "id" in list_credential and list_credential["id"] != parsed.list_url:
        raise StatusInvalid("the status list that was served is not the one the credential names")
    # 5: the purpose is one of the list's.
    if parsed.purpose not in _purposes(subject):
        raise StatusInvalid(f"the status list has no entries for the purpose {parsed.purpose!r}")
    if subject.get("statusSize", parsed.size) != parsed.size:
        raise StatusInvalid("entry and status list name different status sizes")
    # 6-8: expand.
    encoded = subject.get("encodedList")
    if not isinstance(encoded, str):
        raise MalformedValue("must be a string", "/credentialSubject/encodedList")
    bits = kind.decode(encoded)
    # 9
    entries = len(bits) * 8 // parsed.size
    if entries < minimum_entries:
        raise StatusListLength(f"the status list has {entries} entries, the minimum is {minimum_entries}")
    # 10
    status = bitstring.value_at(bits, parsed.index, size=parsed.size)
    # 11-15
    return StatusValue(
        purpose=parsed.purpose,
        status=status,
        message=parsed.messages.get(status),
        ttl_ms=_ttl_ms(subject),
    )


def _list_subject(list_credential: Mapping[str, Any], kind: _Kind) -> Mapping[str, Any]:
    if kind.credential_type not in list_of(list_credential.get("type")):
        raise MalformedValue(f"must include {kind.credential_type}", "/type")
    subjects = list_of(list_credential.get("credentialSubject"))
    if len(subjects) != 1 or not isinstance(subjects[0], Mapping):
        raise MalformedValue("must be one object", "/credentialSubject")
    subject: Mapping[str, Any] = subjects[0]
    if list_of(subject.get("type")) != [kind.subject_type]:
        raise MalformedValue(f"must be {kind.subject_type}", "/credentialSubject/type")
    return subject


def _purposes(subject: Mapping[str, Any]) -> list[str]:
    purposes = list_of(subject.get("statusPurpose"))
    if not purposes or not all(isinstance(purpose, str) for purpose in purposes):
        raise MalformedValue("must be one or more strings", "/credentialSubject/statusPurpose")
    return purposes


def _ttl_ms(subject: Mapping[str, Any]) -> int | None:
    ttl = subject.get("ttl")
    if ttl is not None and (type(ttl) is not int or ttl < 0):
        raise MalformedValue("must be a number of milliseconds", "/credentialSubject/ttl")
    return ttl


def _url(value: Any, path: str) -> str:
    if not isinstance(value, str) or not _ABSOLUTE_URL.fullmatch(value):
        raise MalformedValue("must be a URL", path)
    return value


def _index(value: Any) -> int:
    if not isinstance(value, str) or not _DIGITS.fullmatch(value):
        raise MalformedValue("must be an integer, written as a string in base 10", "/statusListIndex")
    if len(value) > _MAX_INDEX_DIGITS:
        raise RangeError_("is larger than any status list", "/statusListIndex")
    return int(value)


def _messages(entry: Mapping[str, Any], size: int) -> dict[int, str]:
    path = "/statusMessage"
    if "statusMessage" not in entry:
        if size > 1:
            raise MalformedValue("must be present, as statusSize is greater than 1", path)
        return {}
    messages = entry["statusMessage"]
    if not isinstance(messages, list) or len(messages) != 1 << size:
        raise MalformedValue(f"must be an array of {1 << size} messages", path)
    read: dict[int, str] = {}
    for number, message in enumerate(messages):
        status = message.get("status") if isinstance(message, Mapping) else None
        text = message.get("message") if isinstance(message, Mapping) else None
        if not isinstance(status, str) or not _HEX.fullmatch(status) or not isinstance(text, str):
            raise MalformedValue("must have a status such as 0x1 and a message", f"{path}/{number}")
        read[int(status, 16)] = text
    if set(read) != set(range(1 << size)):
        raise MalformedValue("must have one message per possible status", path)
    return read
