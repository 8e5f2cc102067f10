"""POST /v1/verify: the same checks for programs."""

import json

import pytest

from tests.portal.pages.samples import ANCHOR, FAILED, document, report

CREDENTIAL = document(id="https://other.example/c/1")


def test_a_credential_as_the_body_is_verified_byte_for_byte(client, source):
    body = json.dumps(CREDENTIAL, indent=3).encode()

    response = client.post("/v1/verify", content=body, headers={"Content-Type": "application/vc"})

    assert response.status_code == 200
    assert response.json() == report().to_json()
    assert source.verified == [(body, None)]


def test_a_credential_with_its_anchor(client, source):
    response = client.post("/v1/verify", json={"credential": CREDENTIAL, "anchor": ANCHOR})

    assert response.json()["verdict"] == "verified"
    data, anchor = source.verified[0]
    assert json.loads(data) == CREDENTIAL
    assert anchor == ANCHOR


def test_a_compact_credential_is_a_string(client, source):
    client.post("/v1/verify", json={"credential": "eyJ.e30.sig"})

    assert source.verified == [(b"eyJ.e30.sig", None)]


def test_a_refusal_by_the_checks_is_still_200(client, source):
    source.default = report(proof=FAILED)

    response = client.post("/v1/verify", json=CREDENTIAL)

    assert response.status_code == 200
    assert response.json()["verdict"] == "not_verified"
    assert [c["outcome"] for c in response.json()["checks"] if c["name"] == "proof"] == ["failed"]


@pytest.mark.parametrize("body", [b"", b"  \n"])
def test_an_empty_body_is_a_problem(client, body):
    response = client.post("/v1/verify", content=body, headers={"Content-Length": str(len(body))})

    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "nothing-submitted"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"credential": None}, "nothing-submitted"),
        ({"credential": 7}, "nothing-submitted"),
        ({"credential": CREDENTIAL, "anchor": "x"}, "anchor-not-read"),
    ],
)
def test_a_body_of_the_wrong_shape_is_a_problem(client, body, code):
    assert client.post("/v1/verify", json=body).json()["code"] == code


def test_a_body_that_is_no_json_gets_a_report(client):
    response = client.post("/v1/verify", content=b"not json")

    assert response.status_code == 200
    assert response.json()["verdict"] == "not_verified"


def test_a_member_named_twice_is_never_repaired(client, source):
    body = b'{"credential": {"a": 1, "a": 2}}'

    client.post("/v1/verify", content=body)

    assert source.verified == [(body, None)]


def test_the_interface_description_knows_the_route(client):
    operation = client.get("/openapi.json").json()["paths"]["/v1/verify"]["post"]

    assert "application/vc" in operation["requestBody"]["content"]
    assert "200" in operation["responses"]
