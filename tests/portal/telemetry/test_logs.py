"""A log tells what happened and to which request, and no secret."""

import io
import json
import logging

import pytest

from portal.telemetry.logs import configure
from portal.telemetry.redaction import redact

KEY = "dcp_" + "Ab3-_xyz" * 5
TOKEN = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"


@pytest.fixture
def logged():
    """Configure logging as a process does, onto a string; afterwards as it was."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    uvicorn = logging.getLogger("uvicorn.access")
    kept = uvicorn.handlers[:], uvicorn.propagate

    def run(*, as_json):
        configure(level="info", as_json=as_json)
        stream = io.StringIO()
        root.handlers[0].setStream(stream)
        return stream

    yield run
    root.handlers[:], root.level = before, level
    uvicorn.handlers[:], uvicorn.propagate = kept


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        (f"caller sent {KEY}", KEY),
        (f"Authorization: Bearer {TOKEN}", TOKEN),
        (f"the credential {TOKEN}~WyJhIl0~ was read", "WyJhIl0"),
        ("authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("cannot connect to postgresql://dcp_app:hunter2@/dcp", "hunter2"),
        ("mail to marie.curie+x@uni-paris.example failed", "marie.curie"),
        ('127.0.0.1 - "GET /c/Zk3hY2xq9T4vB7nM1pLwAQ HTTP/1.1" 200', "Zk3hY2xq9T4vB7nM1pLwAQ"),
        ('127.0.0.1 - "POST /v1/credentials/Zk3hY2xq9T4vB7nM1pLwAQ/revoke HTTP/1.1" 200', "Zk3hY2xq9T4vB7nM1pLwAQ"),
        ('"GET /callback?code=4711&state=abc HTTP/1.1" 302', "4711"),
        ('{"password": "correct horse"}', "correct"),
        ("password=hunter2&user=a", "hunter2"),
    ],
    ids=["key", "bearer", "sd-jwt", "basic", "database", "e-mail", "page", "api", "query", "json", "form"],
)
def test_what_is_secret_does_not_get_through(line, secret):
    assert secret in line
    assert secret not in redact(line)
    assert redact(redact(line)) == redact(line)


@pytest.mark.parametrize(
    "line",
    [
        "round 018f0000-0000-7000-8000-000000000001 is final",
        "did:web of tenant acme waits: the chain does not answer",
        '127.0.0.1:1 - "GET /t/acme/did.json HTTP/1.1" 200',
        "POST /v1/tenants/acme/templates",
    ],
)
def test_what_is_not_secret_stays_readable(line):
    assert redact(line) == line


@pytest.mark.parametrize("as_json", [True, False], ids=["json", "text"])
def test_a_stack_trace_brings_no_secret_in(logged, as_json):
    stream = logged(as_json=as_json)
    error = ValueError(f"refused {KEY}")
    logging.getLogger("portal.app").error("request of %s failed", "marie@uni.example", exc_info=error)

    line = stream.getvalue()
    assert "ValueError" in line
    assert KEY not in line
    assert "marie@" not in line


def test_a_json_line_has_time_level_logger_and_event(logged):
    stream = logged(as_json=True)
    logging.getLogger("uvicorn.access").info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", "/verify?x=1", "1.1", 200)

    line = json.loads(stream.getvalue())
    assert (line["level"], line["logger"]) == ("info", "uvicorn.access")
    assert line["event"] == '127.0.0.1:1 - "GET /verify?… HTTP/1.1" 200'
    assert line["timestamp"].endswith("Z")


def test_a_line_outside_of_a_request_names_none(logged):
    stream = logged(as_json=True)
    logging.getLogger("portal").info("started")

    assert "request_id" not in json.loads(stream.getvalue())


def test_a_fault_is_logged_and_answered_under_the_requests_name(logged, node, key_client, monkeypatch):
    from portal.tenants import repository

    monkeypatch.setattr(repository, "slugs", None)
    stream = logged(as_json=True)
    answer = key_client.get("/v1/tenants", headers={"X-Request-Id": "abc-12345678"})

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (answer.status_code, answer.json()["request_id"]) == (500, "abc-12345678")
    assert answer.headers["X-Request-Id"] == "abc-12345678"
    assert {line["request_id"] for line in lines if line["level"] == "error"} == {"abc-12345678"}


def test_what_an_endpoint_logs_names_the_request(logged, node, client, monkeypatch):
    from portal import health

    monkeypatch.setattr(health, "_REVISION", "not a statement")
    stream = logged(as_json=True)
    answer = client.get("/readyz", headers={"X-Request-Id": "abc-12345678"})

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert answer.status_code == 503
    assert [line["request_id"] for line in lines if line["level"] == "warning"] == ["abc-12345678"]
