"""People with accounts, and browsers that sign in."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pyotp
import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from portal.db.session import platform_session, tenant_session
from portal.people import accounts, members, passwords
from portal.wiring import Node
from tests.fixtures.node import ORIGIN, browser

PASSWORD = "quartz lantern over nine hills"


def make_person(node: Node, email: str = "ada@acme.example", *, role: str | None = None) -> UUID:
    """An account with PASSWORD; `role` is one on the node."""
    with platform_session(node.app_engine) as session:
        return accounts.add_person(
            session, node.cipher, email=email, name="Ada", password=PASSWORD, platform_role=role, now=node.now()
        ).id


def join(node: Node, person_id: UUID, tenant_id: UUID, role: str) -> None:
    with tenant_session(node.app_engine, tenant_id) as session:
        members.add_member(session, person_id, role, tenant_id=tenant_id, actor="test", now=node.now())


@dataclass
class Browser:
    """Sends what a page of the node would send: cookies, Origin, and the session's token."""

    client: TestClient
    csrf_token: str = ""

    def sign_in(self, email: str = "ada@acme.example", password: str = PASSWORD, **more: str):
        answer = self.client.post("/v1/auth/sign-in", json={"email": email, "password": password, **more})
        if answer.status_code == 200:
            self.csrf_token = answer.json()["csrf_token"]
        return answer

    def send(self, method: str, path: str, body: object = None):
        headers = {"Origin": ORIGIN, "X-CSRF-Token": self.csrf_token}
        return self.client.request(method, path, json=body, headers=headers)

    def switch_totp_on(self, node: Node) -> tuple[pyotp.TOTP, list[str]]:
        """The app that makes codes, and the recovery codes. The clock moves on, since the first step is used."""
        totp = pyotp.TOTP(self.send("POST", "/v1/me/totp", {"password": PASSWORD}).json()["secret"])
        answer = self.send("POST", "/v1/me/totp/confirm", {"code": totp.at(node.now())})
        assert answer.status_code == 200, answer.text
        return totp, answer.json()["recovery_codes"]


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2id all the same, with little memory: these tests hash some hundred times."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords._hash_of_nothing.cache_clear()


@pytest.fixture
def new_browser(node: Node) -> Callable[[], Browser]:
    """Any number of browsers, each with cookies of its own."""
    return lambda: Browser(TestClient(browser().app, base_url=ORIGIN, raise_server_exceptions=False))


@pytest.fixture
def ada(node: Node, new_browser: Callable[[], Browser]) -> Browser:
    """A person without any role, signed in."""
    make_person(node)
    made = new_browser()
    assert made.sign_in().status_code == 200
    return made
