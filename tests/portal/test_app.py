"""The API as a program sees it: the main way from a file to a revoked credential, and every refusal."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import func, select

from portal.app import create_app
from portal.db.session import tenant_session
from portal.issuance import service as issuance
from portal.issuance.models import Batch
from portal.limits import BodyLimit
from tests.factories import TEMPLATE, csv, issue, make_tenant, template
from tests.portal.auth.routes import PUBLIC

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def description():
    return create_app().openapi()


def upload(client, data=None, *, tenant="acme", template="first-aid", name="people.csv", **form):
    return client.post(
        "/v1/batches",
        data={"tenant": tenant, "template": template, **form},
        files={"file": (name, csv() if data is None else data)},
    )


def batches(node, tenant_id):
    with tenant_session(node.app_engine, tenant_id) as session:
        return session.scalar(select(func.count()).select_from(Batch))


def test_from_a_new_tenant_to_a_revoked_credential(node, key_client):
    made = key_client.post("/v1/tenants", json={"slug": "acme", "name": "Acme University"})
    assert made.status_code == 201
    assert made.json()["identities"] == [{"method": "web", "did": "did:web:issuer.example:t:acme", "published": True}]
    stored = key_client.put("/v1/tenants/acme/templates/first-aid", json=TEMPLATE)
    assert stored.json() == {"template": "first-aid", "version": 1, "document": TEMPLATE}

    accepted = upload(key_client)
    assert (accepted.status_code, accepted.json()["state"]) == (202, "running")
    batch = f"/v1/tenants/acme/batches/{accepted.json()['id']}"
    with tenant_session(node.app_engine, _tenant(node)) as session:
        batch_id = session.scalars(select(Batch.id)).one()
    issuance.advance(node, _tenant(node), batch_id, budget_s=10)
    assert key_client.get(batch).json()["recorded"] == 3

    page = key_client.get(f"{batch}/credentials?limit=2").json()
    rest = key_client.get(f"{batch}/credentials?limit=2&after={page['next_cursor']}").json()
    assert [len(page["data"]), len(rest["data"]), rest["next_cursor"]] == [2, 1, None]
    chosen = page["data"][0]
    served = key_client.get(chosen["page"], headers={"Accept": "application/vc"})
    assert served.json()["id"] == chosen["page"]
    report = key_client.post("/v1/verify", content=served.content)
    assert report.json()["verdict"] == "verified"

    for _ in range(2):
        revoked = key_client.post(f"/v1/credentials/{chosen['id']}/revoke", json={"reason": "Typing error"})
        assert (revoked.status_code, revoked.json()["status"]) == (200, "revoked")
    assert key_client.post("/v1/verify", content=served.content).json()["verdict"] == "not_verified"


def _tenant(node):
    from portal.db.session import platform_session
    from portal.tenants.repository import require_tenant_id

    with platform_session(node.app_engine) as session:
        return require_tenant_id(session, "acme")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"tenant": "nobody"}, 404, "tenant-not-found"),
        ({"template": "nothing"}, 404, "template-not-found"),
        ({"data": b""}, 422, "invalid-file"),
        ({"data": b"Name;Mail\nA;b"}, 422, "invalid-file"),
        ({"data": csv(1, bad=1)}, 422, "rows-refused"),
        ({"data": b"x" * 20_000_001}, 413, "file-too-large"),
        ({"data": b"PK\x03\x04 not a workbook", "name": "a.xlsx"}, 422, "invalid-file"),
        ({"skip_bad_rows": "perhaps"}, 422, "malformed-request"),
    ],
)
def test_a_batch_that_cannot_be_issued_is_a_problem_and_nothing_is_stored(node, key_client, change, status, code):
    acme = make_tenant(node)

    answer = upload(key_client, **change)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert "Traceback" not in answer.text
    assert batches(node, acme) == 0


def test_faults_of_rows_are_listed_with_line_column_and_code(node, key_client):
    make_tenant(node)

    errors = upload(key_client, csv(1, bad=2)).json()["errors"]

    assert [(each["line"], each["column"], each["code"]) for each in errors] == [
        (3, "E-Mail", "bad-email"),
        (4, "E-Mail", "bad-email"),
    ]


def test_the_thousand_rows_of_the_test_data(node, key_client):
    make_tenant(node)
    bachelor = json.loads((DATA / "template-bachelor.json").read_bytes())
    key_client.put("/v1/tenants/acme/templates/bachelor", json=bachelor)
    expected = json.loads((DATA / "expected.json").read_bytes())["graduates.csv"]["errors"]

    answer = upload(key_client, (DATA / "graduates.csv").read_bytes(), template="bachelor", name="graduates.csv")

    assert answer.status_code == 422
    found = [(each["line"], each["column"], each["code"]) for each in answer.json()["errors"]]
    assert sorted(found, key=str) == sorted(((e["line"], e["column"], e["code"]) for e in expected), key=str)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("post", "/v1/tenants", {"slug": "Ä", "name": "x"}, 422, "invalid-slug"),
        ("post", "/v1/tenants", {"slug": "acme", "name": "x"}, 409, "tenant-exists"),
        ("post", "/v1/tenants", {"slug": "new"}, 422, "malformed-request"),
        ("post", "/v1/tenants", [], 422, "malformed-request"),
        ("put", "/v1/tenants/acme/templates/x", {"version": 1}, 422, "invalid-template"),
        ("put", "/v1/tenants/nobody/templates/x", TEMPLATE, 404, "tenant-not-found"),
        ("get", "/v1/tenants/nobody/templates", None, 404, "tenant-not-found"),
        ("get", "/v1/tenants/acme/batches/not-a-uuid", None, 422, "malformed-request"),
        ("get", "/v1/tenants/acme/batches/01a20cc8-8f7a-7d74-85f4-2282d8c88b3b", None, 404, "batch-not-found"),
        ("post", "/v1/credentials/nothing/revoke", {}, 404, "credential-not-found"),
        ("get", "/v1/nothing", None, 404, "not-found"),
        ("delete", "/v1/tenants", None, 405, "method-not-allowed"),
    ],
)
def test_refusals_are_problem_details_with_a_stable_code(node, key_client, method, path, body, status, code):
    make_tenant(node)

    answer = key_client.request(method, path, json=body)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("post", "/v1/tenants", {"slug": "new", "name": "a\0b"}),
        ("put", "/v1/tenants/acme/templates/a%00b", TEMPLATE),
        ("put", "/v1/tenants/a%00b/templates/x", TEMPLATE),
        ("post", "/v1/credentials/a%00b/revoke", {}),
        ("get", "/t/a%00b/did.json", None),
        ("get", "/c/a%00b", None),
        ("get", "/t/acme/status/a%00b", None),
        ("get", "/1.0/identifiers/did:web:a%00b", None),
        ("get", "/v1/tenants/%ff/templates", None),
        ("put", "/v1/tenants/acme/templates/x", template(claims={"a\0b": {}})),
        ("put", "/v1/tenants/acme/templates/x", template(issuer={"name": "a\0b"})),
        ("put", "/v1/tenants/acme/templates/x", template(issuer={"name": "a\ud800"})),
    ],
)
def test_characters_that_the_database_cannot_hold_are_the_callers_fault(node, key_client, method, path, body):
    make_tenant(node)

    answer = key_client.request(method, path, content=json.dumps(body), headers={"Content-Type": "application/json"})

    assert 400 <= answer.status_code < 500, answer.text


def test_a_reason_has_a_length(node, key_client):
    public_id = issue(node, make_tenant(node), 1).public_ids[0]

    answer = key_client.post(f"/v1/credentials/{public_id}/revoke", json={"reason": "x" * 501})

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed-request")


def test_a_reason_with_such_a_character_too(node, key_client):
    public_id = issue(node, make_tenant(node), 1).public_ids[0]

    answer = key_client.post(f"/v1/credentials/{public_id}/revoke", json={"reason": "a\0b"})

    assert 400 <= answer.status_code < 500, answer.text


def test_a_fault_of_the_node_is_a_sentence(node, key_client, monkeypatch, caplog):
    from portal.tenants import service

    def broken(*_args, **_more):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(service, "create_tenant", broken)

    answer = key_client.post("/v1/tenants", json={"slug": "acme", "name": "Acme"})

    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert "secret detail" not in answer.text
    assert "secret detail" in caplog.text


@pytest.mark.parametrize("path", ["/", "/livez", "/readyz", "/verify", "/nothing", "/t/nobody/did.json", "/v1/tenants"])
def test_every_answer_has_the_headers_that_keep_it_harmless(client, path):
    answer = client.get(path, headers={"Accept": "text/html"})

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "referrer-policy" in answer.headers


def test_the_node_says_whether_it_can_work(client, node):
    assert client.get("/livez").json() == {"status": "alive"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert ready.json()["parts"]["database"]["ok"] is True


# --- the body's limit -------------------------------------------------------------------------


def send(chunks, *, limit=100, announced=None):
    """Give an application behind the limit a body in chunks; return the status, the answer, and what it read."""
    seen, sent = [], []

    async def app(scope, receive, send):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            seen.append(len(message["body"]))
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"taken"})

    source = iter(chunks)

    async def receive():
        body = next(source, None)
        return {"type": "http.request", "body": body or b"", "more_body": body is not None}

    async def keep(message):
        sent.append(message)

    headers = [] if announced is None else [(b"content-length", announced)]
    asyncio.run(BodyLimit(app, limit)({"type": "http", "headers": headers}, receive, keep))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    return sent[0]["status"], sent[1]["body"], seen


def test_a_body_at_the_limit_passes():
    assert send([b"x" * 50] * 2, announced=b"100")[:2] == (200, b"taken")
    assert send([b"x" * 50] * 2)[:2] == (200, b"taken")


def test_an_announced_byte_too_many_is_refused_before_anything_is_read():
    status, body, seen = send([b"x"], announced=b"101")

    assert (status, json.loads(body)["code"], seen) == (413, "file-too-large", [])


def test_without_a_length_no_more_than_the_limit_is_read():
    taken = []

    def endless():
        while True:
            taken.append(40)
            yield b"x" * 40

    status, body, seen = send(endless())

    assert (status, json.loads(body)["code"]) == (413, "file-too-large")
    assert (seen, taken) == ([40, 40], [40, 40, 40])


def test_who_announces_less_than_it_sends_is_held_to_the_limit():
    assert send([b"x" * 101], announced=b"5")[0] == 413
    assert send([b"x" * 101], announced=b"nonsense")[0] == 413


@pytest.mark.parametrize("path", ["/v1/batches", "/verify", "/v1/tenants"])
@pytest.mark.parametrize("announced", [True, False], ids=["with a length", "in chunks"])
def test_a_200_mb_upload_is_refused_everywhere(key_client, path, announced):
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Accept": "application/json"}
    if announced:
        headers["Content-Length"] = "200000000"
        content = iter([head])
    else:
        content = iter([head, b"x" * 25_000_000])

    answer = key_client.post(path, content=content, headers=headers)

    assert answer.status_code in ({413} if announced or path != "/verify" else {411, 413}), answer.text
    assert answer.json()["status"] == answer.status_code


# --- OpenAPI ----------------------------------------------------------------------------------


def test_the_description_is_openapi_3_1_and_its_references_lead_somewhere(description, client):
    assert description["openapi"].startswith("3.1.")
    assert client.get("/openapi.json").json() == json.loads(json.dumps(description))
    for reference in re.findall(r'"\$ref": "(#[^"]+)"', json.dumps(description)):
        place = description
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
    for schema in description["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_is_named_and_described(description):
    names = []
    for path, item in description["paths"].items():
        for method, operation in item.items():
            names.append(operation["operationId"])
            assert operation["responses"], (method, path)
            assert operation["summary"], (method, path)
            declared = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}
            assert declared == {name.partition(":")[0] for name in re.findall(r"{([^}]+)}", path)}, path
    assert len(set(names)) == len(names)


def test_every_write_names_the_key_in_the_description(description):
    for path, item in description["paths"].items():
        for method in {"post", "put", "patch", "delete"} & item.keys():
            if path.startswith("/v1/") and (method, path) not in PUBLIC:
                headers = {each["name"] for each in item[method].get("parameters", []) if each["in"] == "header"}
                assert {"authorization", "x-api-key"} <= headers, (method, path)
