"""What `credentials/issue` refuses, with the problem type of the specification; nothing is stored then."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db.session import tenant_session
from portal.vc_api.models import VcApiCredential
from tests.portal.vc_api.conftest import an_unsecured_credential

V2 = "https://www.w3.org/ns/credentials/v2"
BAD_CREDENTIALS = {
    # VCDM 2.0, "Contexts"; w3c/vc-data-model-2.0-test-suite, 4.03-contexts
    "context missing": ({"@context": ...}, "MALFORMED_VALUE_ERROR"),
    "context not first": ({"@context": ["https://www.w3.org/ns/credentials/examples/v2", V2]}, "MALFORMED_VALUE_ERROR"),
    "context a number": ({"@context": [V2, 123192875]}, "MALFORMED_VALUE_ERROR"),
    "context unknown": ({"@context": [V2, "https://example.com"]}, "MALFORMED_VALUE_ERROR"),
    "context no URL": ({"@context": [V2, "https ://not-a-url/contexts/example/v1"]}, "MALFORMED_VALUE_ERROR"),
    # "Identifiers", 4.04
    "id no URL": ({"id": "not-a-url"}, "MALFORMED_VALUE_ERROR"),
    "id several": ({"id": ["urn:x:1", "urn:x:2"]}, "MALFORMED_VALUE_ERROR"),
    "id null": ({"id": None}, "MALFORMED_VALUE_ERROR"),
    # "Types", 4.05
    "type missing": ({"type": ...}, "MALFORMED_VALUE_ERROR"),
    "type another": ({"type": ["Other"]}, "MALFORMED_VALUE_ERROR"),
    "type a number": ({"type": 4}, "MALFORMED_VALUE_ERROR"),
    "type undefined": ({"@context": [V2], "type": ["VerifiableCredential", "Unmapped"]}, "MALFORMED_VALUE_ERROR"),
    "term undefined": ({"@context": [V2], "credentialSubject": {"unmapped": 1}}, "MALFORMED_VALUE_ERROR"),
    # "Issuer", 4.07
    "issuer null": ({"issuer": None}, "MALFORMED_VALUE_ERROR"),
    "issuer a number": ({"issuer": 4}, "MALFORMED_VALUE_ERROR"),
    "issuer no URL": ({"issuer": "not-a-url"}, "MALFORMED_VALUE_ERROR"),
    "issuer without id": ({"issuer": {"name": "x"}}, "MALFORMED_VALUE_ERROR"),
    "issuer with a null id": ({"issuer": {"id": None}}, "MALFORMED_VALUE_ERROR"),
    "issuer another": ({"issuer": "did:web:somebody.example"}, "MALFORMED_VALUE_ERROR"),
    "issuer another, as an object": ({"issuer": {"id": "did:web:somebody.example"}}, "MALFORMED_VALUE_ERROR"),
    # "Credential Subject", 4.08
    "subject missing": ({"credentialSubject": ...}, "MALFORMED_VALUE_ERROR"),
    "subject empty": ({"credentialSubject": {}}, "MALFORMED_VALUE_ERROR"),
    "subjects no objects": ({"credentialSubject": [None, True, 4]}, "MALFORMED_VALUE_ERROR"),
    # "Validity Period", 4.09
    "start no time": ({"validFrom": "yesterday"}, "MALFORMED_VALUE_ERROR"),
    "end before start": (
        {"validFrom": "2026-01-02T00:00:00Z", "validUntil": "2026-01-01T00:00:00Z"},
        "RANGE_ERROR",
    ),
    # "Status", 4.10; "Data Schemas", 4.11; "Evidence", "Terms of Use", "Refreshing"
    "status without type": ({"credentialStatus": {"id": "urn:x:1"}}, "MALFORMED_VALUE_ERROR"),
    "schema without id": ({"credentialSchema": {"type": "JsonSchema"}}, "MALFORMED_VALUE_ERROR"),
    "evidence without type": ({"evidence": {"id": "urn:x:1"}}, "MALFORMED_VALUE_ERROR"),
    "terms of use without type": ({"termsOfUse": {"id": "urn:x:1"}}, "MALFORMED_VALUE_ERROR"),
    "refresh service without type": ({"refreshService": {"id": "urn:x:1"}}, "MALFORMED_VALUE_ERROR"),
    # what comes in is unsecured
    "proof there": ({"proof": {"type": "DataIntegrityProof"}}, "MALFORMED_VALUE_ERROR"),
}
BAD_OPTIONS = {
    "created no time": ({"created": "today"}, "MALFORMED_VALUE_ERROR"),
    "created without a zone": ({"created": "2026-11-24T09:00:00"}, "MALFORMED_VALUE_ERROR"),
    "created in the past": ({"created": "2026-11-23T09:00:00Z"}, "RANGE_ERROR"),
    "created to come": ({"created": "2026-11-25T09:00:00Z"}, "RANGE_ERROR"),
    "challenge a number": ({"challenge": 4}, "MALFORMED_VALUE_ERROR"),
    "pointers a text": ({"mandatoryPointers": "/issuer"}, "MALFORMED_VALUE_ERROR"),
    "status of another type": ({"credentialStatus": {"type": "StatusList2021Entry"}}, "MALFORMED_VALUE_ERROR"),
    "status of another purpose": ({"credentialStatus": {"statusPurpose": "refresh"}}, "MALFORMED_VALUE_ERROR"),
    "credentialId with NUL": ({"credentialId": "a\0b"}, "MALFORMED_VALUE_ERROR"),
}


def stored(node, acme):
    with tenant_session(node.app_engine, acme) as session:
        return list(session.scalars(select(VcApiCredential)))


@pytest.mark.parametrize("case", BAD_CREDENTIALS)
@pytest.mark.parametrize("instance", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def test_a_credential_that_breaks_a_rule_is_not_issued(api, node, acme, instance, case):
    changes, error = BAD_CREDENTIALS[case]
    credential = {name: value for name, value in an_unsecured_credential(**changes).items() if value is not ...}

    answer = api(f"instances/{instance}/credentials/issue", {"credential": credential})

    assert (answer.status_code, answer.json()["errors"]) == (400, [error]), answer.text
    assert answer.json()["problemDetails"][0]["type"].endswith(f"#{error}")
    assert stored(node, acme) == []


@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_options_that_no_proof_can_have_are_refused(api, node, acme, case):
    options, error = BAD_OPTIONS[case]

    answer = api("credentials/issue", {"credential": an_unsecured_credential(), "options": options})

    assert (answer.status_code, answer.json()["errors"]) == (400, [error]), answer.text
    assert stored(node, acme) == []


@pytest.mark.parametrize(
    ("content", "status", "error"),
    [
        (b"", 400, "PARSING_ERROR"),
        (b"{", 400, "PARSING_ERROR"),
        (b"[]", 400, "PARSING_ERROR"),
        (b'{"credential":{},"credential":{}}', 400, "PARSING_ERROR"),
        (b"\xff\xfe", 400, "PARSING_ERROR"),
        (b"[" * 100_000, 400, "PARSING_ERROR"),
        (b"{}", 400, "MALFORMED_VALUE_ERROR"),
        (b'{"credential":4}', 400, "MALFORMED_VALUE_ERROR"),
        (b'{"credential":{},"options":4}', 400, "MALFORMED_VALUE_ERROR"),
        (b" " * (256 * 1024 + 1), 413, "MALFORMED_VALUE_ERROR"),
    ],
    ids=["empty", "torn", "list", "twice", "no-utf8", "nested", "no-member", "number", "options", "too-large"],
)
@pytest.mark.parametrize("path", ["credentials/issue", "credentials/verify", "presentations/verify"])
def test_a_body_that_is_no_request_is_a_problem(api, path, content, status, error):
    answer = api.client.post(
        f"/t/acme/vc-api/{path}", content=content, headers={"Content-Type": "application/json", "Accept": "text/html"}
    )

    assert (answer.status_code, answer.json()["errors"]) == (status, [error])
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_form_of_another_page_is_not_read(api):
    answer = api.client.post("/t/acme/vc-api/credentials/issue", content=b"{}", headers={"Content-Type": "text/plain"})

    assert (answer.status_code, answer.json()["code"]) == (415, "content-type-wrong")


def test_without_a_key_nothing_is_done(api, client):
    for path in ("credentials/issue", "credentials/verify", "credentials/derive", "credentials/status"):
        answer = client.post(f"/t/acme/vc-api/{path}", json={})
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json"), path


@pytest.mark.parametrize("path", ["instances/nothing/credentials/issue", "instances/nothing/credentials/verify"])
def test_an_unknown_instance_is_named_with_those_that_are_there(api, path):
    answer = api(path, {"credential": an_unsecured_credential()})

    assert (answer.status_code, answer.json()["code"]) == (404, "instance-not-found")
    assert "ecdsa-sd-2023" in answer.json()["detail"]


def test_an_unknown_tenant_is_a_problem(api):
    answer = api.client.post("/t/nobody/vc-api/credentials/issue", json={"credential": {}})

    assert (answer.status_code, answer.json()["code"]) == (404, "tenant-not-found")
