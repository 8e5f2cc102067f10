"""A file is read and checked whole; either all of a batch is stored or nothing."""

import pytest
from sqlalchemy import func, select

from portal.db.session import tenant_session
from portal.errors import FileTooLarge, IdentityNotReady, InvalidFile, RowsRefused
from portal.issuance import service
from portal.issuance.models import Batch, BatchRow, BatchRowError
from portal.limits import MAX_UPLOAD_BYTES
from tests.factories import csv, make_tenant, put_template


def create(node, tenant_id, data, *, skip_bad_rows=False, template="first-aid"):
    return service.create_batch(
        node,
        tenant_id,
        template=template,
        filename="people.csv",
        data=data,
        skip_bad_rows=skip_bad_rows,
        actor="test",
    )


def stored(node, tenant_id):
    with tenant_session(node.app_engine, tenant_id) as session:
        return tuple(
            session.scalar(select(func.count()).select_from(each)) for each in (Batch, BatchRow, BatchRowError)
        )


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"", InvalidFile, "no bytes"),
        (b"Name,E-Mail\n", InvalidFile, "nobody below"),
        (b"Name\nAda\n", InvalidFile, "E-Mail"),
        (b"\x89PNG\r\n\x1a\n\0\0", InvalidFile, "people.csv"),
        (b"Name,E-Mail\n" + b"x" * MAX_UPLOAD_BYTES, FileTooLarge, "20 MB"),
        (csv(2, bad=1), RowsRefused, "1 fault, 2 good rows"),
    ],
)
def test_a_file_that_cannot_be_issued_from_stores_nothing(node, data, error, words):
    acme = make_tenant(node)

    with pytest.raises(error, match=words):
        create(node, acme, data)

    assert stored(node, acme) == (0, 0, 0)


def test_a_refusal_lists_every_fault_with_its_line(node):
    acme = make_tenant(node)

    with pytest.raises(RowsRefused) as refused:
        create(node, acme, csv(2, bad=2))

    assert [(each["line"], each["column"], each["code"]) for each in refused.value.errors] == [
        (4, "E-Mail", "bad-email"),
        (5, "E-Mail", "bad-email"),
    ]


def test_good_rows_go_on_when_asked_and_the_faults_are_kept(node):
    acme = make_tenant(node)

    created = create(node, acme, csv(2, bad=2), skip_bad_rows=True)

    read = service.read_batch(node, acme, created.id)
    assert (read.state, read.rows, read.rows_refused, read.recorded) == ("running", 2, 2, 0)
    assert [(error.line, error.code) for error in read.errors] == [(4, "bad-email"), (5, "bad-email")]


def test_skipping_bad_rows_does_not_make_an_empty_batch(node):
    acme = make_tenant(node)

    with pytest.raises(RowsRefused, match="no row that can be issued"):
        create(node, acme, csv(0, bad=2), skip_bad_rows=True)

    assert stored(node, acme) == (0, 0, 0)


def test_a_fault_while_storing_leaves_nothing(node, monkeypatch):
    """The last insert of the transaction fails: batch and rows go with it."""
    acme, real = make_tenant(node), service.error_json
    monkeypatch.setattr(service, "error_json", lambda error: real(error) | {"code": "a\0b"})

    with pytest.raises(Exception, match="NUL|null"):
        create(node, acme, csv(2, bad=1), skip_bad_rows=True)

    assert stored(node, acme) == (0, 0, 0)


def test_a_template_that_signs_with_did_ethr_waits_for_its_identity(node):
    acme = make_tenant(node)
    put_template(node, acme, "on-chain", identity="did:ethr")

    with pytest.raises(IdentityNotReady, match="no did:ethr identity"):
        create(node, acme, csv(1), template="on-chain")

    assert stored(node, acme) == (0, 0, 0)


def test_what_stood_in_a_refused_cell_is_sealed_in_the_database(node):
    acme = make_tenant(node)
    batch = create(node, acme, csv(1, bad=1), skip_bad_rows=True)

    told = service.read_batch(node, acme, batch.id).errors
    with tenant_session(node.app_engine, acme) as session:
        stored_faults = session.scalars(select(BatchRowError)).all()
    assert told
    assert [fault.message for fault in told] == [error.message for error in batch.read.errors]
    for fault, sealed in zip(told, stored_faults, strict=True):
        assert fault.message.encode() not in sealed.sealed_message
