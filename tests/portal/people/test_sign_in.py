"""Signing in: passwords, second factors, and what a stranger can find out."""

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from portal.auth import cookies
from portal.db.session import platform_session
from portal.people import devices, passwords, throttle
from tests.fixtures.node import ORIGIN
from tests.portal.people.conftest import PASSWORD, make_person

PARAMETERS = {name: getattr(passwords._HASHER, name) for name in ("time_cost", "memory_cost", "parallelism")}


def code_of(answer):
    return answer.status_code, answer.json()["code"]


def test_who_signed_in_is_known_by_the_cookie(ada):
    me = ada.send("GET", "/v1/me").json()

    assert (me["kind"], me["email"], me["name"], me["memberships"]) == ("person", "ada@acme.example", "Ada", [])
    assert (me["permissions"], me["totp"], me["csrf_token"]) == ([], False, ada.csrf_token)


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(node, new_browser):
    make_person(node)

    cookie, device = new_browser().sign_in().headers.get_list("set-cookie")

    assert cookie.startswith("__Host-dcp_session=")
    assert device.startswith("__Host-dcp_device=")
    assert cookie.partition("Max-Age")[0].partition(";")[2] == device.partition("Max-Age")[0].partition(";")[2]
    assert {part.strip().partition("=")[0].lower() for part in cookie.split(";")[1:]} == {
        "httponly", "secure", "samesite", "path", "max-age",
    }  # fmt: skip
    assert "SameSite=lax" in cookie
    assert "Path=/;" in cookie


def test_nothing_that_signs_in_stands_in_the_database(node, ada):
    totp, codes = ada.switch_totp_on(node)
    tables = ("people", "sessions", "recovery_codes", "throttles")
    with platform_session(node.app_engine) as session:
        stored = "".join(session.scalar(text(f"SELECT string_agg(t::text, '') FROM {name} t")) for name in tables)

    for secret in (PASSWORD, "ada@acme.example", "Ada", totp.secret, ada.client.cookies["__Host-dcp_session"], *codes):
        assert secret not in stored
        assert secret.encode().hex() not in stored
    assert "$argon2id$v=19$" in stored


@pytest.mark.parametrize(
    ("email", "password"),
    [("ada@acme.example", "quartz lantern over ten hills"), ("bob@acme.example", PASSWORD), ("not an address", "x")],
    ids=["wrong-password", "unknown-account", "no-address"],
)
def test_every_wrong_sign_in_gets_the_same_answer(node, new_browser, email, password):
    make_person(node)

    answer = new_browser().sign_in(email, password)

    assert code_of(answer) == (401, "sign-in-refused")
    assert answer.json()["detail"] == "address, password or code is wrong"
    assert "set-cookie" not in answer.headers


def test_an_unknown_account_costs_the_same_work(monkeypatch):
    """Time is not measured here; that both ways hash once is what makes it equal."""
    verified = []

    class Counting(PasswordHasher):
        def verify(self, stored, password):
            verified.append(stored[:31])
            return super().verify(stored, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting(**PARAMETERS))
    passwords._hash_of_nothing.cache_clear()
    stored = passwords.hash_password(PASSWORD)

    assert passwords.verify_password(PASSWORD, stored)
    assert not passwords.verify_password(PASSWORD, None)
    assert not passwords.verify_password("", None)

    assert verified == ["$argon2id$v=19$m=65536,t=3,p=4$"] * 3
    passwords._hash_of_nothing.cache_clear()


def test_an_address_is_the_same_in_other_letters(node, new_browser):
    make_person(node)

    assert new_browser().sign_in("ADA@Acme.Example ").status_code == 200


def test_with_totp_a_password_alone_is_not_enough(node, ada, new_browser, clock):
    totp, _codes = ada.switch_totp_on(node)
    clock.move(seconds=30)

    assert code_of(new_browser().sign_in()) == (401, "second-factor-required")
    assert code_of(new_browser().sign_in(code="000000")) == (401, "sign-in-refused")
    assert code_of(new_browser().sign_in(password="wrong" * 4, code=totp.at(clock()))) == (401, "sign-in-refused")
    assert new_browser().sign_in(code=totp.at(clock())).status_code == 200


@pytest.mark.parametrize(("drift_s", "status"), [(-60, 401), (-30, 200), (0, 200), (30, 200), (60, 401)])
def test_a_clock_may_be_half_a_minute_off(node, ada, new_browser, clock, drift_s, status):
    totp, _codes = ada.switch_totp_on(node)
    clock.move(minutes=5)

    assert new_browser().sign_in(code=totp.at(clock.now.timestamp() + drift_s)).status_code == status


def test_a_code_counts_once_and_none_before_it(node, ada, new_browser, clock):
    totp, _codes = ada.switch_totp_on(node)
    assert code_of(new_browser().sign_in(code=totp.at(clock()))) == (401, "sign-in-refused"), "used to confirm"
    clock.move(minutes=1)

    assert new_browser().sign_in(code=totp.at(clock())).status_code == 200
    assert code_of(new_browser().sign_in(code=totp.at(clock()))) == (401, "sign-in-refused")
    assert code_of(new_browser().sign_in(code=totp.at(clock.now.timestamp() - 30))) == (401, "sign-in-refused")


def test_a_recovery_code_counts_once(node, ada, new_browser):
    _totp, codes = ada.switch_totp_on(node)

    assert new_browser().sign_in(recovery_code=codes[0].upper()).status_code == 200
    assert code_of(new_browser().sign_in(recovery_code=codes[0])) == (401, "sign-in-refused")
    assert new_browser().sign_in(recovery_code=codes[1].replace("-", "")).status_code == 200
    assert ada.send("GET", "/v1/me").json()["recovery_codes"] == 8


def test_new_recovery_codes_make_the_old_ones_void(node, ada, new_browser):
    _totp, old = ada.switch_totp_on(node)

    new = ada.send("POST", "/v1/me/recovery-codes", {"password": PASSWORD}).json()["recovery_codes"]

    assert code_of(new_browser().sign_in(recovery_code=old[0])) == (401, "sign-in-refused")
    assert new_browser().sign_in(recovery_code=new[0]).status_code == 200


def test_totp_goes_off_with_the_password_only(node, ada, new_browser):
    ada.switch_totp_on(node)

    assert code_of(ada.send("POST", "/v1/me/totp/off", {"password": "x" * 15})) == (401, "sign-in-refused")
    assert code_of(ada.send("POST", "/v1/me/totp", {"password": PASSWORD})) == (409, "second-factor-state")
    assert ada.send("POST", "/v1/me/totp/off", {"password": PASSWORD}).status_code == 204
    assert new_browser().sign_in().status_code == 200


# --- passwords ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    ["short of fifteen"[:14], "passwordpassword", "password12345678", "qwertyuiop1234567890", "aaaaaaaaaaaaaaaaaaaa",
     "adaadaadaadaada", "acme.example2026", "iloveyouforever1", "PassWord PassWord!".replace(" ", ""), "x" * 257],
)  # fmt: skip
def test_what_everybody_tries_first_is_refused(ada, password):
    answer = ada.send("POST", "/v1/me/password", {"current": PASSWORD, "new": password})

    assert code_of(answer) in {(422, "weak-password"), (422, "malformed-request")}


@pytest.mark.parametrize(
    "password", ["vierzehn und eins", "葉" * 5 + "月の光は海に映る静かな夜", "x7" * 64, "quartz" + " " * 9 + "!"]
)
def test_any_characters_make_a_password(ada, new_browser, password):
    assert ada.send("POST", "/v1/me/password", {"current": PASSWORD, "new": password}).status_code == 200

    assert new_browser().sign_in(password=password).status_code == 200
    assert new_browser().sign_in(password=password.swapcase() + "x").status_code == 401


def test_a_new_password_needs_the_current_one(ada):
    answer = ada.send("POST", "/v1/me/password", {"current": "x" * 15, "new": "vierzehn und eins"})

    assert code_of(answer) == (401, "sign-in-refused")


# --- throttling ---------------------------------------------------------------------------------


def test_after_ten_attempts_the_next_waits_and_then_goes_on(node, new_browser, clock):
    make_person(node)
    browser = new_browser()
    for _ in range(throttle.ACCOUNT_FROM_ADDRESS.burst):
        assert browser.sign_in("ada@acme.example", "x").status_code == 401

    refused = browser.sign_in()
    assert code_of(refused) == (429, "too-many-attempts")
    assert 0 < int(refused.headers["retry-after"]) <= 120
    assert browser.sign_in("bob@acme.example", "x").status_code == 401, "another account is not held up"

    clock.move(seconds=int(refused.headers["retry-after"]))
    assert browser.sign_in().status_code == 200


def test_an_account_that_does_not_exist_is_throttled_alike(node, new_browser):
    browser = new_browser()
    answers = [browser.sign_in("nobody@acme.example", "x").status_code for _ in range(12)]

    assert answers == [401] * 10 + [429] * 2


def test_one_address_cannot_try_many_accounts_for_ever(node, new_browser, monkeypatch):
    monkeypatch.setattr(throttle, "ADDRESS", throttle.Rate("address", 3, throttle.ADDRESS.every))
    browser = new_browser()

    answers = [browser.sign_in(f"person{number}@acme.example", "x").status_code for number in range(5)]

    assert answers == [401] * 3 + [429] * 2


def test_who_signed_in_before_is_not_shut_out_by_others(node, ada, new_browser, monkeypatch):
    monkeypatch.setattr(throttle, "ACCOUNT", throttle.Rate("account", 5, throttle.ACCOUNT.every))
    attacker = new_browser()
    while attacker.sign_in(password="x").status_code == 401:
        continue

    assert new_browser().sign_in().status_code == 429, "the account as a whole is under attack"
    assert ada.sign_in().status_code == 200
    answers = [ada.sign_in(password="x").status_code for _ in range(throttle.DEVICE.burst)]
    assert answers == [401] * (throttle.DEVICE.burst - 1) + [429], "and its browser is held to a measure too"


@pytest.mark.parametrize("change", [lambda c: "", lambda c: "zz", lambda c: c[:-2], lambda c: c + "00",
                                    lambda c: ("0" if c[0] != "0" else "1") + c[1:],
                                    lambda c: c[:-1] + ("0" if c[-1] != "0" else "1")],
                         ids=["empty", "no-hex", "short", "long", "name", "hash"])  # fmt: skip
def test_a_devices_cookie_is_of_one_account_and_cannot_be_made(node, change):
    account = devices.new_device(node.cipher, b"ada")

    assert devices.known_device(node.cipher, b"ada", account) is not None
    assert devices.known_device(node.cipher, b"bob", account) is None
    assert devices.known_device(node.cipher, b"ada", change(account)) is None
    assert devices.known_device(node.cipher, b"ada", None) is None


def test_full_buckets_are_forgotten(node, new_browser, clock):
    new_browser().sign_in("nobody@acme.example", "x")
    assert throttle.forget(node, now=clock()) == 0

    assert throttle.forget(node, now=clock.move(minutes=3)) == 3


# --- writes from other sites ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": ORIGIN}, {"Origin": "https://evil.example", "X-CSRF-Token": "right"},
     {"Origin": "null", "X-CSRF-Token": "right"}, {"X-CSRF-Token": "right"}, {"Origin": ORIGIN, "X-CSRF-Token": "wrong"}],
    ids=["nothing", "no-token", "other-origin", "null-origin", "no-origin", "wrong-token"],
)  # fmt: skip
def test_a_write_with_a_cookie_must_come_from_the_nodes_pages(ada, headers):
    sent = {name: ada.csrf_token if value == "right" else value for name, value in headers.items()}

    answer = ada.client.delete("/v1/me/sessions", headers=sent)

    assert code_of(answer) == (403, "cross-site-request")


def test_another_sessions_token_does_not_help(ada, new_browser):
    other = new_browser()
    other.sign_in()
    ada.csrf_token = other.csrf_token

    assert code_of(ada.send("DELETE", "/v1/me/sessions")) == (403, "cross-site-request")


def test_nobody_is_signed_in_from_another_sites_page(node, new_browser):
    make_person(node)
    body = {"email": "ada@acme.example", "password": PASSWORD}

    answer = new_browser().client.post("/v1/auth/sign-in", json=body, headers={"Origin": "https://evil.example"})

    assert code_of(answer) == (403, "cross-site-request")


def test_without_the_check_another_sites_page_writes(ada, monkeypatch):
    """So that it is this check that refuses the requests above."""
    monkeypatch.setattr(cookies, "require_own_page", lambda *_request: None)

    assert ada.client.delete("/v1/me/sessions", headers={"Origin": "https://evil.example"}).status_code == 204
