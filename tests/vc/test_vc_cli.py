"""The command that other people's test suites call."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from agent.keys.local import generate_private_key, public_key_of_private
from did.jwk import jwk_of
from did.keys import KeyType
from tests.conformance import vc_cli
from vc.jose import envelop

CREDENTIAL = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "type": ["VerifiableCredential", "ExampleAlumniCredential"],
    "issuer": "https://university.example/issuers/565049",
    "credentialSubject": {"id": "did:example:123", "alumniOf": {"id": "did:example:456"}},
}


@pytest.fixture(params=[KeyType.ED25519, KeyType.P256, KeyType.P384, KeyType.SECP256K1], ids=str)
def key(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    private = generate_private_key(request.param)
    public = jwk_of(public_key_of_private(private, request.param))
    secret = {**public, "d": base64.urlsafe_b64encode(private).rstrip(b"=").decode()}
    path = tmp_path / "key.json"
    name = "did:example:vc-jose-cose"
    method = {"id": f"{name}#key-1", "type": "JsonWebKey", "controller": name}
    path.write_text(json.dumps({**method, "publicKeyJwk": public, "secretKeyJwk": secret}))
    return path


def run(act: str, feature: str, text: str, key: Path) -> dict[str, Any]:
    given, made = key.with_name("input"), key.with_name("output")
    given.write_text(text)
    options = ["--input", str(given), "--key", str(key), "--feature", feature, "--output", str(made)]
    assert vc_cli.main([act, *options]) == 0
    return dict(json.loads(made.read_text()))


def test_a_credential_is_issued_and_verified(key: Path) -> None:
    issued = run("issue", "credential_jose", json.dumps(CREDENTIAL), key)
    verified = run("verify", "credential_jose", issued["data"] + "\n", key)

    assert issued["result"] == "success"
    assert verified == {"result": "success", "data": CREDENTIAL}


def test_a_changed_signature_is_a_failure(key: Path) -> None:
    token = run("issue", "credential_jose", json.dumps(CREDENTIAL), key)["data"]
    at = token.rindex(".") + 10
    changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]

    answer = run("verify", "credential_jose", changed, key)

    assert answer["result"] == "failure"
    assert answer["data"].startswith("TokenSignatureInvalid")


def test_a_presentation_is_issued_and_verified(key: Path) -> None:
    token = run("issue", "credential_jose", json.dumps(CREDENTIAL), key)["data"]
    presentation = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": "did:example:123",
        "verifiableCredential": [envelop(token, "application/vc+jwt")],
    }

    issued = run("issue", "presentation_jose", json.dumps(presentation), key)
    verified = run("verify", "presentation_jose", issued["data"], key)

    assert verified == {"result": "success", "data": presentation}
    assert run("verify", "credential_jose", issued["data"], key)["result"] == "failure"


def test_a_bare_credential_in_a_presentation_is_a_failure(key: Path) -> None:
    presentation = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": "did:example:123",
        "verifiableCredential": [CREDENTIAL],
    }

    answer = run("issue", "presentation_jose", json.dumps(presentation), key)

    assert answer["result"] == "failure"
    assert "/verifiableCredential/0" in answer["data"]


def test_text_that_is_no_token_is_a_failure(key: Path) -> None:
    assert run("verify", "credential_jose", json.dumps(CREDENTIAL), key)["result"] == "failure"
    assert run("issue", "credential_jose", "not json", key)["result"] == "failure"
