"""What may be redeemed once is redeemed once, however many try over connections of their own."""

from threading import Barrier, Thread

import pyotp
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from portal.db.engine import make_engine
from portal.db.session import platform_session, tenant_session
from portal.errors import InvitationNotFound, TooManyAttempts
from portal.people import members, second_factor, throttle
from portal.people.models import Person
from tests.factories import make_tenant
from tests.portal.people.conftest import make_person

THREADS = 64


@pytest.fixture
def engine(node):
    """64 connections, so that nobody waits for one."""
    made = make_engine(SecretStr(node.settings.database_url.get_secret_value()), pool_size=THREADS)
    yield made
    made.dispose()


def all_at_once(attempt):
    """What each of 64 threads got; all begin together."""
    barrier, outcomes = Barrier(THREADS), []

    def run() -> None:
        barrier.wait()
        outcomes.append(attempt())

    threads = [Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_recovery_code_has_one_winner(node, engine):
    person_id = make_person(node)
    with platform_session(engine) as session:
        code = second_factor.make_recovery_codes(session, person_id, now=node.now())[0]

    def redeem() -> bool:
        with platform_session(engine) as session:
            session.connection()
            return second_factor.redeem_recovery_code(session, person_id, code, now=node.now())

    assert sorted(all_at_once(redeem)) == [False] * (THREADS - 1) + [True]


def test_a_totp_step_has_one_winner(node, engine):
    person_id, secret = make_person(node), second_factor.new_secret()
    with platform_session(engine) as session:
        person = session.scalars(select(Person)).one()
        person.sealed_totp_secret = second_factor.seal_secret(node.cipher, person_id, secret)
    code = pyotp.TOTP(secret).at(node.now())

    def redeem() -> bool:
        with platform_session(engine) as session:
            return second_factor.redeem_totp(session, node.cipher, session.get(Person, person_id), code, now=node.now())

    assert sorted(all_at_once(redeem)) == [False] * (THREADS - 1) + [True]


def test_an_invitation_has_one_winner(node, engine):
    acme = make_tenant(node)
    with tenant_session(engine, acme) as session:
        _row, token = members.invite(
            session, node.cipher, email="ada@acme.example", role="issuer", tenant_id=acme,
            granted_by=frozenset(members.roles(session)["issuer-admin"]), actor="test", now=node.now(),
        )  # fmt: skip

    def redeem() -> bool:
        try:
            with tenant_session(engine, acme) as session:
                members.redeem_invitation(session, token, now=node.now())
        except InvitationNotFound:
            return False
        return True

    assert sorted(all_at_once(redeem)) == [False] * (THREADS - 1) + [True]


def test_a_throttle_lets_no_more_through_than_it_holds(node, engine):
    node.__dict__["app_engine"].dispose() if "app_engine" in node.__dict__ else None
    node.__dict__["app_engine"] = engine

    def attempt() -> bool:
        try:
            throttle.take(node, throttle.ACCOUNT_FROM_ADDRESS, b"somebody", now=node.now())
        except TooManyAttempts:
            return False
        return True

    assert sorted(all_at_once(attempt)) == [False] * (THREADS - 10) + [True] * 10
