"""An index has one owner, tells nothing about its order, and a full list is followed by a new one."""

import json
from threading import Thread

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from agent.issuance.template_status import StatusSettings
from portal.awards.service import revoke
from portal.db.ids import new_id
from portal.db.session import tenant_session
from portal.keys import repository as keys
from portal.status_lists import service
from portal.status_lists.models import StatusEntry, StatusList, StatusListVersion
from tests.factories import issue, make_tenant
from vc.status import bitstring

SMALL = 8


@pytest.fixture
def acme(node):
    return make_tenant(node)


@pytest.fixture
def small_lists(monkeypatch):
    """Lists of eight entries. What is published has the standard's size all the same."""
    real = bitstring.new_list
    monkeypatch.setattr(service, "SIZE", SMALL)
    monkeypatch.setattr(bitstring, "new_list", lambda _size: real())


def reserve(node, tenant_id, count):
    with tenant_session(node.app_engine, tenant_id) as session:
        identity = keys.identity(session, "web")
        ids = sorted(new_id(node.now()) for _ in range(count))
        wants = [(credential_id, "ldp_vc", StatusSettings()) for credential_id in ids]
        given = service.reserve(node, session, identity.id, wants, now=node.now())
        return {credential_id: reference.entries[0] for credential_id, reference in given.items()}


def places(node, tenant_id):
    with tenant_session(node.app_engine, tenant_id) as session:
        return [(entry.list_id, entry.index) for entry in session.scalars(select(StatusEntry))]


def test_a_full_list_is_followed_by_a_new_published_one(node, acme, small_lists, clock):
    for _ in range(5):
        reserve(node, acme, 4)
        clock.move(seconds=1)

    with tenant_session(node.app_engine, acme) as session:
        lists = session.scalars(select(StatusList).order_by(StatusList.created_at)).all()
        published = session.scalars(select(StatusListVersion.list_id)).all()
    assert [each.next_counter for each in lists] == [8, 8, 4]
    assert set(published) == {each.id for each in lists}
    assert len({each.url for each in lists}) == 3


def test_one_batch_may_span_lists(node, acme, small_lists):
    entries = reserve(node, acme, 20)

    assert len({entry["statusListCredential"] for entry in entries.values()}) == 3
    assert len({(entry["statusListCredential"], entry["statusListIndex"]) for entry in entries.values()}) == 20


def test_every_index_of_a_list_is_used_once(node, acme, small_lists):
    reserve(node, acme, SMALL)

    assert sorted(index for _list, index in places(node, acme)) == list(range(SMALL))


def test_indexes_do_not_tell_the_order(node, acme):
    entries = reserve(node, acme, 30)

    indexes = [int(entries[each]["statusListIndex"]) for each in sorted(entries)]
    assert indexes != sorted(indexes)
    assert max(indexes) > 1000  # one in 10^61 that a random choice stays below


def test_two_tenants_walk_different_ways(node):
    ways = []
    for slug in ("acme", "borg"):
        entries = reserve(node, make_tenant(node, slug), 10)
        ways.append([entries[each]["statusListIndex"] for each in sorted(entries)])

    assert ways[0] != ways[1]


def test_workers_that_reserve_at_once_share_no_index(node, acme, small_lists):
    """Also where the first list does not exist yet, and where lists fill up on the way."""
    faults = []

    def work() -> None:
        try:
            for _ in range(4):
                reserve(node, acme, 3)
        except Exception as error:  # noqa: BLE001
            faults.append(error)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    taken = places(node, acme)
    assert len(set(taken)) == len(taken) == 48


def test_the_database_refuses_a_second_owner_of_an_index(node, acme):
    reserve(node, acme, 1)
    list_id, index = places(node, acme)[0]

    with pytest.raises(IntegrityError, match="pk_status_entries"), tenant_session(node.app_engine, acme) as session:
        session.execute(
            insert(StatusEntry).values(list_id=list_id, index=index, tenant_id=acme, credential_id=new_id(node.now()))
        )


def test_a_credential_of_an_old_list_can_still_be_revoked(node, acme, small_lists):
    old = issue(node, acme, 6).credentials[0]
    issue(node, acme, 6)
    url = json.loads(old.data)["credentialStatus"]["statusListCredential"]

    revoke(node, old.public_id, reason=None, actor="test", now=node.now())

    with tenant_session(node.app_engine, acme) as session:
        changed = session.execute(
            select(StatusList.url, StatusListVersion.version)
            .join(StatusList, StatusList.id == StatusListVersion.list_id)
            .where(StatusListVersion.version > 1)
        ).all()
    assert [tuple(each) for each in changed] == [(url, 2)]


def test_a_published_list_has_the_size_that_hides_its_members(node, acme):
    reserve(node, acme, 1)

    with tenant_session(node.app_engine, acme) as session:
        document = json.loads(session.scalars(select(StatusListVersion.data)).one())
    assert len(bitstring.decode(document["credentialSubject"]["encodedList"])) * 8 == 131_072
    assert document["credentialSubject"]["statusPurpose"] == "revocation"
    assert document["issuer"] == "did:web:issuer.example:t:acme"
