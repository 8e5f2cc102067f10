"""An achievement as claims of an SD-JWT VC: every fact is there, under a name that people read, and no link to all of it."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.issuance.draft import build_credential
from agent.issuance.errors import RowRefused
from agent.issuance.rows import Row
from agent.issuance.sd_jwt_claims import claims_of
from agent.issuance.template import TemplateDocument
from did.keys import KeyType
from tests.agent.conftest import DATA
from tests.vc.world import KeyPair
from vc.sd_jwt.issue import NEVER_DISCLOSABLE, PreparedSdJwtVc
from vc.sd_jwt.read import read

ISSUER = "did:web:acme.example.org"
VCT = "https://acme.example.org/types/bachelor"
PAGE = "https://acme.example.org/c/8cb2f1"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
STATUS = {"status_list": {"idx": 7, "uri": "https://acme.example.org/status/9"}}
VALUES = {
    "recipient_name": "O'Brien, Siobhán",
    "student_id": "0004711",
    "recipient_email": "ada@example.org",
    "awarded_on": "2026-06-30",
    "result": "1.7",
    "/credentialSubject/programme": "BSc Économie",
}


def draft(**more: str) -> dict[str, Any]:
    template = TemplateDocument.parse(json.loads((DATA / "template-bachelor.json").read_text()))
    return build_credential(
        template,
        Row(1, 2, {**VALUES, **more}),
        issuer_id=ISSUER,
        credential_id=PAGE,
        achievement_id="urn:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        valid_from=NOW,
        email_salt="c2FsdA",
    )


def test_every_fact_of_an_achievement_is_a_readable_claim() -> None:
    document = draft()

    claims, disclosable = claims_of(document, vct=VCT, issued_at=NOW, status=STATUS)

    assert claims["iss"] == ISSUER
    assert claims["vct"] == VCT
    assert claims["iat"] == int(NOW.timestamp())
    assert claims["nbf"] == int(datetime(2026, 6, 30, tzinfo=UTC).timestamp())
    assert claims["status"] == STATUS
    assert claims["awarded_date"] == "2026-06-30"
    assert claims["name"] == "O'Brien, Siobhán"
    assert claims["student_id"] == "0004711"
    assert claims["result"] == "1.7"
    assert claims["programme"] == "BSc Économie"
    assert claims["email_hash"] == {
        "hash": document["credentialSubject"]["identifier"][-1]["identityHash"],
        "salt": "c2FsdA",
    }
    achievement = document["credentialSubject"]["achievement"]
    assert claims["achievement"]["name"] == achievement["name"]
    assert claims["achievement"]["description"] == achievement["description"]
    assert claims["achievement"]["criteria"]["narrative"] == achievement["criteria"]["narrative"]
    assert claims["issuer"]["name"] == document["issuer"]["name"]
    assert {path[0] for path in disclosable} == {"name", "student_id", "email_hash", "result", "programme"}


def test_no_claim_leads_to_a_page_with_all_claims() -> None:
    claims, _disclosable = claims_of(draft(), vct=VCT, issued_at=NOW, status=STATUS)

    assert "jti" not in claims
    assert "id" not in claims
    assert PAGE not in json.dumps(claims)


def test_what_is_disclosable_by_default_can_be_issued_and_hidden() -> None:
    claims, disclosable = claims_of(draft(), vct=VCT, issued_at=NOW, status=STATUS)
    signer = KeyPair(f"{ISSUER}#key-1", KeyType.P256)

    token = PreparedSdJwtVc(signer, vct=VCT).secure(
        claims, disclosable=disclosable, salt=lambda: secrets.token_urlsafe(16)
    )

    assert read(token).claims == claims
    hidden = read(token.partition("~")[0] + "~").claims
    assert claims.keys() - hidden.keys() == {path[0] for path in disclosable}
    assert "Siobhán" not in json.dumps(hidden, ensure_ascii=False)


def test_an_end_a_title_of_its_own_and_evidence_are_mapped() -> None:
    document = draft(valid_until="2030-12-31", evidence_url="https://acme.example.org/work/1")
    document["name"] = "Another title"

    claims, disclosable = claims_of(document, vct=VCT, issued_at=NOW)

    assert claims["exp"] == int(datetime(2030, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())
    assert claims["evidence"] == ["https://acme.example.org/work/1"]
    assert claims["title"] == "Another title"
    assert ("evidence",) in disclosable
    assert ("title",) not in disclosable


def test_the_issuer_may_have_another_name_on_the_web() -> None:
    claims, _disclosable = claims_of(draft(), vct=VCT, issued_at=NOW, iss="https://acme.example.org/t/acme")

    assert claims["iss"] == "https://acme.example.org/t/acme"


def test_a_subject_with_an_identifier_is_sub_and_may_be_hidden() -> None:
    document = draft()
    document["credentialSubject"]["id"] = "did:example:ada"

    claims, disclosable = claims_of(document, vct=VCT, issued_at=NOW)

    assert claims["sub"] == "did:example:ada"
    assert ("sub",) in disclosable


@pytest.mark.parametrize("name", sorted({*NEVER_DISCLOSABLE, "sub", "iat", "jti"} - {"type"}))
def test_a_claim_of_a_template_cannot_take_a_name_with_a_meaning(name: str) -> None:
    document = draft()
    document["credentialSubject"][name] = "anything"

    with pytest.raises(RowRefused, match="means something else"):
        claims_of(document, vct=VCT, issued_at=NOW)


def test_two_members_cannot_become_one_claim() -> None:
    document = draft()
    document["credentialSubject"]["name"] = "Somebody else"

    with pytest.raises(RowRefused, match="a claim named name"):
        claims_of(document, vct=VCT, issued_at=NOW)


def test_several_subjects_are_refused() -> None:
    document = draft()
    document["credentialSubject"] = [document["credentialSubject"]]

    with pytest.raises(RowRefused, match="one subject"):
        claims_of(document, vct=VCT, issued_at=NOW)


def test_a_credential_without_issuer_is_refused() -> None:
    document = draft()
    del document["issuer"]

    with pytest.raises(RowRefused, match="names no issuer"):
        claims_of(document, vct=VCT, issued_at=NOW)
