"""Writing over HTTP needs a key, of which the node keeps a digest only."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from portal.auth.models import ApiKey
from portal.auth.roles import EVERYTHING
from portal.auth.service import authenticate, make_api_key
from portal.db.session import platform_session
from portal.errors import NotAuthenticated
from portal.tenants.models import PublicId
from tests.portal.auth.routes import OPERATIONS


def test_the_database_holds_a_digest_and_not_the_key(node):
    key = make_api_key(node, "first key", now=node.now())

    with platform_session(node.app_engine) as session:
        stored = session.scalars(select(ApiKey)).one()
        everything = session.scalar(text("SELECT string_agg(api_keys::text, '') FROM api_keys"))
    assert stored.digest == hashlib.sha256(key.encode()).digest()
    assert key.removeprefix("dcp_") not in everything
    assert len(key) == len("dcp_") + 43


def test_the_nodes_key_holds_everything_until_it_is_revoked(node):
    key = make_api_key(node, "registrar", now=node.now())
    assert authenticate(node, key, now=node.now()).everywhere == EVERYTHING

    with platform_session(node.app_engine) as session:
        session.scalars(select(ApiKey)).one().revoked_at = node.now()

    with pytest.raises(NotAuthenticated, match="unknown, or it ended or was revoked"):
        authenticate(node, key, now=node.now())


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_operation_of_the_api_asks_for_a_key(client, node, method, path):
    address = path.replace("{batch_id}", "01a20cc8-8f7a-7d74-85f4-2282d8c88b3b").replace("{", "").replace("}", "")

    for headers in ({}, {"X-API-Key": "dcp_wrong"}):
        answer = client.request(method, address, headers=headers, json={"slug": "acme", "name": "Acme"})
        assert (answer.status_code, answer.json()["code"]) == (401, "api-key-required"), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == 'Bearer realm="dcp"'

    with platform_session(node.app_engine) as session:
        assert session.scalar(select(func.count()).select_from(PublicId)) == 0


def test_there_are_operations_that_ask():
    assert {method for method, _path in OPERATIONS} >= {"get", "post", "put"}
    assert len(OPERATIONS) >= 8


@pytest.fixture
def key(node):
    return make_api_key(node, "k", now=node.now())


@pytest.mark.parametrize("form", ["Bearer {key}", "bearer {key}", "BEARER   {key}"])
def test_a_bearer_key_is_accepted(client, key, form):
    assert client.get("/v1/tenants", headers={"Authorization": form.format(key=key)}).status_code == 200


def test_the_key_may_come_in_its_own_header(client, key):
    assert client.get("/v1/tenants", headers={"X-API-Key": key}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic {key}"},
        {"Authorization": "{key}"},
        {"Authorization": "Bearer {key}x"},
        {"X-API-Key": ""},
        {"X-API-Key": "{key} "[:-2]},
        {"Authorization": "Bearer wrong", "X-API-Key": "{key}"},
        {"Cookie": "x-api-key={key}"},
    ],
)
def test_anything_else_is_not(client, key, headers):
    sent = {name: value.format(key=key) if "{key}" in value else value for name, value in headers.items()}

    assert client.get("/v1/tenants", headers=sent).status_code == 401


def test_a_key_in_the_address_is_not_read(client, key):
    assert client.get(f"/v1/tenants?x-api-key={key}&authorization=Bearer%20{key}").status_code == 401


def test_a_key_ends_when_it_was_said_to(node, clock):
    key = make_api_key(node, "k", now=clock(), lifetime=timedelta(days=1))
    assert authenticate(node, key, now=clock.move(hours=23)).kind == "api_key"

    with pytest.raises(NotAuthenticated, match="or it ended"):
        authenticate(node, key, now=clock.move(hours=1))


def test_the_last_use_is_known_to_five_minutes_and_not_written_each_time(node, clock):
    key = make_api_key(node, "k", now=clock())
    first = clock.now

    def noted():
        authenticate(node, key, now=clock())
        with platform_session(node.app_engine) as session:
            return session.scalars(select(ApiKey.last_used_at)).one()

    assert noted() == first
    clock.move(minutes=4)
    assert noted() == first
    clock.move(minutes=1)
    assert noted() == clock.now


def test_a_key_from_before_permissions_holds_everything(node):
    key = make_api_key(node, "first key", now=node.now())
    with platform_session(node.app_engine) as session:
        session.scalars(select(ApiKey)).one().permissions = None

    assert authenticate(node, key, now=node.now()).everywhere == EVERYTHING
