"""A request that is sent again is carried out once (security.md, section 1: Stripe's rule)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select, update
from starlette.testclient import TestClient

from portal.audit import service as audit
from portal.auth.models import ApiKey
from portal.auth.service import make_api_key
from portal.db.session import platform_session, tenant_session
from portal.idempotency import store
from portal.idempotency.models import KeptAnswer
from portal.idempotency.store import Answer, Begun, InFlight
from portal.issuance.models import Batch
from tests.factories import csv, make_tenant
from tests.fixtures.node import ORIGIN, browser

BODY = {"slug": "acme", "name": "Acme University"}


def post(client, key="k1", body=BODY, path="/v1/tenants"):
    return client.post(path, json=body, headers={"Idempotency-Key": key})


def kept(node):
    with platform_session(node.app_engine) as session:
        return session.scalar(select(func.count()).select_from(KeptAnswer))


def test_the_second_time_the_first_answer_comes_back(node, key_client):
    first, second = post(key_client), post(key_client)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert second.headers["content-type"] == first.headers["content-type"]


def test_without_the_header_the_second_time_is_a_second_request(node, key_client):
    key_client.post("/v1/tenants", json=BODY)

    assert key_client.post("/v1/tenants", json=BODY).status_code == 409


def test_a_refusal_is_an_answer_too(node, key_client):
    make_tenant(node)

    first, second = post(key_client), post(key_client)

    assert (first.status_code, second.status_code, second.headers["Idempotent-Replayed"]) == (409, 409, "true")


def test_another_body_under_the_same_key_is_refused(node, key_client):
    post(key_client)

    answer = post(key_client, body={**BODY, "slug": "borg"})

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")


def test_another_address_or_another_caller_is_another_request(node, key_client):
    post(key_client)
    other = TestClient(
        browser().app, base_url=ORIGIN, raise_server_exceptions=False,
        headers={"X-API-Key": make_api_key(node, "other", now=node.now())},
    )  # fmt: skip

    assert post(other).status_code == 409  # carried out: the tenant is there already
    assert "Idempotent-Replayed" not in post(key_client, path="/v1/tenants/acme/nothing-here").headers


def test_while_the_first_is_under_way_the_second_waits(node, key_client):
    seen = []

    def begin(*arguments, **named):
        found = original(*arguments, **named)
        if not seen:  # the moment after the key was taken
            seen.append(found)
            seen.append(post(key_client))
        return found

    original, store.begin = store.begin, begin
    try:
        first = post(key_client)
    finally:
        store.begin = original

    assert first.status_code == 201
    assert (seen[1].status_code, seen[1].json()["code"], seen[1].headers["Retry-After"]) == (
        409,
        "request-in-flight",
        "1",
    )


def test_a_form_sent_again_with_another_boundary_is_the_same_form(node, key_client):
    tenant_id = make_tenant(node)

    def upload(data):
        return key_client.post(
            "/v1/batches", data={"tenant": "acme", "template": "first-aid"}, files={"file": ("people.csv", data)},
            headers={"Idempotency-Key": "upload-7"},
        )  # fmt: skip

    first, second, other = upload(csv()), upload(csv()), upload(csv(4))

    assert (first.status_code, second.headers["Idempotent-Replayed"], other.status_code) == (202, "true", 422)
    with tenant_session(node.app_engine, tenant_id) as session:
        assert session.scalar(select(func.count()).select_from(Batch)) == 1


def test_of_32_at_once_one_is_carried_out(node, key_client):
    start = Barrier(32)

    def send(_number):
        start.wait()
        return post(key_client).status_code

    with ThreadPoolExecutor(32) as pool:
        codes = list(pool.map(send, range(32)))

    assert set(codes) <= {201, 409}
    assert 201 in codes
    with platform_session(node.app_engine) as session:
        assert session.scalar(select(func.count()).select_from(KeptAnswer)) == 1
    with tenant_session(node.app_engine, _tenant(node)) as session:
        assert len(audit.page(session, after=0, limit=10, act="tenant.created")) == 1


def _tenant(node):
    from portal.tenants.repository import require_tenant_id

    with platform_session(node.app_engine) as session:
        return require_tenant_id(session, "acme")


def test_who_is_not_let_in_uses_up_no_key(node, client):
    answer = client.post("/v1/tenants", json=BODY, headers={"Idempotency-Key": "k1", "X-API-Key": "wrong"})

    assert answer.status_code == 401
    assert kept(node) == 0


@pytest.mark.parametrize(
    "key", ["", "two words", "x" * 256, "schlüssel".encode()], ids=["empty", "space", "long", "utf-8"]
)
def test_a_key_that_is_no_key_is_refused(node, key_client, key):
    answer = post(key_client, key=key)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-idempotency-key")
    assert kept(node) == 0


def test_after_a_day_a_key_is_new_again(node, key_client, clock):
    post(key_client)
    clock.move(hours=25)

    assert post(key_client).status_code == 409  # carried out anew
    clock.move(hours=25)
    assert store.forget(node, now=node.now()) == 1
    assert kept(node) == 0


def test_a_request_whose_process_died_is_given_up_after_ten_minutes(node, clock):
    first = store.begin(node, b"s" * 32, b"r" * 32, now=node.now())
    again = store.begin(node, b"s" * 32, b"r" * 32, now=clock.move(minutes=9))
    later = store.begin(node, b"s" * 32, b"r" * 32, now=clock.move(minutes=2))

    assert isinstance(first, Begun)
    assert isinstance(again, InFlight)
    assert isinstance(later, Begun)


def test_what_is_kept_cannot_be_read_in_the_database(node):
    begun = store.begin(node, b"s" * 32, b"r" * 32, now=node.now())
    store.keep(node, begun, Answer(201, ((b"content-type", b"text/plain"),), b"a secret shown once"))

    with platform_session(node.app_engine) as session:
        sealed = session.scalars(select(KeptAnswer.sealed_answer)).one()
    assert b"secret" not in sealed
    assert store.begin(node, b"s" * 32, b"r" * 32, now=node.now()).body == b"a secret shown once"


def test_the_apis_description_names_the_header_for_every_post(node, client):
    paths = client.get("/openapi.json").json()["paths"]
    posts = {path: operations["post"] for path, operations in paths.items() if "post" in operations}
    named = {path: [each["name"] for each in post.get("parameters", [])] for path, post in posts.items()}

    assert any(path.startswith("/v1/") for path in posts)
    assert [path for path in posts if path.startswith("/v1/") is not ("Idempotency-Key" in named[path])] == []


def test_a_fault_of_the_node_gives_the_key_back(node, key_client, monkeypatch):
    from portal.tenants import service

    monkeypatch.setattr(service, "read_tenant", None)
    failed = post(key_client)
    monkeypatch.undo()

    assert failed.status_code == 500
    assert kept(node) == 0
    assert post(key_client).status_code == 409  # carried out: the tenant had been made before the fault


def test_a_key_that_was_revoked_gets_no_kept_answer(node, key_client):
    post(key_client)
    with platform_session(node.app_engine) as session:
        session.execute(update(ApiKey).values(revoked_at=node.now()))

    answer = post(key_client)

    assert (answer.status_code, answer.json()["code"]) == (401, "api-key-required")
    assert "Idempotent-Replayed" not in answer.headers
