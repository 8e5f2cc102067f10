"""A version of a template never changes; what was issued keeps the version it was made from."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from portal.awards.models import Award
from portal.db.session import tenant_session
from portal.errors import InvalidTemplate, TemplateNotFound
from portal.issuance import service as issuance
from portal.templates import service
from portal.templates.models import TemplateVersion
from tests.factories import create_batch, csv, issue, make_tenant, put_template, template


def versions(node, tenant_id):
    with tenant_session(node.app_engine, tenant_id) as session:
        rows = session.scalars(select(TemplateVersion).order_by(TemplateVersion.version)).all()
    return [(row.version, row.document["achievement"]["name"]) for row in rows]


def renamed(name):
    return template()["achievement"] | {"name": name}


def test_a_change_makes_a_version_and_leaves_the_old_one(node):
    acme = make_tenant(node)

    put_template(node, acme, achievement=renamed("First aid II"))

    assert versions(node, acme) == [(1, "First aid"), (2, "First aid II")]


def test_storing_the_same_again_makes_none(node):
    acme = make_tenant(node)

    assert put_template(node, acme) == put_template(node, acme)
    assert len(versions(node, acme)) == 1


def test_going_back_to_an_earlier_content_is_a_new_version(node):
    acme = make_tenant(node)
    put_template(node, acme, achievement=renamed("Other"))
    put_template(node, acme)

    assert versions(node, acme) == [(1, "First aid"), (2, "Other"), (3, "First aid")]


def test_awards_keep_the_version_they_were_made_from(node):
    acme = make_tenant(node)
    old = issue(node, acme, 1)
    put_template(node, acme, achievement=renamed("First aid II"))
    issue(node, acme, 1)

    with tenant_session(node.app_engine, acme) as session:
        made = session.execute(
            select(Award.batch_id, TemplateVersion.version).join(
                TemplateVersion, TemplateVersion.id == Award.template_version_id
            )
        ).all()

    assert {version for batch, version in made if batch == old.batch_id} == {1}
    assert {version for batch, version in made if batch != old.batch_id} == {2}


def test_a_running_batch_goes_on_with_the_version_it_began_with(node):
    acme = make_tenant(node)
    batch_id = create_batch(node, acme, 2)
    put_template(node, acme, achievement=renamed("Changed meanwhile"))

    issuance.advance(node, acme, batch_id, budget_s=10)

    with tenant_session(node.app_engine, acme) as session:
        from portal.awards.models import Credential

        names = {
            json.loads(data)["credentialSubject"]["achievement"]["name"]
            for data in session.scalars(select(Credential.data))
        }
    assert names == {"First aid"}


def test_an_invalid_template_is_refused_and_nothing_is_stored(node):
    acme = make_tenant(node)

    with pytest.raises(InvalidTemplate, match="cryptosuite"):
        put_template(node, acme, "other", cryptosuite="rot13")

    with tenant_session(node.app_engine, acme) as session:
        assert service.slugs(session) == ["first-aid"]


def test_an_unknown_template_is_answered_with_the_known_ones(node):
    acme = make_tenant(node)

    with pytest.raises(TemplateNotFound, match=r"no template 'x' for this tenant \(templates: first-aid\)"):
        issuance.create_batch(node, acme, template="x", filename="a.csv", data=csv(), skip_bad_rows=False, actor="test")


def test_another_tenants_template_is_unknown(node):
    acme, borg = make_tenant(node, "acme"), make_tenant(node, "borg")
    put_template(node, acme, "secret")

    with pytest.raises(TemplateNotFound, match="no template 'secret'"):
        issuance.create_batch(
            node, borg, template="secret", filename="a.csv", data=csv(), skip_bad_rows=False, actor="test"
        )


def test_two_changes_at_once_make_two_versions(node):
    acme, faults = make_tenant(node), []

    def change(name: str) -> None:
        try:
            put_template(node, acme, achievement=renamed(name))
        except Exception as error:  # noqa: BLE001
            faults.append(error)

    threads = [Thread(target=change, args=(name,)) for name in ("A", "B", "C")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert [number for number, _name in versions(node, acme)] == [1, 2, 3, 4]


def test_two_first_versions_at_once_become_two_versions(node):
    acme, start = make_tenant(node), Barrier(2)

    def put(name):
        start.wait()
        return put_template(node, acme, "new", achievement=renamed(name))

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(put, ["A", "B"]))

    assert len(set(made)) == 2
    with tenant_session(node.app_engine, acme) as session:
        assert service.current(session, "new").version == 2


@pytest.mark.parametrize("slug", ["", "a/b", " aid", "..", "x" * 101, "a%2Fb", "a\x00"])
def test_a_short_name_that_cannot_stand_in_an_address_is_refused(node, slug):
    tenant_id = make_tenant(node)

    with pytest.raises(InvalidTemplate, match="short name"):
        put_template(node, tenant_id, slug)
