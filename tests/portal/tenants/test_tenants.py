"""A tenant's identity is made once and never computed again (architecture, decision 14)."""

import json
from threading import Thread

import pytest
from sqlalchemy import select

from agent.keys.local import public_key_of_private
from did.keys import KeyType
from did.multikey import decode_multikey
from portal import process
from portal.db.session import platform_session, tenant_session
from portal.errors import InvalidSlug, TenantExists, TenantNotFound
from portal.keys import repository as keys
from portal.keys.models import DidDocumentVersion, IssuerIdentity, SigningKey
from portal.status_lists.models import StatusList
from portal.tenants import repository, service
from portal.tenants.models import PublicId, Tenant
from tests.factories import issue, make_tenant
from tests.fixtures.node import ORIGIN


def test_a_tenant_has_three_keys_that_fit_their_public_halves(node):
    acme = make_tenant(node)

    with tenant_session(node.app_engine, acme) as session:
        made = session.scalars(select(SigningKey)).all()

    assert {key.key_type for key in made} == {"Ed25519", "P-256", "secp256k1"}
    assert {key.state for key in made} == {"active"}
    for key in made:
        private = node.cipher.open(key.wrapped, column="signing_keys.wrapped", row=key.id)
        assert public_key_of_private(private, KeyType(key.key_type)).raw == key.public_key


def test_its_did_document_names_the_assertion_keys_and_not_the_one_that_pays(node):
    acme = make_tenant(node)

    with tenant_session(node.app_engine, acme) as session:
        identity = keys.identity(session, "web")
        document = json.loads(keys.newest_document(session, identity.id).data)
        stored = {key.key_type: key.public_key for key in session.scalars(select(SigningKey))}

    assert identity.did == document["id"] == "did:web:issuer.example:t:acme"
    published = [decode_multikey(method["publicKeyMultibase"]) for method in document["verificationMethod"]]
    assert {key.type.value: key.raw for key in published} == {
        kind: raw for kind, raw in stored.items() if kind != "secp256k1"
    }
    assert document["assertionMethod"] == [method["id"] for method in document["verificationMethod"]]


def test_without_a_chain_there_is_one_identity(node):
    assert [identity.did for identity in service.read_tenant(node, make_tenant(node)).identities] == [
        "did:web:issuer.example:t:acme"
    ]


def test_an_identity_stays_as_it_was_when_the_nodes_address_changes(node, monkeypatch):
    acme = make_tenant(node)
    first = issue(node, acme, 1)
    monkeypatch.setenv("DCP_PUBLIC_URL", "https://elsewhere.example")
    process.node.cache_clear()
    moved = process.node()
    moved.__dict__["chain"] = None
    assert moved.origin == "https://elsewhere.example"

    second = issue(moved, acme, 1)
    with tenant_session(moved.app_engine, acme) as session:
        dids = list(session.scalars(select(IssuerIdentity.did)))
        lists = list(session.scalars(select(StatusList.url)))
    moved.app_engine.dispose()

    assert dids == ["did:web:issuer.example:t:acme"]
    for credential in {*first.credentials, *second.credentials}:
        document = json.loads(credential.data)
        assert document["id"] == f"{ORIGIN}/c/{credential.public_id}"
        assert document["issuer"]["id"] == dids[0]
        assert document["proof"]["verificationMethod"].startswith(dids[0] + "#")
        assert document["credentialStatus"]["statusListCredential"] == lists[0]
    assert lists[0].startswith(f"{ORIGIN}/t/acme/status/")


@pytest.mark.parametrize("slug", ["", "-acme", "acme-", "Acme", "a_b", "a.b", "a/b", "ä", "a" * 41, "a b", "acme\n"])
def test_a_short_name_that_cannot_stand_in_an_address_is_refused(node, slug):
    with pytest.raises(InvalidSlug, match="a-z, 0-9 and hyphens"):
        service.create_tenant(node, slug, "Acme", actor="test", now=node.now())


@pytest.mark.parametrize("name", ["", "  \n"])
def test_a_tenant_needs_a_name(node, name):
    with pytest.raises(InvalidSlug, match="needs a name"):
        service.create_tenant(node, "acme", name, actor="test", now=node.now())


def test_a_short_name_is_given_once(node):
    make_tenant(node)

    with pytest.raises(TenantExists, match="'acme' exists already"):
        service.create_tenant(node, "acme", "Another", actor="test", now=node.now())


def test_of_two_tenants_made_at_once_under_one_name_one_is_made(node):
    outcomes: list[str] = []

    def make() -> None:
        try:
            service.create_tenant(node, "acme", "Acme", actor="test", now=node.now())
            outcomes.append("made")
        except TenantExists:
            outcomes.append("refused")

    threads = [Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["made", "refused", "refused", "refused"]
    with platform_session(node.app_engine) as session:
        acme = repository.require_tenant_id(session, "acme")
    with tenant_session(node.app_engine, acme) as session:
        assert len(session.scalars(select(Tenant)).all()) == 1
        assert len(session.scalars(select(SigningKey)).all()) == 3
        assert len(session.scalars(select(DidDocumentVersion)).all()) == 1


def test_an_unknown_tenant_is_answered_with_the_known_ones(node):
    make_tenant(node, "acme"), make_tenant(node, "borg")

    with (
        pytest.raises(TenantNotFound, match=r"no tenant 'acne' on this node \(tenants: acme, borg\)"),
        platform_session(node.app_engine) as session,
    ):
        repository.require_tenant_id(session, "acne")


def test_public_names_of_different_kinds_do_not_collide(node):
    acme = make_tenant(node)
    with platform_session(node.app_engine) as session:
        session.add(PublicId(kind="credential", name="acme", tenant_id=acme, target_id=acme))

    with platform_session(node.app_engine) as session:
        assert repository.find_public(session, "status_list", "acme") is None
        assert repository.find_public(session, "tenant", "acme").target_id == acme
