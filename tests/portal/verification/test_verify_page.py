"""/verify: whatever someone brings gets an answer."""

import json
from dataclasses import dataclass, field

import pytest

from did.errors import FetchFailed, FetchRefused
from did.fetch import Response
from tests.portal.pages.reading import Page
from tests.portal.pages.samples import ANCHOR, DOCUMENT, ORIGIN, UNDECIDED, document, report

FOREIGN = json.dumps(document(id="https://other.example/c/1"))


@dataclass
class Web:
    """Answers for a few addresses and remembers who asked."""

    pages: dict[str, object]
    asked: list[str] = field(default_factory=list)

    def __call__(self, url, *, accept, max_bytes=1_000_000, max_redirects=0):
        self.asked.append(url)
        answer = self.pages[url]
        if isinstance(answer, Exception):
            raise answer
        return answer


def page_of(response):
    return Page(response.text)


def test_the_form_is_there_and_needs_no_script(client):
    page = page_of(client.get("/verify"))

    form = page.all("form")[0]
    assert (form["method"], form["action"], form["enctype"]) == ("post", "/verify", "multipart/form-data")
    assert {a["for"] for a in page.all("label")} == {"file", "credential", "anchor"}


def test_pasted_text_is_verified_as_it_is(client, source):
    response = client.post("/verify", data={"credential": f"  {FOREIGN}\n"})

    assert "verdict-verified" in response.text
    assert response.headers["cache-control"] == "no-store"
    assert source.verified == [(FOREIGN.encode(), None)]


def test_an_uploaded_file_is_verified_byte_for_byte(client, source):
    content = (FOREIGN + " \n").encode()

    response = client.post("/verify", files={"file": ("diploma.json", content)}, data={"credential": "ignored"})

    assert "verdict-verified" in response.text
    assert source.verified == [(content, None)]


def test_an_empty_file_field_as_browsers_send_it_is_no_file(client, source):
    response = client.post("/verify", files={"file": ("", b"")}, data={"credential": FOREIGN})

    assert response.status_code == 200
    assert source.verified == [(FOREIGN.encode(), None)]


def test_an_anchor_proof_may_come_along(client, source):
    client.post("/verify", data={"credential": FOREIGN, "anchor": json.dumps(ANCHOR)})

    assert source.verified == [(FOREIGN.encode(), ANCHOR)]


def test_the_anchor_of_an_own_credential_is_found(client, source):
    client.post("/verify", data={"credential": json.dumps(DOCUMENT)})

    assert source.verified[0][1] == ANCHOR


def test_the_anchor_of_a_private_credential_is_not_given_away(client, source):
    client.post("/verify", data={"credential": json.dumps(document(id=f"{ORIGIN}/c/private"))})

    assert source.verified[0][1] is None


@pytest.mark.parametrize("text", ["hello", "{", "[]", "\u202e\u0000", "😀", "{" * 500, "eyJhbGciOiJFZERTQSJ9.e30.x"])
def test_what_is_no_credential_is_not_verified(client, source, text):
    source.default = report(structure=UNDECIDED)

    response = client.post("/verify", data={"credential": text})

    assert response.status_code == 200
    assert "verdict-verified" not in response.text
    assert Page(response.text).balanced


def test_nothing_gets_a_message_beside_the_form(client):
    response = client.post("/verify", data={"credential": "  "})

    assert response.status_code == 400
    assert "Paste a credential or a link to one, or choose a file." in response.text
    assert any(a.get("role") == "alert" for a in Page(response.text).all("div"))


def test_a_bad_anchor_keeps_what_was_typed(client):
    response = client.post("/verify", data={"credential": FOREIGN, "anchor": "{not json"})

    assert response.status_code == 422
    assert "anchor proof could not be read" in response.text
    assert "other.example" in response.text


@pytest.mark.parametrize("size", [256 * 1024 + 1, 300_000])
def test_a_file_past_256_kb_is_refused(client, source, size):
    response = client.post("/verify", files={"file": ("big.json", b"x" * size)})

    assert response.status_code == 413
    assert not source.verified


@pytest.mark.parametrize("path", ["/verify", "/v1/verify"])
def test_a_huge_body_is_refused_by_its_length_alone(client, path):
    class Untouched:
        def __iter__(self):
            pytest.fail("the body was read")

    response = client.post(path, content=Untouched(), headers={"Content-Length": "200000000"})

    assert response.status_code == 413


@pytest.mark.parametrize("path", ["/verify", "/v1/verify"])
def test_a_body_without_length_is_refused(client, path):
    response = client.post(path, content=iter([b"x"]))

    assert response.status_code == 411


def test_a_link_is_fetched_through_the_one_client(client, source):
    url = "https://other.example/c/1"
    source.fetch = Web({url: Response(200, {"content-type": "application/vc"}, FOREIGN.encode(), url)})

    response = client.post("/verify", data={"credential": url})

    assert source.fetch.asked == [url]
    assert "Fetched from other.example." in response.text
    assert source.verified == [(FOREIGN.encode(), None)]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (FetchRefused("private-address", "10.0.0.1 is a private address"), "does not fetch from that address"),
        (FetchFailed("timed out"), "did not answer in a usable way"),
        (Response(404, {}, b"no", "https://other.example/x"), "answered with status 404"),
        (Response(200, {"content-type": "text/html"}, b"<html>", "https://other.example/x"), "a web page"),
        (Response(200, {}, b"", "https://other.example/x"), "no credential"),
    ],
)
def test_a_link_that_leads_nowhere_says_why(client, source, answer, text):
    source.fetch = Web({"https://other.example/x": answer})

    response = client.post("/verify", data={"credential": "https://other.example/x"})

    assert response.status_code == 422
    assert text in response.text
    assert not source.verified


def test_plain_http_is_not_followed(client, source):
    source.fetch = Web({})

    response = client.post("/verify", data={"credential": "http://169.254.169.254/latest/meta-data"})

    assert response.status_code == 422
    assert not source.fetch.asked


def test_a_link_to_an_own_credential_is_not_fetched_and_knows_its_state(client, source):
    source.fetch = Web({})
    source.revoke_demo("demo-1")

    response = client.post("/verify", data={"credential": f"{ORIGIN}/c/demo-1"})

    assert not source.fetch.asked
    assert "verdict-revoked" in response.text


def test_the_result_of_hostile_input_is_escaped(client, source):
    doc = document(name="<script>alert(1)</script>", id="urn:x")

    page = page_of(client.post("/verify", data={"credential": json.dumps(doc)}))

    assert page.balanced
    assert not page.all("script")
