"""Keys that a tenant gets at their first use, and who may use the API."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from starlette.testclient import TestClient

from config.settings import Settings
from did.keys import KeyType
from did.methods.key import KeyMethod
from did.url import Did
from portal.cli.up import up
from portal.db.session import tenant_session
from portal.keys.models import DidDocumentVersion, IssuerIdentity, SigningKey
from portal.keys.service import ensure_key
from tests.fixtures.node import browser
from tests.portal.vc_api.conftest import an_unsecured_credential


def test_the_did_document_shows_a_new_key_as_its_next_version(api, client):
    before = client.get("/t/acme/did.json").json()

    credential = api.issue("ecdsa-rdfc-2019-P-384")

    after = client.get("/t/acme/did.json").json()
    assert {*before["assertionMethod"], credential["proof"]["verificationMethod"]} == set(after["assertionMethod"])
    assert api.verify(credential).status_code == 200


@pytest.mark.parametrize(("method", "key_type"), [("web", KeyType.P384), ("key", KeyType.P256)])
def test_two_first_uses_at_once_make_one_key(node, acme, method, key_type):
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: ensure_key(node, acme, method, key_type, now=node.now()), range(4)))

    with tenant_session(node.app_engine, acme) as session:
        keys = session.scalars(select(SigningKey).where(SigningKey.key_type == key_type.value)).all()
        versions = session.scalars(select(DidDocumentVersion)).all()
        identities = session.scalars(select(IssuerIdentity).where(IssuerIdentity.method == "key")).all()
    assert len(found) == 1
    assert len(keys) == (1 if method == "web" else 2)  # did:web had a P-256 key of its own
    assert len(versions) == (2 if method == "web" else 1)
    assert len(identities) == (0 if method == "web" else 1)


def test_a_did_key_is_its_key(api, node, acme):
    credential = api.issue("did-key/ecdsa-rdfc-2019-P-256")

    document = KeyMethod().resolve(Did.parse(credential["issuer"])).document

    assert document is not None
    assert credential["proof"]["verificationMethod"] == document.json["assertionMethod"][0]


def test_the_issuer_may_be_named_and_may_be_an_object(api, did_of):
    named = api.issue(credential=an_unsecured_credential(issuer={"id": did_of("web"), "name": "Acme"}))
    api.issue("did-key/eddsa-rdfc-2022")
    by_key = api.issue("did-key/eddsa-jcs-2022", an_unsecured_credential(issuer=did_of("key")))

    assert named["issuer"]["name"] == "Acme"
    assert by_key["issuer"] == did_of("key")


def test_never_disclosable_members_stay_mandatory(api):
    credential = api.issue(
        "ecdsa-sd-2023", an_unsecured_credential(validUntil="2030-01-01T00:00:00Z"), mandatoryPointers=["/name"]
    )

    answer = api("credentials/derive", {"verifiableCredential": credential, "options": {"selectivePointers": []}})

    shown = answer.json()["verifiableCredential"]
    assert {"issuer", "validUntil", "name"} <= shown.keys()
    assert shown["credentialSubject"] == {"id": "did:example:subject"}
    assert api.verify(shown).status_code == 200


def test_what_is_no_base_proof_is_not_derived_from(api):
    answer = api("credentials/derive", {"verifiableCredential": api.issue(), "options": {"selectivePointers": ["/id"]}})

    assert (answer.status_code, answer.json()["errors"]) == (400, ["PROOF_VERIFICATION_ERROR"])


@pytest.fixture
def open_node(node, monkeypatch):
    monkeypatch.setattr(type(node.settings), "open_vc_api", True, raising=False)
    node.settings.__dict__["open_vc_api"] = True
    return node


def test_the_open_api_answers_this_machine_under_its_own_name_only(open_node, acme):
    body = {"credential": an_unsecured_credential()}
    cases = {
        ("127.0.0.1", "http://localhost:8000"): 201,
        ("::1", "http://[::1]:8000"): 201,
        ("192.0.2.7", "http://localhost:8000"): 403,
        ("127.0.0.1", "http://rebound.example:8000"): 403,
    }
    for (address, base), status in cases.items():
        stranger = TestClient(browser().app, base_url=base, client=(address, 50_000), raise_server_exceptions=False)
        answer = stranger.post("/t/acme/vc-api/credentials/issue", json=body)
        assert answer.status_code == status, (address, base, answer.text)


def test_a_wrong_key_is_wrong_even_where_none_is_needed(open_node, acme):
    local = TestClient(browser().app, base_url="http://localhost", client=("127.0.0.1", 50_000))

    answer = local.post("/t/acme/vc-api/credentials/issue", json={}, headers={"Authorization": "Bearer dcp_wrong"})

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "values",
    [{"host": "0.0.0.0"}, {"host": "192.0.2.1"}, {"public_url": "https://issuer.example"}],
    ids=["every-address", "another-address", "public-name"],
)
def test_an_open_api_beyond_loopback_is_refused_at_the_start(values):
    with pytest.raises(ValidationError, match="DCP_OPEN_VC_API"):
        Settings(open_vc_api=True, **values)


def test_up_refuses_to_open_the_api_beyond_loopback(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("DCP_HOST", "0.0.0.0")
    monkeypatch.setenv("DCP_DATA_DIR", str(tmp_path))

    code = up(open_vc_api=True, environment={"DCP_DATA_DIR": str(tmp_path)})

    assert code == 1
    assert "DCP_OPEN_VC_API" in "".join(capsys.readouterr())


def test_the_description_lists_the_operations_with_summary_and_example(client):
    paths = client.get("/openapi.json").json()["paths"]
    page = client.get("/docs").text
    for path in ("credentials/issue", "credentials/verify", "credentials/derive", "credentials/status",
                 "presentations/verify", "instances/{instance}/credentials/issue"):  # fmt: skip
        operation = paths[f"/t/{{slug}}/vc-api/{path}"]["post"]
        assert operation["summary"]
        assert json.dumps(operation["requestBody"]["content"]["application/json"]["example"])
        assert operation["summary"] in page
