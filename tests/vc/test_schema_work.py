"""Schemas of strangers: hostile ones end soon (CWE-1333, CWE-674), ordinary ones are answered."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vc.documents import minimal
from vc import schema
from vc.errors import SchemaMismatch, SchemaUnavailable
from vc.schema_work import MAX_PATTERN, MAX_WORK, pattern_work

DRAFT = "https://json-schema.org/draft/2020-12/schema"
SECONDS = 2.0


def against(document: dict[str, Any], **members: Any) -> None:
    schema.check_against(document, {"$schema": DRAFT, **members})


def doubling(depth: int) -> dict[str, Any]:
    """Each definition refers to the next one twice."""
    names = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(depth)}
    return {"$defs": {**names, f"a{depth}": True}, "$ref": "#/$defs/a0"}


HOSTILE = {
    "nested repeats": ({"properties": {"a": {"pattern": "^(a+)+$"}}}, {"a": "a" * 40 + "!"}),
    "alternatives that overlap": ({"properties": {"a": {"pattern": "^(a|a)*$"}}}, {"a": "a" * 40 + "!"}),
    "optional parts": ({"properties": {"a": {"pattern": "^" + "a?" * 40 + "a" * 40 + "$"}}}, {"a": "a" * 40}),
    "many repeats": ({"properties": {"a": {"pattern": "^" + ".*" * 12 + "!$"}}}, {"a": "a" * 200}),
    "a counted group of choices": ({"properties": {"a": {"pattern": "^(a?){40}a{40}$"}}}, {"a": "a" * 40}),
    "the names of members": ({"patternProperties": {"^(a+)+$": True}}, {"a" * 40 + "!": 1}),
    "additional members": (
        {"patternProperties": {"^(a+)+$": True}, "additionalProperties": False},
        {"a" * 40 + "!": 1},
    ),
    "references that double": (doubling(40), {}),
    "a reference to itself in each member": (
        {"$defs": {"x": {"allOf": [{"additionalProperties": {"$ref": "#/$defs/x"}}] * 9}}, "$ref": "#/$defs/x"},
        {"a": {"b": {"c": {"d": {"e": {"f": {"g": {}}}}}}}},
    ),
    "unique items of many kinds": (
        {"properties": {"a": {"uniqueItems": True}}},
        {"a": [value for number in range(20_000) for value in (number, str(number))]},
    ),
    "a long list against a long list": (
        {"properties": {"a": {"items": {"enum": list(range(20_000))}}}},
        {"a": ["x"] * 20_000},
    ),
    "what was not looked at": ({"allOf": [True], "unevaluatedProperties": False}, {"a": 1}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_schema_is_undecided_and_soon(name: str) -> None:
    members, document = HOSTILE[name]
    start = time.process_time()

    with pytest.raises(SchemaUnavailable):
        against(document, **members)

    assert time.process_time() - start < SECONDS


ORDINARY = [
    ("^\\d{4}-\\d{2}-\\d{2}$", "2026-11-24", "24.11.2026"),
    ("^[^@]+@[^@]+\\.[^@]+$", "ada@acme.example", "ada"),
    ("^(did|https?):.+", "https://acme.example/1", "ftp://acme.example"),
    ("^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$", "7f6c2f7e-6b0c-4d5e-9a39-6a3bb4f0c0de", "7f6c"),
    ("^[A-Z]{2,3}$", "MSc"[0] + "SC", "m"),
    ("Degree$", "BachelorDegree", "Badge"),
    ("a|b", "xxb", "xxx"),
    ("[]\\]*+({]", "x]x", "x"),
]


@pytest.mark.parametrize(("pattern", "fits", "differs"), ORDINARY)
def test_ordinary_patterns_are_answered(pattern: str, fits: str, differs: str) -> None:
    against({"a": fits}, properties={"a": {"pattern": pattern}})
    with pytest.raises(SchemaMismatch):
        against({"a": differs}, properties={"a": {"pattern": pattern}})


@pytest.mark.parametrize(
    "pattern", ["(", "\\p{Letter}", "a" * (MAX_PATTERN + 1), "(?<=a+)b", "(a?){99999999}", "(a|b){,9}"]
)
def test_a_pattern_that_is_not_understood_is_undecided(pattern: str) -> None:
    with pytest.raises(SchemaUnavailable):
        against({"a": "a"}, properties={"a": {"pattern": pattern}})


@settings(max_examples=150)
@given(
    st.recursive(
        st.sampled_from(["a", "b", "[ab]", ".", "\\w"]),
        lambda inner: st.one_of(
            st.tuples(inner, inner).map("".join),
            st.tuples(inner, inner).map("(%s|%s)".__mod__),
            st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}"])).map("(%s)%s".__mod__),
            st.tuples(st.sampled_from(["a", "[ab]", "."]), st.sampled_from(["*", "+", "?"])).map("".join),
        ),
        max_leaves=8,
    )
)
def test_what_is_said_to_cost_little_is_quick(pattern: str) -> None:
    text = "a" * 60 + "!"
    try:
        work = pattern_work(pattern + "$", len(text))
    except SchemaUnavailable:
        return
    if work <= MAX_WORK:
        start = time.process_time()
        re.search(pattern + "$", text)
        assert time.process_time() - start < 1.0


def test_a_credential_names_few_schemas() -> None:
    asked: list[str] = []

    def load(url: str) -> bytes:
        asked.append(url)
        return b'{"$schema":"%s"}' % DRAFT.encode()

    entries = [{"id": f"https://acme.example/{n}", "type": "JsonSchema"} for n in range(schema.MAX_SCHEMAS + 1)]
    schema.check(minimal(credentialSchema=entries[:-1]), load_schema=load)
    assert len(asked) == schema.MAX_SCHEMAS
    with pytest.raises(schema.MalformedValue, match="at most 8"):
        schema.check(minimal(credentialSchema=entries), load_schema=load)
