"""The type of SD-JWT VCs is served where `vct` leads, and never changes."""

import base64
import hashlib
import json

import pytest
from sqlalchemy import select

from portal.awards.models import Credential
from portal.db.session import tenant_session
from portal.errors import InvalidTemplate
from portal.templates import service
from tests.factories import issue, make_tenant, put_template
from tests.fixtures.node import ORIGIN
from vc.sd_jwt.read import read

FORMATS = ["ldp_vc", "dc+sd-jwt"]


def claims_of(node, tenant_id):
    with tenant_session(node.app_engine, tenant_id) as session:
        data = session.scalars(select(Credential.data).where(Credential.format == "dc+sd-jwt")).first()
    return read(data.decode()).claims


def test_a_credential_names_its_type_by_an_address_that_answers_with_these_bytes(node, client):
    acme = make_tenant(node)
    put_template(node, acme, formats=FORMATS)
    issue(node, acme, 1)
    claims = claims_of(node, acme)

    assert claims["vct"] == f"{ORIGIN}/t/acme/types/first-aid/2"
    answer = client.get(claims["vct"])

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert claims["vct#integrity"] == "sha256-" + base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    metadata = answer.json()
    assert (metadata["vct"], metadata["name"]) == (claims["vct"], "First aid")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_later_version_has_an_address_of_its_own(node, client):
    acme = make_tenant(node)
    put_template(node, acme, formats=FORMATS)
    old = client.get("/t/acme/types/first-aid/2").content
    put_template(node, acme, formats=FORMATS, issuer={"name": "Acme"})

    assert client.get("/t/acme/types/first-aid/2").content == old
    assert client.get("/t/acme/types/first-aid/3").json()["vct"].endswith("/3")


@pytest.mark.parametrize(
    "path",
    [
        "/t/acme/types/first-aid/1",  # a version without SD-JWT
        "/t/acme/types/first-aid/9",
        "/t/acme/types/other/1",
        "/t/borg/types/first-aid/2",  # another tenant's
        "/t/nobody/types/first-aid/2",
    ],
)
def test_nothing_else_has_a_type(node, client, path):
    acme = make_tenant(node)
    put_template(node, acme, formats=FORMATS)
    make_tenant(node, "borg")

    answer = client.get(path, headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (404, "type-not-found")


def test_a_template_whose_claims_an_sd_jwt_cannot_hold_is_refused_at_once(node):
    acme = make_tenant(node)
    claims = {"Status": {"pointer": "/credentialSubject/status", "term": "https://e.org/v#status"}}

    with pytest.raises(InvalidTemplate, match="dc\\+sd-jwt is not possible: a claim named status"):
        put_template(node, acme, formats=FORMATS, claims=claims)
    put_template(node, acme, formats=["ldp_vc", "vc+jwt"], claims=claims)


def test_a_name_of_a_template_is_written_as_an_address(node, client):
    acme = make_tenant(node)
    put_template(node, acme, slug="first aid & more", formats=FORMATS)
    with tenant_session(node.app_engine, acme) as session:
        vct = json.loads(service.type_metadata(session, "first aid & more", 1))["vct"]

    assert vct == f"{ORIGIN}/t/acme/types/first%20aid%20%26%20more/1"
    assert client.get(vct).json()["vct"] == vct
