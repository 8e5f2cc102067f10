"""One award, several credentials: all of them or none, each with its own address, status entry and leaf."""

import hashlib
import json
from collections import Counter
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select

from agent.verification import verify_credential
from anchoring.leaf import Kind, leaf_hash
from anchoring.merkle import root_of
from portal.anchors.models import Leaf, Tree
from portal.awards.models import Award, Credential
from portal.awards.service import revoke
from portal.db.session import tenant_session
from portal.issuance import service, store
from portal.issuance.models import BatchRow
from portal.status_lists.models import StatusEntry
from portal.tenants.models import PublicId
from tests.factories import create_batch, issue, make_tenant, put_template
from tests.fixtures.node import ORIGIN
from vc.policy import Policy
from vc.report import Outcome, Verdict

FORMS = ("ldp_vc", "vc+jwt", "jwt_vc_json", "ob-jwt", "dc+sd-jwt")
KINDS = {"ldp_vc": Kind.DOCUMENT, "dc+sd-jwt": Kind.SD_JWT}
PER_CREDENTIAL = (Credential, StatusEntry, Leaf)


@pytest.fixture
def acme(node):
    tenant_id = make_tenant(node)
    put_template(node, tenant_id, formats=list(FORMS))
    return tenant_id


def counts(node, tenant_id):
    with tenant_session(node.app_engine, tenant_id) as session:
        return [session.scalar(select(func.count()).select_from(each)) for each in (Award, *PER_CREDENTIAL)]


def of_rows(number):
    return [number, *[number * len(FORMS)] * len(PER_CREDENTIAL)]


def report_on(node, data):
    return verify_credential(
        data, policy=Policy(), now=node.now(), resolver=node.resolver, fetch=node.fetch, chain_for=node.chain_for
    )


def failed(report):
    return [check.name for check in report.checks if check.outcome is Outcome.FAILED]


def test_each_row_becomes_one_award_in_every_form(node, acme, monkeypatch):
    monkeypatch.setattr(store, "_CHUNK", 2)

    issue(node, acme, 3)

    assert counts(node, acme) == of_rows(3)
    with tenant_session(node.app_engine, acme) as session:
        joined = session.execute(
            select(BatchRow, Credential, StatusEntry, Leaf)
            .join(Award, Award.batch_row_id == BatchRow.id)
            .join(Credential, Credential.award_id == Award.id)
            .join(StatusEntry, StatusEntry.credential_id == Credential.id)
            .join(Leaf, Leaf.credential_id == Credential.id)
            .order_by(Credential.id)
        ).all()
        names = session.scalars(select(PublicId.name).where(PublicId.kind == "credential")).all()
        [tree] = session.scalars(select(Tree)).all()
    by_row = sorted(joined, key=lambda each: each[0].row_no)  # the clock stands still, so chunks do not sort
    assert [made.format for _r, made, _e, _l in by_row] == [*FORMS] * 3
    assert len({row.row_no for row, _c, _e, _l in joined}) == 3
    assert len({made.public_id for _r, made, _e, _l in joined}) == len(joined)
    assert sorted(names) == sorted(made.public_id for _r, made, _e, _l in joined)
    assert len({(entry.list_id, entry.index) for _r, _c, entry, _l in joined}) == len(joined)
    assert [leaf.index for _r, _c, _e, leaf in joined] == list(range(len(joined)))
    assert tree.root == root_of([leaf.leaf_hash for _r, _c, _e, leaf in joined])


def test_leaves_are_of_the_kind_of_their_form(node, acme):
    issue(node, acme, 1)

    with tenant_session(node.app_engine, acme) as session:
        pairs = session.execute(select(Credential, Leaf).join(Leaf, Leaf.credential_id == Credential.id)).all()
    for credential, leaf in pairs:
        kind = KINDS.get(credential.format, Kind.COMPACT_JWS)
        assert Kind(leaf.kind) is kind
        assert leaf.leaf_hash == leaf_hash(kind, leaf.salt, leaf.digest)
        if kind is not Kind.DOCUMENT:
            assert leaf.digest == hashlib.sha256(credential.data.partition(b"~")[0]).digest()


@pytest.mark.parametrize("form", FORMS)
def test_each_form_verifies_from_its_bytes_and_is_revoked_with_the_award(node, acme, clock, form):
    made = {credential.format: credential for credential in issue(node, acme, 1).credentials}
    others = issue(node, acme, 1).credentials
    assert report_on(node, made[form].data).verdict is Verdict.VERIFIED, report_on(node, made[form].data)

    clock.move(minutes=10)  # a list may be kept for its time to live
    revoke(node, made["ldp_vc"].public_id, reason=None, actor="test", now=clock.now)

    assert failed(report_on(node, made[form].data)) == ["status"]
    still_good = next(each for each in others if each.format == form and each.award_id != made[form].award_id)
    assert report_on(node, still_good.data).verdict is Verdict.VERIFIED


@pytest.mark.parametrize("form", FORMS)
def test_revoking_by_the_address_of_any_form_revokes_all(node, acme, form):
    made = {credential.format: credential for credential in issue(node, acme, 1).credentials}

    revoke(node, made[form].public_id, reason="Typing error", actor="test", now=node.now())

    assert [failed(report_on(node, each.data)) for each in made.values()] == [["status"]] * len(FORMS)


@pytest.mark.parametrize("place", ["batch.reserve", "batch.secure", "batch.record"])
def test_a_worker_that_breaks_anywhere_makes_no_second_credential_in_any_form(node, acme, monkeypatch, place):
    batch_id = create_batch(node, acme, 3)

    def break_at(name: str) -> None:
        if name == place:
            raise ConnectionAbortedError(name)

    def reserved():
        with tenant_session(node.app_engine, acme) as session:
            rows = session.scalars(select(BatchRow)).all()
            return {row.id: (row.credential_id, row.other_forms and json.dumps(row.other_forms)) for row in rows}

    monkeypatch.setattr(store, "failpoint", break_at)
    with pytest.raises(ConnectionAbortedError):
        service.advance(node, acme, batch_id, budget_s=10)
    before = reserved()
    monkeypatch.undo()

    service.advance(node, acme, batch_id, budget_s=10)

    assert counts(node, acme) == of_rows(3)
    after = reserved()
    if place == "batch.reserve":
        assert set(before.values()) == {(None, None)}  # nothing was promised yet
    else:
        assert before == after


def test_workers_at_once_make_no_double_in_any_form(node, acme, monkeypatch):
    monkeypatch.setattr(store, "_CHUNK", 3)
    batch_id, faults = create_batch(node, acme, 12), []

    def work() -> None:
        try:
            while service.advance(node, acme, batch_id, budget_s=20):
                pass
        except Exception as error:  # noqa: BLE001
            faults.append(error)

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert counts(node, acme) == of_rows(12)
    with tenant_session(node.app_engine, acme) as session:
        pairs = session.execute(select(Credential.award_id, Credential.format)).all()
        entries = session.execute(select(StatusEntry.list_id, StatusEntry.index)).all()
    assert max(Counter(pairs).values()) == 1
    assert max(Counter(entries).values()) == 1


def test_a_later_version_of_the_template_does_not_change_what_rows_were_promised(node, acme):
    batch_id = create_batch(node, acme, 1)
    store.PostgresBatchStore(node, acme, batch_id).reserve()
    put_template(node, acme, formats=["ldp_vc"])

    service.advance(node, acme, batch_id, budget_s=10)

    assert counts(node, acme) == of_rows(1)


def test_the_list_of_a_batch_tells_forms_apart_and_awards_together(node, acme, key_client):
    issued = issue(node, acme, 2)

    listed = key_client.get(f"/v1/tenants/acme/batches/{issued.batch_id}/credentials").json()["data"]

    assert [each["format"] for each in listed] == [*FORMS, *FORMS]
    assert len({each["award"] for each in listed}) == 2
    assert [each["id"] for each in listed] == issued.public_ids


@pytest.mark.parametrize("form", FORMS)
def test_anchor_json_of_each_form_leads_to_the_root(node_with_chain, acme, client, form):
    from portal.anchors import service as anchors

    node = node_with_chain
    made = {credential.format: credential for credential in issue(node, acme, 2).credentials}
    anchors.open_round(node)
    for _ in range(6):
        anchors.advance_rounds(node)

    proof = client.get(f"/c/{made[form].public_id}/anchor.json").json()

    assert proof["kind"] == int(KINDS.get(form, Kind.COMPACT_JWS))
    report = verify_credential(
        made[form].data,
        policy=Policy(),
        now=node.now() + timedelta(minutes=1),
        resolver=node.resolver,
        fetch=node.fetch,
        chain_for=lambda _name: node.chain,
        anchor_proof=proof,
    )
    assert report.check("anchor").outcome is Outcome.PASSED


def test_only_the_document_forms_say_where_they_are(node, acme):
    """Decision 16: a copy of which facts can be held back does not lead to a page with all of them."""
    made = {credential.format: credential for credential in issue(node, acme, 1).credentials}

    assert json.loads(made["ldp_vc"].data)["id"] == f"{ORIGIN}/c/{made['ldp_vc'].public_id}"
    with tenant_session(node.app_engine, acme) as session:
        names = session.scalars(select(Credential.public_id)).all()
    everything = b"".join(_decoded(made["dc+sd-jwt"].data))
    assert not [name for name in names if name.encode() in everything]


def _decoded(sd_jwt):
    import base64

    for part in sd_jwt.replace(b".", b"~").split(b"~"):
        yield base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
