"""From a running batch to one award, credential, status entry and leaf per row; never two."""

import json
from collections import Counter
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select, text

from anchoring.leaf import Kind, leaf_hash
from anchoring.merkle import root_of
from portal.anchors.models import Leaf, Tree
from portal.awards.models import Award, Credential, Recipient
from portal.db.session import platform_session, tenant_session
from portal.errors import BatchNotFound
from portal.issuance import service, store
from portal.issuance.models import Batch, BatchRow
from portal.status_lists.models import StatusEntry
from portal.tenants.models import PublicId
from tests.factories import create_batch, issue, make_tenant
from tests.fixtures.node import ORIGIN

THINGS = (Award, Credential, StatusEntry, Leaf)


def counts(node, tenant_id):
    with tenant_session(node.app_engine, tenant_id) as session:
        return {each.__tablename__: session.scalar(select(func.count()).select_from(each)) for each in THINGS}


def each_has(number):
    return {each.__tablename__: number for each in THINGS}


def test_a_batch_that_is_done_has_one_of_everything_per_row(node, monkeypatch):
    monkeypatch.setattr(store, "_CHUNK", 3)
    acme = make_tenant(node)

    issued = issue(node, acme, 7)

    read = service.read_batch(node, acme, issued.batch_id)
    assert (read.state, read.rows, read.recorded, read.reserved) == ("done", 7, 7, 0)
    assert counts(node, acme) == each_has(7)
    with tenant_session(node.app_engine, acme) as session:
        joined = session.execute(
            select(BatchRow, Award, Credential, StatusEntry, Leaf)
            .join(Award, Award.batch_row_id == BatchRow.id)
            .join(Credential, Credential.award_id == Award.id)
            .join(StatusEntry, StatusEntry.credential_id == Credential.id)
            .join(Leaf, Leaf.credential_id == Credential.id)
        ).all()
        names = session.scalars(select(PublicId.name).where(PublicId.kind == "credential")).all()
    assert len(joined) == 7
    for row, award, credential, entry, leaf in joined:
        document = json.loads(credential.data)
        assert (row.award_id, row.credential_id, row.public_id) == (award.id, credential.id, credential.public_id)
        assert document["id"] == f"{ORIGIN}/c/{credential.public_id}"
        assert document["credentialStatus"]["statusListIndex"] == str(entry.index)
        assert leaf.leaf_hash == leaf_hash(Kind.DOCUMENT, leaf.salt, leaf.digest)
        assert award.status == "active"
    assert sorted(names) == sorted(credential.public_id for _r, _a, credential, _e, _l in joined)


def test_the_tree_of_a_batch_has_its_leaves_in_order_under_one_root(node):
    acme = make_tenant(node)
    issue(node, acme, 5)

    with tenant_session(node.app_engine, acme) as session:
        tree = session.scalars(select(Tree)).one()
        leaves = session.scalars(select(Leaf).order_by(Leaf.index)).all()
        rows = session.scalars(select(BatchRow).order_by(BatchRow.row_no)).all()

    assert (tree.size, [leaf.index for leaf in leaves]) == (5, [0, 1, 2, 3, 4])
    assert tree.root == root_of([leaf.leaf_hash for leaf in leaves])
    assert [leaf.credential_id for leaf in leaves] == [row.credential_id for row in rows]
    assert len({leaf.salt for leaf in leaves}) == 5


def test_advancing_a_batch_that_is_done_changes_nothing(node):
    acme = make_tenant(node)
    issued = issue(node, acme, 2)

    assert service.advance(node, acme, issued.batch_id, budget_s=5) is False
    assert counts(node, acme) == each_has(2)


def test_a_budget_that_is_used_up_leaves_the_rest_for_the_next_call(node, monkeypatch):
    monkeypatch.setattr(store, "_CHUNK", 1)
    acme = make_tenant(node)
    batch_id = create_batch(node, acme, 3)

    calls = 1
    while service.advance(node, acme, batch_id, budget_s=-1):
        calls += 1

    assert calls == 2 * 3 + 1  # reserve and record per row, then finish
    assert counts(node, acme) == each_has(3)


def test_workers_that_advance_one_batch_at_once_make_no_double(node, monkeypatch):
    monkeypatch.setattr(store, "_CHUNK", 4)
    acme = make_tenant(node)
    batch_id, faults = create_batch(node, acme, 40), []

    def work() -> None:
        try:
            while service.advance(node, acme, batch_id, budget_s=10):
                pass
        except Exception as error:  # noqa: BLE001
            faults.append(error)

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert service.read_batch(node, acme, batch_id).state == "done"
    assert counts(node, acme) == each_has(40)
    with tenant_session(node.app_engine, acme) as session:
        entries = session.scalars(select(StatusEntry.index)).all()
        rows = session.scalars(select(Award.batch_row_id)).all()
        trees = session.scalars(select(Tree)).all()
    assert max(Counter(entries).values()) == 1
    assert max(Counter(rows).values()) == 1
    assert [tree.size for tree in trees] == [40]


@pytest.mark.parametrize("place", ["batch.reserve", "batch.secure", "batch.record"])
def test_a_worker_that_breaks_anywhere_leaves_work_that_is_done_once(node, monkeypatch, place):
    """The process dies at a failpoint (here: an error in its place); the next one goes on."""
    acme = make_tenant(node)
    batch_id = create_batch(node, acme, 3)

    def break_at(name: str) -> None:
        if name == place:
            raise ConnectionAbortedError(name)

    monkeypatch.setattr(store, "failpoint", break_at)
    with pytest.raises(ConnectionAbortedError):
        service.advance(node, acme, batch_id, budget_s=10)
    with tenant_session(node.app_engine, acme) as session:
        before = {row.id: row.credential_id for row in session.scalars(select(BatchRow))}
    monkeypatch.undo()

    service.advance(node, acme, batch_id, budget_s=10)

    assert counts(node, acme) == each_has(3)
    with tenant_session(node.app_engine, acme) as session:
        after = {row.id: row.credential_id for row in session.scalars(select(BatchRow))}
    assert all(before[row] in {None, after[row]} for row in after)  # what was reserved is kept


def test_a_batch_that_does_not_run_is_left_alone(node):
    acme = make_tenant(node)
    batch_id = create_batch(node, acme, 2)
    with tenant_session(node.app_engine, acme) as session:
        session.get_one(Batch, batch_id).state = "paused"

    assert service.advance(node, acme, batch_id, budget_s=5) is False
    assert counts(node, acme) == each_has(0)


@pytest.mark.parametrize("step", ["reserve", "record", "finish"])
def test_a_step_on_its_way_when_the_batch_is_paused_does_nothing(node, step):
    """agent/ports.py: `reserve` and `record` do nothing when the batch is not RUNNING, whoever asked before."""
    acme = make_tenant(node)
    batch_id = create_batch(node, acme, 2)
    worker = store.PostgresBatchStore(node, acme, batch_id)
    if step == "record":
        worker.reserve()
    before = counts(node, acme)
    with tenant_session(node.app_engine, acme) as session:
        session.get_one(Batch, batch_id).state = "paused"

    getattr(worker, step)()

    assert counts(node, acme) == before
    assert service.read_batch(node, acme, batch_id).state == "paused"


def test_batches_that_nobody_touches_are_found_across_tenants(node, clock):
    acme, borg = make_tenant(node, "acme"), make_tenant(node, "borg")
    issue(node, acme, 1)
    standing = {(acme, create_batch(node, acme, 1)), (borg, create_batch(node, borg, 1))}

    assert service.standing_still(node, idle_s=10) == []
    clock.move(seconds=11)
    fresh = create_batch(node, acme, 1)

    assert set(service.standing_still(node, idle_s=10)) == standing
    assert fresh not in {batch for _tenant, batch in standing}


def test_a_person_with_one_address_and_name_is_one_recipient(node):
    acme = make_tenant(node)
    issue(node, acme, 2)
    issue(node, acme, 3)

    with tenant_session(node.app_engine, acme) as session:
        people = session.scalars(select(Recipient)).all()
    assert len(people) == 3


def test_equal_addresses_at_two_tenants_cannot_be_joined(node):
    acme, borg = make_tenant(node, "acme"), make_tenant(node, "borg")
    issue(node, acme, 1), issue(node, borg, 1)

    hashes = set()
    for tenant_id in (acme, borg):
        with tenant_session(node.app_engine, tenant_id) as session:
            hashes |= set(session.scalars(select(Recipient.email_hash)))
    assert len(hashes) == 2


def test_another_tenants_batch_is_not_found(node):
    acme, borg = make_tenant(node, "acme"), make_tenant(node, "borg")
    batch_id = create_batch(node, acme, 1)

    with pytest.raises(BatchNotFound):
        service.read_batch(node, borg, batch_id)
    with pytest.raises(BatchNotFound):
        service.advance(node, borg, batch_id, budget_s=5)


def test_the_moment_of_issue_is_the_one_of_reserving(node, clock):
    acme = make_tenant(node)
    batch_id = create_batch(node, acme, 1)
    worker = store.PostgresBatchStore(node, acme, batch_id)
    reserved_at = clock.now.replace(microsecond=0)
    worker.reserve()
    clock.move(hours=2)
    worker.record()

    with tenant_session(node.app_engine, acme) as session:
        document = json.loads(session.scalars(select(Credential.data)).one())
    assert document["validFrom"] == f"{reserved_at:%Y-%m-%dT%H:%M:%SZ}"
    assert document["proof"]["created"] == f"{reserved_at + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"


def test_no_row_of_a_tenant_hangs_on_another_tenants_row(node):
    """Foreign keys are checked without row-level security; ours are only made from rows the tenant saw."""
    acme, borg = make_tenant(node, "acme"), make_tenant(node, "borg")
    issue(node, acme, 2), issue(node, borg, 2)

    for tenant_id in (acme, borg):
        with tenant_session(node.app_engine, tenant_id) as session:
            stray = session.scalar(
                text(
                    "SELECT count(*) FROM credentials c WHERE NOT EXISTS "
                    "(SELECT 1 FROM awards a JOIN batches b ON b.id = a.batch_id WHERE a.id = c.award_id)"
                )
            )
        assert stray == 0
    with platform_session(node.app_engine) as session:
        assert len(session.scalars(select(PublicId)).all()) == 2 + 4 + 2
