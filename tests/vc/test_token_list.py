"""Token Status List: the published vectors, and one case per rule.

Vectors: draft-ietf-oauth-status-list-18, section 4.1 and appendix C.1 to C.3 (copied from the draft's text).
"""

from __future__ import annotations

import base64
import json
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from did.document import VerificationMethod
from did.jose import ClaimRefused, JoseError, TokenSignatureInvalid, TypeRefused, sign_compact
from did.keys import KeyType
from tests.vc.world import KeyPair
from vc.errors import (
    MalformedValue,
    RangeError_,
    StatusInvalid,
    StatusIssuerDiffers,
    StatusListOutdated,
    StatusUnavailable,
)
from vc.status import list_token, token_list

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
URI = "https://university.example/status/9"
ISSUER = "did:web:university.example"
SIZE_OF_VECTORS = 1 << 20

C1 = """eNrt3AENwCAMAEGogklACtKQPg9LugC9k_ACvreiogE
AAKkeCQAAAAAAAAAAAAAAAAAAAIBylgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAXG9IAAAAAAAAAPwsJAAAAAAAAAAAAAAAvhsSAAAAAAAAAAA
A7KpLAAAAAAAAAAAAAAAAAAAAAJsLCQAAAAAAAAAAADjelAAAAAAAAAAAKjDMAQAAA
ACAZC8L2AEb"""
C2 = """eNrt2zENACEQAEEuoaBABP5VIO01fCjIHTMStt9ovGVIAAAAAABAbiEBAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAAAEB5WwIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAID0ugQAAAAAAAAAAAAAAAAAQG12SgAAAAAAAAAAAAAAAAAAAAAAAAAAAOCSIQEAAAAA
AAAAAAAAAAAAAAAAAAD8ExIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAwJEuA
QAAAAAAAAAAAAAAAAAAAAAAAMB9SwIAAAAAAAAAAAAAAAAAAACoYUoAAAAAAAAAAAAAAE
BqH81gAQw"""


def claims(
    data: bytes | bytearray | None = None, *, bits: int = 2, issued_at: datetime = NOW, **changed: Any
) -> dict[str, Any]:
    made = token_list.build_claims(
        URI,
        data=token_list.new_list(1024, bits=bits) if data is None else data,
        bits=bits,
        issuer=ISSUER,
        issued_at=issued_at,
        expires_at=issued_at + timedelta(days=14),
        ttl_s=300,
    )
    return {name: value for name, value in {**made, **changed}.items() if value is not None}


def deflated(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("bits", "statuses", "array", "lst"),
    [
        (1, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1], "b9a3", "eNrbuRgAAhcBXQ"),
        (2, [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3], "c944f9", "eNo76fITAAPfAgc"),
    ],
)
def test_the_examples_of_section_4_1(bits: int, statuses: list[int], array: str, lst: str) -> None:
    data = token_list.new_list(len(statuses), bits=bits)
    for index, status in enumerate(statuses):
        token_list.set_value(data, index, status, bits=bits)

    assert data.hex() == array
    assert token_list.encode(data) == lst
    assert token_list.decode(lst) == data
    assert [token_list.value_at(data, index, bits=bits) for index in range(len(statuses))] == statuses


@pytest.mark.parametrize(
    ("bits", "lst", "statuses"),
    [
        (1, C1, dict.fromkeys((0, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545, 934534, 1000345), 1)),
        (
            2,
            C2,
            {0: 1, 1993: 2, 25460: 1, 159495: 3, 495669: 1, 554353: 1, 645645: 2, 723232: 1, 854545: 1, 934534: 2,
             1000345: 3},
        ),
    ],
    ids=["C.1", "C.2"],
)  # fmt: skip
def test_the_vectors_of_appendix_c(bits: int, lst: str, statuses: dict[int, int]) -> None:
    data = token_list.new_list(SIZE_OF_VECTORS, bits=bits)
    for index, status in statuses.items():
        token_list.set_value(data, index, status, bits=bits)

    theirs = token_list.decode(lst.replace("\n", ""))

    assert theirs == data
    assert {index: token_list.value_at(theirs, index, bits=bits) for index in statuses} == statuses
    assert token_list.decode(token_list.encode(data)) == theirs


@given(st.sampled_from(token_list.BITS), st.lists(st.integers(0, 255), min_size=1, max_size=60))
def test_what_was_written_is_read_and_nothing_else_changes(bits: int, values: list[int]) -> None:
    values = [value % (1 << bits) for value in values]
    data = token_list.new_list(len(values), bits=bits)

    for index in reversed(range(len(values))):
        token_list.set_value(data, index, (1 << bits) - 1, bits=bits)
        token_list.set_value(data, index, values[index], bits=bits)

    unpacked = token_list.decode(token_list.encode(data))
    assert [token_list.value_at(unpacked, index, bits=bits) for index in range(len(values))] == values


@pytest.mark.parametrize(
    ("lst", "reason"),
    [
        (None, "base64url"),
        ("", "base64url"),
        ("eNrbuRgAAhcBXQ==", "base64url"),
        ("eNrbuRgAAhcBX+/", "base64url"),
        ("A", "base64url"),
        (deflated(b"\x1f\x8b" + bytes(20)), "not ZLIB"),
        (deflated(zlib.compress(bytes(100))[:-2]), "complete"),
        (deflated(zlib.compress(bytes(100)) + b"more"), "complete"),
        (deflated(zlib.compress(bytes(100))[:-1] + b"\xff"), "not ZLIB"),
        (deflated(zlib.compress(bytes(token_list.MAX_BYTES + 1), level=9)), "more than"),
    ],
    ids=["absent", "empty", "padded", "other alphabet", "no bytes", "gzip", "cut", "extended", "check sum", "bomb"],
)
def test_a_list_that_is_not_one_zlib_stream_is_refused(lst: Any, reason: str) -> None:
    with pytest.raises(MalformedValue, match=reason):
        token_list.decode(lst)


@pytest.mark.parametrize(
    ("value", "purpose", "valid"),
    [(0, "status", True), (1, "revocation", False), (2, "suspension", False), (3, "status", False)],
)
def test_each_value_has_its_meaning_and_an_unknown_one_is_no_yes(*, value: int, purpose: str, valid: bool) -> None:
    data = token_list.new_list(64, bits=2)
    token_list.set_value(data, 41, value, bits=2)

    said = token_list.check_reference(token_list.Reference(41, URI), claims(data))

    assert (said.purpose, said.status, said.valid, said.ttl_ms) == (purpose, value, valid, 300_000)


@pytest.mark.parametrize(
    ("changed", "error", "reason"),
    [
        ({"sub": "https://university.example/status/8"}, StatusInvalid, "not the one"),
        ({"sub": None}, StatusInvalid, "not the one"),
        ({"ttl": 0}, MalformedValue, "/ttl"),
        ({"ttl": -5}, MalformedValue, "/ttl"),
        ({"ttl": True}, MalformedValue, "/ttl"),
        ({"ttl": "300"}, MalformedValue, "/ttl"),
        ({"status_list": []}, MalformedValue, "/status_list"),
        ({"status_list": {"bits": 3, "lst": "eNrbuRgAAhcBXQ"}}, MalformedValue, "1, 2, 4 or 8"),
        ({"status_list": {"bits": True, "lst": "eNrbuRgAAhcBXQ"}}, MalformedValue, "1, 2, 4 or 8"),
        ({"status_list": {"bits": 1.0, "lst": "eNrbuRgAAhcBXQ"}}, MalformedValue, "1, 2, 4 or 8"),
        ({"status_list": {"lst": "eNrbuRgAAhcBXQ"}}, MalformedValue, "1, 2, 4 or 8"),
        ({"status_list": {"bits": 1}}, MalformedValue, "base64url"),
        ({"status_list": {"bits": 1, "lst": "eNrbuRgAAhcBXQ"}}, RangeError_, "none with index 41"),
    ],
)
def test_claims_that_break_a_rule_say_nothing(changed: dict[str, Any], error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        token_list.check_reference(token_list.Reference(41, URI), claims(**changed))


@pytest.mark.parametrize(
    ("status", "path"),
    [
        (None, ""),
        ({}, "/status_list"),
        ({"status_list": [1]}, "/status_list"),
        ({"status_list": {"uri": URI}}, "/status_list/idx"),
        ({"status_list": {"uri": URI, "idx": "1"}}, "/status_list/idx"),
        ({"status_list": {"uri": URI, "idx": -1}}, "/status_list/idx"),
        ({"status_list": {"uri": URI, "idx": True}}, "/status_list/idx"),
        ({"status_list": {"uri": URI, "idx": 10**30}}, "/status_list/idx"),
        ({"status_list": {"idx": 1}}, "/status_list/uri"),
        ({"status_list": {"idx": 1, "uri": "status/9"}}, "/status_list/uri"),
        ({"status_list": {"idx": 1, "uri": "https://a b"}}, "/status_list/uri"),
    ],
)
def test_a_status_claim_that_breaks_a_rule_is_refused(status: Any, path: str) -> None:
    with pytest.raises(MalformedValue) as refused:
        token_list.parse_status(status)
    assert refused.value.path == path


# --- the token -------------------------------------------------------------------------------------


class Issuer:
    """Publishes one list, and keys under its DID."""

    def __init__(self, did: str = ISSUER) -> None:
        self.pair = KeyPair(f"{did}#key-2", KeyType.P256)
        self.published = self.pair.public_key
        self.token: str | None = None
        self.asked: list[str] = []

    def publish(self, made: dict[str, Any]) -> None:
        self.token = list_token.sign(made, signer=self.pair)

    def fetch(self, uri: str) -> str:
        self.asked.append(uri)
        if self.token is None:
            raise StatusUnavailable("no answer")
        return self.token

    def get_key(self, url: str, _purpose: str) -> VerificationMethod:
        return VerificationMethod(url, "Multikey", url.partition("#")[0], self.published)

    def check(self, index: int, *, now: datetime = NOW, issuer: str = ISSUER) -> Any:
        return list_token.check_status_claim(
            token_list.build_status(URI, index),
            fetch_token=self.fetch,
            key_of=list_token.key_by_did(issuer, get_key=self.get_key),
            now=now,
            clock_skew_s=60,
        )


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


def test_a_signed_list_says_who_is_revoked(issuer: Issuer) -> None:
    data = token_list.new_list(1024, bits=2)
    token_list.set_value(data, 7, 1, bits=2)
    issuer.publish(claims(data))

    assert (issuer.check(7).status, issuer.check(8).status) == (1, 0)
    assert set(issuer.asked) == {URI}


def test_a_list_that_cannot_be_had_is_undecided(issuer: Issuer) -> None:
    with pytest.raises(StatusUnavailable, match="no answer"):
        issuer.check(7)


def test_another_issuers_list_is_undecided(issuer: Issuer) -> None:
    issuer.publish(claims())

    with pytest.raises(StatusIssuerDiffers, match="university"):
        issuer.check(7, issuer="did:web:other.example")


@pytest.mark.parametrize("days", [-1, 15])
def test_a_list_of_another_time_is_undecided(issuer: Issuer, days: int) -> None:
    issuer.publish(claims())

    with pytest.raises(StatusListOutdated):
        issuer.check(7, now=NOW + timedelta(days=days))


def test_a_list_by_another_key_is_refused(issuer: Issuer) -> None:
    issuer.publish(claims())
    issuer.published = KeyPair(f"{ISSUER}#key-3", KeyType.P256).public_key

    with pytest.raises(StatusInvalid) as refused:
        issuer.check(7)
    assert isinstance(refused.value.__cause__, TokenSignatureInvalid)


def test_a_changed_list_is_refused(issuer: Issuer) -> None:
    data = token_list.new_list(1024, bits=2)
    token_list.set_value(data, 7, 1, bits=2)
    issuer.publish(claims(data))
    revoked = str(issuer.token)
    issuer.publish(claims())
    header, _, signature = revoked.split(".")
    issuer.token = ".".join([header, str(issuer.token).split(".")[1], signature])

    with pytest.raises(StatusInvalid) as refused:
        issuer.check(7)
    assert isinstance(refused.value.__cause__, TokenSignatureInvalid)


@pytest.mark.parametrize(
    ("header", "changed", "cause"),
    [
        ({"typ": "JWT"}, {}, TypeRefused),
        ({}, {}, JoseError),
        ({"typ": "statuslist+jwt", "jku": "https://attacker.example/keys"}, {}, JoseError),
        ({"typ": "statuslist+jwt"}, {"iat": None}, ClaimRefused),
        ({"typ": "statuslist+jwt"}, {"sub": None}, ClaimRefused),
        ({"typ": "statuslist+jwt"}, {"status_list": None}, ClaimRefused),
        ({"typ": "statuslist+jwt"}, {"exp": "never"}, ClaimRefused),
    ],
)
def test_another_kind_of_token_is_refused(
    issuer: Issuer, header: dict[str, Any], changed: dict[str, Any], cause: type[Exception]
) -> None:
    payload = json.dumps(claims(**changed)).encode()
    issuer.token = sign_compact({"kid": issuer.pair.verification_method, **header}, payload, signer=issuer.pair)

    with pytest.raises(StatusInvalid) as refused:
        issuer.check(7)
    assert isinstance(refused.value.__cause__, cause)


@pytest.mark.parametrize("kid", ["key-2", "https://university.example/keys#1", None])
def test_a_key_that_no_did_names_is_refused(issuer: Issuer, kid: str | None) -> None:
    header = {"typ": "statuslist+jwt"} if kid is None else {"typ": "statuslist+jwt", "kid": kid}
    issuer.token = sign_compact(header, json.dumps(claims()).encode(), signer=issuer.pair)

    with pytest.raises(StatusInvalid, match="DID URL"):
        issuer.check(7)
