"""Schemas of other people, through the one client: fetched, kept for a while, never in the way of a revocation."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from agent.schemas import SchemaLoader
from agent.verification import verify_credential
from did.errors import FetchFailed, FetchRefused
from did.fetch import Response
from did.kept import KeepingFetch
from did.resolver import Resolver
from tests.agent.test_verification import WorldMethod
from tests.vc.world import NOW, STATUS_LIST, World
from vc.errors import SchemaUnavailable
from vc.policy import Policy
from vc.report import Outcome, Report
from vc.schema import MAX_SCHEMA_BYTES

SCHEMA_URL = "https://elsewhere.example/schema.json"
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "properties": {"credentialSubject": {"required": ["degree"]}},
}


class Web:
    """A `Fetch` that answers with one page per URL."""

    def __init__(self, world: World, schema: Any = SCHEMA, status: int = 200) -> None:
        self.world = world
        self.schema = schema
        self.status = status
        self.asked: list[str] = []

    def __call__(self, url: str, *, accept: str, max_bytes: int = 1_000_000, max_redirects: int = 0) -> Response:
        self.asked.append(url)
        if isinstance(self.schema, Exception) and url == SCHEMA_URL:
            raise self.schema
        if url == SCHEMA_URL:
            assert max_bytes == MAX_SCHEMA_BYTES
            return Response(self.status, {}, json.dumps(self.schema).encode(), url)
        return Response(200, {}, json.dumps(self.world.lists[url]).encode(), url)


def check(world: World, web: Web, kept: Any = None, **changed: Any) -> Report:
    credential = world.credential(credentialSchema={"id": SCHEMA_URL, "type": "JsonSchema"}, **changed)
    return verify_credential(
        credential,
        policy=Policy(),
        now=NOW,
        resolver=Resolver([WorldMethod(world)], clock=lambda: NOW),
        fetch=web,
        kept=kept,
        chain_for=lambda _chain: None,
    )


def test_a_foreign_schema_decides() -> None:
    world = World()
    web = Web(world)

    assert check(world, web).check("schema").outcome is Outcome.PASSED
    assert SCHEMA_URL in web.asked
    wrong = check(world, web, credentialSubject={"id": "did:example:holder"}).check("schema")
    assert (wrong.outcome, wrong.code) == (Outcome.FAILED, "schema-mismatch")


@pytest.mark.parametrize(
    ("schema", "status", "outcome", "code"),
    [
        (FetchFailed("asleep"), 200, Outcome.UNDECIDED, "schema-unavailable"),
        (FetchRefused("loopback", "inside"), 200, Outcome.UNDECIDED, "schema-unavailable"),
        (SCHEMA, 404, Outcome.UNDECIDED, "schema-unavailable"),
        (SCHEMA, 503, Outcome.UNDECIDED, "schema-unavailable"),
        ("no schema", 200, Outcome.FAILED, "schema-invalid"),
        ({**SCHEMA, "pattern": 5}, 200, Outcome.FAILED, "schema-invalid"),
        ({**SCHEMA, "propertyNames": {"pattern": "^(a+)+$"}}, 200, Outcome.UNDECIDED, "schema-unavailable"),
    ],
)
def test_a_schema_that_cannot_be_had_or_run_is_no_yes(schema: Any, status: int, outcome: Outcome, code: str) -> None:
    world = World()

    line = check(world, Web(world, schema, status)).check("schema")

    assert (line.outcome, line.code) == (outcome, code)


def test_a_schema_is_kept_and_a_status_list_is_not() -> None:
    world = World()
    web = Web(world)
    kept = KeepingFetch(web, keep_s=300, clock=lambda: now)
    now = NOW

    check(world, web, kept)
    check(world, web, kept)
    assert web.asked.count(SCHEMA_URL) == 1
    assert web.asked.count(STATUS_LIST) == 2
    now = NOW + timedelta(seconds=301)
    check(world, web, kept)
    assert web.asked.count(SCHEMA_URL) == 2


def test_the_loader_says_what_could_not_be_fetched() -> None:
    with pytest.raises(SchemaUnavailable, match=r"elsewhere\.example/schema\.json.*asleep"):
        SchemaLoader(Web(World(), FetchFailed("asleep")))(SCHEMA_URL)
