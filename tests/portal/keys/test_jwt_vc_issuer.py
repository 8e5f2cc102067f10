"""The keys of an SD-JWT VC's issuer, where SD-JWT VC says that they are."""

import pytest
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier
from sqlalchemy import select, update

from portal.awards.models import Credential
from portal.db.session import tenant_session
from portal.keys.models import SigningKey
from tests.factories import issue, make_tenant, put_template
from tests.fixtures.node import ORIGIN

PATH = "/.well-known/jwt-vc-issuer/t/acme"


@pytest.fixture
def acme(node):
    tenant_id = make_tenant(node)
    put_template(node, tenant_id, formats=["dc+sd-jwt"])
    return tenant_id


def test_an_sd_jwt_vc_verifies_with_what_stands_there(node, acme, client):
    [credential] = issue(node, acme, 1).credentials

    def key(issuer, header):
        metadata = client.get(issuer.replace("/t/", "/.well-known/jwt-vc-issuer/t/")).json()
        assert metadata["issuer"] == issuer == f"{ORIGIN}/t/acme"
        [found] = [each for each in metadata["jwks"]["keys"] if each["kid"] == header["kid"]]
        return JWK(**found)

    claims = SDJWTVerifier(credential.data.decode(), key).get_verified_payload()

    assert claims["name"] == "Person 0"


def test_it_lists_the_keys_of_the_did_document_with_their_algorithms(node, acme, client):
    methods = client.get("/t/acme/did.json").json()["verificationMethod"]

    keys = client.get(PATH).json()["jwks"]["keys"]

    assert [each["kid"] for each in keys] == [method["id"] for method in methods]
    assert {each["crv"]: each["alg"] for each in keys} == {"Ed25519": "EdDSA", "P-256": "ES256"}
    assert all("d" not in each for each in keys)


def test_a_compromised_key_is_taken_out(node, acme, client, clock):
    with tenant_session(node.app_engine, acme) as session:
        session.execute(
            update(SigningKey)
            .where(SigningKey.key_type == "P-256")
            .values(state="compromised", compromised_at=clock.now)
        )

    assert [each["crv"] for each in client.get(PATH).json()["jwks"]["keys"]] == ["Ed25519"]


def test_nobody_has_no_keys(node, client):
    answer = client.get("/.well-known/jwt-vc-issuer/t/nobody", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (404, "issuer-not-found")


def test_its_page_reads_like_the_document_form(node, acme, client):
    [credential] = issue(node, acme, 1).credentials
    with tenant_session(node.app_engine, acme) as session:
        assert session.scalars(select(Credential.format)).all() == ["dc+sd-jwt"]

    text = client.get(f"/c/{credential.public_id}", headers={"Accept": "text/html"}).text

    for words in ("verdict-verified", "Person 0", "First aid", "A course of eight hours.", "Acme University"):
        assert words in text
