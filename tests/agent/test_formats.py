"""One draft in every form: each is checked by other people's code, says the same, and never leaves with a wrong signature."""

import base64
import hashlib
import itertools
import json

import jwt
import pytest
from jwcrypto.jwk import JWK
from sd_jwt.verifier import SDJWTVerifier

from agent.issuance.draft import build_credential
from agent.issuance.errors import IssuedCredentialInvalid, RowRefused
from agent.issuance.formats.issuer import key_type_of, key_types_of
from agent.issuance.formats.making import Making, make_issuer
from agent.issuance.formats.sd_jwt_vc import SdJwtTerms
from agent.issuance.rows import Row
from agent.issuance.sd_jwt_types import CredentialType, type_metadata
from agent.issuance.template import TemplateDocument
from agent.keys.custody import SignatureRefused
from agent.keys.local import LocalSigner
from anchoring.leaf import Kind
from did.jwk import jwk_of
from did.keys import KeyType
from portal.status_lists.service import StatusReference
from tests.agent.test_issue import FaultySigner
from vc.secured import Form, form_of
from vc.status.entry import build_entry
from vc.status.token_list import build_status

ISSUER = "did:web:acme.example.org"
URL = "https://acme.example.org/t/acme"
TOKENS = (Form.VC_JWT, Form.JWT_VC_JSON, Form.OB_JWT)
STATUS = StatusReference(entries=[build_entry("https://acme.example.org/status/1", 7)])
TOKEN_STATUS = StatusReference(token=build_status("https://acme.example.org/status/2", 9))


@pytest.fixture
def p256():
    return LocalSigner(b"\x07" * 32, KeyType.P256, f"{ISSUER}#key-2")


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


@pytest.fixture
def draft(template, row, now):
    return build_credential(
        template,
        row,
        issuer_id=ISSUER,
        credential_id="https://acme.example.org/c/abc",
        achievement_id="urn:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        valid_from=now,
        email_salt="c2FsdA",
    )


@pytest.fixture
def making(template, now):
    numbers = itertools.count()
    kind = CredentialType.of(type_metadata(template, f"{URL}/types/bachelor/1"))
    return Making("eddsa-rdfc-2022", now, SdJwtTerms(kind, URL, salt=lambda: f"{next(numbers):022}"))


def status_of(form):
    return TOKEN_STATUS if form is Form.SD_JWT_VC else STATUS


def pem_key(signer):
    return jwt.PyJWK(jwk_of(signer.public_key), algorithm="ES256").key


@pytest.mark.parametrize("form", Form)
def test_each_form_looks_like_itself_and_commits_to_its_own_bytes(form, draft, making, p256, signer):
    issued = make_issuer(form, signer if form is Form.LDP_VC else p256, making).issue(draft, status_of(form))

    assert form_of(issued.data) is form
    kinds = {Form.LDP_VC: Kind.DOCUMENT, Form.SD_JWT_VC: Kind.SD_JWT}
    assert issued.kind is kinds.get(form, Kind.COMPACT_JWS)
    if form is not Form.LDP_VC:
        assert issued.digest == hashlib.sha256(issued.data.partition(b"~")[0]).digest()


@pytest.mark.parametrize("form", TOKENS)
def test_a_token_verifies_elsewhere_and_says_what_the_draft_says(form, draft, making, p256):
    token = make_issuer(form, p256, making).issue(draft, STATUS).data.decode()

    claims = jwt.decode(token, pem_key(p256), algorithms=["ES256"])
    document = claims["vc"] if form is Form.JWT_VC_JSON else claims
    assert claims["iss"] == ISSUER
    assert document["credentialSubject"] == draft["credentialSubject"]
    assert document["credentialStatus"] == STATUS.entries[0]
    assert document["id"] == claims["jti"] == draft["id"]
    assert document["issuer"] == draft["issuer"]
    assert jwt.get_unverified_header(token)["kid"] == p256.verification_method
    head, _payload, signature = token.split(".")
    changed = base64.urlsafe_b64encode(json.dumps({**claims, "name": "x"}).encode()).rstrip(b"=").decode()
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(f"{head}.{changed}.{signature}", pem_key(p256), algorithms=["ES256"])


def test_an_sd_jwt_verifies_elsewhere_and_hides_what_is_about_the_person(draft, making, p256):
    text = make_issuer(Form.SD_JWT_VC, p256, making).issue(draft, TOKEN_STATUS).data.decode()
    key = JWK(**jwk_of(p256.public_key))

    everything = SDJWTVerifier(text, lambda _issuer, _header: key).get_verified_payload()
    nothing = SDJWTVerifier(text.partition("~")[0] + "~", lambda _issuer, _header: key).get_verified_payload()

    assert everything["name"] == "O'Brien, Siobhán"
    assert everything["student_id"] == "0004711"
    assert everything["programme"] == "BSc Économie"
    hidden = everything.keys() - nothing.keys()
    assert hidden == {"name", "student_id", "email_hash", "result", "programme"}
    assert {"iss", "nbf", "vct", "vct#integrity", "status", "achievement", "issuer"} <= nothing.keys()
    assert nothing["iss"] == URL
    assert nothing["status"] == TOKEN_STATUS.token
    assert "acme.example.org/c/" not in json.dumps(everything)  # decision 16


def test_the_type_has_a_name_for_every_claim_and_says_what_can_be_kept(template, draft, making, p256):
    text = make_issuer(Form.SD_JWT_VC, p256, making).issue(draft, TOKEN_STATUS).data.decode()
    metadata = json.loads(type_metadata(template, f"{URL}/types/bachelor/1"))
    key = JWK(**jwk_of(p256.public_key))
    claims = SDJWTVerifier(text, lambda _issuer, _header: key).get_verified_payload()
    shown = SDJWTVerifier(text.partition("~")[0] + "~", lambda _issuer, _header: key).get_verified_payload()

    assert metadata["vct"] == claims["vct"]
    digest = hashlib.sha256(type_metadata(template, metadata["vct"])).digest()
    assert claims["vct#integrity"] == "sha256-" + base64.b64encode(digest).decode()
    listed = {each["path"][0]: each["sd"] for each in metadata["claims"]}
    technical = {"iss", "iat", "nbf", "exp", "vct", "vct#integrity", "status"}
    assert listed.items() >= {(name, "never" if name in shown else "always") for name in claims.keys() - technical}
    labels = {each["path"][0]: each["display"][0]["label"] for each in metadata["claims"]}
    assert labels["programme"] == "Programme"
    assert labels["student_id"] == "Student number"


@pytest.mark.parametrize("form", Form)
def test_a_signature_by_another_key_never_leaves_in_any_form(form, draft, making, p256, signer):
    right = signer if form is Form.LDP_VC else p256
    other = LocalSigner(b"\x09" * 32, right.key_type, right.verification_method)

    with pytest.raises(SignatureRefused, match="does not hold"):
        make_issuer(form, FaultySigner(other, right.public_key, right.key_type), making).issue(draft, status_of(form))


@pytest.mark.parametrize("form", [*TOKENS, Form.SD_JWT_VC])
def test_the_first_product_of_a_run_is_read_back(form, draft, making, p256, monkeypatch):
    issuer = make_issuer(form, p256, making)
    secure = issuer._prepared.secure

    def of_another(document, **more):
        member = "iss" if form is Form.SD_JWT_VC else "issuer"
        return secure({**document, member: "did:web:other.example"}, **more)

    monkeypatch.setattr(issuer._prepared, "secure", of_another)

    with pytest.raises(IssuedCredentialInvalid, match="just made"):
        issuer.issue(draft, status_of(form))


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize(
    ("change", "reason"), [({"colour": "red"}, "colour"), ({"validUntil": "2026-01-01T00:00:00Z"}, "validUntil")]
)
def test_a_draft_that_breaks_a_rule_is_refused_in_every_form(form, change, reason, draft, making, p256, signer):
    issuer = make_issuer(form, signer if form is Form.LDP_VC else p256, making)

    with pytest.raises(RowRefused, match=reason):
        issuer.issue({**draft, **change}, status_of(form))


def test_an_award_of_the_future_is_issued_today(template_json, row, making, p256, signer, now):
    template = TemplateDocument.parse(template_json)
    later = Row(1, 2, {**row.values, "awarded_on": "2027-06-30"})
    draft = build_credential(
        template, later, issuer_id=ISSUER, credential_id="urn:x:1", achievement_id="urn:x:2", valid_from=now,
        email_salt="x",
    )  # fmt: skip

    for form in Form:
        make_issuer(form, signer if form is Form.LDP_VC else p256, making).issue(draft, status_of(form))


@pytest.mark.parametrize(
    ("form", "suite", "key_type"),
    [
        ("ldp_vc", "eddsa-rdfc-2022", KeyType.ED25519),
        ("ldp_vc", "ecdsa-jcs-2019", KeyType.P256),
        ("ldp_vc", "Ed25519Signature2020", KeyType.ED25519),
        ("dc+sd-jwt", "eddsa-rdfc-2022", KeyType.P256),
        ("ob-jwt", "eddsa-rdfc-2022", KeyType.P256),
    ],
)
def test_which_key_makes_which_form(form, suite, key_type):
    assert key_type_of(form, suite) is key_type


def test_a_template_needs_all_keys_of_its_forms(template_json):
    of_two = TemplateDocument.parse({**template_json, "formats": ["ldp_vc", "dc+sd-jwt"]})

    assert key_types_of(of_two) == {KeyType.ED25519, KeyType.P256}


def test_no_issuer_is_made_for_a_form_without_its_terms(making, p256, now):
    with pytest.raises(LookupError, match="no type"):
        make_issuer("dc+sd-jwt", p256, Making("eddsa-rdfc-2022", now, None))
    with pytest.raises(ValueError, match="pdf"):
        make_issuer("pdf", p256, making)


def test_a_claim_whose_name_means_something_else_in_an_sd_jwt_is_named(template_json):
    template_json["claims"]["Status"] = {"pointer": "/credentialSubject/status", "term": "https://e.org/v#status"}

    with pytest.raises(RowRefused, match="named status means something else"):
        type_metadata(TemplateDocument.parse(template_json), "urn:x")
