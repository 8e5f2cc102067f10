"""What the page and the API do with tokens, SD-JWTs and pictures, and with things that are no credential."""

import json

import pytest

from did.keys import KeyType
from tests.attacks.sd_jwt_builds import Forgery
from tests.vc.documents import badge
from tests.vc.pictures import SVG, png
from tests.vc.test_baking import DOCUMENT
from tests.vc.world import NOW, KeyPair
from vc.badges.baking import MAX_IMAGE_BYTES, bake
from vc.jose import PreparedObJwt, envelop

JWS = PreparedObJwt(KeyPair("did:web:acme.example#key-1", KeyType.P256)).secure(badge(), now=NOW).encode()
PNG = bake(png(), JWS)


def upload(client, data, name="file"):
    return client.post("/verify", files={"file": (name, data)})


@pytest.mark.parametrize(("image", "words"), [(png(), "a PNG picture"), (SVG, "an SVG picture")], ids=["png", "svg"])
@pytest.mark.parametrize(
    ("credential", "form"),
    [(DOCUMENT, "a document with its own proof"), (JWS, "an Open Badge token")],
    ids=["di", "jwt"],
)
def test_a_baked_picture_is_verified_as_it_came_and_shown_as_what_is_in_it(
    client, source, image, words, credential, form
):
    baked = bake(image, credential)

    page = upload(client, baked)

    assert page.status_code == 200
    assert f"Taken out of {words}: {form}." in page.text
    assert source.verified == [(baked, None)]
    assert "Bachelor of Science" in page.text, "what the badge says"


def test_the_api_takes_a_picture_as_its_body(client, source):
    response = client.post("/v1/verify", content=PNG, headers={"Content-Type": "image/png"})

    assert response.status_code == 200
    assert source.verified == [(PNG, None)]


def test_a_picture_may_be_larger_than_a_document_and_not_larger_than_that(client):
    image = png() + b"\0" * 300_000  # broken, but a picture by its first bytes
    assert upload(client, image).status_code == 200
    too_large = upload(client, png() + b"\0" * MAX_IMAGE_BYTES)
    assert too_large.status_code == 413
    assert "pictures of at most 4,096 kB are read" in too_large.text


def test_a_token_can_be_pasted(client, source):
    page = client.post("/verify", data={"credential": f"  {JWS.decode()}\n"})

    assert "An Open Badge token." in page.text
    assert source.verified == [(JWS, None)]


def test_an_envelope_is_shown_as_the_token_in_it(client):
    page = client.post("/verify", data={"credential": json.dumps(envelop(JWS.decode(), "application/jwt"))})

    assert "Taken out of an envelope: an Open Badge token." in page.text


def test_an_sd_jwt_says_what_was_shown_and_what_may_be_kept_back(client):
    forgery = Forgery()
    forgery.hide("student_id", "S-1")
    forgery.payload["_sd"].append("the digest of something that is not shown")

    page = client.post("/verify", data={"credential": forgery.text()}).text

    assert "What was shown, and what was kept back" in page
    assert "Student id" in page
    assert "There may be more facts in this credential that were not shown." in page
    assert "The holder signed this copy for" in page
    assert "https://verifier.example" in page


def test_an_sd_jwt_that_shows_all_of_it_without_its_holder_says_so(client):
    page = client.post("/verify", data={"credential": Forgery(bound=False).text()}).text

    assert "Of the facts that can be kept back, none was shown." in page
    assert "Nothing: all of it is shown." in page
    assert "whoever brings it has not shown to be the holder" in page


def test_a_claim_of_an_sd_jwt_cannot_bring_markup(client):
    forgery = Forgery(bound=False)
    forgery.hide("<script>alert(1)</script>", "<img src=x onerror=alert(1)>")

    page = client.post("/verify", data={"credential": forgery.text()}).text

    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_document_alone_has_no_part_about_disclosure(client):
    page = upload(client, DOCUMENT).text

    assert "kept back" not in page
    assert "Taken out of" not in page


def test_the_description_of_the_api_names_every_form(client):
    content = client.get("/openapi.json").json()["paths"]["/v1/verify"]["post"]["requestBody"]["content"]

    assert set(content) == {
        "application/json",
        "application/vc",
        "application/vc+jwt",
        "application/jwt",
        "application/dc+sd-jwt",
        "image/png",
        "image/svg+xml",
    }
