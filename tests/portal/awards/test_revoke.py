"""Revoking is final, safe to repeat, and flips exactly one bit."""

import json
from threading import Thread

import pytest
from sqlalchemy import select

from agent.verification import verify_credential
from portal.anchors.models import Leaf
from portal.awards.models import Award, Credential
from portal.awards.service import revoke
from portal.db.session import tenant_session
from portal.errors import CredentialNotFound
from portal.status_lists.models import StatusEntry, StatusList, StatusListVersion
from tests.factories import issue, make_tenant
from vc.policy import Policy
from vc.report import Outcome, Verdict
from vc.status import bitstring


@pytest.fixture
def acme(node):
    return make_tenant(node)


def status_bits(node, tenant_id):
    """Set indexes of the tenant's only list that belong to a credential, as the newest published version says them."""
    with tenant_session(node.app_engine, tenant_id) as session:
        newest = session.scalars(select(StatusListVersion).order_by(StatusListVersion.version.desc())).first()
        stored = session.scalars(select(StatusList)).one().bits
        given = session.scalars(select(StatusEntry.index).order_by(StatusEntry.index)).all()
    bits = bitstring.decode(json.loads(newest.data)["credentialSubject"]["encodedList"])
    assert bytes(bits) == stored
    return [index for index in given if bitstring.get(bits, index)]


def versions(node, tenant_id):
    with tenant_session(node.app_engine, tenant_id) as session:
        return list(session.scalars(select(StatusListVersion.version).order_by(StatusListVersion.version)))


def index_of(node, credential):
    with tenant_session(node.app_engine, credential.tenant_id) as session:
        return session.scalars(select(StatusEntry.index).where(StatusEntry.credential_id == credential.id)).one()


def report_on(node, credential):
    return verify_credential(
        credential.data, policy=Policy(), now=node.now(), resolver=node.resolver, fetch=node.fetch,
        chain_for=node.chain_for,
    )  # fmt: skip


def test_a_fresh_credential_verifies_and_a_revoked_one_does_not(node, acme, clock):
    """The whole way round: the verifier fetches did.json and the list from the node's own pages."""
    first, second, _third = issue(node, acme, 3).credentials
    assert report_on(node, first).verdict is Verdict.VERIFIED

    clock.move(minutes=1)
    revoke(node, first.public_id, reason="Typing error", actor="test", now=clock.now)

    failed = [check.name for check in report_on(node, first).checks if check.outcome is Outcome.FAILED]
    assert failed == ["status"]
    assert report_on(node, second).verdict is Verdict.VERIFIED


def test_exactly_its_bit_is_set_in_a_new_signed_version(node, acme):
    chosen = issue(node, acme, 5).credentials[2]
    assert (status_bits(node, acme), versions(node, acme)) == ([], [1])

    award = revoke(node, chosen.public_id, reason="Typing error", actor="test", now=node.now())

    assert (award.status, award.reason) == ("revoked", "Typing error")
    assert status_bits(node, acme) == [index_of(node, chosen)]
    assert versions(node, acme) == [1, 2]


def test_the_published_list_is_a_credential_that_verifies(node, acme):
    issued = issue(node, acme, 2)
    revoke(node, issued.public_ids[0], reason=None, actor="test", now=node.now())

    with tenant_session(node.app_engine, acme) as session:
        lists = session.scalars(select(StatusListVersion).order_by(StatusListVersion.version)).all()

    for version in lists:
        assert report_on(node, version).verdict is Verdict.VERIFIED, version.version


def test_repeating_it_changes_nothing_and_keeps_the_first_reason(node, acme, clock):
    public_id = issue(node, acme, 1).public_ids[0]
    first = revoke(node, public_id, reason="first", actor="test", now=clock.now)

    second = revoke(node, public_id, reason="second", actor="test", now=clock.move(hours=1))

    assert (second.reason, second.changed_at) == ("first", first.changed_at)
    assert versions(node, acme) == [1, 2]


def test_revoking_at_once_makes_one_version(node, acme):
    public_id, faults = issue(node, acme, 1).public_ids[0], []

    def work(reason: str) -> None:
        try:
            revoke(node, public_id, reason=reason, actor="test", now=node.now())
        except Exception as error:  # noqa: BLE001
            faults.append(error)

    threads = [Thread(target=work, args=(reason,)) for reason in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert versions(node, acme) == [1, 2]


def test_revoking_different_ones_at_once_loses_none(node, acme):
    issued, faults = issue(node, acme, 6), []

    def work(public_id: str) -> None:
        try:
            revoke(node, public_id, reason=None, actor="test", now=node.now())
        except Exception as error:  # noqa: BLE001
            faults.append(error)

    threads = [Thread(target=work, args=(public_id,)) for public_id in issued.public_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert status_bits(node, acme) == sorted(index_of(node, credential) for credential in issued.credentials)
    assert versions(node, acme) == [1, 2, 3, 4, 5, 6, 7]


def test_revoking_leaves_credential_and_leaf_as_they_were(node, acme):
    credential = issue(node, acme, 1).credentials[0]
    with tenant_session(node.app_engine, acme) as session:
        leaf = session.scalars(select(Leaf.leaf_hash)).one()

    revoke(node, credential.public_id, reason="x", actor="test", now=node.now())

    with tenant_session(node.app_engine, acme) as session:
        assert session.scalars(select(Credential.data)).one() == credential.data
        assert session.scalars(select(Leaf.leaf_hash)).one() == leaf


def test_an_unknown_credential_is_refused(node, acme):
    with pytest.raises(CredentialNotFound, match="no credential 'nothing'"):
        revoke(node, "nothing", reason=None, actor="test", now=node.now())


def test_another_tenants_credential_is_out_of_reach(node, acme):
    borg = make_tenant(node, "borg")
    public_id = issue(node, acme, 1).public_ids[0]

    with pytest.raises(CredentialNotFound):
        revoke(node, public_id, reason="not yours", actor="test", now=node.now(), tenant_id=borg)

    with tenant_session(node.app_engine, acme) as session:
        assert session.scalars(select(Award.status)).all() == ["active"]
    assert status_bits(node, acme) == []


def test_a_fault_while_publishing_leaves_the_award_active(node, acme, monkeypatch):
    """Award and list change in one transaction: a page never says what the list does not."""
    from portal.status_lists import publish

    public_id = issue(node, acme, 1).public_ids[0]

    def broken(*_args, **_more):
        raise ConnectionAbortedError("while signing the list")

    monkeypatch.setattr(publish, "build_and_sign_status_list", broken)
    with pytest.raises(ConnectionAbortedError):
        revoke(node, public_id, reason="x", actor="test", now=node.now())

    with tenant_session(node.app_engine, acme) as session:
        assert session.scalars(select(Award.status)).all() == ["active"]
    assert status_bits(node, acme) == []
