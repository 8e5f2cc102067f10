"""The page of a credential: its verdict, its looks, its representations."""

import hashlib
import itertools
import json

import pytest

from portal.pages.phrases import HEADLINES, Standing
from portal.pages.results import build_result
from tests.portal.pages.reading import Page
from tests.portal.pages.samples import (
    ANCHOR,
    DOCUMENT,
    FAILED,
    LINES,
    NOW,
    PASSED,
    UNDECIDED,
    credential,
    document,
    report,
)
from vc.report import Check, Report, Verdict

LOOKS = {
    "demo-1": ("verified", "Verified"),
    "revoked": ("revoked", "Revoked"),
    "suspended": ("suspended", "Suspended"),
    "expired": ("expired", "Expired"),
    "early": ("not-yet-valid", "Not valid yet"),
    "altered": ("not-verified", "Not verified"),
    "undecided": ("undecided", "Could not tell"),
}


def result_for(checks: Report, doc=DOCUMENT, **more):
    return build_result(
        data=json.dumps(doc).encode(), document=doc, report=checks, anchor=None, local_chain=None, now=NOW, **more
    )


@pytest.mark.parametrize(("public_id", "look"), list(LOOKS.items()))
def test_each_standing_has_its_own_headline_and_look(client, public_id, look):
    page = Page(client.get(f"/c/{public_id}").text)

    classes = [a["class"] for a in page.all("section") if "verdict" in (a.get("class") or "").split()]
    assert classes == [f"verdict verdict-{look[0]}"]
    assert look[1] in page.text
    assert len(page.all("h1")) == 1


@pytest.mark.parametrize("outcomes", list(itertools.product([PASSED, FAILED, UNDECIDED], repeat=4)))
def test_the_page_never_says_more_than_the_report(outcomes):
    checks = report(**dict(zip(("proof", "status", "validity", "anchor"), outcomes, strict=True)))

    result = result_for(checks)

    assert (result.standing is Standing.VERIFIED) == (checks.verdict is Verdict.VERIFIED)
    assert result.standing.verdict is checks.verdict
    assert result.headline == HEADLINES[result.standing]


@pytest.mark.parametrize("name", LINES)
def test_a_check_that_could_not_be_finished_never_looks_good(client, source, name):
    source.add(credential("unsure", document(id="urn:unsure")), report(**{name: UNDECIDED}))

    text = client.get("/c/unsure").text

    assert "verdict-undecided" in text
    assert "verdict-verified" not in text
    assert 'icon" viewBox="0 0 48 48"' in text
    assert "Could not tell" in text


@pytest.mark.parametrize("state", ["revoked", "suspended"])
def test_the_nodes_own_record_wins_over_a_status_list_that_lags_behind(state):
    result = result_for(report(), award_state=state)

    assert result.standing is Standing(state)
    assert [check.outcome for check in result.checks if check.name == "status"] == ["failed"]


def test_a_revoked_credential_whose_proof_fails_is_plainly_not_verified():
    assert result_for(report(proof=FAILED), award_state="revoked").standing is Standing.NOT_VERIFIED


def test_a_status_list_that_cannot_be_trusted_is_no_revocation():
    broken = report().with_checks([Check("status", FAILED, "The list is foreign.", "bad-list")])

    assert result_for(broken).standing is Standing.NOT_VERIFIED


def test_the_reason_of_a_revocation_is_shown(client):
    assert "The thesis was withdrawn." in client.get("/c/revoked").text


def test_dates_are_given_for_expired_and_early_credentials(client):
    assert "It ended on 30 June 2025, 00:00\u00a0UTC." in client.get("/c/expired").text
    assert "It begins on 1 March 2027, 00:00\u00a0UTC." in client.get("/c/early").text


def test_an_unproved_document_is_quoted_not_asserted(client):
    assert "The document says it is awarded to" in client.get("/c/altered").text
    assert "The document says it is awarded to" in client.get("/c/undecided").text
    assert "The document says" not in client.get("/c/demo-1").text


def test_an_anchor_on_the_practice_chain_says_that_it_proves_nothing(client):
    text = client.get("/c/demo-1").text

    assert "proves nothing to outsiders" in text
    assert "anchor-proved" not in text


def test_an_anchor_that_is_not_final_says_so(client):
    text = client.get("/c/mined").text

    assert "Anchored, not final yet" in text
    assert "Polygon" in text
    assert "proves nothing to outsiders" not in text


def test_an_anchor_that_nobody_checked_is_only_a_claim():
    unasked = Report(tuple(check for check in report().checks if check.name != "anchor"))
    result = build_result(data=b"{}", document=DOCUMENT, report=unasked, anchor=ANCHOR, local_chain=None, now=NOW)

    assert result.anchor.tone == "undecided"


def test_link_previews_name_the_award_and_no_verdict(client):
    page = Page(client.get("/c/demo-1").text)

    assert page.meta("og:title") == "Bachelor of Science in Marine Biology · Acme University"
    assert "Zoë" in page.meta("og:description")
    assert "erified" not in page.meta("og:description") + page.meta("og:title")
    assert page.meta("robots") == "noindex"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("*/*", "text/html"),
        ("application/vc", "application/vc"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("text/html;q=0.5, application/vc", "application/vc"),
        ("application/vc;q=0, text/html", "text/html"),
        ("application/*", "application/vc"),
        ("image/png", "text/html"),
        ("application/vc;q=nonsense", "text/html"),
        (",;,=,q=1", "text/html"),
    ],
)
def test_the_representation_follows_accept(client, source, accept, media_type):
    response = client.get("/c/demo-1", headers={"Accept": accept})

    assert response.headers["content-type"].split(";")[0] == media_type
    assert response.headers["vary"] == "Accept"
    if media_type != "text/html":
        assert response.content == source.credentials["demo-1"].data
        assert response.headers["access-control-allow-origin"] == "*"


def test_a_compact_format_is_served_under_its_own_type(client, source):
    source.add(credential("jwt", format="vc+jwt", data=b"eyJ.eyJ.sig"), report())

    response = client.get("/c/jwt", headers={"Accept": "application/vc+jwt"})

    assert response.headers["content-type"] == "application/vc+jwt"
    assert response.content == b"eyJ.eyJ.sig"


@pytest.mark.parametrize("accept", ["text/html", "application/vc"])
def test_validators_spare_a_second_transfer(client, accept):
    first = client.get("/c/demo-1", headers={"Accept": accept})

    second = client.get("/c/demo-1", headers={"Accept": accept, "If-None-Match": first.headers["etag"]})

    assert second.status_code == 304
    assert not second.content
    assert second.headers["etag"] == first.headers["etag"]
    assert second.headers["vary"] == "Accept"


def test_a_changed_standing_changes_the_validator(client, source):
    before = client.get("/c/demo-1").headers["etag"]
    source.revoke_demo("demo-1")

    response = client.get("/c/demo-1", headers={"If-None-Match": before})

    assert response.status_code == 200
    assert "Revoked" in response.text


def test_caches_must_ask_each_time_and_only_public_pages_are_shared(client, source):
    source.add(credential("open", visibility="public"), report())

    assert client.get("/c/demo-1").headers["cache-control"] == "private, no-cache"
    assert client.get("/c/open").headers["cache-control"] == "public, no-cache"


def test_security_headers(client):
    headers = client.get("/c/demo-1").headers

    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-robots-tag"] == "noindex"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"


def test_files_beside_the_page(client, source):
    file = client.get("/c/demo-1/credential")
    anchor = client.get("/c/demo-1/anchor.json")
    qr = client.get("/c/demo-1/qr.svg")

    assert file.content == source.credentials["demo-1"].data
    assert file.headers["content-disposition"] == 'attachment; filename="credential-demo-1.json"'
    assert hashlib.sha256(file.content).hexdigest() in client.get("/c/demo-1").text
    assert anchor.json() == ANCHOR
    assert anchor.headers["content-type"] == "application/json"
    assert qr.headers["content-type"].startswith("image/svg+xml")
    assert qr.text.startswith("<svg")


def test_a_credential_without_anchor_has_no_anchor_file(client):
    assert client.get("/c/expired/anchor.json").status_code == 404
    assert "anchor.json" not in client.get("/c/expired").text


@pytest.mark.parametrize("path", ["", "/credential", "/anchor.json", "/qr.svg"])
def test_private_and_unknown_credentials_show_nothing(client, path):
    for accept in ("text/html", "application/vc"):
        private = client.get(f"/c/private{path}", headers={"Accept": accept})
        unknown = client.get(f"/c/nope{path}", headers={"Accept": accept})

        assert (private.status_code, unknown.status_code) == (403, 404)
        assert "Zoë" not in private.text
        assert "Marine" not in private.text


@pytest.mark.parametrize("public_id", ["x" * 65, "a%00b", "..%2f..%2fetc", "%F0%9F%92%A9", "a b"])
def test_impossible_ids_are_never_looked_up(client, source, public_id):
    def refuse(_public_id):
        pytest.fail("looked up")

    source.find_credential = refuse

    assert client.get(f"/c/{public_id}").status_code == 404


def test_head_answers_like_get_without_a_body(client):
    assert client.head("/c/demo-1").status_code == 200


def test_a_result_is_named_after_its_description(client):
    text = client.get("/c/demo-1").text

    assert "<bdi>Final grade</bdi>" in text
    assert "<bdi>urn:example:final-grade</bdi>" not in text
