"""RFC 9116, and 404 where nobody is named."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.security_txt import text_of

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def fields(text):
    return dict(line.split(": ", 1) for line in text.strip().splitlines())


@pytest.mark.parametrize(
    ("contact", "written"),
    [
        ("security@uni.example", "mailto:security@uni.example"),
        ("mailto:security@uni.example", "mailto:security@uni.example"),
        ("https://uni.example/report", "https://uni.example/report"),
        ("tel:+1-201-555-0123", "tel:+1-201-555-0123"),
    ],
)
def test_the_contact_is_a_uri(contact, written):
    assert fields(text_of(contact, origin="https://uni.example", now=NOW))["Contact"] == written


def test_it_expires_within_a_year_and_names_its_own_address():
    found = fields(text_of("a@b.example", origin="https://uni.example", now=NOW))
    expires = datetime.strptime(found["Expires"], "%Y-%m-%dT%H:%M:%S%z")

    assert NOW < expires < NOW + timedelta(days=365)
    assert found["Canonical"] == "https://uni.example/.well-known/security.txt"


def test_a_node_without_a_contact_has_no_such_file(node, client):
    assert client.get("/.well-known/security.txt").status_code == 404


def test_a_node_with_a_contact_serves_it_as_text(node, client):
    object.__setattr__(node, "settings", node.settings.model_copy(update={"security_contact": "a@b.example"}))

    answer = client.get("/.well-known/security.txt")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert fields(answer.text)["Contact"] == "mailto:a@b.example"
