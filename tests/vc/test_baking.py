"""A badge goes into a picture and comes out as it went in; the picture stays what it was."""

from __future__ import annotations

import base64
import json
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.vc.documents import badge, minimal
from tests.vc.pictures import END, HEADER, PIXELS, SIGNATURE, SVG, chunk, itxt, png, svg
from vc.badges.baking import MAX_IMAGE_BYTES, ImageKind, bake, image_kind, unbake
from vc.badges.image_errors import (
    AlreadyBaked,
    BadgeMalformed,
    BakingError,
    ImageNotRead,
    ImageTooLarge,
    NoBadgeInside,
    NotBakeable,
    OlderBadgeInside,
)

DOCUMENT = json.dumps({**badge(), "proof": {"type": "DataIntegrityProof"}}, ensure_ascii=False, indent=1).encode()


def token(payload: dict, **header) -> bytes:
    parts = [{"alg": "ES256", **header}, payload]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
    return b".".join([*encoded, b"c2ln"])


JWS = token({**badge(), "iss": "did:web:acme.example"}, typ="JWT")


@pytest.mark.parametrize("image", [png(), SVG], ids=["png", "svg"])
@pytest.mark.parametrize("credential", [DOCUMENT, JWS, token({"vc": badge()})], ids=["document", "jws", "jws with vc"])
def test_what_goes_in_comes_out(image, credential):
    assert unbake(bake(image, credential)) == credential


def test_a_png_keeps_every_other_chunk_byte_for_byte():
    image = png(chunk(b"tEXt", b"Author\0Ada"), itxt(b"hello", keyword=b"Comment"))

    baked = bake(image, JWS)

    assert baked == image[: -len(END)] + itxt(JWS) + END
    assert Image.open(BytesIO(baked)).tobytes() == Image.open(BytesIO(image)).tobytes()


def test_an_svg_is_spliced_as_the_standard_says():
    baked = bake(SVG, JWS)

    inside = b'<openbadges:credential verify="' + JWS + b'"></openbadges:credential>'
    tag = b'data-note="a > b">'
    declared = b'data-note="a > b" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">'
    assert baked == SVG.replace(tag, declared + inside)
    assert b"<openbadges:credential><![CDATA[{" in bake(SVG, DOCUMENT)


def test_a_root_that_is_one_tag_gets_an_end():
    baked = bake(b'<svg xmlns="http://www.w3.org/2000/svg" width="8"/>', JWS)

    assert baked.endswith(b"</openbadges:credential></svg>")
    assert unbake(baked) == JWS


def test_a_prefix_that_is_taken_is_declared_again_on_the_element():
    baked = bake(svg(b"<g/>", root=b'xmlns:openbadges="http://openbadges.org"'), JWS)

    assert b'<openbadges:credential xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0" verify=' in baked
    assert unbake(baked) == JWS


def test_text_that_would_end_the_cdata_section_survives():
    credential = DOCUMENT.replace(b"Three years of it.", b"a ]]> b <script> &amp;")

    assert unbake(bake(SVG, credential)) == credential


@pytest.mark.parametrize("image", [png(), SVG], ids=["png", "svg"])
def test_a_second_credential_needs_a_word(image):
    baked = bake(image, DOCUMENT)

    with pytest.raises(AlreadyBaked, match="already carries"):
        bake(baked, JWS)
    assert bake(baked, JWS, replace=True) == bake(image, JWS)


def test_replacing_takes_an_element_of_either_spelling_away():
    image = svg(b'<openbadges:credential verify="a.b.c"/><g><openbadges:credential>x</openbadges:credential></g>')

    assert bake(image, JWS, replace=True).count(b"openbadges:credential") == 2
    assert unbake(bake(image, JWS, replace=True)) == JWS


@pytest.mark.parametrize(
    ("credential", "why"),
    [
        (b"", "nothing else"),
        (b"hello", "nothing else"),
        (JWS + b"~", "nothing else"),
        (b"{", "cannot be read"),
        (b"x.y.z", "cannot be read"),
        (json.dumps(minimal(proof={"type": "x"})).encode(), "no Open Badge"),
        (token(minimal()), "no Open Badge"),
        (json.dumps(badge()).encode(), "no proof"),
        (b"{" + b" " * 300_000 + b"}", "larger than"),
    ],
    ids=["nothing", "text", "sd-jwt", "half", "no token", "no badge", "token of no badge", "unsigned", "large"],
)
def test_only_a_secured_badge_is_baked(credential, why):
    with pytest.raises(NotBakeable, match=why):
        bake(png(), credential)


def test_a_character_that_xml_forbids_is_not_baked_into_an_svg():
    credential = DOCUMENT.replace(b"Three years of it.", "\uffff".encode())

    assert unbake(bake(png(), credential)) == credential
    with pytest.raises((ImageNotRead, NotBakeable)):
        bake(SVG, credential)


@pytest.mark.parametrize(
    ("image", "error"),
    [
        (png(), NoBadgeInside),
        (SVG, NoBadgeInside),
        (png(itxt(b"a.b.c", keyword=b"openbadges")), OlderBadgeInside),
        (
            svg(b'<openbadges:assertion verify="a.b.c"/>', root=b'xmlns:openbadges="http://openbadges.org"'),
            OlderBadgeInside,
        ),
        (svg(b"<openbadges:credential/>"), BadgeMalformed),
        (b"\xff\xd8\xff\xe0 JFIF", ImageNotRead),
        (b"<html><body>svg</body></html>", ImageNotRead),
        (SIGNATURE, ImageNotRead),
        (b"", ImageNotRead),
    ],
    ids=["png", "svg", "older png", "older svg", "empty element", "jpeg", "web page", "half", "nothing"],
)
def test_a_picture_without_a_badge_says_so(image, error):
    with pytest.raises(error):
        unbake(image)


def test_a_picture_has_a_largest_size():
    for image in (png(chunk(b"zzZz", bytes(MAX_IMAGE_BYTES))), SVG + b" " * MAX_IMAGE_BYTES):
        for act in (unbake, lambda image: bake(image, JWS)):
            with pytest.raises(ImageTooLarge):
                act(image)
    almost = png(chunk(b"zzZz", bytes(MAX_IMAGE_BYTES - 300)))
    with pytest.raises(ImageTooLarge, match="with the credential"):
        bake(almost, JWS)


def test_kinds_of_pictures_are_told_by_their_first_bytes():
    assert image_kind(png()) is ImageKind.PNG
    assert image_kind(b"\xef\xbb\xbf\n" + SVG) is ImageKind.SVG
    assert image_kind(b'<s:svg xmlns:s="http://www.w3.org/2000/svg"/>') is ImageKind.SVG
    for other in (DOCUMENT, JWS, b"<html>", b"", b'{"a": "<svg >"}'):
        assert image_kind(other) is None


def test_a_language_in_the_chunk_does_no_harm():
    assert unbake(png(itxt(JWS, middle=b"\0\0en\0Abzeichen\0"))) == JWS


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_damaged_picture_is_refused_or_unchanged_in_meaning(data):
    image = data.draw(st.sampled_from([bake(png(), JWS), bake(SVG, JWS)]))
    at = data.draw(st.integers(0, len(image) - 1))
    damaged = image[:at] + bytes([image[at] ^ data.draw(st.integers(1, 255))]) + image[at + 1 :]
    try:
        content = unbake(damaged)
    except BakingError:
        return
    assert image[:1] == b"<", "a PNG's checksums see every change"
    assert content


def test_the_pieces_make_a_real_png():
    assert Image.open(BytesIO(SIGNATURE + HEADER + PIXELS + END)).getpixel((3, 3)) == (0x20, 0x60, 0xA0)
