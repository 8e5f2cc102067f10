"""DID documents and status lists as strangers get them: the stored bytes, with a validator."""

import json

import pytest
from sqlalchemy import select

from portal.db.session import tenant_session
from portal.keys.models import DidDocumentVersion
from portal.status_lists.models import StatusListVersion
from tests.factories import issue, make_tenant
from tests.fixtures.node import ORIGIN


@pytest.fixture
def acme(node):
    tenant_id = make_tenant(node)
    issue(node, tenant_id, 1)
    return tenant_id


@pytest.fixture(params=["did.json", "status list"])
def published(request, node, acme):
    """Address, stored bytes, media type."""
    with tenant_session(node.app_engine, acme) as session:
        if request.param == "did.json":
            stored = session.scalars(select(DidDocumentVersion)).one()
            return "/t/acme/did.json", stored.data, "application/did+json"
        stored = session.scalars(select(StatusListVersion)).one()
        return json.loads(stored.data)["id"].removeprefix(ORIGIN), stored.data, "application/vc"


def test_the_stored_bytes_are_served_to_any_origin(client, published):
    path, data, media_type = published

    answer = client.get(path)

    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers["content-type"] == media_type
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_who_has_the_bytes_gets_304(client, published):
    path, data, _type = published
    tag = client.get(path).headers["etag"]

    same = client.get(path, headers={"If-None-Match": tag})
    other = client.get(path, headers={"If-None-Match": '"other"'})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert (other.status_code, other.content) == (200, data)


@pytest.mark.parametrize("form", ["*", "W/{tag}", '"other", {tag}', '"other",{tag}'])
def test_the_validator_is_compared_as_rfc_9110_says(client, published, form):
    """RFC 9110, section 13.1.2: a list, a star, and the weak comparison."""
    path, _data, _type = published
    tag = client.get(path).headers["etag"]

    assert client.get(path, headers={"If-None-Match": form.format(tag=tag)}).status_code == 304


def test_head_gives_the_headers_alone(client, published):
    path, data, media_type = published

    answer = client.head(path)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-length"] == str(len(data))


@pytest.mark.parametrize("path", ["/t/nobody/did.json", "/t/acme/status/nothing", "/t/nobody/status/nothing"])
def test_what_is_not_there_is_404(client, acme, path):
    assert client.get(path).status_code == 404


def test_a_list_is_not_served_under_another_tenants_name(client, node, acme):
    make_tenant(node, "borg")
    with tenant_session(node.app_engine, acme) as session:
        path = json.loads(session.scalars(select(StatusListVersion.data)).one())["id"].removeprefix(ORIGIN)

    assert client.get(path.replace("/acme/", "/borg/")).status_code == 404


@pytest.mark.parametrize(
    ("did", "status", "error"),
    [
        ("did:web:issuer.example:t:acme", 200, None),
        ("did:web:issuer.example:t:nobody", 404, "NOT_FOUND"),
        ("did:unknown:x", 501, "METHOD_NOT_SUPPORTED"),
        ("did:web:", 400, "INVALID_DID"),
        ("nonsense", 400, "INVALID_DID"),
        ("did:key:z6Mk", 400, "INVALID_DID"),
    ],
)
def test_identifiers_are_resolved_with_the_standards_errors(client, acme, did, status, error):
    """DID Resolution, section 7 (HTTP binding) and section 10 (errors)."""
    answer = client.get(f"/1.0/identifiers/{did}")

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/did-resolution")
    body = answer.json()
    if error is None:
        assert body["didDocument"]["id"] == did
        assert "error" not in body["didResolutionMetadata"]
    else:
        assert body["didDocument"] is None
        assert str(body["didResolutionMetadata"]["error"]["type"]).endswith("#" + error)
