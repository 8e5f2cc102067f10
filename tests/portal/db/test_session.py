"""Units of work."""

import pytest
from sqlalchemy import select

from portal.db.ids import new_id, new_public_id
from portal.db.session import after_commit, platform_session, tenant_session
from portal.issuance.models import Batch
from portal.tenants.models import PublicId
from tests.factories import make_tenant


def test_a_unit_that_raises_leaves_nothing_and_sends_nothing(node):
    sent, now = [], node.now()

    def unit() -> None:
        with platform_session(node.app_engine) as session:
            after_commit(session, lambda: sent.append("message"))
            session.add(PublicId(kind="tenant", name="ghost", tenant_id=new_id(now), target_id=new_id(now)))
            session.flush()
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        unit()

    with platform_session(node.app_engine) as session:
        assert session.get(PublicId, ("tenant", "ghost")) is None
    assert sent == []


def test_messages_leave_after_the_commit_once(node):
    acme, seen = make_tenant(node), []

    def look() -> None:  # what the receiver of the message would find
        with platform_session(node.app_engine) as other:
            seen.append(other.get(PublicId, ("credential", "late")) is not None)

    with tenant_session(node.app_engine, acme) as session:
        after_commit(session, look)
        session.add(PublicId(kind="credential", name="late", tenant_id=acme, target_id=acme))
        session.flush()
        assert seen == []

    assert seen == [True]


def test_the_tenant_is_set_again_in_a_nested_transaction(node):
    acme = make_tenant(node)

    with tenant_session(node.app_engine, acme) as session:
        with session.begin_nested():
            session.scalars(select(Batch)).all()
        assert session.get_one(PublicId, ("tenant", "acme")).tenant_id == acme


def test_ids_sort_by_the_time_they_were_made(clock):
    ids = [new_id(clock.move(milliseconds=1)) for _ in range(50)]

    assert ids == sorted(ids)
    assert {each.version for each in ids} == {7}
    assert {each.variant for each in ids} == {"specified in RFC 4122"}


def test_public_ids_hold_128_random_bits():
    made = {new_public_id() for _ in range(1000)}

    assert len(made) == 1000
    assert {len(each) for each in made} == {22}
