"""TOTP (RFC 6238) and recovery codes: each step and each code counts once, however many try at the same moment."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

import pyotp
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from portal.db.encrypted import ColumnCipher
from portal.db.ids import new_id
from portal.people.models import Person, RecoveryCode

STEP_S: Final = 30
RECOVERY_CODES: Final = 10
_SECRET_BYTES: Final = 20  # RFC 4226, section 4, R6: 160 bits
_SEALED_COLUMN: Final = "people.sealed_totp_secret"


def new_secret() -> str:
    """A TOTP secret in base32, as authenticator apps read it."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def seal_secret(cipher: ColumnCipher, person_id: UUID, secret: str) -> bytes:
    return cipher.seal(secret.encode(), column=_SEALED_COLUMN, row=person_id)


def address_of_secret(secret: str, *, email: str, issuer: str) -> str:
    """The `otpauth:` address that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def redeem_totp(session: Session, cipher: ColumnCipher, person: Person, code: str, *, now: datetime) -> bool:
    """True if the code is right for this step or a neighbour, and neither it nor a later one was redeemed before."""
    if person.sealed_totp_secret is None:
        return False
    secret = cipher.open(person.sealed_totp_secret, column=_SEALED_COLUMN, row=person.id).decode()
    step = _step_of(secret, code, now)
    if step is None:
        return False
    unused = or_(Person.totp_last_step.is_(None), Person.totp_last_step < step)
    redeemed = session.scalar(
        update(Person).where(Person.id == person.id, unused).values(totp_last_step=step).returning(Person.id)
    )
    return redeemed is not None


def make_recovery_codes(session: Session, person_id: UUID, *, now: datetime) -> list[str]:
    """Ten new codes, shown once; the ones before are void."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(id=new_id(now), person_id=person_id, digest=_digest(code)) for code in codes)
    session.flush()
    return codes


def redeem_recovery_code(session: Session, person_id: UUID, code: str, *, now: datetime) -> bool:
    """True for a code of this person that was not used before; from now on it is."""
    redeemed = session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.person_id == person_id, RecoveryCode.digest == _digest(code), RecoveryCode.used_at.is_(None)
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    return redeemed is not None


def unused_recovery_codes(session: Session, person_id: UUID) -> int:
    codes = select(RecoveryCode.id).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return len(session.scalars(codes).all())


def switch_off(session: Session, person: Person) -> None:
    """No TOTP and no recovery codes. The last step stays: a new secret cannot be read with an old code anyway."""
    person.sealed_totp_secret, person.totp_confirmed_at = None, None
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step that the code is for: the present one or one beside it, for clocks that differ."""
    totp, present = pyotp.TOTP(secret, interval=STEP_S), int(now.timestamp()) // STEP_S
    matching = [
        step
        for step in (present - 1, present, present + 1)
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.strip().encode())
    ]
    return matching[0] if matching else None


def _new_code() -> str:
    text = base64.b32encode(secrets.token_bytes(15)).decode().lower()
    return "-".join(text[start : start + 6] for start in range(0, len(text), 6))


def _digest(code: str) -> bytes:
    # 120 random bits: a plain digest cannot be guessed (ASVS 5.0, V6.5.2, asks for more below 112 bits).
    plain = "".join(code.split()).replace("-", "").lower()
    return hashlib.sha256(plain.encode()).digest()
