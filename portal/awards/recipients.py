"""Finding or making the recipient of an award: one person per address and name within a tenant."""

import hashlib
import hmac
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.awards.models import Recipient
from portal.db.encrypted import ColumnCipher
from portal.db.ids import new_id

SEALED_EMAIL = "recipients.sealed_email"


class RecipientBook:
    """The recipients of one tenant during one unit of work."""

    def __init__(self, session: Session, cipher: ColumnCipher, tenant_id: UUID) -> None:
        self._session, self._cipher, self._tenant_id = session, cipher, tenant_id
        self._known: dict[tuple[bytes, str], UUID] = {}
        self.new_rows: list[dict[str, Any]] = []
        """Recipients that the caller still has to insert."""

    def recipient_for(self, name: str, email: str | None, *, now: datetime) -> UUID:
        """The recipient with this address and name; without an address every award gets one of its own."""
        digest = None if email is None else self._hash(email)
        if digest is not None:
            known = self._known.get((digest, name)) or self._session.scalar(
                select(Recipient.id).where(Recipient.email_hash == digest, Recipient.name == name).limit(1)
            )
            if known is not None:
                return known
        recipient_id = new_id(now)
        sealed = None
        if email is not None:
            sealed = self._cipher.seal(email.encode(), column=SEALED_EMAIL, row=recipient_id)
        self.new_rows.append(
            {
                "id": recipient_id,
                "tenant_id": self._tenant_id,
                "name": name,
                "sealed_email": sealed,
                "email_hash": digest,
                "created_at": now,
            }
        )
        if digest is not None:
            self._known[digest, name] = recipient_id
        return recipient_id

    def _hash(self, email: str) -> bytes:
        """A keyed hash: equal addresses of one tenant are found, and without the master key none can be tried."""
        key = hmac.digest(self._cipher.master_key, b"recipients.email_hash" + self._tenant_id.bytes, hashlib.sha256)
        return hmac.digest(key, email.strip().lower().encode(), hashlib.sha256)
