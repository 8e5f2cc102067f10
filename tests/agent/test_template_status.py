"""The template's member `status`."""

import pytest

from agent.issuance.draft import with_status
from agent.issuance.errors import InvalidTemplate
from agent.issuance.template import TemplateDocument
from agent.issuance.template_status import StatusSettings
from vc.status import one_ed_tech
from vc.status.entry import build_entry

URL = "https://acme.example.org/status/1"


@pytest.mark.parametrize(
    ("status", "settings"),
    [
        (None, StatusSettings("bitstring", ("revocation",))),
        ({}, StatusSettings("bitstring", ("revocation",))),
        ({"purposes": ["revocation"]}, StatusSettings()),
        ({"purposes": ["suspension", "revocation"]}, StatusSettings("bitstring", ("revocation", "suspension"))),
        ({"kind": "1EdTechRevocationList"}, StatusSettings("1EdTechRevocationList", ("revocation",))),
    ],
)
def test_what_a_template_may_say(template_json, status, settings):
    if status is not None:
        template_json["status"] = status

    assert TemplateDocument.parse(template_json).status == settings


@pytest.mark.parametrize(
    ("status", "path", "reason"),
    [
        ({"kind": "StatusList2021"}, "/status/kind", "not one of bitstring, 1EdTechRevocationList"),
        ({"purposes": ["refresh"]}, "/status/purposes", "'refresh' is not one of"),
        ({"purposes": ["suspension"]}, "/status/purposes", "must include revocation"),
        ({"purposes": "revocation"}, "/status/purposes", "list"),
        ({"kind": "1EdTechRevocationList", "purposes": ["revocation", "suspension"]}, "/status/purposes", "bitstring"),
        ({"purpose": ["revocation"]}, "/status/purpose", "not a member"),
        ("bitstring", "/status", "must be an object"),
    ],
)
def test_what_it_may_not_say_is_named(template_json, status, path, reason):
    template_json["status"] = status

    with pytest.raises(InvalidTemplate, match=reason) as refused:
        TemplateDocument.parse(template_json)
    assert refused.value.path == path


def test_one_entry_is_an_object_and_two_are_a_list():
    one, two = build_entry(URL, 1), build_entry(URL + "1", 2, "suspension")

    assert with_status({"@context": []}, [])["@context"] == []
    assert with_status({"@context": []}, [one])["credentialStatus"] == one
    assert with_status({"@context": []}, [one, two])["credentialStatus"] == [one, two]


def test_a_type_that_the_contexts_lack_brings_its_context():
    draft = {"@context": ["https://www.w3.org/ns/credentials/v2"]}

    made = with_status(draft, [one_ed_tech.build_entry(URL)])

    assert made["@context"][1:] == ["https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"]
    assert draft["@context"] == ["https://www.w3.org/ns/credentials/v2"]
