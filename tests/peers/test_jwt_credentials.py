"""Credentials as JWT: npm's did-jwt-vc, PyPI's openvc-core and openbadgeslib, and `jose` as a judge of the bare JWS."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from openbadgeslib.ob3 import credential as their_badge
from openbadgeslib.ob3.signer import OB3Signer
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from openvc.errors import OpenvcError
from openvc.keys import signing_key_from_jwk
from openvc.proof.vc_jwt import VcJwtProofSuite

from did.document import VerificationMethod
from did.jwk import public_key_of
from did.keys import KeyType
from tests.peers import ours
from tests.peers.keys import Key, make_key
from tests.peers.programs import Program
from tests.peers.samples import NOW, unsecured_badge
from tests.peers.tokens import Keys, document_of, tampered_tokens, we_accept
from vc import jose
from vc.policy import Policy
from vc.secured import Form

Programs = Callable[[str], Program]
SECOND = int(ours.time_of(NOW).timestamp())
DID_WEB = "did:web:university.example"
KEY_TYPES = [KeyType.ED25519, KeyType.P256, KeyType.P384]
PREPARED: dict[Form, Any] = {
    Form.VC_JWT: jose.PreparedVcJwt,
    Form.JWT_VC_JSON: jose.PreparedJwtVcJson,
    Form.OB_JWT: jose.PreparedObJwt,
}


def named_key(key_type: KeyType) -> Key:
    return make_key(key_type, controller=DID_WEB, fragment="key-1")


def our_token(form: Form, key: Key, *, number: int = 7) -> str:
    badge = unsecured_badge(number, key.controller)
    return str(PREPARED[form](key).secure(badge, now=ours.time_of(NOW)))


def as_pem(key: Key) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.private.public_key().public_bytes(serialization.Encoding.PEM, form)


def private_pem(private: Any) -> bytes:
    return bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


# --- did-jwt-vc ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.P256])
def test_what_we_issue_did_jwt_vc_verifies(program: Programs, key_type: KeyType) -> None:
    key, stranger = named_key(key_type), make_key(key_type)
    token = our_token(Form.JWT_VC_JSON, key)

    def ask(text: str) -> dict[str, Any]:
        return program("jwt_vc.mjs").ask({"verify": text, "document": document_of(key), "now": SECOND})

    answer = ask(token)
    assert answer["ok"], answer
    assert answer["credential"]["credentialSubject"]["achievement"]["name"] == "Bachelor of Science in Physics"
    for what, changed in tampered_tokens(token, stranger=stranger):
        # did-jwt tries every key of the issuer and does not read `kid`; the signature is over it, though.
        assert not ask(changed)["ok"], what


@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.P256])
def test_what_did_jwt_vc_issues_we_verify(program: Programs, key_type: KeyType) -> None:
    key, stranger = named_key(key_type), make_key(key_type)
    badge = unsecured_badge(3, key.controller)
    payload = {
        "sub": badge["credentialSubject"]["id"],
        "jti": badge["id"],
        "nbf": SECOND - 3_600,
        "exp": SECOND + 3_600,
        "vc": {
            "@context": ["https://www.w3.org/2018/credentials/v1", badge["@context"][1]],
            "type": badge["type"],
            "credentialSubject": badge["credentialSubject"],
        },
    }

    token = program("jwt_vc.mjs").ask({"issue": payload, "key": key.for_node()})["token"]

    assert we_accept(token, Keys(key))
    read = jose.read(token)
    assert read.form is Form.JWT_VC_JSON
    assert read.document["issuer"] == key.controller
    assert read.document["expirationDate"] == "2026-11-24T13:00:00Z"
    for what, changed in tampered_tokens(token, stranger=stranger):
        assert not we_accept(changed, Keys(key, stranger)), what


# --- openvc-core -----------------------------------------------------------------------------------


def they_accept(token: str, key: Key) -> bool:
    try:
        VcJwtProofSuite().verify(token, public_key_jwk=key.public_jwk())
    except OpenvcError:
        return False
    return True


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_what_we_issue_openvc_verifies(key_type: KeyType) -> None:
    key, stranger = named_key(key_type), make_key(key_type)
    token = our_token(Form.JWT_VC_JSON, key)

    assert they_accept(token, key)
    for what, changed in tampered_tokens(token, stranger=stranger):
        assert not they_accept(changed, key), what


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_what_openvc_issues_we_verify(key_type: KeyType) -> None:
    """Its `nbf` is the present moment, whatever the credential says; 1.1 takes a missing date from there."""
    key, stranger = named_key(key_type), make_key(key_type)
    badge = unsecured_badge(3, key.controller)
    for name in ("validFrom", "validUntil"):
        del badge[name]
    badge["@context"][0] = "https://www.w3.org/2018/credentials/v1"
    signing_key = signing_key_from_jwk(key.private_jwk(), key.verification_method)

    token = VcJwtProofSuite().sign(badge, signing_key=signing_key, expires_in_s=3_600)

    now = datetime.fromtimestamp(time.time(), UTC)
    assert we_accept(token, Keys(key), now=now)
    for what, changed in tampered_tokens(token, stranger=stranger):
        assert not we_accept(changed, Keys(key, stranger), now=now), what


# --- openbadgeslib ---------------------------------------------------------------------------------


def their_verdict(token: str, key: Key) -> bool:
    try:
        OB3Verifier(as_pem(key)).verify(token)
    except OB3VerificationError:
        return False
    return True


@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.P256])
def test_the_badge_that_we_issue_openbadgeslib_verifies(key_type: KeyType) -> None:
    key, stranger = named_key(key_type), make_key(key_type)
    token = our_token(Form.OB_JWT, key)

    assert their_verdict(token, key)
    for what, changed in tampered_tokens(token, stranger=stranger):
        assert not their_verdict(changed, key), what


def badge_by_them(issuer: str) -> Any:
    return their_badge.OpenBadgeCredential(
        issuer=their_badge.Issuer(id=issuer, name="Example University"),
        recipient_id="did:example:graduate",
        achievement=their_badge.Achievement(
            id="https://university.example/physics",
            name="Physics",
            description="Six semesters.",
            criteria_narrative="All modules.",
        ),
        issuance_date=datetime(2026, 10, 1, tzinfo=UTC),
        expiration_date=datetime(2030, 10, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("key_type", "algorithm"), [(KeyType.ED25519, "EdDSA"), (KeyType.P256, "ES256")], ids=["EdDSA", "ES256"]
)
def test_the_badge_that_openbadgeslib_issues_we_verify(key_type: KeyType, algorithm: str) -> None:
    """It shows its key in `jwk` and names none: the issuer's document must list that very key."""
    key, stranger = named_key(key_type), make_key(key_type)

    token = OB3Signer(private_pem(key.private), algorithm=algorithm).sign(badge_by_them(key.controller))

    assert jose.read(token).form is Form.OB_JWT
    assert we_accept(token, Keys(key))
    other = make_key(key_type, controller=DID_WEB, fragment="key-2")
    assert not we_accept(token, Keys(other)), "a key that the issuer does not publish"
    for what, changed in tampered_tokens(token, stranger=stranger):
        assert not we_accept(changed, Keys(key, stranger)), what


def test_a_badge_signed_with_rsa_is_verified() -> None:
    """RS256 is what Open Badges 3.0 wants of everyone; we verify it."""
    private = rsa.generate_private_key(65_537, 2_048)
    token = OB3Signer(private_pem(private), algorithm="RS256").sign(badge_by_them(DID_WEB))
    jwk = jose.read(token).header["jwk"]
    method = VerificationMethod(f"{DID_WEB}#rsa", "JsonWebKey", DID_WEB, public_key_of(jwk))

    verified = jose.verify(
        jose.read(token),
        get_key=lambda url, purpose: method,
        list_keys=lambda controller, purpose: [method],
        now=ours.time_of(NOW),
        policy=Policy(),
    )

    assert verified.public_key.type is KeyType.RSA


# --- the bare JWS ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", list(PREPARED))
@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_jose_reads_each_form(program: Programs, form: Form, key_type: KeyType) -> None:
    key, stranger = named_key(key_type), make_key(key_type)
    token = our_token(form, key)
    request = {"jwk": key.public_jwk(), "typ": "vc+jwt" if form is Form.VC_JWT else "JWT", "now": SECOND}

    answer = program("jws.mjs").ask({"verify": token, **request})

    assert answer["ok"], answer
    assert answer["payload"] == jose.read(token).claims
    for what, changed in tampered_tokens(token, stranger=stranger):
        assert not program("jws.mjs").ask({"verify": changed, **request})["ok"], what


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_a_vc_jwt_that_jose_signed_is_verified(program: Programs, key_type: KeyType) -> None:
    key, stranger = named_key(key_type), make_key(key_type)
    badge = {**unsecured_badge(4, key.controller), "iss": key.controller}
    header = {"typ": "vc+jwt", "cty": "vc", "kid": key.verification_method}
    request = {"sign": {"header": header, "payload": json.dumps(badge)}, "jwk": key.private_jwk()}

    token = program("jws.mjs").ask(request)["token"]

    assert we_accept(token, Keys(key))
    for what, changed in tampered_tokens(token, stranger=stranger):
        assert not we_accept(changed, Keys(key, stranger)), what


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_rsa_by_jose_is_verified_in_both_paddings(program: Programs, algorithm: str) -> None:
    private = rsa.generate_private_key(65_537, 2_048)
    numbers = private.private_numbers()
    names = {"p": numbers.p, "q": numbers.q, "d": numbers.d, "dp": numbers.dmp1, "dq": numbers.dmq1, "qi": numbers.iqmp}
    public = {"kty": "RSA", "n": _number(numbers.public_numbers.n), "e": _number(numbers.public_numbers.e)}
    jwk = {**public, **{name: _number(value) for name, value in names.items()}, "alg": algorithm}
    badge = {**unsecured_badge(4, DID_WEB), "iss": DID_WEB}
    header = {"typ": "vc+jwt", "kid": f"{DID_WEB}#rsa"}

    token = program("jws.mjs").ask({"sign": {"header": header, "payload": json.dumps(badge)}, "jwk": jwk})["token"]

    method = VerificationMethod(f"{DID_WEB}#rsa", "JsonWebKey", DID_WEB, public_key_of(public))
    verified = jose.verify(
        jose.read(token),
        get_key=lambda url, purpose: method,
        list_keys=lambda controller, purpose: [method],
        now=ours.time_of(NOW),
        policy=Policy(),
    )
    assert verified is method


def _number(value: int) -> str:
    data = value.to_bytes((value.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
