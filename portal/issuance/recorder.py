"""Rows that are secured in one step: each award in all of its template's formats, and all that belongs to them."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from agent.issuance.draft import build_credential
from agent.issuance.errors import RowRefused
from agent.issuance.fields import NAME_FIELDS
from agent.issuance.formats.issuer import FormatIssuer, key_type_of
from agent.issuance.formats.making import Making, make_issuer
from agent.issuance.formats.sd_jwt_vc import SdJwtTerms
from agent.issuance.issue import IssuedCredential
from agent.issuance.rows import Row
from agent.issuance.template import TemplateDocument
from anchoring.leaf import SALT_BYTES, leaf_hash
from anchoring.merkle import hash_leaf, root_of
from portal.anchors.models import Leaf
from portal.audit import service as audit
from portal.audit.actors import NODE
from portal.awards.models import Award, Credential, Recipient
from portal.awards.recipients import RecipientBook
from portal.db.ids import new_id
from portal.issuance.faults import fault_values
from portal.issuance.models import Batch, BatchRow, BatchRowError
from portal.issuance.reserved import Reserved, present, reserved_forms
from portal.keys import repository as keys
from portal.keys.models import IssuerIdentity
from portal.keys.sd_jwt_identity import sd_jwt_identity, sd_jwt_issuer
from portal.keys.service import signer_for
from portal.status_lists import service as status_lists
from portal.templates import service as templates
from portal.tenants.models import PublicId
from portal.wiring import Node
from vc.secured import Form

SEALED_VALUES = "batch_rows.sealed_values"
_SALT_BYTES = 16  # of a disclosure (RFC 9901, section 9.3)


@dataclass(frozen=True, slots=True)
class _Made:
    """One row with everything that was signed for it."""

    row: BatchRow
    values: Row
    credentials: tuple[tuple[Reserved, IssuedCredential], ...]


class Recorder:
    """Secures rows of one batch and adds what belongs to each credential to the session."""

    def __init__(self, node: Node, session: Session, batch: Batch, now: datetime) -> None:
        self._node, self._session, self._batch, self._now = node, session, batch, now
        self._template: TemplateDocument = templates.of_version(session, batch.template_version_id)
        self._identity = keys.require_identity(session, batch.identity_id)
        self._issuers, self._key_ids = self._make_issuers()
        self._recipients = RecipientBook(session, node.cipher, batch.tenant_id)
        self._made: list[_Made] = []
        self._faults: list[dict[str, Any]] = []

    def _make_issuers(self) -> tuple[dict[str, FormatIssuer], dict[str, UUID]]:
        """An issuer per form of the template, and the key each signs with."""
        making = Making(self._template.cryptosuite, self._now.replace(microsecond=0), self._sd_jwt_terms())
        issuers: dict[str, FormatIssuer] = {}
        key_ids: dict[str, UUID] = {}
        for form in self._template.formats:
            key_type = key_type_of(form, self._template.cryptosuite)
            signer, key_ids[form] = signer_for(self._node, self._session, self._identity_of(form).id, key_type)
            issuers[form] = make_issuer(form, signer, making)
        return issuers, key_ids

    def _identity_of(self, form: str) -> IssuerIdentity:
        return identity_of_form(self._session, self._identity, form)

    def _sd_jwt_terms(self) -> SdJwtTerms | None:
        kind = templates.type_of_version(self._session, self._batch.template_version_id)
        if kind is None:
            return None
        issuer = sd_jwt_issuer(self._identity_of(Form.SD_JWT_VC))
        return SdJwtTerms(kind, issuer, salt=lambda: secrets.token_urlsafe(_SALT_BYTES))

    def secure(self, rows: Sequence[BatchRow]) -> None:
        """Build and sign; nothing is stored yet. A row is made in all forms or set aside."""
        reserved = {row.id: reserved_forms(row, self._template.formats) for row in rows}
        statuses = status_lists.entries_for(
            self._node, self._session, [each.credential_id for forms in reserved.values() for each in forms]
        )
        for row in rows:
            plain = self._node.cipher.open(row.sealed_values, column=SEALED_VALUES, row=row.id)
            values = Row(row_no=row.row_no, line=row.line, values=json.loads(plain))
            try:
                made = tuple(
                    (each, self._issue(row, values, each, statuses[each.credential_id])) for each in reserved[row.id]
                )
            except RowRefused as refused:
                self._set_aside(row, refused)
                continue
            row.state = "recorded"
            self._made.append(_Made(row, values, made))

    def store(self) -> None:
        """Insert everything in the order of its references, many rows at a time."""
        pairs = [(made.row, reserved, issued) for made in self._made for reserved, issued in made.credentials]
        awards = [self._award(made.row, made.values) for made in self._made]
        for table, values_of_rows in (
            (Recipient, self._recipients.new_rows),
            (Award, awards),
            (Credential, [self._credential(row, reserved, issued) for row, reserved, issued in pairs]),
            (PublicId, [self._public_id(reserved) for _row, reserved, _issued in pairs]),
            (Leaf, [self._leaf(reserved, issued) for _row, reserved, issued in pairs]),
            (BatchRowError, self._faults),
        ):
            if values_of_rows:
                self._session.execute(insert(table), values_of_rows)

    def log(self) -> None:
        """One entry for the whole step, with the root (RFC 9162) over the digests of what was signed in it."""
        digests = [issued.digest for made in self._made for _reserved, issued in made.credentials]
        if digests:
            audit.record(
                self._session,
                tenant_id=self._batch.tenant_id,
                actor=NODE,
                act="credentials.issued",
                target=f"batch:{self._batch.id}",
                detail={
                    "credentials": len(digests),
                    "root": root_of([hash_leaf(digest) for digest in digests]).hex(),
                },
                now=self._now,
            )

    def _issue(
        self, row: BatchRow, values: Row, reserved: Reserved, status: status_lists.StatusReference
    ) -> IssuedCredential:
        return self._issuers[reserved.form].issue(self._draft(row, values, reserved, status), status)

    def _draft(
        self, row: BatchRow, values: Row, reserved: Reserved, status: status_lists.StatusReference
    ) -> dict[str, Any]:
        # Stored, not computed from today's origin: what a credential is called never changes.
        origin = self._identity.base_url.partition("/t/")[0]
        return build_credential(
            self._template,
            values,
            issuer_id=self._identity.did,
            credential_id=status.credential_id or f"{origin}/c/{reserved.public_id}",
            achievement_id=f"urn:uuid:{self._batch.template_version_id}",
            valid_from=present(row.valid_from),
            email_salt=secrets.token_hex(16),
        )

    def _award(self, row: BatchRow, values: Row) -> dict[str, Any]:
        name, email = recipient_name(values.values), values.values.get("recipient_email")
        return {
            "id": present(row.award_id),
            "tenant_id": self._batch.tenant_id,
            "recipient_id": self._recipients.recipient_for(name, email, now=self._now),
            "template_version_id": self._batch.template_version_id,
            "batch_id": self._batch.id,
            "batch_row_id": row.id,
            "status": "active",
            "visibility": "link",
            "awarded_at": self._now,
            "changed_at": self._now,
        }

    def _credential(self, row: BatchRow, reserved: Reserved, issued: IssuedCredential) -> dict[str, Any]:
        return {
            "id": reserved.credential_id,
            "tenant_id": self._batch.tenant_id,
            "award_id": present(row.award_id),
            "identity_id": self._identity_of(reserved.form).id,
            "key_id": self._key_ids[reserved.form],
            "format": reserved.form,
            "public_id": reserved.public_id,
            "data": issued.data,
            "issued_at": self._now,
        }

    def _public_id(self, reserved: Reserved) -> dict[str, Any]:
        return {
            "kind": "credential",
            "name": reserved.public_id,
            "tenant_id": self._batch.tenant_id,
            "target_id": reserved.credential_id,
        }

    def _leaf(self, reserved: Reserved, issued: IssuedCredential) -> dict[str, Any]:
        salt = secrets.token_bytes(SALT_BYTES)
        return {
            "id": new_id(self._now),
            "tenant_id": self._batch.tenant_id,
            "credential_id": reserved.credential_id,
            "batch_id": self._batch.id,
            "kind": int(issued.kind),
            "digest": issued.digest,
            "salt": salt,
            "leaf_hash": leaf_hash(issued.kind, salt, issued.digest),
        }

    def _set_aside(self, row: BatchRow, refused: RowRefused) -> None:
        row.state = "refused"
        fault = {"line": row.line, "column": None, "code": refused.code, "message": str(refused)}
        self._faults.append(fault_values(self._node.cipher, self._batch, new_id(self._now), fault))


def identity_of_form(session: Session, identity: IssuerIdentity, form: str) -> IssuerIdentity:
    """The identity that signs a form, and that publishes its status: a verifier wants them to be the same."""
    return sd_jwt_identity(session, identity) if form == Form.SD_JWT_VC else identity


def recipient_name(values: Mapping[str, str]) -> str:
    """The name of a row, as the credential shows it."""
    return " ".join(values[field] for field in NAME_FIELDS if field in values)
