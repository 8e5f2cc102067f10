"""Members of a tenant: invitations, roles of its own, and nobody who gives more than they hold."""

import pytest

from tests.factories import make_tenant
from tests.portal.people.conftest import PASSWORD, join, make_person


def code_of(answer):
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def acme(node):
    return make_tenant(node)


@pytest.fixture
def admin(node, acme, ada):
    """Ada as acme's issuer admin."""
    from tests.portal.people.conftest import Browser

    assert isinstance(ada, Browser)
    person = ada.send("GET", "/v1/me").json()["id"]
    join(node, person, acme, "issuer-admin")
    return ada


def invite(admin, email="bob@acme.example", role="issuer"):
    answer = admin.send("POST", "/v1/tenants/acme/invitations", {"email": email, "role": role})
    assert answer.status_code == 201, answer.text
    return answer.json()


def accept(browser, token, *, tenant="acme", password=PASSWORD):
    body = {"tenant": tenant, "token": token, "name": "Bob", "password": password}
    answer = browser.client.post("/v1/auth/invitations/accept", json=body)
    browser.csrf_token = answer.json().get("csrf_token", "")
    return answer


def test_who_is_invited_gets_an_account_a_role_and_a_session(admin, new_browser):
    bob = new_browser()
    assert accept(bob, invite(admin)["token"]).status_code == 200

    me = bob.send("GET", "/v1/me").json()
    assert (me["email"], me["name"]) == ("bob@acme.example", "Bob")
    assert [(each["tenant"], each["role"]) for each in me["memberships"]] == [("acme", "issuer")]
    assert bob.send("GET", "/v1/tenants/acme/templates").status_code == 200
    listed = admin.send("GET", "/v1/tenants/acme/members").json()
    assert sorted((each["email"], each["role"]) for each in listed) == [
        ("ada@acme.example", "issuer-admin"), ("bob@acme.example", "issuer"),
    ]  # fmt: skip
    assert admin.send("GET", "/v1/tenants/acme/invitations").json() == []


def test_who_has_an_account_accepts_with_it(node, admin, new_browser):
    make_person(node, "bob@acme.example")
    token = invite(admin)["token"]
    bob = new_browser()

    assert code_of(accept(bob, token)) == (409, "person-exists")
    bob.sign_in("bob@acme.example")
    answer = bob.send("POST", "/v1/me/invitations/accept", {"tenant": "acme", "token": token})

    assert (answer.status_code, answer.json()["role"]) == (200, "issuer")


def test_an_invitation_is_for_one_address(node, admin, new_browser):
    make_person(node, "eve@acme.example")
    token = invite(admin)["token"]
    eve = new_browser()
    eve.sign_in("eve@acme.example")

    answer = eve.send("POST", "/v1/me/invitations/accept", {"tenant": "acme", "token": token})

    assert code_of(answer) == (404, "invitation-not-found")
    assert accept(new_browser(), token).status_code == 200, "it was not used up"


def test_an_invitation_counts_once_for_seven_days_and_until_it_is_withdrawn(admin, new_browser, clock):
    used, late, withdrawn = invite(admin), invite(admin, "c@acme.example"), invite(admin, "d@acme.example")
    accept(new_browser(), used["token"])
    assert admin.send("DELETE", f"/v1/tenants/acme/invitations/{withdrawn['id']}").status_code == 204

    assert code_of(accept(new_browser(), used["token"])) == (404, "invitation-not-found")
    assert code_of(accept(new_browser(), withdrawn["token"])) == (404, "invitation-not-found")
    assert code_of(accept(new_browser(), late["token"], tenant="nobody")) == (404, "invitation-not-found")
    clock.move(days=7)
    assert code_of(accept(new_browser(), late["token"])) == (404, "invitation-not-found")


def test_a_weak_password_does_not_use_an_invitation_up(admin, new_browser):
    token = invite(admin)["token"]

    assert code_of(accept(new_browser(), token, password="passwordpassword")) == (422, "weak-password")
    assert accept(new_browser(), token).status_code == 200


def test_a_role_of_the_tenants_own_opens_what_it_says(node, admin, acme, new_browser):
    put = admin.send("PUT", "/v1/tenants/acme/roles/clerk", {"permissions": ["batches:read", "members:read"]})
    assert put.status_code == 204
    clerk = new_browser()
    accept(clerk, invite(admin, role="clerk")["token"])

    assert clerk.send("GET", "/v1/tenants/acme/members").status_code == 200
    assert code_of(clerk.send("GET", "/v1/tenants/acme/templates")) == (403, "not-permitted")

    admin.send("PUT", "/v1/tenants/acme/roles/clerk", {"permissions": ["templates:read"]})
    assert clerk.send("GET", "/v1/tenants/acme/templates").status_code == 200
    assert clerk.send("GET", "/v1/tenants/acme/members").status_code == 403
    assert code_of(admin.send("DELETE", "/v1/tenants/acme/roles/clerk")) == (409, "role-in-use")


@pytest.mark.parametrize(
    ("role", "permissions", "code"),
    [
        ("issuer", ["batches:read"], (422, "invalid-role")),
        ("super-admin", ["batches:read"], (422, "invalid-role")),
        ("A B", ["batches:read"], (422, "invalid-role")),
        ("clerk", ["tenants:create"], (422, "invalid-permissions")),
        ("clerk", ["everything"], (422, "invalid-permissions")),
    ],
    ids=["built-in", "super-admin", "spelling", "of-the-node", "unknown"],
)
def test_a_role_that_cannot_be_is_refused(admin, role, permissions, code):
    assert code_of(admin.send("PUT", f"/v1/tenants/acme/roles/{role}", {"permissions": permissions})) == code


@pytest.fixture
def manager(node, acme, admin, new_browser):
    """Carol, whose role may manage members, roles and keys, and little else."""
    held = ["members:read", "members:manage", "roles:manage", "api-keys:manage", "batches:read"]
    admin.send("PUT", "/v1/tenants/acme/roles/manager", {"permissions": held})
    carol = new_browser()
    accept(carol, invite(admin, "carol@acme.example", "manager")["token"])
    return carol


def test_nobody_gives_what_they_do_not_hold(node, acme, admin, manager):
    people = {each["email"]: each["person"] for each in manager.send("GET", "/v1/tenants/acme/members").json()}
    own, boss = people["carol@acme.example"], people["ada@acme.example"]
    attempts = {
        "own role": ("PUT", f"/v1/tenants/acme/members/{own}", {"role": "issuer-admin"}),
        "another's role": ("PUT", f"/v1/tenants/acme/members/{boss}", {"role": "manager"}),
        "removal": ("DELETE", f"/v1/tenants/acme/members/{boss}", None),
        "invitation": ("POST", "/v1/tenants/acme/invitations", {"email": "e@acme.example", "role": "issuer"}),
        "role": ("PUT", "/v1/tenants/acme/roles/manager", {"permissions": ["batches:issue"]}),
        "key": ("POST", "/v1/tenants/acme/api-keys", {"name": "k", "permissions": ["batches:issue"]}),
    }

    refused = {name: code_of(manager.send(*attempt)) for name, attempt in attempts.items()}

    assert refused == dict.fromkeys(attempts, (403, "not-permitted"))
    assert admin.send("GET", "/v1/tenants/acme/api-keys").json() == []
    key = {"name": "k", "permissions": ["batches:read"]}
    assert manager.send("POST", "/v1/tenants/acme/api-keys", key).status_code == 201


def test_who_is_removed_is_a_stranger_at_once(admin, new_browser):
    bob = new_browser()
    accept(bob, invite(admin)["token"])
    person = bob.send("GET", "/v1/me").json()["id"]

    assert admin.send("DELETE", f"/v1/tenants/acme/members/{person}").status_code == 204

    assert code_of(bob.send("GET", "/v1/tenants/acme/templates")) == (404, "tenant-not-found")
    assert code_of(admin.send("DELETE", f"/v1/tenants/acme/members/{person}")) == (404, "member-not-found")


def test_every_change_is_in_the_tenants_log_and_no_address(admin, new_browser):
    token = invite(admin)["token"]
    bob = new_browser()
    accept(bob, token)
    person = bob.send("GET", "/v1/me").json()["id"]
    admin.send("PUT", "/v1/tenants/acme/roles/clerk", {"permissions": ["batches:read"]})
    admin.send("PUT", f"/v1/tenants/acme/members/{person}", {"role": "clerk"})
    key = admin.send("POST", "/v1/tenants/acme/api-keys", {"name": "k", "permissions": ["audit:read"]}).json()
    admin.send("DELETE", f"/v1/tenants/acme/api-keys/{key['id']}")
    admin.send("DELETE", f"/v1/tenants/acme/members/{person}")
    admin.send("DELETE", "/v1/tenants/acme/roles/clerk")

    log = admin.send("GET", "/v1/tenants/acme/audit").json()["data"]

    boss = f"person:{admin.send('GET', '/v1/me').json()['id']}"
    assert [(each["act"], each["actor"]) for each in log[3:]] == [
        ("member.invited", boss), ("member.added", f"person:{person}"), ("role.changed", boss), ("member.changed", boss),
        ("api-key.made", boss), ("api-key.revoked", boss), ("member.removed", boss), ("role.removed", boss),
    ]  # fmt: skip
    assert "bob@" not in str(log)
    assert "Bob" not in str(log)
