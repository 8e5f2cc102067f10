"""Suspending is for a while, reinstating ends it, and each step reaches all credentials of one award and no other."""

import json
from threading import Thread

import pytest
from sqlalchemy import select

from agent.issuance.template import TemplateDocument
from agent.verification import verify_credential
from portal.audit import service as audit
from portal.awards.models import Award, Credential
from portal.awards.service import reinstate, revoke, suspend
from portal.db.ids import new_id, new_public_id
from portal.db.session import tenant_session
from portal.errors import AwardRevoked, CredentialNotFound, SuspensionNotPossible
from portal.status_lists import service
from portal.status_lists.kinds import kind_of
from portal.status_lists.models import StatusEntry, StatusList, StatusListVersion
from tests.factories import issue, make_tenant, put_template, template
from vc.policy import Policy
from vc.report import Outcome, Verdict

BOTH = {"purposes": ["revocation", "suspension"]}


@pytest.fixture
def acme(node):
    tenant_id = make_tenant(node)
    put_template(node, tenant_id, status=BOTH)
    return tenant_id


def report_on(node, credential):
    return verify_credential(
        credential.data, policy=Policy(), now=node.now(), resolver=node.resolver, fetch=node.fetch,
        chain_for=node.chain_for,
    )  # fmt: skip


def states(node, tenant_id):
    """(encoding, purpose, credential) → what the list says."""
    with tenant_session(node.app_engine, tenant_id) as session:
        lists = {each.id: each for each in session.scalars(select(StatusList))}
        return {
            (lists[entry.list_id].encoding, lists[entry.list_id].purpose, entry.credential_id): kind_of(
                lists[entry.list_id].encoding, lists[entry.list_id].purpose
            ).read(lists[entry.list_id].bits, entry.index)
            for entry in session.scalars(select(StatusEntry))
        }


def give_more_forms(node, award_id, forms, settings):
    """Add credentials of an award, as issuing it in several forms does, without what they say."""
    with tenant_session(node.app_engine, tenant_of(node, award_id)) as session:
        first = session.scalars(select(Credential).where(Credential.award_id == award_id)).one()
        made = [
            Credential(
                id=new_id(node.now()), tenant_id=first.tenant_id, award_id=award_id, identity_id=first.identity_id,
                key_id=first.key_id, format=form, public_id=new_public_id(), data=b"{}", issued_at=first.issued_at,
            )
            for form in forms
        ]  # fmt: skip
        session.add_all(made)
        session.flush()
        wants = [(each.id, each.format, settings) for each in made]
        service.reserve(node, session, first.identity_id, wants, now=node.now())
        return [each.id for each in made]


def tenant_of(node, award_id):
    from portal.db.session import platform_session
    from portal.tenants.repository import require_tenant_id

    with platform_session(node.app_engine) as session:
        return require_tenant_id(session, "acme")


def test_a_suspended_award_does_not_count_until_it_is_reinstated(node, acme, clock):
    first, second = issue(node, acme, 2).credentials

    clock.move(minutes=10)
    suspend(node, first.public_id, reason="Fee not paid", actor="test", now=clock.now)

    check = report_on(node, first).check("status")
    assert (check.outcome, check.code) == (Outcome.FAILED, "suspended")
    assert report_on(node, second).verdict is Verdict.VERIFIED

    clock.move(minutes=10)
    award = reinstate(node, first.public_id, actor="test", now=clock.now)

    assert (award.status, award.reason) == ("active", None)
    assert report_on(node, first).verdict is Verdict.VERIFIED


def test_one_award_flips_exactly_its_credentials_entries_in_every_list(node, acme, clock):
    """Bitstring for two purposes, and a token list: three forms of one award beside two other awards in the same lists."""
    settings = TemplateDocument.parse(template(status=BOTH)).status
    issued = issue(node, acme, 3)
    mine, *others = issued.credentials
    its = [mine.id, *give_more_forms(node, mine.award_id, ["vc+jwt", "dc+sd-jwt"], settings)]
    for other in others:
        give_more_forms(node, other.award_id, ["vc+jwt", "dc+sd-jwt"], settings)
    untouched = states(node, acme)
    assert set(untouched.values()) == {0}
    assert {key[:2] for key in untouched} == {
        ("bitstring", "revocation"),
        ("bitstring", "suspension"),
        ("token", "status"),
    }

    expected = {"suspended": {"suspension": 1, "status": 2}, "active": {}, "revoked": {"revocation": 1, "status": 1}}
    for state, step in (("suspended", suspend), ("active", reinstate), ("revoked", revoke)):
        clock.move(minutes=1)
        more = {} if state == "active" else {"reason": None}
        step(node, mine.public_id, actor="test", now=clock.now, **more)

        changed = {key: value for key, value in states(node, acme).items() if value != untouched[key]}
        wanted = expected[state]
        assert changed == {key: wanted[key[1]] for key in untouched if key[2] in its and key[1] in wanted}, state


def test_revoking_a_suspended_award_leaves_it_revoked_only(node, acme, clock):
    credential = issue(node, acme, 1).credentials[0]
    suspend(node, credential.public_id, reason=None, actor="test", now=clock.now)

    revoke(node, credential.public_id, reason=None, actor="test", now=clock.move(minutes=1))

    assert {key[1]: value for key, value in states(node, acme).items()} == {"revocation": 1, "suspension": 0}


@pytest.mark.parametrize("step", [suspend, reinstate])
def test_what_is_revoked_stays_so(node, acme, step):
    public_id = issue(node, acme, 1).public_ids[0]
    revoke(node, public_id, reason="final", actor="test", now=node.now())
    more = {} if step is reinstate else {"reason": None}

    with pytest.raises(AwardRevoked, match="2026-11-24; that is final"):
        step(node, public_id, actor="test", now=node.now(), **more)


def test_repeating_a_step_changes_nothing(node, acme, clock):
    public_id = issue(node, acme, 1).public_ids[0]
    first = suspend(node, public_id, reason="first", actor="test", now=clock.now)
    versions = count_versions(node, acme)

    second = suspend(node, public_id, reason="second", actor="test", now=clock.move(hours=1))
    assert (second.reason, second.changed_at) == ("first", first.changed_at)
    assert count_versions(node, acme) == versions

    reinstate(node, public_id, actor="test", now=clock.now)
    versions = count_versions(node, acme)
    reinstate(node, public_id, actor="test", now=clock.move(hours=1))
    assert count_versions(node, acme) == versions


def count_versions(node, tenant_id):
    with tenant_session(node.app_engine, tenant_id) as session:
        return len(session.scalars(select(StatusListVersion.id)).all())


def test_without_an_entry_for_it_suspending_is_refused_and_names_the_setting(node):
    tenant_id = make_tenant(node, "plain")
    credential = issue(node, tenant_id, 1).credentials[0]
    before = count_versions(node, tenant_id)

    with pytest.raises(SuspensionNotPossible, match='"status" did not have "purposes"') as refused:
        suspend(node, credential.public_id, reason=None, actor="test", now=node.now())

    assert (refused.value.status, refused.value.code) == (409, "suspension-not-possible")
    with tenant_session(node.app_engine, tenant_id) as session:
        assert session.scalars(select(Award.status)).all() == ["active"]
    assert count_versions(node, tenant_id) == before


def test_one_form_without_an_entry_is_enough_to_refuse(node):
    """Else a wallet would show the token as suspended and the page of the badge as good."""
    acme = make_tenant(node)
    credential = issue(node, acme, 1).credentials[0]
    settings = TemplateDocument.parse(template()).status
    give_more_forms(node, credential.award_id, ["dc+sd-jwt"], settings)

    with pytest.raises(SuspensionNotPossible):
        suspend(node, credential.public_id, reason=None, actor="test", now=node.now())

    assert set(states(node, acme).values()) == {0}


def test_another_tenants_award_is_out_of_reach(node, acme):
    borg = make_tenant(node, "borg")
    public_id = issue(node, acme, 1).public_ids[0]

    with pytest.raises(CredentialNotFound):
        suspend(node, public_id, reason=None, actor="test", now=node.now(), tenant_id=borg)
    with pytest.raises(CredentialNotFound):
        reinstate(node, public_id, actor="test", now=node.now(), tenant_id=borg)


def test_a_fault_in_the_second_list_undoes_the_first(node, acme, monkeypatch):
    """All lists or none: no reader may see an award suspended in one and active in another."""
    credential = issue(node, acme, 1).credentials[0]
    suspend(node, credential.public_id, reason=None, actor="test", now=node.now())
    before, calls = states(node, acme), []
    real = service.publish

    def broken(*args, **more):
        calls.append(1)
        if len(calls) == 2:
            raise ConnectionAbortedError("while signing the second list")
        return real(*args, **more)

    monkeypatch.setattr(service, "publish", broken)
    with pytest.raises(ConnectionAbortedError):
        revoke(node, credential.public_id, reason=None, actor="test", now=node.now())

    assert len(calls) == 2
    assert states(node, acme) == before
    with tenant_session(node.app_engine, acme) as session:
        assert session.scalars(select(Award.status)).all() == ["suspended"]


def test_steps_on_many_awards_at_once_lose_none_and_wait_for_none_for_ever(node, acme):
    issued, faults = issue(node, acme, 6), []

    def work(number: int, public_id: str) -> None:
        try:
            if number % 2:
                suspend(node, public_id, reason=None, actor="test", now=node.now())
            else:
                revoke(node, public_id, reason=None, actor="test", now=node.now())
            issue(node, acme, 1)
        except Exception as error:  # noqa: BLE001
            faults.append(error)

    threads = [Thread(target=work, args=pair) for pair in enumerate(issued.public_ids)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    said = states(node, acme)
    for number, credential in enumerate(issued.credentials):
        assert said["bitstring", "suspension", credential.id] == number % 2
        assert said["bitstring", "revocation", credential.id] == (number + 1) % 2


def test_the_log_tells_each_step_and_no_name(node, acme):
    public_id = issue(node, acme, 1).public_ids[0]
    for step, more in ((suspend, {"reason": "Person 0 did not pay"}), (reinstate, {}), (revoke, {"reason": "x"})):
        step(node, public_id, actor="key:office", now=node.now(), **more)

    with tenant_session(node.app_engine, acme) as session:
        entries = [entry for entry in audit.page(session, after=0, limit=100) if entry["act"].startswith("award.")]
    assert [entry["act"] for entry in entries] == ["award.suspended", "award.reinstated", "award.revoked"]
    assert {entry["actor"] for entry in entries} == {"key:office"}
    assert "Person" not in json.dumps(entries)
    assert public_id not in json.dumps(entries)


def test_over_http_a_step_answers_with_the_new_state(node, acme, key_client):
    public_id = issue(node, acme, 1).public_ids[0]
    path = f"/v1/credentials/{public_id}"

    suspended = key_client.post(f"{path}/suspend", json={"reason": "Fee not paid"})
    reinstated = key_client.post(f"{path}/reinstate")
    revoked = key_client.post(f"{path}/revoke", json={"reason": None})
    again = key_client.post(f"{path}/reinstate")

    assert (suspended.status_code, suspended.json()["status"]) == (200, "suspended")
    assert suspended.json()["reason"] == "Fee not paid"
    assert (reinstated.status_code, reinstated.json()["status"]) == (200, "active")
    assert (revoked.status_code, revoked.json()["status"]) == (200, "revoked")
    assert (again.status_code, again.json()["code"]) == (409, "award-revoked")


def test_over_http_a_refused_suspension_names_the_setting(node, key_client):
    public_id = issue(node, make_tenant(node), 1).public_ids[0]

    answer = key_client.post(f"/v1/credentials/{public_id}/suspend", json={})

    assert (answer.status_code, answer.json()["code"]) == (409, "suspension-not-possible")
    assert '"purposes": ["revocation", "suspension"]' in answer.json()["detail"]


@pytest.mark.parametrize("step", ["suspend", "reinstate"])
def test_over_http_a_stranger_can_do_nothing(node, acme, client, step):
    public_id = issue(node, acme, 1).public_ids[0]

    assert client.post(f"/v1/credentials/{public_id}/{step}", json={}).status_code == 401


def test_the_page_says_suspended_and_then_nothing_of_it(node, acme, client):
    credential = issue(node, acme, 1).credentials[0]
    suspend(node, credential.public_id, reason="Fee not paid", actor="test", now=node.now())
    during = client.get(f"/c/{credential.public_id}", headers={"Accept": "text/html"}).text
    reinstate(node, credential.public_id, actor="test", now=node.now())
    after = client.get(f"/c/{credential.public_id}", headers={"Accept": "text/html"}).text

    assert "suspended this credential" in during
    assert "Fee not paid" in during
    assert "uspended this credential" not in after
    assert "Fee not paid" not in after


def test_every_form_of_one_award_is_told_as_suspended_and_as_good_again(node, clock):
    acme = make_tenant(node)
    put_template(node, acme, status=BOTH, formats=["ldp_vc", "vc+jwt", "jwt_vc_json", "ob-jwt", "dc+sd-jwt"])
    issued = issue(node, acme, 2).credentials
    mine = [each for each in issued if each.award_id == issued[0].award_id]
    other = [each for each in issued if each not in mine]
    assert len(mine) == 5

    suspend(node, mine[3].public_id, reason=None, actor="test", now=clock.move(minutes=10))
    assert {each.format: report_on(node, each).check("status").code for each in mine} == dict.fromkeys(
        [each.format for each in mine], "suspended"
    )
    assert {report_on(node, each).verdict for each in other} == {Verdict.VERIFIED}

    reinstate(node, mine[0].public_id, actor="test", now=clock.move(minutes=10))
    assert {report_on(node, each).verdict for each in mine} == {Verdict.VERIFIED}


def test_a_credential_in_a_revocation_list_verifies_until_it_is_revoked(node, clock):
    acme = make_tenant(node)
    put_template(node, acme, status={"kind": "1EdTechRevocationList"}, formats=["ldp_vc", "ob-jwt"])
    issued = issue(node, acme, 2).credentials
    mine = [each for each in issued if each.award_id == issued[0].award_id]
    assert {report_on(node, each).verdict for each in issued} == {Verdict.VERIFIED}

    revoke(node, mine[0].public_id, reason=None, actor="test", now=clock.move(minutes=10))

    assert [report_on(node, each).check("status").code for each in mine] == ["revoked", "revoked"]
    assert {report_on(node, each).verdict for each in issued if each not in mine} == {Verdict.VERIFIED}
