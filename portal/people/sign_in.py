"""Signing in with a password and a second factor. Unknown accounts get the answer and the time of known ones."""

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.db.session import platform_session
from portal.errors import InvalidCode, SecondFactorRequired, SecondFactorState, SignInRefused
from portal.people import accounts, devices, second_factor, sessions, throttle
from portal.people.models import Person, WebSession
from portal.people.passwords import hash_password, is_outdated, require_good, verify_password
from portal.wiring import Node

log = logging.getLogger(__name__)

_REFUSED = "address, password or code is wrong"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`token` and `device` go into cookies and nowhere else; without a `device` the browser keeps the one it has."""

    person_id: UUID
    session: WebSession
    token: str
    device: str | None = None


def sign_in(
    node: Node,
    *,
    email: str,
    password: str,
    code: str | None,
    recovery_code: str | None,
    address: str,
    agent: str,
    device: str | None,
    now: datetime,
) -> SignedIn:
    """A new session.

    `address` is the network address that asks, `device` the browser's cookie from an earlier sign-in. Raises
    `TooManyAttempts`, `SignInRefused`, `SecondFactorRequired`.
    """
    account = accounts.email_hash(node.cipher, email)
    known = devices.known_device(node.cipher, account, device)
    _count_attempt(node, account, address.encode(), known, now=now)
    with platform_session(node.app_engine) as session:
        person = accounts.find_by_email(session, node.cipher, email)
    # Outside of any transaction: hashing takes longer than everything else.
    is_right = verify_password(password, None if person is None else person.password_hash)
    if person is None or not is_right:
        log.info("sign-in refused: %s", "no such account" if person is None else f"password of person:{person.id}")
        raise SignInRefused(_REFUSED)
    renewed = hash_password(password) if is_outdated(person.password_hash) else None
    with platform_session(node.app_engine) as session:
        person = accounts.require_person(session, person.id)
        if person.totp_confirmed_at is not None:
            _redeem_factor(node, session, person, code, recovery_code, now=now)
        if renewed is not None:
            person.password_hash = renewed
        row, token = sessions.start(session, person.id, agent=agent, now=now)
    log.info("signed in: person:%s, session:%s", person.id, row.id)
    new_device = None if known is not None else devices.new_device(node.cipher, account)
    return SignedIn(person.id, row, token, new_device)


def change_password(node: Node, person_id: UUID, *, current: str, new: str, agent: str, now: datetime) -> SignedIn:
    """A new password; every session ends, and a new one begins. Raises `SignInRefused`, `WeakPassword`."""
    require_password(node, person_id, current, now=now)
    with platform_session(node.app_engine) as session:
        person = accounts.require_person(session, person_id)
        require_good(new, email=accounts.email_of(node.cipher, person))
        person.password_hash = hash_password(new)
        sessions.revoke_all(session, person_id, now=now)
        row, token = sessions.start(session, person_id, agent=agent, now=now)
    return SignedIn(person_id, row, token)


def begin_totp(node: Node, person_id: UUID, *, password: str, now: datetime) -> tuple[str, str]:
    """A secret and its `otpauth:` address; it counts once `confirm_totp` has seen a code of it.

    Raises `SignInRefused`, `SecondFactorState`.
    """
    require_password(node, person_id, password, now=now)
    with platform_session(node.app_engine) as session:
        person = accounts.require_person(session, person_id)
        if person.totp_confirmed_at is not None:
            raise SecondFactorState("TOTP is on already; switch it off first to use another app")
        secret = second_factor.new_secret()
        person.sealed_totp_secret = second_factor.seal_secret(node.cipher, person_id, secret)
        email = accounts.email_of(node.cipher, person)
    return secret, second_factor.address_of_secret(secret, email=email, issuer=node.host)


def confirm_totp(node: Node, person_id: UUID, code: str, *, keep: UUID | None, now: datetime) -> list[str]:
    """Switch TOTP on and return the recovery codes; other sessions end, since they began without it.

    `keep` is the session that asks. Raises `SecondFactorState`, `InvalidCode`, `TooManyAttempts`.
    """
    throttle.take(node, throttle.ACCOUNT_FROM_ADDRESS, b"totp", person_id.bytes, now=now)
    with platform_session(node.app_engine) as session:
        person = accounts.require_person(session, person_id)
        if person.sealed_totp_secret is None or person.totp_confirmed_at is not None:
            raise SecondFactorState("there is no TOTP secret to confirm; ask for one first")
        if not second_factor.redeem_totp(session, node.cipher, person, code, now=now):
            raise InvalidCode("this code is not of the new secret, or it is too old; compare the clocks")
        person.totp_confirmed_at = now
        sessions.revoke_all(session, person_id, now=now, but=keep)
        return second_factor.make_recovery_codes(session, person_id, now=now)


def switch_totp_off(node: Node, person_id: UUID, *, password: str, now: datetime) -> None:
    """Raises `SignInRefused`."""
    require_password(node, person_id, password, now=now)
    with platform_session(node.app_engine) as session:
        second_factor.switch_off(session, accounts.require_person(session, person_id))


def renew_recovery_codes(node: Node, person_id: UUID, *, password: str, now: datetime) -> list[str]:
    """Ten new codes; the old ones are void. Raises `SignInRefused`, `SecondFactorState`."""
    require_password(node, person_id, password, now=now)
    with platform_session(node.app_engine) as session:
        if accounts.require_person(session, person_id).totp_confirmed_at is None:
            raise SecondFactorState("recovery codes belong to TOTP; switch that on first")
        return second_factor.make_recovery_codes(session, person_id, now=now)


def require_password(node: Node, person_id: UUID, password: str, *, now: datetime) -> None:
    """The person once more, before what would lock them out. Raises `SignInRefused`, `TooManyAttempts`."""
    throttle.take(node, throttle.ACCOUNT_FROM_ADDRESS, b"password", person_id.bytes, now=now)
    with platform_session(node.app_engine) as session:
        stored = accounts.require_person(session, person_id).password_hash
    if not verify_password(password, stored):
        raise SignInRefused("the current password is wrong")


def _count_attempt(node: Node, account: bytes, address: bytes, device: bytes | None, *, now: datetime) -> None:
    if device is not None:
        throttle.take(node, throttle.DEVICE, account, device, now=now)
        return
    throttle.take(node, throttle.ADDRESS, address, now=now)
    throttle.take(node, throttle.ACCOUNT_FROM_ADDRESS, account, address, now=now)
    throttle.take(node, throttle.ACCOUNT, account, now=now)


def _redeem_factor(
    node: Node, session: Session, person: Person, code: str | None, recovery_code: str | None, *, now: datetime
) -> None:
    if code is not None:
        redeemed = second_factor.redeem_totp(session, node.cipher, person, code, now=now)
    elif recovery_code is not None:
        redeemed = second_factor.redeem_recovery_code(session, person.id, recovery_code, now=now)
    else:
        raise SecondFactorRequired("send also `code` from your app, or one `recovery_code`")
    if not redeemed:
        log.info("sign-in refused: second factor of person:%s", person.id)
        raise SignInRefused(_REFUSED)
