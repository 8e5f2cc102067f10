import json

import pytest

from tests.vc.documents import badge, minimal
from tests.vc.test_related import sri
from vc import schema
from vc.errors import MalformedValue, SchemaInvalid, SchemaMismatch, SchemaUnavailable

DRAFT = "https://json-schema.org/draft/2020-12/schema"
NAMED = {
    "$schema": DRAFT,
    "type": "object",
    "properties": {"credentialSubject": {"properties": {"name": {"maxLength": 3}}}},
}


def supply(document):
    return lambda _url: json.dumps(document).encode()


def naming(**entry):
    return minimal(credentialSchema=[{"id": "https://acme.example/schema.json", "type": "JsonSchema", **entry}])


def test_a_credential_that_fits_passes():
    schema.check(naming(), load_schema=supply(NAMED))
    schema.check(minimal(), load_schema=None)


def test_one_that_does_not_fit_is_refused_where_it_does_not():
    credential = naming()
    credential["credentialSubject"]["name"] = "Augusta"
    with pytest.raises(SchemaMismatch) as caught:
        schema.check(credential, load_schema=supply(NAMED))
    assert caught.value.path == "/credentialSubject/name"
    assert "Augusta" not in str(caught.value)


@pytest.mark.parametrize(
    "draft", [DRAFT, "https://json-schema.org/draft/2019-09/schema", "http://json-schema.org/draft-07/schema#"]
)
def test_three_drafts_are_read(draft):
    schema.check(naming(), load_schema=supply({"$schema": draft, "required": ["issuer"]}))
    with pytest.raises(SchemaMismatch):
        schema.check(naming(), load_schema=supply({"$schema": draft, "required": ["x"]}))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        json.dumps({"$schema": "https://acme.example/dialect"}).encode(),
        json.dumps({"$schema": DRAFT, "type": "nonsense"}).encode(),
        json.dumps({"$schema": DRAFT, "$ref": "https://acme.example/other.json"}).encode(),
        json.dumps({"$schema": DRAFT, "$ref": "#"}).encode(),
        json.dumps({"$schema": DRAFT, "$ref": "#/$defs/missing"}).encode(),
        b'{"$schema":"' + DRAFT.encode() + b'","description":"' + b"x" * schema.MAX_SCHEMA_BYTES + b'"}',
    ],
    ids=lambda data: data[:40].decode() or "empty",
)
def test_a_schema_that_cannot_be_used_is_named_so(data):
    with pytest.raises(SchemaInvalid):
        schema.check(naming(), load_schema=lambda _url: data)


def test_the_digest_of_a_schema_is_compared():
    data = json.dumps(NAMED).encode()
    schema.check(naming(digestSRI=sri(data)), load_schema=lambda _url: data)
    with pytest.raises(SchemaInvalid, match="digest"):
        schema.check(naming(digestSRI=sri(b"x")), load_schema=lambda _url: data)


def test_what_was_not_supplied_is_undecided():
    with pytest.raises(SchemaUnavailable):
        schema.check(naming(), load_schema=None)
    with pytest.raises(SchemaUnavailable):
        schema.check(naming(type="ShapeExpression"), load_schema=supply(NAMED))


def test_a_malformed_entry_is_malformed():
    with pytest.raises(MalformedValue, match="/credentialSchema/0"):
        schema.check(minimal(credentialSchema=["urn:x"]), load_schema=None)


def test_the_schemas_of_1edtech_are_checked_by_its_rules():
    schema.check(badge(), load_schema=None)
    broken = badge()
    del broken["credentialSubject"]["achievement"]["criteria"]
    with pytest.raises(SchemaMismatch) as caught:
        schema.check(broken, load_schema=None)
    assert caught.value.path == "/credentialSubject/achievement"
