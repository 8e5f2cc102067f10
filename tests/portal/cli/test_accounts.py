"""`dcp key` and `dcp person`: the first people and keys of a node."""

import io
import json
import sys

import pytest

from portal.cli import main
from portal.db.session import platform_session
from portal.people.models import Person
from tests.factories import make_tenant
from tests.portal.people.conftest import PASSWORD, make_person


@pytest.fixture
def dcp(node, monkeypatch, capsys):
    def run(*arguments, stdin=""):
        monkeypatch.setattr(sys, "argv", ["dcp", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as end:
            main()
        return end.value.code, capsys.readouterr().out

    return run


def sign_in(client, password, email="ada@acme.example"):
    return client.post("/v1/auth/sign-in", json={"email": email, "password": password})


def test_the_first_super_admin_signs_in_with_the_password_that_was_made(dcp, client):
    code, said = dcp("person", "create", "ada@acme.example", "--name", "Ada", "--super-admin", "--json")
    assert code == 0

    assert sign_in(client, json.loads(said)["password"]).status_code == 200
    assert "tenants:create" in client.get("/v1/me").json()["permissions"]


def test_a_password_from_standard_input_is_not_said_again(dcp, client):
    code, said = dcp("person", "create", "ada@acme.example", "--name", "Ada", "--password-stdin", stdin=PASSWORD + "\n")

    assert (code, PASSWORD in said) == (0, False)
    assert sign_in(client, PASSWORD).status_code == 200
    assert client.get("/v1/me").json()["permissions"] == []


def test_a_person_can_begin_as_a_tenants_admin(dcp, node, client):
    make_tenant(node)
    _code, said = dcp(
        "person", "create", "ada@acme.example", "--name", "Ada", "--tenant", "acme", "--role", "issuer-admin", "--json"
    )
    sign_in(client, json.loads(said)["password"])

    (membership,) = client.get("/v1/me").json()["memberships"]
    assert (membership["tenant"], membership["role"]) == ("acme", "issuer-admin")


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "error"),
    [
        (("nobody",), "", 1, "invalid-address"),
        (("a@acme.example", "--password-stdin"), "short\n", 1, "weak-password"),
        (("a@acme.example", "--password-stdin"), "", 1, "invalid-file"),
        (("a@acme.example", "--tenant", "acme", "--role", "king"), "", 1, "role-not-found"),
        (("a@acme.example", "--tenant", "nobody", "--role", "issuer"), "", 1, "tenant-not-found"),
        (("a@acme.example", "--role", "issuer"), "", 2, None),
    ],
    ids=["address", "short", "empty", "role", "tenant", "role-without-tenant"],
)
def test_an_account_that_cannot_be_made_is_refused(dcp, node, arguments, stdin, code, error):
    make_tenant(node)

    ended, said = dcp("person", "create", *arguments, "--name", "A", "--json", stdin=stdin)

    assert ended == code
    assert error is None or json.loads(said)["error"] == error
    if code == 1:
        assert dcp("person", "create", "a@acme.example", "--name", "A")[0] == 0, "nothing of it was kept"


def test_who_lost_password_and_second_factor_gets_a_new_password(dcp, node, client):
    person_id = make_person(node)
    sign_in(client, PASSWORD)
    with platform_session(node.app_engine) as session:
        person = session.get(Person, person_id)
        person.sealed_totp_secret, person.totp_confirmed_at = b"lost", node.now()

    code, said = dcp("person", "reset", "Ada@acme.example", "--json")

    assert (code, json.loads(said)["sessions_ended"]) == (0, 1)
    assert client.get("/v1/me").status_code == 401
    assert sign_in(client, PASSWORD).status_code == 401
    assert sign_in(client, json.loads(said)["password"]).status_code == 200
    assert dcp("person", "reset", "bob@acme.example")[0] == 1


def test_a_key_is_made_used_listed_and_revoked(dcp, node, client):
    make_tenant(node)
    _code, said = dcp("key", "create", "import", "--tenant", "acme", "--permission", "templates:read", "--json")
    made = json.loads(said)
    headers = {"Authorization": f"Bearer {made['key']}"}
    assert client.get("/v1/tenants/acme/templates", headers=headers).json() == ["first-aid"]
    assert client.put("/v1/tenants/acme/templates/x", headers=headers, json={}).status_code == 403

    _code, listed = dcp("key", "list", "--tenant", "acme", "--json")
    assert [(each["id"], each["name"]) for each in json.loads(listed)] == [(made["id"], "import")]
    assert made["key"] not in listed
    assert json.loads(dcp("key", "list", "--json")[1]) == [], "it is not one of the node's own"

    assert dcp("key", "revoke", made["id"])[0] == 1
    assert dcp("key", "revoke", made["id"], "--tenant", "acme")[0] == 0
    assert client.get("/v1/tenants/acme/templates", headers=headers).status_code == 401


def test_a_key_of_the_node_holds_what_is_said(dcp, client):
    _code, said = dcp("key", "create", "monitor", "--permission", "tenants:read", "--days", "7", "--json")
    headers = {"X-API-Key": json.loads(said)["key"]}

    assert client.get("/v1/tenants", headers=headers).json() == []
    assert client.post("/v1/tenants", headers=headers, json={"slug": "a", "name": "A"}).status_code == 403
    assert dcp("key", "create", "x", "--permission", "everything", "--json")[0] == 1


def test_a_tenants_key_cannot_hold_what_is_the_nodes(dcp, node):
    make_tenant(node)

    code, said = dcp("key", "create", "x", "--tenant", "acme", "--permission", "tenants:create", "--json")

    assert (code, json.loads(said)["error"]) == (1, "invalid-permissions")
