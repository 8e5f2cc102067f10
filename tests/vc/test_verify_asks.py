"""What the pipeline hands to a form, what it does with the answer, and the report of what cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from tests.vc.documents import badge
from tests.vc.world import NOW
from vc.errors import MalformedValue, ParsingError, SchemaUnavailable
from vc.model import Credential
from vc.policy import Policy
from vc.report import REQUIRED_CHECKS, Outcome, Verdict
from vc.secured import Form
from vc.verify import MAX_SCHEMAS, unreadable, verify

SKEW = Policy().clock_skew


@dataclass
class Obliging:
    """A form that says yes to everything, but for what a test gives it; it keeps what it was given."""

    spans: list = field(default_factory=lambda: [(None, None)])
    times: Exception | None = None
    schemas: int = 0
    given: list = field(default_factory=list)

    form = Form.VC_JWT
    issuer_id = "did:web:uni.example"
    types = ("VerifiableCredential",)
    committed = "token"
    view = Credential(badge())

    def check_structure(self) -> None:
        """Holds."""

    def check_issuer(self, given: Any) -> None:
        self.given.append(given)

    def check_proof(self, given: Any, anchored_before: Any) -> dict[str, Any]:
        return {}

    def periods(self) -> list:
        return self.spans

    def check_times(self, given: Any) -> None:
        if self.times is not None:
            raise self.times

    def statuses(self) -> list:
        return []

    def check_schema(self, given: Any) -> bool:
        for number in range(self.schemas):
            given.load_schema(f"https://schemas.example/{number}")
        return True


def ask(secured: Obliging, **given: Any):
    def unasked(*question: str) -> Any:
        raise AssertionError(f"{question} was asked")

    return verify(secured, policy=Policy(), now=NOW, get_key=unasked, fetch_status=unasked, **given)


def test_each_way_to_ask_reaches_the_form():
    secured, roots = Obliging(), (object(),)
    report = ask(
        secured,
        list_keys=lambda identifier, purpose: [f"{identifier} {purpose}"],
        get_json=lambda url: url.encode(),
        fetch_status_token=lambda uri: f"token of {uri}",
        trusted_roots=roots,
    )
    (given,) = secured.given

    assert report.verdict is Verdict.VERIFIED
    assert given.list_keys("did:web:a.example", "assertionMethod") == ("did:web:a.example assertionMethod",)
    assert given.get_json("https://a.example/x") == b"https://a.example/x"
    assert given.fetch_status_token("https://a.example/s") == "token of https://a.example/s"
    assert given.trusted_roots is roots


def test_what_else_a_form_says_about_times_counts():
    report = ask(Obliging(times=MalformedValue("was issued tomorrow", "/iat")))

    assert report.check("validity").outcome is Outcome.FAILED
    assert report.verdict is Verdict.NOT_VERIFIED


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (timedelta(0), None, None),
        (SKEW, None, None),
        (SKEW + timedelta(seconds=1), None, "not-yet-valid"),
        (SKEW, timedelta(days=-1), "expired"),
        (None, timedelta(days=-1), "expired"),
    ],
    ids=["now", "at the edge", "past the edge", "at the edge and over", "over"],
)
def test_a_period_is_told_by_the_end_that_it_misses(start, end, code):
    span = (None if start is None else NOW + start, None if end is None else NOW + end)

    assert ask(Obliging(spans=[span])).check("validity").code == code


def test_the_end_of_an_expired_period_is_named():
    ended = ask(Obliging(spans=[(None, NOW - timedelta(days=1))])).check("validity")

    assert ended.message.startswith("The credential expired on ")


def test_as_many_schemas_are_read_as_the_limit_says_and_the_next_one_is_not():
    read = []

    def load(url: str) -> bytes:
        read.append(url)
        return b"{}"

    assert ask(Obliging(schemas=MAX_SCHEMAS), load_schema=load).verdict is Verdict.VERIFIED
    over = ask(Obliging(schemas=MAX_SCHEMAS + 1), load_schema=load).check("schema")

    assert len(read) == 2 * MAX_SCHEMAS
    assert over.outcome is Outcome.UNDECIDED


def test_the_schema_that_is_one_too_many_is_refused_with_the_number():
    told = []

    class Telling(Obliging):
        def check_schema(self, given: Any) -> bool:
            try:
                return super().check_schema(given)
            except SchemaUnavailable as error:
                told.append(str(error))
                raise

    ask(Telling(schemas=MAX_SCHEMAS + 1), load_schema=lambda _url: b"{}")

    assert told == [f"more than {MAX_SCHEMAS} schemas are not read"]


def test_what_is_no_credential_is_reported_as_unreadable():
    report = unreadable(ParsingError("line 1: no JSON"))
    first, *others = report.checks

    assert (first.name, first.outcome, first.code) == ("structure", Outcome.FAILED, "unreadable")
    assert first.message == "This is not a credential that can be read."
    assert first.detail == {"reason": "line 1: no JSON"}
    assert [check.name for check in others] == [name for name in REQUIRED_CHECKS if name != "structure"]
    assert {(check.outcome, check.code, check.message) for check in others} == {
        (Outcome.UNDECIDED, "unreadable", "Not looked at, since the document cannot be read.")
    }
    assert (report.verdict, report.form) == (Verdict.NOT_VERIFIED, None)


def test_a_rule_that_is_broken_while_reading_keeps_its_own_words():
    report = unreadable(MalformedValue("must be a text", "/issuer"), Form.VC_JWT)
    first = report.checks[0]

    assert first.code == "malformed"
    assert first.message != "This is not a credential that can be read."
    assert report.form is Form.VC_JWT
