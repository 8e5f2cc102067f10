"""The start page with its demonstration, error pages and static files."""

import hashlib
import json

import pytest
from starlette.requests import Request

from portal.pages.assets import load_assets
from portal.pages.demo import tamper
from portal.pages.errors import error_response
from portal.pages.seal import draw_seal
from tests.portal.browser import TestClient
from tests.portal.pages.reading import Page
from tests.portal.pages.sample_node import sample_app
from tests.portal.pages.samples import DOCUMENT, MemorySource

OWN_FORM = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}
DEMO = ["/demo/verify", "/demo/tamper", "/demo/revoke"]


def stranger(source: MemorySource, *, address: str = "203.0.113.9", host: str = "127.0.0.1:8000") -> TestClient:
    return TestClient(sample_app(source), base_url=f"http://{host}", client=(address, 40_000), follow_redirects=False)


def test_the_operator_sees_buttons_commands_and_where_the_key_lies(client):
    page = Page(client.get("/").text)

    assert {a["action"] for a in page.all("form")} == set(DEMO)
    assert "/srv/node/.dcp/api-key" in page.text
    assert "dcp up --tls" in page.text
    assert "http://192.168.1.20:8000" in page.text
    assert "prove nothing to outsiders" in page.text


def test_a_stranger_sees_neither_paths_nor_buttons(source):
    text = stranger(source).get("/").text

    assert "/srv/node" not in text
    assert "/demo/" not in text
    assert "Marine Biology" in text


def test_a_node_without_demo_or_phone_address_has_a_start_page(client, source):
    source.demo_id = None
    source.facts = type(source.facts)(
        origin="https://node.example", version="1", chain=None, chain_is_local=False, tls=True, ca_file="/srv/ca.pem"
    )

    text = client.get("/").text

    assert "Practice chain" not in text
    assert "DCP_PUBLIC_URL" in text
    assert "/srv/ca.pem" in text


def test_verify_leads_to_the_page_of_the_demo_credential(client):
    response = client.post("/demo/verify", headers=OWN_FORM)

    assert (response.status_code, response.headers["location"]) == (303, "/c/demo-1")


def test_tampering_happens_on_a_copy_and_says_what_caught_it(client, source):
    before = source.credentials["demo-1"].data

    page = Page(client.post("/demo/tamper", headers=OWN_FORM).text)

    assert "Not verified" in page.text
    assert "Bachelor of Science in Marine Biology with highest honours" in page.text
    assert "Caught by: Proof, Anchor" in page.text
    assert source.credentials["demo-1"].data == before
    assert client.get("/c/demo-1").text.count("verdict-verified") == 1


def test_a_copy_that_no_check_caught_is_said_to_be_uncaught(client, source):
    source.verify = lambda _data, _anchor: source.default

    assert "No check failed on the copy" in client.post("/demo/tamper", headers=OWN_FORM).text


def test_revoking_is_seen_on_the_page(client):
    response = client.post("/demo/revoke", headers=OWN_FORM)

    assert response.headers["location"] == "/c/demo-1"
    assert "verdict-revoked" in client.get("/c/demo-1").text
    assert "/demo/revoke" not in client.get("/").text


@pytest.mark.parametrize("path", DEMO)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "https://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-site"},
        {**OWN_FORM, "X-Forwarded-For": "203.0.113.9"},
        {**OWN_FORM, "Host": "rebound.example:8000", "Origin": "http://rebound.example:8000"},
    ],
)
def test_the_demonstration_refuses_forms_of_others(client, source, path, headers):
    response = client.post(path, headers=headers)

    assert response.status_code == 403
    assert source.credentials["demo-1"].award_state == "active"
    assert not source.verified


@pytest.mark.parametrize("path", DEMO)
@pytest.mark.parametrize("address", ["203.0.113.9", "192.168.1.7", "::ffff:10.0.0.1", "testclient", ""])
def test_the_demonstration_refuses_other_machines(source, path, address):
    assert stranger(source, address=address).post(path, headers=OWN_FORM).status_code == 403
    assert source.credentials["demo-1"].award_state == "active"


@pytest.mark.parametrize("host", ["localhost:8000", "[::1]:8000", "127.0.0.1:8000"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_every_name_of_loopback_is_the_operator(source, host, address):
    response = stranger(source, address=address, host=host).post("/demo/verify", headers={"Origin": f"http://{host}"})

    assert response.status_code == 303


@pytest.mark.parametrize(
    "doc",
    [DOCUMENT, {"name": "A"}, {"issuer": {"name": "B"}}, {"credentialSubject": [{"name": "C"}]}, {}, {"issuer": "x"}],
)
def test_tampering_always_changes_something_and_never_the_original(doc):
    before = json.dumps(doc)

    forged, data, changes = tamper(doc)

    assert forged != doc
    assert json.loads(data) == forged
    assert changes
    assert json.dumps(doc) == before


def test_another_text_has_another_figure():
    figures = {draw_seal(hashlib.sha256(bytes([n])).digest()).rings for n in range(256)}

    assert len(figures) == 256


def test_unknown_addresses_get_a_page_or_problem_details(client):
    page = client.get("/nowhere")
    problem = client.get("/nowhere", headers={"Accept": "application/json"})

    assert page.status_code == problem.status_code == 404
    assert "Nothing here" in page.text
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "code": "not-found",
        "detail": "The address is wrong, or what stood here was never public.",
    }


def test_problems_of_credentials_have_stable_codes(client):
    headers = {"Accept": "application/vc"}

    assert client.get("/c/nope", headers=headers).json()["code"] == "credential-not-found"
    assert client.get("/c/private", headers=headers).json()["code"] == "credential-private"
    assert client.get("/c/expired/anchor.json", headers=headers).json()["code"] == "not-anchored"


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 411, 413, 415, 418, 429, 500, 502, 503, 799])
def test_every_status_has_an_error_page(client, status):
    request = Request({"type": "http", "method": "GET", "headers": [(b"accept", b"text/html")], "path": "/"})

    response = error_response(request, status)

    assert response.status_code == (status if status != 799 else 500)
    assert Page(bytes(response.body).decode()).balanced
    assert response.headers["cache-control"] == "no-store"


def test_static_files_carry_their_digest_and_are_kept_for_a_year(client):
    for path, asset in load_assets().by_path.items():
        response = client.get(path)
        assert response.content == asset.body
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get("/static/pages.css").status_code == 404
    assert client.get("/static/..%2fendpoints.py").status_code == 404
