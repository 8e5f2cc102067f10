"""The log in the database: written with the act, closed to change, its heads anchored."""

import hashlib
import json
from datetime import UTC, datetime
from threading import Thread

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from anchoring.leaf import Kind
from portal.anchors import service as anchors
from portal.anchors.models import PublishedLeaf
from portal.anchors.tasks import advance
from portal.audit import service as audit
from portal.audit.chain import find_faults
from portal.audit.models import AuditEntry, AuditHead
from portal.db.session import tenant_session
from tests.factories import issue, make_tenant, put_template
from vc.canonical import jcs


@pytest.fixture
def acme(node):
    return make_tenant(node)


def entries(node, tenant_id):
    with tenant_session(node.app_engine, tenant_id) as session:
        return audit.page(session, after=0, limit=1_000)


def faults(node, tenant_id):
    with tenant_session(node.app_engine, tenant_id) as session:
        heads = audit.heads(session)
    return find_faults(entries(node, tenant_id), tenant=str(tenant_id), heads=heads)


def test_a_tenants_log_begins_with_its_making(node, acme):
    first, second = entries(node, acme)

    assert (first["number"], first["act"], first["target"], first["actor"]) == (
        1,
        "tenant.created",
        "tenant:acme",
        "test",
    )
    assert (second["act"], second["target"], second["detail"]) == (
        "template.stored",
        "template:first-aid",
        {"version": 1},
    )
    assert faults(node, acme) == []


def test_storing_what_is_already_there_is_no_act(node, acme):
    before = len(entries(node, acme))
    put_template(node, acme)

    assert len(entries(node, acme)) == before


def test_a_bulk_step_is_one_entry_with_the_root_of_what_it_made(node, acme):
    issued = issue(node, acme, 5)

    made = [entry for entry in entries(node, acme) if entry["act"] == "credentials.issued"]

    assert [entry["target"] for entry in made] == [f"batch:{issued.batch_id}"]
    assert made[0]["detail"]["credentials"] == 5
    assert len(bytes.fromhex(made[0]["detail"]["root"])) == 32
    assert faults(node, acme) == []


def test_what_is_rolled_back_leaves_no_entry(node, acme):
    before = entries(node, acme)

    def act():
        with tenant_session(node.app_engine, acme) as session:
            audit.record(
                session, tenant_id=acme, actor="test", act="award.revoked", target="credential:x", now=node.now()
            )
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        act()

    assert entries(node, acme) == before


@pytest.mark.parametrize("table", ["audit_entries", "audit_heads"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET number = 7", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_applications_role_cannot_change_the_log(node, acme, table, statement):
    with (
        pytest.raises(ProgrammingError, match=f"permission denied for table {table}"),
        tenant_session(node.app_engine, acme) as session,
    ):
        session.execute(text(statement.format(table)))


def test_thirty_two_writers_at_once_make_one_chain(node, acme):
    def write(number):
        with tenant_session(node.app_engine, acme) as session:
            audit.record(
                session,
                tenant_id=acme,
                actor="test",
                act="award.revoked",
                target=f"credential:{number}",
                now=node.now(),
            )

    before = len(entries(node, acme))
    writers = [Thread(target=write, args=(number,)) for number in range(32)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert [entry["number"] for entry in entries(node, acme)] == list(range(1, before + 33))
    assert faults(node, acme) == []


def test_a_head_is_published_once_per_state_and_is_a_leaf(node, acme):
    with tenant_session(node.app_engine, acme) as session:
        assert audit.publish_head(session, tenant_id=acme, now=node.now())
        assert not audit.publish_head(session, tenant_id=acme, now=node.now())
        head = session.scalars(select(AuditHead)).one()
        leaf = session.scalars(select(PublishedLeaf).where(PublishedLeaf.target_id == head.id)).one()

    assert leaf.kind == Kind.AUDIT_HEAD
    assert leaf.digest == hashlib.sha256(jcs.canonicalize(json.loads(audit.head_bytes(head)))).digest()
    assert head.number == len(entries(node, acme))


def test_a_round_takes_the_heads_of_all_tenants(node_with_chain, clock):
    node = node_with_chain
    acme, borg = make_tenant(node), make_tenant(node, "borg")
    advance()

    for tenant_id in (acme, borg):
        with tenant_session(node.app_engine, tenant_id) as session:
            leaves = session.scalars(select(PublishedLeaf).where(PublishedLeaf.kind == int(Kind.AUDIT_HEAD))).all()
        assert [leaf.round_id is not None for leaf in leaves] == [True]
    assert not anchors.round_is_due(node)


def test_the_time_of_an_entry_is_one_text_whatever_the_zone():
    made = AuditEntry(
        number=1, at=datetime(2026, 11, 24, 9, 0, 0, 250_000, tzinfo=UTC), actor="a", act="b", target="c", detail={},
        previous=b"", hash=b"", tenant_id=None, id=None,
    )  # fmt: skip

    assert audit.to_json(made)["at"] == "2026-11-24T09:00:00.250000Z"
