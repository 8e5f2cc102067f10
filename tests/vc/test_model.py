import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vc.documents import badge, minimal_v1
from vc.errors import MalformedValue, ParsingError
from vc.model import MAX_DOCUMENT_BYTES, Credential, parse_json

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_json_comes_back_as_it_went_in(document):
    assert parse_json(json.dumps(document).encode()) == document
    assert parse_json(json.dumps(document, ensure_ascii=False).encode()) == document


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"", "not JSON"),
        (b"[]", "not a JSON object"),
        (b'"x"', "not a JSON object"),
        (b'{"a":1,"a":2}', "twice"),
        (b'{"a":{"b":1,"\\u0062":2}}', "twice"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":-Infinity}', "Infinity"),
        (b'{"a":9007199254740992}', "2^53"),
        (b'{"a":-9007199254740992}', "2^53"),
        (b'{"a":' + b"9" * 100_000 + b"}", "2^53"),
        (b'{"a":1e999}', "too large"),
        (b'{"a":"\\ud800"}', "surrogate"),
        (b'{"\\udfff":1}', "surrogate"),
        (b'{"a":"\xff"}', "not UTF-8"),
        (b'{"a":"\xed\xa0\x80"}', "not UTF-8"),
        (b'\xef\xbb\xbf{"a":1}', "byte order mark"),
        (b'{"a":1}x', "Extra data"),
        (b'{"a":1,}', "not JSON"),
        (b"{'a':1}", "not JSON"),
        (b'{"a":"\n"}', "not JSON"),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "nested"),
        (b'{"a":"' + b"x" * MAX_DOCUMENT_BYTES + b'"}', "bytes"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_not_strict_json_is_refused(data, part):
    with pytest.raises(ParsingError, match=re.escape(part)):
        parse_json(data)


def test_the_view_reads_both_versions_of_the_data_model():
    credential = Credential(badge(proof=[{"type": "DataIntegrityProof"}]))
    assert credential.issuer_id == "did:web:acme.example"
    assert credential.types == ("VerifiableCredential", "OpenBadgeCredential")
    assert credential.valid_from == datetime(2026, 11, 24, tzinfo=UTC)
    assert credential.valid_until == datetime(2036, 11, 24, tzinfo=UTC)
    assert credential.id == "urn:uuid:91f1c7a0-6ff6-4d5b-9a2b-6a3f6e0f3b11"
    assert [
        len(part) for part in (credential.statuses, credential.schemas, credential.proofs, credential.subjects)
    ] == [1] * 4
    assert len(credential.contexts) == 3

    older = Credential(minimal_v1(expirationDate="2027-01-01T00:00:00+01:00"))
    assert older.issuer_id == "did:example:issuer"
    assert older.valid_from == datetime(2026, 11, 24, tzinfo=UTC)
    assert older.valid_until == datetime(2026, 12, 31, 23, tzinfo=UTC)


def test_members_of_a_wrong_type_read_as_absent():
    credential = Credential({"id": 5, "type": [1, "A"], "issuer": ["x"], "proof": "none", "credentialStatus": [None]})
    assert credential.id is None
    assert credential.issuer_id is None
    assert credential.types == ("A",)
    assert credential.proofs == credential.statuses == ()
    assert credential.valid_from is None


def test_a_time_that_is_none_is_not_read_as_absent():
    with pytest.raises(MalformedValue, match="/validUntil"):
        _ = Credential({"validUntil": None}).valid_until
