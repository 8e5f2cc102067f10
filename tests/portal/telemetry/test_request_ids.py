"""Each answer names its request; a caller's trace goes on (W3C Trace Context, section 3.2)."""

import re

import pytest

from portal.telemetry.request_ids import _trace_id

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_an_answer_has_a_name_of_its_own(node, client):
    first, second = (client.get("/livez").headers["X-Request-Id"] for _ in range(2))

    assert re.fullmatch(r"req_[0-9a-f]{24}", first)
    assert first != second


def test_a_callers_name_is_kept_and_stands_in_the_problem(node, client):
    answer = client.get("/v1/tenants", headers={"X-Request-Id": "order-4711.a"})

    assert answer.headers["X-Request-Id"] == "order-4711.a"
    assert answer.json()["request_id"] == "order-4711.a"


@pytest.mark.parametrize(
    "given", ["short", "x" * 65, "with space", 'quote"12345'], ids=["short", "long", "space", "quote"]
)
def test_what_is_no_name_is_replaced(node, client, given):
    assert client.get("/livez", headers={"X-Request-Id": given}).headers["X-Request-Id"].startswith("req_")


@pytest.mark.parametrize(
    ("given", "trace_id"),
    [
        (f"00-{TRACE}-00f067aa0ba902b7-01", TRACE),
        (f"01-{TRACE}-00f067aa0ba902b7-01-later", TRACE),
        (f"00-{TRACE}-00f067aa0ba902b7-01-later", None),
        (f"ff-{TRACE}-00f067aa0ba902b7-01", None),
        (f"00-{'0' * 32}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"00-{TRACE.upper()}-00f067aa0ba902b7-01", None),
        (f"00-{TRACE}-00f067aa0ba902b7", None),
        ("", None),
    ],
    ids=["plain", "later version", "too long", "version ff", "no trace", "no parent", "upper case", "short", "empty"],
)
def test_traceparent_is_read_as_the_standard_says(given, trace_id):
    assert _trace_id(given.encode()) == trace_id
