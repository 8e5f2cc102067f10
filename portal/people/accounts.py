"""People: making one, finding one by address, and what is sealed about them."""

import hashlib
import hmac
from datetime import datetime
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.db.encrypted import ColumnCipher
from portal.db.ids import new_id
from portal.errors import InvalidAddress, PersonExists
from portal.people.models import Person
from portal.people.passwords import hash_password, require_good

_SEALED_EMAIL = "people.sealed_email"
_SEALED_NAME = "people.sealed_name"


def read_email(text: str) -> str:
    """The address as it is kept. Raises `InvalidAddress`."""
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise InvalidAddress(f"this is not an e-mail address: {error}") from None


def email_hash(cipher: ColumnCipher, email: str) -> bytes:
    """A keyed hash: equal addresses are found, and without the master key none can be tried."""
    key = hmac.digest(cipher.master_key, b"people.email_hash", hashlib.sha256)
    return hmac.digest(key, email.strip().casefold().encode(), hashlib.sha256)


def add_person(
    session: Session,
    cipher: ColumnCipher,
    *,
    email: str,
    name: str,
    password: str,
    platform_role: str | None = None,
    now: datetime,
) -> Person:
    """Raises `InvalidAddress`, `WeakPassword`, `PersonExists`."""
    email = read_email(email)
    require_good(password, email=email)
    person_id = new_id(now)
    person = Person(
        id=person_id,
        email_hash=email_hash(cipher, email),
        sealed_email=cipher.seal(email.encode(), column=_SEALED_EMAIL, row=person_id),
        sealed_name=cipher.seal(name.strip().encode(), column=_SEALED_NAME, row=person_id),
        platform_role=platform_role,
        password_hash=hash_password(password),
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:
        raise PersonExists("there is an account with this address; sign in with it") from None
    return person


def find_by_email(session: Session, cipher: ColumnCipher, email: str) -> Person | None:
    return session.scalars(select(Person).where(Person.email_hash == email_hash(cipher, email))).one_or_none()


def email_of(cipher: ColumnCipher, person: Person) -> str:
    return cipher.open(person.sealed_email, column=_SEALED_EMAIL, row=person.id).decode()


def name_of(cipher: ColumnCipher, person: Person) -> str:
    return cipher.open(person.sealed_name, column=_SEALED_NAME, row=person.id).decode()


def require_person(session: Session, person_id: UUID) -> Person:
    """The person who is signed in; `LookupError` if the row is gone, which ends their sessions too."""
    person = session.get(Person, person_id)
    if person is None:
        raise LookupError(f"no person {person_id}")
    return person
