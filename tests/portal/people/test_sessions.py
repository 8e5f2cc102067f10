"""Sessions: two time limits, an end from elsewhere, and a new cookie at every sign-in."""

import pytest

from portal.people import sessions
from tests.portal.people.conftest import PASSWORD, Browser

COOKIE = "__Host-dcp_session"


def status(browser: Browser) -> int:
    return browser.send("GET", "/v1/me").status_code


def test_a_session_that_is_not_used_ends_after_half_an_hour(ada, clock):
    clock.move(minutes=29)
    assert status(ada) == 200
    clock.move(minutes=29)
    assert status(ada) == 200

    clock.move(minutes=30)
    answer = ada.send("GET", "/v1/me")
    assert (answer.status_code, answer.json()["detail"]) == (401, "your session ended; sign in again")


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(ada, clock):
    for _ in range(12 * 3 - 1):
        clock.move(minutes=20)
        assert status(ada) == 200

    clock.move(minutes=20)
    assert status(ada) == 401


def test_signing_in_again_gives_a_new_cookie_and_ends_the_old_session(ada, new_browser):
    old = ada.client.cookies[COOKIE]
    ada.sign_in()

    thief = new_browser()
    thief.client.cookies.set(COOKIE, old)

    assert ada.client.cookies[COOKIE] != old
    assert status(thief) == 401
    assert status(ada) == 200


def test_signing_out_ends_the_session_and_takes_the_cookie(ada, new_browser):
    kept = ada.client.cookies[COOKIE]
    answer = ada.send("POST", "/v1/auth/sign-out")

    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    thief = new_browser()
    thief.client.cookies.set(COOKIE, kept)
    assert status(thief) == 401


@pytest.mark.parametrize("cookie", ["", "x", "x" * 43, "é".encode().decode("latin-1"), "a" * 5000])
def test_an_invented_cookie_signs_nobody_in(node, new_browser, cookie):
    answer = new_browser().client.get("/v1/me", headers={"Cookie": f"{COOKIE}={cookie}".encode("latin-1")})

    assert answer.status_code == 401


def test_sessions_are_listed_and_ended_one_by_one_or_all_but_this(ada, new_browser, clock):
    others = [new_browser() for _ in range(3)]
    for each in others:
        clock.move(seconds=1)
        each.client.headers["User-Agent"] = "Phone" + "x" * 300
        each.sign_in()

    listed = ada.send("GET", "/v1/me/sessions").json()
    assert [each["current"] for each in listed] == [True, False, False, False]
    assert {len(each["agent"]) for each in listed[1:]} == {200}
    assert ada.send("DELETE", f"/v1/me/sessions/{listed[1]['id']}").status_code == 204
    assert [status(each) for each in others] == [401, 200, 200]

    assert ada.send("DELETE", "/v1/me/sessions").status_code == 204
    assert [status(each) for each in others] == [401, 401, 401]
    assert status(ada) == 200


def test_nobody_ends_somebody_elses_session(ada, node, new_browser):
    from tests.portal.people.conftest import make_person

    make_person(node, "bob@acme.example")
    bob = new_browser()
    bob.sign_in("bob@acme.example")
    (session,) = bob.send("GET", "/v1/me/sessions").json()

    answer = ada.send("DELETE", f"/v1/me/sessions/{session['id']}")

    assert (answer.status_code, answer.json()["code"]) == (404, "session-not-found")
    assert status(bob) == 200


def test_a_new_password_ends_every_other_session(ada, new_browser):
    other = new_browser()
    other.sign_in()

    answer = ada.send("POST", "/v1/me/password", {"current": PASSWORD, "new": "vierzehn und eins"})

    ada.csrf_token = answer.json()["csrf_token"]
    assert (status(ada), status(other)) == (200, 401)
    assert ada.send("DELETE", "/v1/me/sessions").status_code == 204


def test_a_second_factor_ends_every_other_session(ada, node, new_browser):
    other = new_browser()
    other.sign_in()

    ada.switch_totp_on(node)

    assert (status(ada), status(other)) == (200, 401)


def test_sessions_that_ended_long_ago_are_forgotten(ada, node, clock):
    assert sessions.forget(node, now=clock.move(days=30)) == 0
    assert sessions.forget(node, now=clock.move(days=1)) == 1
