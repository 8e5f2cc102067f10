"""Every route of the application, with nobody's, another tenant's and each wrong role's credentials.

The routes come from the application itself: a new one without `may()` fails here.
"""

import itertools
import re
from uuid import UUID

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from portal.auth import depends
from portal.auth.depends import Everywhere, InForm, May, OnNode, authenticated, signed_in
from portal.auth.roles import EVERYTHING, OF_A_TENANT, ROLES, TENANT_ROLES
from portal.auth.service import add_api_key
from portal.db.session import platform_session
from portal.public import NodeSource
from portal.services import routers
from tests.factories import issue, make_tenant
from tests.fixtures.node import ORIGIN, browser
from tests.portal.auth.routes import PUBLIC

# Everybody with credentials may, whatever their role.
OF_EVERY_CALLER = {("get", "/v1/me"), ("get", "/v1/webhook-events")}
GUARDED = re.compile(r"/v1/|/t/\{slug\}/vc-api/")
AN_ID = "01a20cc8-8f7a-7d74-85f4-2282d8c88b3b"

ROUTES = [
    (method.lower(), route)
    for router in routers(NodeSource)
    for route in router.routes
    if isinstance(route, APIRoute) and GUARDED.match(route.path)
    for method in sorted(route.methods)
]


def calls_of(dependant):
    yield dependant.call
    for each in dependant.dependencies:
        yield from calls_of(each)


def may_of(route):
    """The route's `may()`; None for one without."""
    found = [call for call in calls_of(route.dependant) if isinstance(call, May)]
    assert len(found) <= 1, route.path
    return found[0] if found else None


ASKING = [(method, route, may_of(route)) for method, route in ROUTES if may_of(route) is not None]


def test_every_route_asks_who_may_or_is_listed():
    silent = {(method, route.path) for method, route in ROUTES if may_of(route) is None}
    personal = {(method, route.path) for method, route in ROUTES if signed_in in set(calls_of(route.dependant))}
    known = {(method, route.path) for method, route in ROUTES if authenticated in set(calls_of(route.dependant))}

    assert silent - personal == OF_EVERY_CALLER | PUBLIC
    assert known >= OF_EVERY_CALLER | personal
    assert all(path.startswith(("/v1/me/", "/v1/auth/")) for _method, path in personal), personal
    assert not known & PUBLIC
    assert len(ASKING) >= 40


def test_every_permission_opens_something():
    """What nothing asks for would be a promise without effect."""
    assert {may.permission for _method, _route, may in ASKING} == EVERYTHING


# --- what the application answers ---------------------------------------------------------------------


@pytest.fixture
def acme(node):
    """The tenant that the requests are about, with one credential; borg is the other one."""
    tenant_id = make_tenant(node, "acme")
    make_tenant(node, "borg")
    return tenant_id, issue(node, tenant_id, 1).public_ids[0]


def key_of(node, tenant_id, permissions):
    with platform_session(node.app_engine) as session:
        return add_api_key(session, "k", tenant_id=tenant_id, permissions=permissions, lifetime=None, now=node.now())[1]


def tenant_id_of(node, slug) -> UUID:
    from portal.tenants.repository import require_tenant_id

    with platform_session(node.app_engine) as session:
        return require_tenant_id(session, slug)


def client_of(key=None):
    headers = {} if key is None else {"X-API-Key": key}
    return TestClient(browser().app, base_url=ORIGIN, raise_server_exceptions=False, headers=headers)


def ask(client, method, route, public_id, *, tenant="acme"):
    values = {"tenant": tenant, "slug": tenant, "public_id": public_id, "instance": "eddsa-rdfc-2022"}
    path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: values.get(found[1], AN_ID), route.path)
    path = path.replace(f"heads/{AN_ID}", "heads/1")
    if isinstance(may_of(route), InForm):
        return client.request(method, path, data={"tenant": tenant}, files={"other": b""})
    return client.request(method, path, json={})


def test_without_credentials_nothing_is_answered(acme, client):
    answers = {
        (method, route.path): ask(client, method, route, acme[1]).status_code
        for method, route in ROUTES
        if (method, route.path) not in PUBLIC
    }

    assert {place: status for place, status in answers.items() if status != 401} == {}


def test_another_tenants_key_finds_nothing(node, acme):
    """With every permission in its own tenant; and what it is told does not depend on whether the tenant exists."""
    client = client_of(key_of(node, tenant_id_of(node, "borg"), OF_A_TENANT))
    wrong = []
    for method, route, may in ASKING:
        answer = ask(client, method, route, acme[1])
        if isinstance(may, Everywhere):
            assert [each["slug"] for each in answer.json()] == ["borg"]
        elif answer.status_code != (403 if isinstance(may, OnNode) else 404):
            wrong.append((method, route.path, answer.status_code))
        elif answer.status_code == 404:
            missing = ask(client, method, route, "x" * 22, tenant="nobody")
            told = [each.text.replace("nobody", "acme").replace("x" * 22, acme[1]) for each in (answer, missing)]
            told = [re.sub(r'"request_id":"[^"]*"', "", each) for each in told]
            if told[0] != told[1]:
                wrong.append((method, route.path, told))

    assert wrong == []


def test_who_may_see_all_tenants_is_told_their_names(node, acme):
    super_admin = client_of(key_of(node, None, EVERYTHING)).get("/v1/tenants/nobody/templates")
    reader = client_of(key_of(node, None, ["templates:read"])).get("/v1/tenants/nobody/templates")

    assert (super_admin.status_code, reader.status_code) == (404, 404)
    assert "tenants: acme, borg" in super_admin.json()["detail"]
    assert "borg" not in reader.json()["detail"]


@pytest.mark.parametrize("role", sorted(TENANT_ROLES))
def test_a_role_opens_what_its_permissions_say_and_nothing_else(node, acme, role):
    from tests.portal.people.conftest import Browser, join, make_person

    join(node, make_person(node), acme[0], role)
    member = Browser(client_of())
    assert member.sign_in().status_code == 200
    member.client.headers.update({"Origin": ORIGIN, "X-CSRF-Token": member.csrf_token})
    wrong = []
    for method, route, may in sorted(ASKING, key=lambda each: each[0] == "delete"):
        answer = ask(member.client, method, route, acme[1])
        refused = answer.status_code in {401, 403}
        if isinstance(may, Everywhere):
            refused = answer.json() == []
        if refused != (may.permission not in TENANT_ROLES[role]):
            wrong.append((method, route.path, answer.status_code))

    assert wrong == []


def test_a_key_opens_what_its_permissions_say_and_nothing_else(node, acme):
    wrong = []
    for permission, everywhere in itertools.product(sorted(OF_A_TENANT), (False, True)):
        client = client_of(key_of(node, None if everywhere else acme[0], [permission]))
        for method, route, may in ASKING:
            if may.permission == permission or isinstance(may, Everywhere):
                continue
            if (status := ask(client, method, route, acme[1]).status_code) != 403:
                wrong.append((permission, method, route.path, status))

    assert wrong == []


def test_a_key_has_no_account(node, acme):
    client = client_of(key_of(node, None, EVERYTHING))
    answers = {
        (method, route.path): ask(client, method, route, acme[1]).status_code
        for method, route in ROUTES
        if signed_in in set(calls_of(route.dependant))
    }

    assert answers
    assert set(answers.values()) == {403}


# --- the table ----------------------------------------------------------------------------------------

MATRIX = """
                    super-admin issuer-admin issuer auditor verifier recipient
tenants:create      x           .            .      .       .        .
tenants:read        x           x            x      x       x        .
templates:read      x           x            x      x       .        .
templates:write     x           x            x      .       .        .
batches:read        x           x            x      x       .        .
batches:issue       x           x            x      .       .        .
awards:revoke       x           x            x      .       .        .
awards:suspend      x           x            x      .       .        .
credentials:issue   x           x            x      .       .        .
credentials:read    x           x            x      x       .        .
credentials:status  x           x            x      .       .        .
credentials:verify  x           x            x      .       x        .
audit:read          x           x            .      x       .        .
members:read        x           x            .      x       .        .
members:manage      x           x            .      .       .        .
roles:manage        x           x            .      .       .        .
api-keys:read       x           x            .      x       .        .
api-keys:manage     x           x            .      .       .        .
webhooks:read       x           x            .      x       .        .
webhooks:manage     x           x            .      .       .        .
"""


def test_the_table_of_roles_and_permissions():
    header, *lines = (line.split() for line in MATRIX.strip().splitlines())

    held = {role: {line[0] for line in lines if line[place] == "x"} for place, role in enumerate(header, 1)}

    assert held == {role: set(permissions) for role, permissions in ROLES.items()}


def test_an_auditor_changes_nothing():
    changing = {may.permission for method, _route, may in ASKING if method not in {"get", "head"}}

    assert not ROLES["auditor"] & (changing - {"credentials:verify"})


def test_without_the_check_a_wrong_role_gets_in(node, acme, monkeypatch):
    """So that what is refused above is refused by `may()` and by nothing else."""
    client = client_of(key_of(node, acme[0], ["tenants:read"]))
    assert client.get("/v1/tenants/acme/templates").status_code == 403

    monkeypatch.setattr(depends, "_require", lambda _principal, _permission: None)

    assert client.get("/v1/tenants/acme/templates").json() == ["first-aid"]
