"""Badges in pictures: what PyPI's openbadgeslib bakes we read and verify, what we bake it reads and verifies."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from openbadgeslib import baking as their_baking
from openbadgeslib.ob3.signer import OB3Signer
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from PIL import Image, ImageDraw, PngImagePlugin

from did.errors import DidError
from did.keys import KeyType
from tests.peers import ours
from tests.peers.keys import Key, make_key
from tests.peers.samples import NOW, unsecured_badge
from tests.peers.test_jwt_credentials import badge_by_them, named_key, our_token, private_pem, their_verdict
from tests.peers.tokens import Keys, tampered_tokens
from tests.vc.pictures import SVG
from vc.badges.baking import bake, unbake
from vc.errors import StatusUnavailable, VcError
from vc.forms.reading import read_credential
from vc.policy import Policy
from vc.report import Outcome, Report, Verdict
from vc.secured import Form
from vc.verify import verify


def picture() -> bytes:
    """A PNG as a drawing program writes it, with text chunks of its own."""
    image = Image.new("RGBA", (64, 64), "#204060")
    ImageDraw.Draw(image).ellipse((8, 8, 56, 56), fill="#e0b040")
    said = PngImagePlugin.PngInfo()
    said.add_itxt("Title", "Plakette für Zoë", lang="de", tkey="Titel", zip=True)
    made = BytesIO()
    image.save(made, "PNG", pnginfo=said, dpi=(300, 300))
    return made.getvalue()


PICTURES = {"png": picture(), "svg": SVG}
THEIR_READERS = {"png": OB3Verifier.extract_token_from_png, "svg": OB3Verifier.extract_token_from_svg}

each_picture = pytest.mark.parametrize("kind", PICTURES)


def report_on(image: bytes, key: Key) -> Report:
    def no_status(url: str) -> Any:
        raise StatusUnavailable(url)

    keys = Keys(key)
    return verify(
        read_credential(image),
        policy=Policy(),
        now=ours.time_of(NOW),
        get_key=keys.get_key,
        list_keys=keys.list_keys,
        fetch_status=no_status,
    )


@each_picture
@pytest.mark.parametrize(
    ("key_type", "algorithm"), [(KeyType.ED25519, "EdDSA"), (KeyType.P256, "ES256")], ids=["EdDSA", "ES256"]
)
def test_the_picture_that_openbadgeslib_bakes_we_verify(kind: str, key_type: KeyType, algorithm: str) -> None:
    key = named_key(key_type)
    signer = OB3Signer(private_pem(key.private), algorithm=algorithm)
    badge = badge_by_them(key.controller)

    baked = signer.sign_into_png(badge, picture()) if kind == "png" else signer.sign_into_svg(badge, SVG)

    report = report_on(baked, key)
    assert report.form is Form.OB_JWT
    assert report.verdict is Verdict.VERIFIED, report.to_json()
    other = report_on(baked, named_key(KeyType.P384))
    assert other.check("issuer").outcome is Outcome.FAILED
    for what, changed in tampered_tokens(unbake(baked).decode(), stranger=make_key(key_type)):
        assert not accepted(bake_again(kind, changed), key), what


def accepted(image: bytes, key: Key) -> bool:
    try:
        report = report_on(image, key)
    except (VcError, DidError):
        return False
    return report.verdict is not Verdict.NOT_VERIFIED


def bake_again(kind: str, token: str) -> bytes:
    """By their code, which looks at nothing."""
    if kind == "png":
        return their_baking.bake_png(picture(), token, keyword=their_baking.ITXT_KEYWORD_OB3)
    return their_baking.bake_svg(SVG, token, element=their_baking.SVG_ELEMENT_OB3, namespace=their_baking.SVG_NS_OB3)


@each_picture
@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.P256])
def test_the_picture_that_we_bake_openbadgeslib_verifies(kind: str, key_type: KeyType) -> None:
    key = named_key(key_type)
    token = our_token(Form.OB_JWT, key)

    baked = bake(PICTURES[kind], token.encode())

    assert THEIR_READERS[kind](baked) == token
    assert their_verdict(THEIR_READERS[kind](baked), key)
    assert not their_verdict(THEIR_READERS[kind](baked), named_key(KeyType.P384))


@each_picture
def test_a_document_with_a_proof_is_read_by_both(kind: str) -> None:
    key = named_key(KeyType.ED25519)
    document = ours.issue(unsecured_badge(7, key.controller), "eddsa-rdfc-2022", key)
    text = json.dumps(document, ensure_ascii=False)

    assert THEIR_READERS[kind](bake(PICTURES[kind], text.encode())) == text
    if kind == "png":
        by_them = their_baking.bake_png(picture(), text, keyword=their_baking.ITXT_KEYWORD_OB3)
    else:
        by_them = their_baking.bake_svg(
            SVG, text, element=their_baking.SVG_ELEMENT_OB3, namespace=their_baking.SVG_NS_OB3, as_text=True
        )
    assert json.loads(unbake(by_them)) == document
    assert report_on(by_them, key).check("proof").outcome is Outcome.PASSED


def test_a_drawing_program_sees_the_same_picture_before_and_after() -> None:
    baked = bake(picture(), our_token(Form.OB_JWT, named_key(KeyType.P256)).encode())

    before, after = Image.open(BytesIO(picture())), Image.open(BytesIO(baked))
    assert after.tobytes() == before.tobytes()
    assert after.info["Title"] == "Plakette für Zoë"
    assert after.info["dpi"] == before.info["dpi"]
    assert after.text["openbadgecredential"].startswith("eyJ")


def test_a_picture_without_a_badge_is_one_for_both() -> None:
    with pytest.raises(OB3VerificationError):
        OB3Verifier.extract_token_from_png(picture())
    with pytest.raises(Exception, match="carries no Open Badges"):
        unbake(picture())
