"""A caller is told what it may still ask for, and is refused when it asks for more."""

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from config.settings import Settings
from portal.rate_limits.middleware import RateLimits


class Allowed:
    rate_limit_per_minute = 5
    rate_limit_anonymous_per_minute = 2


def _answer(request):
    return PlainTextResponse("ok", status_code=401 if request.headers.get("x-api-key") == "wrong" else 200)


@pytest.fixture
def ask():
    """Answers 401 to the key `wrong`. Returns status and headers."""
    paths = ["/v1/things", "/t/acme/vc-api/credentials/verify", "/verify", "/t/acme/did.json"]
    app = Starlette(routes=[Route(path, _answer, methods=["GET", "POST"]) for path in paths])
    app.add_middleware(RateLimits, get_allowance=Allowed)

    def run(path="/v1/things", *, key=None, method="GET", address="192.0.2.1"):
        client = TestClient(app, client=(address, 50_000))
        return client.request(method, path, headers={} if key is None else {"X-API-Key": key})

    return run


def test_each_answer_tells_what_is_left(ask):
    answers = [ask(key="a") for _ in range(3)]

    assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"default";q=5;w=60'}
    assert [answer.headers["RateLimit"].partition(";t=")[0] for answer in answers] == [
        '"default";r=4', '"default";r=3', '"default";r=2',
    ]  # fmt: skip


def test_one_too_many_is_refused_with_the_time_to_wait(ask):
    answers = [ask(key="a") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    refused = answers[-1]
    assert refused.json()["code"] == "too-many-requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_callers_do_not_use_up_each_others_allowance(ask):
    for _ in range(6):
        ask(key="a")
    for _ in range(3):
        ask(address="192.0.2.7")

    assert ask(key="b").status_code == 200
    assert ask(address="192.0.2.8").status_code == 200
    assert ask(address="192.0.2.7").status_code == 429


def test_keys_that_are_refused_count_against_their_address(ask):
    assert [ask(key="wrong").status_code for _ in range(3)] == [401, 401, 429]
    assert ask(key="another guess").status_code == 429
    assert ask(key="another guess", address="192.0.2.9").status_code == 200


@pytest.mark.parametrize(
    ("path", "method", "is_limited"),
    [
        ("/v1/things", "GET", True),
        ("/t/acme/vc-api/credentials/verify", "GET", True),
        ("/verify", "POST", True),
        ("/verify", "GET", False),
        ("/t/acme/did.json", "GET", False),
    ],
)
def test_what_is_published_has_no_limit(ask, path, method, is_limited):
    assert ("RateLimit" in ask(path, method=method).headers) is is_limited


def test_zero_means_no_limit(ask, monkeypatch):
    monkeypatch.setattr(Allowed, "rate_limit_anonymous_per_minute", 0)

    answers = [ask() for _ in range(20)]

    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0].headers


def test_the_node_limits_its_api(node, client):
    answer = client.get("/v1/tenants")

    assert answer.status_code == 401
    assert f"q={Settings().rate_limit_anonymous_per_minute};" in answer.headers["RateLimit-Policy"]
