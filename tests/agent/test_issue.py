"""Rows become credentials: every good value reappears, the address only hashed, and what leaves verifies."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import rfc8785

from agent.issuance.draft import build_credential, period_of, with_status
from agent.issuance.errors import IssuedCredentialInvalid, RowRefused
from agent.issuance.issue import CredentialIssuer, issue_credential
from agent.issuance.rows import Row, read_rows
from agent.issuance.template import TemplateDocument
from agent.keys.custody import SignatureRefused
from agent.keys.local import LocalSigner
from did.document import VerificationMethod
from did.keys import KeyType, PublicKey
from tests.agent.conftest import DATA
from vc.badges.open_badges import check_achievement_credential
from vc.errors import ProofGenerationError, ProofInvalid
from vc.proofs.data_integrity import verify_proofs
from vc.status.entry import build_entry

ISSUER = "did:web:acme.example.org"
ACHIEVEMENT = "urn:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301"
ENTRY = build_entry("https://acme.example.org/status/1", 7)


def draft_of(template, row, *, valid_from, credential_id="https://acme.example.org/c/1", salt="c2FsdA"):
    draft = build_credential(
        template,
        row,
        issuer_id=ISSUER,
        credential_id=credential_id,
        achievement_id=ACHIEVEMENT,
        valid_from=valid_from,
        email_salt=salt,
    )
    return with_status(draft, [ENTRY])


def verify(document, public_key, now):
    method = VerificationMethod(f"{ISSUER}#key-1", "Multikey", ISSUER, public_key)
    verify_proofs(document, get_key=lambda _url, _purpose: method, now=now, expected_purpose="assertionMethod")


@pytest.fixture
def row():
    values = {
        "recipient_name": "O'Brien, Siobhán",
        "student_id": "0004711",
        "recipient_email": "ada@example.org",
        "awarded_on": "2026-06-30",
        "result": "1.7",
        "/credentialSubject/programme": "BSc Économie",
    }
    return Row(1, 2, values)


# --- every value of the thousand rows --------------------------------------------------------------


@pytest.mark.parametrize("name", ["graduates.csv", "graduates-semicolon-latin1.csv", "graduates.xlsx"])
def test_every_good_value_reappears_byte_equal_in_its_credential(name, template, now):
    """Two exceptions, both by design: the e-mail address is hashed with its salt; a date is an RFC 3339 time."""
    for row in read_rows((DATA / name).read_bytes(), name, template).rows:
        document = json.loads(json.dumps(draft_of(template, row, valid_from=now)))
        subject = document["credentialSubject"]
        identities = {one["identityType"]: one for one in subject["identifier"]}
        values = dict(row.values)

        assert identities["name"]["identityHash"] == values.pop("recipient_name")
        assert identities["identifier"]["identityHash"] == values.pop("student_id")
        address = identities["emailAddress"]
        digest = hashlib.sha256((values.pop("recipient_email") + address["salt"]).encode()).hexdigest()
        assert (address["hashed"], address["identityHash"]) == (True, f"sha256${digest}")
        day = values.pop("awarded_on")
        assert document["validFrom"] == document["awardedDate"] == f"{day}T00:00:00Z"
        assert subject["programme"] == values.pop("/credentialSubject/programme")
        if "result" in values:
            assert subject["result"] == [{"type": ["Result"], "value": values.pop("result")}]
        assert subject.get("narrative") == values.pop("narrative", None)
        assert values == {}


def test_the_plain_address_is_nowhere_in_the_credential(template, row, signer, now):
    issued = issue_credential(
        draft_of(template, row, valid_from=now), signer=signer, cryptosuite="eddsa-rdfc-2022", now=now
    )

    assert b"ada@example.org" not in issued.data


# --- what is secured ---------------------------------------------------------------------------------


SUITES = [
    ("eddsa-rdfc-2022", KeyType.ED25519, 32),
    ("eddsa-jcs-2022", KeyType.ED25519, 32),
    ("Ed25519Signature2020", KeyType.ED25519, 32),
    ("ecdsa-rdfc-2019", KeyType.P256, 32),
    ("ecdsa-jcs-2019", KeyType.P256, 32),
    ("ecdsa-rdfc-2019", KeyType.P384, 48),
]


@pytest.mark.parametrize(("suite", "key_type", "size"), SUITES)
def test_an_issued_credential_verifies_from_its_bytes_and_a_changed_one_does_not(
    suite, key_type, size, template, row, now
):
    signer = LocalSigner(b"\x01" * size, key_type, f"{ISSUER}#key-1")

    issued = issue_credential(draft_of(template, row, valid_from=now), signer=signer, cryptosuite=suite, now=now)

    verify(json.loads(issued.data), signer.public_key, now)
    changed = json.loads(issued.data.replace("Siobhán".encode(), b"Siobhan"))
    with pytest.raises(ProofInvalid):
        verify(changed, signer.public_key, now)


def test_the_digest_is_that_of_the_canonical_document(template, row, signer, now):
    issued = issue_credential(
        draft_of(template, row, valid_from=now), signer=signer, cryptosuite="eddsa-rdfc-2022", now=now
    )

    assert json.loads(issued.data) == issued.document
    assert issued.digest == hashlib.sha256(rfc8785.dumps(json.loads(issued.data))).digest()


def test_the_same_draft_key_and_time_give_the_same_bytes(template, row, signer, now):
    drafts = [draft_of(template, row, valid_from=now) for _ in range(2)]

    first, second = (issue_credential(d, signer=signer, cryptosuite="eddsa-rdfc-2022", now=now) for d in drafts)

    assert first.data == second.data


def test_a_template_with_everything_makes_a_valid_badge(template_json, signer, now):
    template_json["achievement"].update(image="https://acme.example.org/badge.png", language="en-GB")
    template_json["achievement"]["criteria"]["url"] = "https://acme.example.org/criteria"
    template_json["issuer"]["image"] = "https://acme.example.org/logo.png"
    del template_json["columns"]["recipient_name"]
    for field, header in (("given_name", "G"), ("family_name", "F"), ("credits_earned", "C"), ("license_number", "L"),
                          ("role", "R"), ("term", "T"), ("evidence_url", "E"), ("valid_until", "V")):  # fmt: skip
        template_json["columns"][field] = {"column": header, "required": field == "family_name"}
    template_json["claims"]["Site"] = {
        "pointer": "/credentialSubject/site",
        "term": "https://e.org/v#site",
        "type": "url",
    }
    template_json["claims"]["Exam"] = {
        "pointer": "/credentialSubject/examOn",
        "term": "https://e.org/v#exam",
        "type": "date",
    }
    template = TemplateDocument.parse(template_json)
    row = Row(1, 2, {
        "given_name": "Ada", "family_name": "Lovelace", "credits_earned": "7.50", "license_number": "L-1", "role": "Intern",
        "term": "Spring", "evidence_url": "https://acme.example.org/e/1", "valid_until": "2030-12-31", "narrative": "n",
        "/credentialSubject/site": "https://acme.example.org/s", "/credentialSubject/examOn": "2026-05-01",
    })  # fmt: skip

    document = issue_credential(
        draft_of(template, row, valid_from=now), signer=signer, cryptosuite="eddsa-rdfc-2022", now=now
    ).document

    check_achievement_credential(document, for_issuing=True)
    subject = document["credentialSubject"]
    assert subject["identifier"][0]["identityHash"] == "Ada Lovelace"
    assert subject["creditsEarned"] == 7.5
    assert document["validUntil"] == "2030-12-31T23:59:59Z"
    assert document["evidence"] == [{"id": "https://acme.example.org/e/1", "type": ["Evidence"]}]
    assert document["@context"][2]["examOn"]["@type"].endswith("#date")


# --- validity ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("validity", "values", "start", "end"),
    [
        ({"kind": "none"}, {}, "2026-11-24T09:00:00+00:00", None),
        ({"kind": "none"}, {"awarded_on": "2026-06-30"}, "2026-06-30T00:00:00+00:00", None),
        ({"kind": "until", "date": "2027-12-31"}, {}, "2026-11-24T09:00:00+00:00", "2027-12-31T23:59:59+00:00"),
        ({"kind": "duration", "duration": "P2Y"}, {"awarded_on": "2026-06-30"}, "2026-06-30T00:00:00+00:00", "2028-06-30T00:00:00+00:00"),
        ({"kind": "duration", "duration": "P2Y"}, {"valid_until": "2027-01-01"}, "2026-11-24T09:00:00+00:00", "2027-01-01T23:59:59+00:00"),
    ],
)  # fmt: skip
def test_from_when_until_when(validity, values, start, end, template_json, now):
    template = TemplateDocument.parse({**template_json, "validity": validity})

    period = period_of(template, Row(1, 2, values), issued_at=now)

    assert period.valid_from.isoformat() == start
    assert (period.valid_until.isoformat() if period.valid_until else None) == end


def test_a_credential_that_ends_before_it_begins_is_refused(template_json, now):
    template = TemplateDocument.parse({**template_json, "validity": {"kind": "until", "date": "2026-01-01"}})

    with pytest.raises(RowRefused, match="before it begins"):
        period_of(template, Row(1, 2, {}), issued_at=now)


# --- faults ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FaultySigner:
    """A custodian that answers with something else."""

    inner: LocalSigner
    public_key: PublicKey
    key_type: KeyType = KeyType.ED25519
    verification_method: str = f"{ISSUER}#key-1"

    def sign(self, data):
        return self.inner.sign(data)


def test_a_signature_by_another_key_never_leaves(template, row, signer, now):
    other = LocalSigner(b"\x09" * 32, KeyType.ED25519, f"{ISSUER}#key-1")

    with pytest.raises(SignatureRefused, match="does not hold"):
        issue_credential(
            draft_of(template, row, valid_from=now),
            signer=FaultySigner(other, signer.public_key),
            cryptosuite="eddsa-rdfc-2022",
            now=now,
        )


def test_the_first_credential_is_read_back_and_verified(template, row, signer, now, monkeypatch):
    issuer = CredentialIssuer(signer, "eddsa-rdfc-2022", now)
    secure = issuer._prepared.secure

    def with_another_time(draft):
        document = secure(draft)
        document["proof"]["created"] = "2026-11-23T09:00:00Z"
        return document

    monkeypatch.setattr(issuer._prepared, "secure", with_another_time)

    with pytest.raises(IssuedCredentialInvalid, match="does not verify"):
        issuer.issue(draft_of(template, row, valid_from=now))


def test_a_suite_that_the_key_cannot_make_is_refused_at_once(signer, now):
    with pytest.raises(ProofGenerationError, match="cannot be made with a key of type Ed25519"):
        CredentialIssuer(signer, "ecdsa-rdfc-2019", now)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"issuer": "acme"}, "/issuer"),
        ({"validUntil": "2026-01-01T00:00:00Z"}, "/validUntil"),
        ({"credentialSubject": {"type": ["AchievementSubject"]}}, "/credentialSubject"),
        ({"colour": "red"}, "colour"),
    ],
)
@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def test_a_draft_that_breaks_a_rule_is_refused_with_the_member(change, reason, suite, template, row, signer, now):
    draft = {**draft_of(template, row, valid_from=now), **change}

    with pytest.raises(RowRefused, match=reason):
        issue_credential(draft, signer=signer, cryptosuite=suite, now=now)


def test_a_row_without_a_name_is_refused(template, now):
    with pytest.raises(RowRefused, match="no name"):
        draft_of(template, Row(1, 2, {"student_id": "1"}), valid_from=now)


def test_issuing_in_the_year_of_a_date_beyond_the_clock_is_no_problem(template, row, signer):
    later = datetime(2099, 1, 1, tzinfo=UTC) + timedelta(microseconds=5)

    issued = issue_credential(
        draft_of(template, row, valid_from=later), signer=signer, cryptosuite="eddsa-rdfc-2022", now=later
    )

    assert issued.document["proof"]["created"] == "2099-01-01T00:00:00Z"
