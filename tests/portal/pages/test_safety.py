"""What a hostile credential may not do to the page that shows it."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.pages.text import fit, isolated, pretty_json, value, visible
from tests.portal.pages.reading import Page
from tests.portal.pages.samples import ANCHOR, ORIGIN, credential, report, with_names
from vc.report import Check, Outcome, Report

PATHS = ["/", "/verify", "/c/demo-1", "/c/revoked", "/c/undecided", "/c/plain", "/c/private", "/c/nope", "/c/scripts"]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></textarea><svg onload=alert(1)>",
    "{{ 7*7 }}{% include '/etc/passwd' %}",
    "javascript:alert(1)",
    "&lt;b&gt; &amp;",
    "\u202egnp.exe\u202c \u2066x\u2069 \u200b\ufeff\x00\x1b[31m",
    "محمد بن عبد الله",
    "e" + "\u0301\u0316" * 900,
    "x" * 5_000,
    "字" * 5_000,
    '"&<>' * 1_250,
    "\u202e" * 5_000,
    "line\n" * 500,
    "",
    " ",
]


@pytest.mark.parametrize("path", PATHS)
def test_pages_hold_no_inline_style_script_or_foreign_address(client, path):
    page = Page(client.get(path).text)

    assert page.balanced
    assert not page.all("script")
    assert not page.all("style")
    assert not [a for _, a in page.elements if "style" in a or any(name.startswith("on") for name in a)]
    assert all(link.startswith(("/", "#", f"{ORIGIN}/")) for link in page.links())
    assert not [link for link in page.links() if link.startswith("//")]


@pytest.mark.parametrize("name", HOSTILE)
def test_no_value_becomes_markup(client, source, name):
    clean = Page(client.get("/c/demo-1").text)
    source.add(credential("hostile", with_names(name)), report())

    response = client.get("/c/hostile")
    page = Page(response.text)

    assert response.status_code == 200
    assert page.balanced
    assert {tag for tag, _ in page.elements} <= {tag for tag, _ in clean.elements} | {"mark"}
    assert {key for _, a in page.elements for key in a} <= {key for _, a in clean.elements for key in a}
    assert all(link.startswith(("/", "#", f"{ORIGIN}/")) for link in page.links())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_credential_page_stays_within_60_kb(client, source, name):
    big = with_names(name)
    big["credentialSubject"]["many"] = [{"note": name, "index": n} for n in range(300)]
    detail = {name[:50] or "x": [name] * 50}
    checks = [Check(check.name, Outcome.UNDECIDED, name, name, detail) for check in report().checks]
    checks += [Check(f"check-{n}", Outcome.UNDECIDED, name, name, detail) for n in range(20)]
    anchor = {**ANCHOR, "more": [name] * 100}
    source.add(credential("big", big, anchor=anchor, award_reason=name), Report(tuple(checks)))

    assert len(client.get("/c/big").content) <= 60_000


def test_page_style_font_and_qr_code_together_stay_within_65_kb(client):
    page = Page(client.get("/c/demo-1").text)
    fetched = {a["href"] for a in page.all("link") if a["rel"] in {"stylesheet", "preload", "icon"}}

    total = sum(len(client.get(path).content) for path in fetched | {"/c/demo-1", "/c/demo-1/qr.svg"})

    assert total <= 65_000
    assert len(client.get("/c/demo-1").content) <= 30_000


def test_steering_characters_are_written_out(client, source):
    source.add(credential("spoof", with_names("invoice\u202egpj.exe")), report())

    text = client.get("/c/spoof").text

    assert "\u202e" not in text
    assert "invoice<mark>⟨U+202E⟩</mark>gpj.exe" in text


def test_each_value_is_isolated_and_right_to_left_text_is_kept(client, source):
    name = "فاطمة الزهراء"
    source.add(credential("rtl", with_names(name)), report())

    response = client.get("/c/rtl")

    assert f"<bdi>{name}</bdi>" in response.text
    assert Page(response.text).meta("og:title").startswith("\u2068" + name + "\u2069")


def test_a_value_of_5000_characters_is_shown_whole_among_the_claims(client, source):
    name = "".join(chr(97 + n % 26) for n in range(5_000))
    doc = with_names("short")
    doc["credentialSubject"]["thesis"] = name
    source.add(credential("long", doc), report())

    assert name in Page(client.get("/c/long").text).text


@pytest.mark.parametrize(
    "doc",
    [
        {},
        {"issuer": 7, "credentialSubject": "x", "validFrom": [], "type": 3, "id": {}},
        {"issuer": {"id": [], "name": {}}, "credentialSubject": [[], None, 5, {"achievement": []}]},
        {
            "issuer": {"name": {"@value": 5}},
            "credentialSubject": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": 1}}}}}}}},
        },
        {"validFrom": "99999-01-01T00:00:00Z", "validUntil": "0001-01-01T00:00:00+14:00", "type": [None, 4]},
        {"credentialSubject": {"identifier": [3, {"identityType": "name", "hashed": True, "identityHash": "x"}]}},
        {"credentialSubject": {"achievement": {"name": [{"@value": "B", "@language": "en"}]}}, "issuer": "did:web:"},
    ],
)
def test_a_malformed_document_still_gets_a_page(client, source, doc):
    source.add(credential("odd", doc), report(structure=Outcome.FAILED))

    response = client.get("/c/odd")

    assert response.status_code == 200
    assert "Not verified" in response.text


@given(st.text(max_size=300))
def test_a_value_never_opens_an_element(text):
    shown = str(value(text))

    inner = shown.removeprefix("<bdi>").removesuffix("</bdi>")
    assert "<" not in inner.replace("<mark>", "").replace("</mark>", "")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\ud800-\udfff]", shown)
    shown.encode()


@given(st.text(max_size=300), st.integers(1, 60))
def test_text_for_titles_is_one_clipped_line(text, limit):
    shown = isolated(text, limit)

    assert "\n" not in shown
    shown.encode()


@given(st.text(max_size=400), st.integers(1, 400), st.integers(60, 800))
def test_fitted_text_keeps_to_its_room(text, max_chars, max_bytes):
    fitted = fit(text, max_chars, max_bytes)

    assert len(fitted) <= max_chars
    assert len(value(fitted).encode()) <= max_bytes
    assert text.startswith(fitted.removesuffix("…").rstrip()) or fitted == text


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=200), max_size=6), st.integers(10, 3_000))
def test_the_raw_view_is_bounded_and_free_of_steering_characters(document, max_bytes):
    shown, cut = pretty_json(document, max_bytes)

    assert len(shown.encode()) <= max_bytes
    assert "\u202e" not in shown
    if not cut:
        assert json.loads(shown) == document


def test_visible_keeps_joiners_and_marks_that_scripts_need():
    assert visible("می\u200cخواهم क्\u200dष \u200f") == "می\u200cخواهم क्\u200dष \u200f"


def test_own_files_reach_for_nothing_outside():
    pages = Path(__file__).parents[3] / "portal" / "pages"
    for file in [*pages.glob("templates/*.html"), *pages.glob("static/**/*.css"), *pages.glob("static/**/*.svg")]:
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text.replace("plain http", ""), file
        assert "style=" not in text, file
        assert "|safe" not in text.replace(" ", ""), file
