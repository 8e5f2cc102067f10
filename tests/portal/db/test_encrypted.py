"""What is sealed for one place opens in no other."""

from uuid import UUID

import pytest
from sqlalchemy import select, update

from agent.keys.envelope import EnvelopeNotOpened
from portal.awards.models import Recipient
from portal.awards.recipients import SEALED_EMAIL
from portal.db.encrypted import ColumnCipher
from portal.db.session import tenant_session
from portal.issuance import service as issuance
from portal.issuance.models import BatchRow
from portal.issuance.store import SEALED_VALUES
from portal.keys.models import SigningKey
from portal.keys.service import signer_for
from portal.status_lists.models import StatusList
from tests.factories import create_batch, issue, make_tenant

ROW, OTHER_ROW = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("column", "row", "key"),
    [
        ("recipients.other", ROW, bytes(32)),
        ("recipient.sealed_email", ROW, bytes(32)),
        ("recipients.sealed_email", OTHER_ROW, bytes(32)),
        ("recipients.sealed_email", ROW, b"\1" * 32),
    ],
)
def test_a_value_opens_with_its_key_column_and_row_only(column, row, key):
    sealed = ColumnCipher(bytes(32)).seal(b"a@example.org", column="recipients.sealed_email", row=ROW)

    assert ColumnCipher(bytes(32)).open(sealed, column="recipients.sealed_email", row=ROW) == b"a@example.org"
    with pytest.raises(EnvelopeNotOpened):
        ColumnCipher(key).open(sealed, column=column, row=row)


def test_the_master_key_is_not_printed():
    assert "11" * 4 not in repr(ColumnCipher(bytes.fromhex("11" * 32)))


def test_addresses_and_rows_lie_sealed_and_bound_to_their_row(node):
    acme = make_tenant(node)
    issue(node, acme, 2)

    with tenant_session(node.app_engine, acme) as session:
        first, second = session.scalars(select(Recipient).order_by(Recipient.name)).all()
        rows = session.scalars(select(BatchRow).order_by(BatchRow.row_no)).all()

    assert b"person0" not in first.sealed_email + rows[0].sealed_values
    assert node.cipher.open(first.sealed_email, column=SEALED_EMAIL, row=first.id) == b"person0@example.org"
    assert b"Person 0" in node.cipher.open(rows[0].sealed_values, column=SEALED_VALUES, row=rows[0].id)
    with pytest.raises(EnvelopeNotOpened):
        node.cipher.open(first.sealed_email, column=SEALED_EMAIL, row=second.id)
    with pytest.raises(EnvelopeNotOpened):
        node.cipher.open(first.sealed_email, column=SEALED_VALUES, row=first.id)


def test_a_key_copied_over_another_tenants_key_does_not_sign(node):
    """Who can write the database, but has no master key, cannot lend one tenant's key to another."""
    acme, borg = make_tenant(node, "acme"), make_tenant(node, "borg")
    with tenant_session(node.app_engine, acme) as session:
        stolen = session.scalars(select(SigningKey).where(SigningKey.key_type == "Ed25519")).one()

    with tenant_session(node.app_engine, borg) as session:
        session.execute(update(SigningKey).where(SigningKey.key_type == "Ed25519").values(wrapped=stolen.wrapped))
    batch_id = create_batch(node, borg)
    with pytest.raises(EnvelopeNotOpened):
        issuance.advance(node, borg, batch_id, budget_s=5)


def test_nothing_secret_is_stored_in_the_clear(node):
    acme = make_tenant(node)
    issued = issue(node, acme, 1)
    with tenant_session(node.app_engine, acme) as session:
        signer, key_id = signer_for(node, session, issued.credentials[0].identity_id)
        key = session.get_one(SigningKey, key_id)
        private = node.cipher.open(key.wrapped, column="signing_keys.wrapped", row=key.id)
        permutation = session.scalars(select(StatusList)).one().sealed_permutation_key

    assert private not in key.wrapped
    assert private.hex() not in repr(signer)
    assert len(permutation) > 32
