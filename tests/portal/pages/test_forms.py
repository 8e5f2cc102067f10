"""An award in several forms: the page names each, links it, and hands out its bytes under its own media type."""

import json

import pytest

from portal.pages.forms import file_name, media_types_of
from portal.pages.source import FormLink
from tests.portal.pages.reading import Page
from tests.portal.pages.samples import DOCUMENT, credential

FORMS = {  # media types: VC-JOSE-COSE section 6.1, OpenID4VCI annex A.1.1, Open Badges 3.0 section 8.2, SD-JWT VC section 6.1
    "ldp_vc": ("application/vc", ".json"),
    "vc+jwt": ("application/vc+jwt", ".vc.jwt"),
    "jwt_vc_json": ("application/jwt", ".jwt"),
    "ob-jwt": ("application/jwt", ".badge.jwt"),
    "dc+sd-jwt": ("application/dc+sd-jwt", ".sd-jwt"),
}
LINKS = tuple(FormLink(form, f"award-{number}") for number, form in enumerate(FORMS))


@pytest.fixture
def of_one_award(source):
    for link in LINKS:
        data = json.dumps(DOCUMENT).encode() if link.form == "ldp_vc" else f"token.of.{link.public_id}".encode()
        source.add(credential(link.public_id, format=link.form, data=data, forms=LINKS))
    return source


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.form)
def test_the_page_of_each_form_names_all_and_marks_its_own(client, of_one_award, link):
    page = Page(client.get(f"/c/{link.public_id}").text)

    assert "One award, 5 forms" in page.text
    here = [item for item in page.all("li") if "form-this" in (item.get("class") or "")]
    assert len(here) == 1
    downloads = {a["href"]: a["download"] for a in page.all("a") if (a.get("download") or "").startswith("credential-")}
    assert downloads == {f"/c/{each.public_id}/credential": file_name(each.form, each.public_id) for each in LINKS}
    pages = {a["href"] for a in page.all("a")} & {f"/c/{each.public_id}" for each in LINKS}
    assert pages == {f"/c/{each.public_id}" for each in LINKS} - {f"/c/{link.public_id}"}
    for form in FORMS:
        assert form in page.text


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.form)
def test_each_form_is_served_under_its_own_media_type(client, of_one_award, link):
    media_type, ending = FORMS[link.form]
    stored = of_one_award.credentials[link.public_id].data

    answer = client.get(f"/c/{link.public_id}", headers={"Accept": media_type})
    file = client.get(f"/c/{link.public_id}/credential")

    for each in (answer, file):
        assert (each.status_code, each.headers["content-type"], each.content) == (200, media_type, stored)
    assert file.headers["content-disposition"] == f'attachment; filename="{file_name(link.form, link.public_id)}"'
    assert file.headers["content-disposition"].endswith(f'{ending}"')
    assert (
        f'</c/{link.public_id}>; rel="alternate"; type="{media_type}"'
        in client.get(f"/c/{link.public_id}", headers={"Accept": "text/html"}).headers["link"]
    )


def test_a_token_does_not_answer_as_json(client, of_one_award):
    answer = client.get("/c/award-1", headers={"Accept": "application/json"})

    assert answer.headers["content-type"].startswith("text/html")
    assert media_types_of("vc+jwt") == ("application/vc+jwt",)


def test_files_of_one_award_have_names_of_their_own():
    assert len({file_name(form, "same-id") for form in FORMS}) == len(FORMS)


def test_an_award_in_one_form_is_not_told_about_others(client):
    assert "forms</h2>" not in client.get("/c/demo-1").text
