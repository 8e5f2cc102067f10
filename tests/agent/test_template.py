"""Templates: what is accepted, and that each refusal names the member."""

import copy
import re
from datetime import UTC, datetime

import pytest

from agent.issuance.dates import DateFormat, Duration
from agent.issuance.errors import InvalidTemplate
from agent.issuance.mapping import HIGHEST_MAX_LENGTH
from agent.issuance.template import TemplateDocument, Validity

MINIMAL = {
    "version": 1,
    "achievement": {"name": "A", "description": "B", "criteria": {"narrative": "C"}},
    "columns": {"recipient_name": {"column": "Name", "required": True}},
    "issuer": {"name": "Acme"},
}


def changed(path, value):
    """`MINIMAL` with one member set; None removes it."""
    template = copy.deepcopy(MINIMAL)
    *way, last = path
    place = template
    for name in way:
        place = place.setdefault(name, {})
    if value is None:
        del place[last]
    else:
        place[last] = value
    return template


def test_the_template_of_the_graduates_file_is_read(template):
    assert template.achievement.name == "Bachelor's degree"
    assert template.columns["awarded_on"].date_format == DateFormat("DD/MM/YYYY")
    assert template.claims[0].pointer == "/credentialSubject/programme"
    assert list(template.inputs())[-1] == "/credentialSubject/programme"


def test_what_a_template_leaves_out_has_a_default():
    template = TemplateDocument.parse(MINIMAL)

    assert (template.identity, template.cryptosuite, template.formats) == ("did:web", "eddsa-rdfc-2022", ("ldp_vc",))
    assert template.validity == Validity()
    assert template.unique == ()


def test_student_number_and_address_are_unique_unless_said_otherwise():
    columns = {**MINIMAL["columns"], "student_id": {"column": "No"}, "recipient_email": {"column": "Mail"}}

    assert TemplateDocument.parse({**MINIMAL, "columns": columns}).unique == ("student_id", "recipient_email")
    assert TemplateDocument.parse({**MINIMAL, "columns": columns, "unique": []}).unique == ()


CLAIM = {"pointer": "/credentialSubject/programme", "term": "https://example.org/v#programme"}


@pytest.mark.parametrize(
    ("path", "value", "pointer", "reason"),
    [
        (["version"], None, "/version", "is required"),
        (["version"], 2, "/version", "must be 1"),
        (["colour"], "red", "/colour", "is not a member"),
        (["achievement"], None, "/achievement", "is required"),
        (["achievement"], [], "/achievement", "must be an object, not a list"),
        (["achievement", "name"], 7, "/achievement/name", "must be a text, not a number"),
        (["achievement", "name"], "  ", "/achievement/name", "must not be empty"),
        (["achievement", "name"], "x" * 501, "/achievement/name", "longer than 500"),
        (["achievement", "name"], "x\x07", "/achievement/name", "control character"),
        (["achievement", "description"], None, "/achievement/description", "is required"),
        (["achievement", "criteria"], {}, "/achievement/criteria/narrative", "is required"),
        (["achievement", "criteria", "url"], "here", "/achievement/criteria/url", "not an http or https URL"),
        (["achievement", "image"], "data:image/png;base64,AA", "/achievement/image", "not an http or https URL"),
        (["achievement", "type"], "Bachelor", "/achievement/type", "no Open Badges achievement type"),
        (["achievement", "tags"], "degree", "/achievement/tags", "must be a list"),
        (["achievement", "tags"], ["a", 1], "/achievement/tags/1", "must be a text"),
        (["achievement", "tags"], ["a", "a"], "/achievement/tags", "twice"),
        (["achievement", "colour"], "red", "/achievement/colour", "is not a member"),
        (["columns"], {}, "/columns", "one of recipient_name"),
        (["columns", "recipient_name", "required"], False, "/columns", "one of recipient_name"),
        (["columns", "recipient_name", "required"], "yes", "/columns/recipient_name/required", "true or false"),
        (["columns", "recipient_name", "column"], None, "/columns/recipient_name/column", "is required"),
        (["columns", "recipient_name", "max_length"], 0, "/columns/recipient_name/max_length", "from 1 to"),
        (["columns", "recipient_name", "max_length"], True, "/columns/recipient_name/max_length", "from 1 to"),
        (["columns", "recipient_name", "max_length"], HIGHEST_MAX_LENGTH + 1, "/columns/recipient_name/max_length", "to"),
        (["columns", "recipient_name", "type"], "email", "/columns/recipient_name/type", "is of type text"),
        (["columns", "recipient_name", "type"], "colour", "/columns/recipient_name/type", "is not one of"),
        (["columns", "recipient_name", "date_format"], "ISO", "/columns/recipient_name/date_format", "only a date"),
        (["columns", "recipient_name", "colum"], "x", "/columns/recipient_name/colum", "is not a member"),
        (["columns", "given_name"], {"column": "First"}, "/columns", "either recipient_name, or"),
        (["columns", "shoe_size"], {"column": "S"}, "/columns/shoe_size", "is not a field; the fields are recipient_name"),
        (["columns", "awarded_on"], {"column": "D", "date_format": "DD/MM/YY"}, "/columns/awarded_on/date_format", "only DD"),
        (["columns", "awarded_on"], {"column": "D", "date_format": "MM/YYYY"}, "/columns/awarded_on/date_format", "each once"),
        (["columns", "awarded_on"], {"column": "D", "date_format": "DDMMYYYY"}, "/columns/awarded_on/date_format", "separator"),
        (["claims", "P"], {}, "/claims/P/pointer", "is required"),
        (["claims", "P/Q~"], {}, "/claims/P~1Q~0/pointer", "is required"),
        (["claims", "P"], {**CLAIM, "pointer": "/issuer/name"}, "/claims/P/pointer", "must be /credentialSubject/"),
        (["claims", "P"], {**CLAIM, "pointer": "/credentialSubject/a/b"}, "/claims/P/pointer", "must be /credentialSubject/"),
        (["claims", "P"], {**CLAIM, "pointer": "/credentialSubject/@id"}, "/claims/P/pointer", "must be /credentialSubject/"),
        (["claims", "P"], {**CLAIM, "pointer": "/credentialSubject/id"}, "/claims/P/pointer", "written by the node"),
        (["claims", "P"], {"pointer": "/credentialSubject/programme"}, "/claims/P/pointer", 'give "term"'),
        (["claims", "P"], {**CLAIM, "pointer": "/credentialSubject/role"}, "/claims/P/term", "already defines"),
        (["claims", "P"], {**CLAIM, "pointer": "/credentialSubject/proof_"}, None, None),
        (["claims", "P"], {**CLAIM, "pointer": "/credentialSubject/Profile"}, "/claims/P/term", "already defines"),
        (["claims", "P"], {**CLAIM, "term": "programme"}, "/claims/P/term", "http or https URL"),
        (["claims", "P"], {**CLAIM, "type": "email"}, "/claims/P/type", "never put into a credential in plain"),
        (["claims"], {"P": CLAIM, "Q": CLAIM}, "/claims", "already filled by the column 'P'"),
        (["unique"], ["student_id"], "/unique/0", "is not mapped"),
        (["validity"], {"kind": "forever"}, "/validity/kind", "is not one of none, until, duration"),
        (["validity"], {"kind": "until"}, "/validity/date", "is required"),
        (["validity"], {"kind": "until", "date": "2026-02-30"}, "/validity/date", "does not exist"),
        (["validity"], {"kind": "duration", "duration": "2 years"}, "/validity/duration", "ISO 8601"),
        (["validity"], {"kind": "duration", "duration": "P0D"}, "/validity/duration", "no time at all"),
        (["validity"], {"kind": "duration", "duration": "P300Y"}, "/validity/duration", "200 years"),
        (["validity"], {"kind": "duration", "duration": "PT1H"}, "/validity/duration", "ISO 8601"),
        (["validity"], {"kind": "none", "date": "2026-01-01"}, "/validity/date", "is not a member"),
        (["issuer"], {}, "/issuer/name", "is required"),
        (["issuer", "did"], "did:web:x", "/issuer/did", "is not a member"),
        (["identity"], "did:key", "/identity", "is not one of did:web, did:ethr"),
        (["cryptosuite"], "rsa-2048", "/cryptosuite", "is not one of"),
        (["formats"], ["pdf"], "/formats/0", "is not one of ldp_vc, vc+jwt"),
    ],
)  # fmt: skip
def test_a_wrong_member_is_named(path, value, pointer, reason):
    template = changed(path, value)
    if pointer is None:
        TemplateDocument.parse(template)
        return

    with pytest.raises(InvalidTemplate, match=re.escape(reason)) as caught:
        TemplateDocument.parse(template)
    assert caught.value.path == pointer


def test_a_field_and_a_claim_cannot_fill_one_member():
    template = changed(["columns", "role"], {"column": "Role"})
    template["claims"] = {"Part": {"pointer": "/credentialSubject/role"}}

    with pytest.raises(InvalidTemplate, match="already filled by /columns/role"):
        TemplateDocument.parse(template)


@pytest.mark.parametrize("value", [None, [], "text", 1, True])
def test_a_template_is_an_object(value):
    with pytest.raises(InvalidTemplate, match="the template: must be an object"):
        TemplateDocument.parse(value)


# --- dates and durations -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date_format", "text", "iso"),
    [
        ("ISO", "2026-03-01", "2026-03-01"),
        ("DD/MM/YYYY", "1/3/2026", "2026-03-01"),
        ("MM/DD/YYYY", "03/01/2026", "2026-03-01"),
        ("D. M. YYYY", "1. 3. 2026", "2026-03-01"),
        ("YYYY年MM月DD日", "2026年3月1日", "2026-03-01"),
    ],
)
def test_date_formats(date_format, text, iso):
    assert DateFormat.parse(date_format).read(text).isoformat() == iso


@pytest.mark.parametrize(
    ("duration", "start", "end"),
    [
        ("P2Y", (2026, 6, 1), (2028, 6, 1)),
        ("P1Y", (2028, 2, 29), (2029, 2, 28)),
        ("P1M", (2026, 1, 31), (2026, 2, 28)),
        ("P18M", (2026, 8, 1), (2028, 2, 1)),
        ("P2W", (2026, 12, 25), (2027, 1, 8)),
        ("P1Y2M10D", (2026, 1, 1), (2027, 3, 11)),
    ],
)
def test_durations_follow_the_calendar(duration, start, end):
    assert Duration.parse(duration).after(datetime(*start, 9, tzinfo=UTC)) == datetime(*end, 9, tzinfo=UTC)
