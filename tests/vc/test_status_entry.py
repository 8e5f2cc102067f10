"""Bitstring Status List v1.0: entries and list credentials, one case per MUST."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from vc import structure
from vc.errors import MalformedValue, RangeError_, StatusInvalid, StatusListLength, VcError
from vc.status import bitstring
from vc.status.entry import build_entry, build_list_credential, check_entry, is_readable, parse_entry

URL = "https://university.example/status/3"
FROM = datetime(2026, 11, 1, tzinfo=UTC)


def a_list(bits: bytes | bytearray | None = None, *, purpose: Any = "revocation", **subject: Any) -> dict[str, Any]:
    listed = build_list_credential(URL, "did:web:university.example", "revocation", bits or bitstring.new_list(), FROM)
    listed["credentialSubject"] = {**listed["credentialSubject"], "statusPurpose": purpose, **subject}
    return listed


def test_built_credentials_are_conforming() -> None:
    listed = build_list_credential(URL, "did:web:u.example", "revocation", bitstring.new_list(), FROM, FROM, 300_000)

    structure.check(listed, for_issuing=True)
    assert listed["validUntil"] == "2026-11-01T00:00:00Z"
    assert listed["credentialSubject"]["ttl"] == 300_000
    assert build_entry(URL, 7) == {
        "id": f"{URL}#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": URL,
    }


def test_a_short_list_is_not_built() -> None:
    with pytest.raises(StatusListLength):
        build_list_credential(URL, "did:web:u.example", "revocation", bytes(16 * 1024 - 1), FROM)


def test_an_entry_says_what_its_bit_says() -> None:
    bits = bitstring.new_list()
    bitstring.set_(bits, 7, True)

    revoked = check_entry(build_entry(URL, 7), a_list(bits, ttl=1000))
    good = check_entry(build_entry(URL, 8), a_list(bits))

    assert (revoked.purpose, revoked.status, revoked.valid, revoked.ttl_ms) == ("revocation", 1, False, 1000)
    assert (good.status, good.valid, good.ttl_ms, good.message) == (0, True, None, None)


def test_a_list_may_serve_several_purposes() -> None:
    listed = a_list(purpose=["suspension", "revocation"])

    assert check_entry(build_entry(URL, 1, "suspension"), listed).valid
    with pytest.raises(StatusInvalid, match="purpose 'message'"):
        check_entry(build_entry(URL, 1, "message", messages=["pending", "accepted"]), listed)


def test_a_status_of_two_bits_has_a_message() -> None:
    bits = bytearray(32 * 1024)
    bits[1] = 0b00_10_00_00
    entry = build_entry(URL, 5, "message", messages=WORDS)

    value = check_entry(entry, a_list(bits, purpose="message"))

    assert (value.status, value.message, value.valid) == (2, "rejected", False)


def test_the_minimum_counts_entries_not_bits() -> None:
    entry = build_entry(URL, 5, "message", messages=WORDS)

    with pytest.raises(StatusListLength, match="65536 entries"):
        check_entry(entry, a_list(purpose="message"))
    assert check_entry(entry, a_list(purpose="message"), minimum_entries=65_536).status == 0


WORDS = ["pending", "accepted", "rejected", "undefined"]
MESSAGES = [
    {"status": "0x0", "message": "pending"},
    {"status": "0x1", "message": "accepted"},
    {"status": "0x2", "message": "rejected"},
    {"status": "0x3", "message": "undefined"},
]


def test_a_message_entry_is_built_as_the_standard_writes_it() -> None:
    entry = build_entry(URL, 5, "message", messages=WORDS, reference="https://university.example/statuses")

    assert entry["statusSize"] == 2
    assert entry["statusMessage"] == MESSAGES
    assert entry["statusReference"] == "https://university.example/statuses"


@pytest.mark.parametrize(
    ("purpose", "more", "path"),
    [
        ("message", {}, "/statusMessage"),
        ("message", {"messages": ["only one"]}, "/statusMessage"),
        ("message", {"messages": ["a", "b", "c"]}, "/statusMessage"),
        ("revocation", {"reference": "no address"}, "/statusReference"),
    ],
)
def test_an_entry_that_breaks_a_rule_is_not_built(purpose: str, more: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedValue) as refused:
        build_entry(URL, 5, purpose, **more)
    assert refused.value.path == path


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
def test_a_status_of_several_bits_is_read_as_it_was_written(size: int) -> None:
    length = bitstring.MINIMUM_ENTRIES * size
    bits = bitstring.new_list(length)
    values = {index: (index * 5 + 1) % (1 << size) for index in (0, 1, 2, 7, 8, 9, 131_071)}

    for index, value in values.items():
        bitstring.set_value(bits, index, value, size=size)

    assert {index: bitstring.value_at(bits, index, size=size) for index in values} == values
    with pytest.raises(RangeError_, match="does not fit"):
        bitstring.set_value(bits, 0, 1 << size, size=size)


def test_a_list_of_bigger_entries_needs_more_bytes() -> None:
    bits = bitstring.new_list()

    with pytest.raises(StatusListLength, match="65536"):
        build_list_credential(URL, "did:web:u.example", "message", bits, FROM, size=2)


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"type": "Other"}, "/type"),
        ({"type": ["BitstringStatusListEntry"]}, "/type"),
        ({"id": URL}, "/id"),
        ({"id": "no url"}, "/id"),
        ({"statusPurpose": None}, "/statusPurpose"),
        ({"statusPurpose": ["revocation"]}, "/statusPurpose"),
        ({"statusListIndex": 7}, "/statusListIndex"),
        ({"statusListIndex": "-1"}, "/statusListIndex"),
        ({"statusListIndex": "0x7"}, "/statusListIndex"),
        ({"statusListIndex": "٧"}, "/statusListIndex"),
        ({"statusListIndex": ""}, "/statusListIndex"),
        ({"statusListCredential": None}, "/statusListCredential"),
        ({"statusListCredential": {"id": URL}}, "/statusListCredential"),
        ({"statusListCredential": "status/3"}, "/statusListCredential"),
        ({"statusSize": 0}, "/statusSize"),
        ({"statusSize": "1"}, "/statusSize"),
        ({"statusSize": True}, "/statusSize"),
        ({"statusSize": 33}, "/statusSize"),
        ({"statusSize": 2}, "/statusMessage"),
        ({"statusMessage": {"status": "0x0", "message": "a"}}, "/statusMessage"),
        ({"statusMessage": MESSAGES[:1]}, "/statusMessage"),
        ({"statusMessage": MESSAGES[:3]}, "/statusMessage"),
        ({"statusMessage": [MESSAGES[0], MESSAGES[0]]}, "/statusMessage"),
        ({"statusMessage": [MESSAGES[0], MESSAGES[2]]}, "/statusMessage"),
        ({"statusMessage": [MESSAGES[0], "x"]}, "/statusMessage/1"),
        ({"statusMessage": [MESSAGES[0], {"status": "1", "message": "a"}]}, "/statusMessage/1"),
        ({"statusMessage": [MESSAGES[0], {"status": 1, "message": "a"}]}, "/statusMessage/1"),
        ({"statusMessage": [MESSAGES[0], {"status": "0x1"}]}, "/statusMessage/1"),
        ({"statusReference": ["https://a.example", 5]}, "/statusReference"),
    ],
)
def test_an_entry_that_breaks_a_rule_is_refused(changed: dict[str, Any], path: str) -> None:
    entry = {name: value for name, value in {**build_entry(URL, 7), **changed}.items() if value is not None}

    with pytest.raises(MalformedValue) as caught:
        parse_entry(entry)
    assert caught.value.path == path


def test_what_an_entry_may_have_is_accepted() -> None:
    entry = {
        **build_entry(URL, 7),
        "id": "urn:uuid:1",
        "statusSize": 1,
        "statusMessage": MESSAGES[:2],
        "statusReference": ["https://university.example/codes"],
        "somethingElse": True,
    }

    assert parse_entry(entry).messages == {0: "pending", 1: "accepted"}
    assert is_readable(entry)


@pytest.mark.parametrize("index", ["131072", "9" * 18, "9" * 400])
def test_an_index_past_the_end_is_a_range_error(index: str) -> None:
    with pytest.raises(RangeError_):
        check_entry({**build_entry(URL, 0), "statusListIndex": index}, a_list())


@pytest.mark.parametrize(
    ("changed", "error", "reason"),
    [
        ({"type": ["VerifiableCredential"]}, MalformedValue, "/type"),
        ({"id": "https://university.example/status/4"}, StatusInvalid, "not the one the credential names"),
        ({"credentialSubject": []}, MalformedValue, "/credentialSubject: must be one object"),
        ({"credentialSubject": [{}, {}]}, MalformedValue, "/credentialSubject: must be one object"),
        ({"credentialSubject": "x"}, MalformedValue, "/credentialSubject: must be one object"),
        ({"credentialSubject": {"type": "Other"}}, MalformedValue, "/credentialSubject/type"),
        ({"credentialSubject": {"type": "BitstringStatusList"}}, MalformedValue, "/credentialSubject/statusPurpose"),
    ],
)
def test_a_list_that_breaks_a_rule_is_refused(changed: dict[str, Any], error: type[VcError], reason: str) -> None:
    with pytest.raises(error, match=reason):
        check_entry(build_entry(URL, 7), {**a_list(), **changed})


@pytest.mark.parametrize(
    ("subject", "error", "reason"),
    [
        ({"purpose": 5}, MalformedValue, "one or more strings"),
        ({"purpose": ["revocation", 5]}, MalformedValue, "one or more strings"),
        ({"encodedList": None}, MalformedValue, "encodedList: must be a string"),
        ({"encodedList": "x"}, MalformedValue, "encodedList"),
        ({"ttl": -1}, MalformedValue, "milliseconds"),
        ({"ttl": "5"}, MalformedValue, "milliseconds"),
        ({"ttl": True}, MalformedValue, "milliseconds"),
        ({"statusSize": 2}, StatusInvalid, "different status sizes"),
    ],
)
def test_a_subject_that_breaks_a_rule_is_refused(subject: dict[str, Any], error: type[VcError], reason: str) -> None:
    with pytest.raises(error, match=reason):
        check_entry(build_entry(URL, 7), a_list(**subject))


def test_a_list_without_an_id_is_accepted() -> None:
    listed = a_list()
    del listed["id"]

    assert check_entry(build_entry(URL, 7), listed).valid


def test_the_older_status_list_2021_is_read() -> None:
    bits = bitstring.new_list()
    bitstring.set_(bits, 3, True)
    listed = a_list(bits, type="StatusList2021", encodedList=bitstring.compress(bits))
    listed["type"] = ["VerifiableCredential", "StatusList2021Credential"]
    entry = {**build_entry(URL, 3), "type": "StatusList2021Entry"}

    assert not check_entry(entry, listed).valid
    assert check_entry({**entry, "statusListIndex": "4"}, listed).valid
    with pytest.raises(MalformedValue, match="/type"):
        check_entry(entry, a_list(bits))
