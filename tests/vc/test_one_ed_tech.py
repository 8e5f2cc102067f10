"""1EdTech Revocation List Status Method 1.0: one case per rule."""

from __future__ import annotations

from typing import Any

import pytest

from vc.errors import MalformedValue, StatusInvalid
from vc.status import one_ed_tech

URL = "https://university.example/status/5"
ISSUER = "did:web:university.example"
MINE = "urn:uuid:7a1d3a54-8d0c-4e62-a0f5-3d6f7a2f9c11"
OTHER = "urn:uuid:0b7f5b61-4a1e-4a7d-9a58-1f6f0f8d2a33"
ENTRY = one_ed_tech.build_entry(URL)


def said(listed: dict[str, Any], *, credential_id: Any = MINE, issuer: str | None = ISSUER) -> bool:
    """Whether the list calls the credential good."""
    return one_ed_tech.check(ENTRY, listed, credential_id=credential_id, issuer=issuer).valid


def a_list(**changed: Any) -> dict[str, Any]:
    made = {**one_ed_tech.build_list(URL, issuer=ISSUER, revoked_ids=[OTHER]), **changed}
    return {name: value for name, value in made.items() if value is not None}


def test_the_list_is_written_as_the_method_says() -> None:
    assert one_ed_tech.build_list(URL, issuer=ISSUER, revoked_ids=[MINE, OTHER]) == {
        "id": URL,
        "issuer": ISSUER,
        "revokedCredential": [{"id": OTHER, "revoked": True}, {"id": MINE, "revoked": True}],
    }
    assert ENTRY == {"id": URL, "type": "1EdTechRevocationList"}


def test_a_credential_is_revoked_when_its_id_is_in_the_list() -> None:
    assert said(a_list())
    assert not said(one_ed_tech.build_list(URL, issuer=ISSUER, revoked_ids=[MINE, OTHER]))


@pytest.mark.parametrize(
    ("item", "good"),
    [
        ({"id": MINE}, False),
        ({"id": MINE, "revoked": True}, False),
        ({"id": MINE, "revocationReason": "Typing error"}, False),
        ({"id": MINE, "revoked": False}, True),
        ({"id": OTHER}, True),
    ],
)
def test_an_item_without_revoked_counts_as_revoked(item: dict[str, Any], good: bool) -> None:  # noqa: FBT001
    assert said(a_list(revokedCredential=[item])) is good
    assert said(a_list(revokedCredential=item)) is good


def test_the_members_other_name_is_read_too() -> None:
    """Issuers and older validators of the publisher write `revokedCredentials`."""
    assert not said(a_list(revokedCredential=None, revokedCredentials=[{"id": MINE}]))
    assert not said(a_list(revokedCredentials=[{"id": MINE}]))


def test_the_issuer_may_be_an_object() -> None:
    assert said(a_list(issuer={"id": ISSUER, "type": "Profile"}))


@pytest.mark.parametrize(
    ("changed", "error", "reason"),
    [
        ({"id": "https://university.example/status/6"}, StatusInvalid, "not the one"),
        ({"id": None}, StatusInvalid, "not the one"),
        ({"issuer": "did:web:other.example"}, StatusInvalid, "another issuer"),
        ({"issuer": None}, StatusInvalid, "another issuer"),
        ({"revokedCredential": None}, MalformedValue, "must be present"),
        ({"revokedCredential": "none"}, MalformedValue, "must be a list"),
        ({"revokedCredential": [MINE]}, MalformedValue, "/revokedCredential/0"),
        ({"revokedCredential": [{"revoked": True}]}, MalformedValue, "/revokedCredential/0"),
        ({"revokedCredential": [{"id": MINE, "revoked": "yes"}]}, MalformedValue, "/revokedCredential/0"),
    ],
)
def test_a_list_that_cannot_be_relied_on_says_nothing(
    changed: dict[str, Any], error: type[Exception], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        said(a_list(**changed))


@pytest.mark.parametrize("credential_id", [None, "", 7])
def test_a_credential_without_an_id_cannot_be_looked_up(credential_id: Any) -> None:
    with pytest.raises(MalformedValue, match="/id"):
        said(a_list(), credential_id=credential_id)


@pytest.mark.parametrize("url", [None, 7, "urn:list:1", "ftp://a.example/list", "https://a.example/a b"])
def test_a_list_without_a_web_address_is_refused(url: Any) -> None:
    with pytest.raises(MalformedValue, match="/id"):
        one_ed_tech.list_url_of({"id": url, "type": one_ed_tech.TYPE})


def test_a_credential_of_nobody_has_no_list() -> None:
    with pytest.raises(StatusInvalid, match="another issuer"):
        said(a_list(issuer=None), issuer=None)
