"""Whoever brings something else than a credential is told what it is."""

from __future__ import annotations

import json

import pytest

from tests.vc.test_baking import JWS, token
from vc.errors import ParsingError
from vc.forms.looks import NotACredential
from vc.forms.reading import read_credential
from vc.secured import Form, form_of


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7 ...", "pdf"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"GIF89a", "gif"),
        (b"RIFF\0\0\0\0WEBP", "riff"),
        (b"PK\x03\x04", "archive"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"[{}]", "list"),
        (b"-----BEGIN PUBLIC KEY-----", "pem"),
        (b"openid-credential-offer://?credential_offer=1", "wallet-link"),
        (b"<!DOCTYPE html><p>", "web-page"),
        (b"\xef\xbb\xbf <HTML>", "web-page"),
        (b"<rss/>", "xml"),
        (b"https://university.example/c/1", "link"),
        (b"a.b.c.d.e", "encrypted"),
        (b"", "empty"),
        (b" \n", "empty"),
        (b"Bachelor of Science", "not-recognized"),
        (b"\0" * 100, "not-recognized"),
        (json.dumps({"type": "VerifiablePresentation"}).encode(), "presentation"),
        (json.dumps({"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"}).encode(), "older-badge"),
    ],
)
def test_it_is_named(data: bytes, code: str) -> None:
    with pytest.raises(NotACredential) as refused:
        read_credential(data)

    assert refused.value.code == code
    assert refused.value.message.endswith(".")
    assert issubclass(NotACredential, ParsingError)


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b'{"a": 1}', Form.LDP_VC),
        (JWS, Form.OB_JWT),
        (JWS + b"\n", Form.OB_JWT),
        (token({"vc": {}}), Form.JWT_VC_JSON),
        (token({}, typ="vc+jwt"), Form.VC_JWT),
        (token({"vc": {}}, typ="application/VC+JWT"), Form.VC_JWT),
        (token({}, typ="dc+sd-jwt"), Form.SD_JWT_VC),
        (token({}, typ="vc+sd-jwt"), Form.SD_JWT_VC),
        (JWS + b"~", Form.SD_JWT_VC),
        (JWS + b"~abc~", Form.SD_JWT_VC),
        (b"!!.!!.!!", None),
        (b"a.b", None),
        (b"A" * 2_000_000 + b".b.c", None),
    ],
)
def test_a_form_is_told_by_its_looks(data: bytes, form: Form | None) -> None:
    assert form_of(data) is form


def test_each_form_has_its_media_type_and_file_name() -> None:
    assert {form.value: (form.media_type, form.extension) for form in Form} == {
        "ldp_vc": ("application/vc", "json"),
        "vc+jwt": ("application/vc+jwt", "vc.jwt"),
        "jwt_vc_json": ("application/jwt", "jwt"),
        "ob-jwt": ("application/jwt", "badge.jwt"),
        "dc+sd-jwt": ("application/dc+sd-jwt", "sd-jwt"),
    }
