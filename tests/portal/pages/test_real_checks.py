"""The pages with the real verification behind them: a key, a signature, no network."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest
from nacl.signing import SigningKey

from did.document import VerificationMethod
from did.errors import KeyNotFound, ResolutionUnavailable
from did.keys import KeyType, PublicKey
from portal.pages.source import PublicCredential
from tests.portal.browser import TestClient
from tests.portal.pages.sample_node import sample_app
from tests.portal.pages.samples import NOW, MemorySource, credential, document
from vc.errors import ParsingError, StatusUnavailable
from vc.model import parse_json
from vc.policy import Policy
from vc.proofs.data_integrity import add_proof
from vc.report import REQUIRED_CHECKS, Check, Outcome, Report
from vc.verify import verify

KEY = SigningKey(b"\x07" * 32)
ISSUER = "did:web:registrar.acme-university.example"


@dataclass(frozen=True)
class OneKey:
    key_type = KeyType.ED25519
    verification_method = f"{ISSUER}#key-1"

    def sign(self, data: bytes) -> bytes:
        return KEY.sign(data).signature


def find_key(url: str, _purpose: str) -> VerificationMethod:
    if url != OneKey.verification_method:
        raise KeyNotFound(url)
    return VerificationMethod(url, "Multikey", ISSUER, PublicKey(KeyType.ED25519, bytes(KEY.verify_key)))


def unreachable(*_question: str) -> VerificationMethod:
    raise ResolutionUnavailable("no answer")


def no_list(url: str) -> dict[str, object]:
    raise StatusUnavailable(url)


@dataclass
class VerifyingSource(MemorySource):
    """Verifies for real; keys come from memory."""

    find_key: object = find_key

    def verify(self, data, anchor):
        try:
            parsed = parse_json(data) if isinstance(data, bytes) else data
        except ParsingError as error:
            return Report(
                tuple(
                    Check(
                        name, Outcome.FAILED if name == "structure" else Outcome.UNDECIDED, str(error), "not-readable"
                    )
                    for name in REQUIRED_CHECKS
                )
            )
        return verify(parsed, policy=Policy(), now=NOW, get_key=self.find_key, fetch_status=no_list)


def issued(public_id: str = "demo-1", **changes: object) -> PublicCredential:
    draft = {key: value for key, value in document(**changes).items() if key not in {"proof", "credentialStatus"}}
    secured = add_proof(draft, signer=OneKey(), cryptosuite="eddsa-rdfc-2022", created=NOW - timedelta(days=30))
    data = json.dumps(secured, ensure_ascii=False).encode()
    return credential(public_id, secured, data=data, anchor=None)


@pytest.fixture
def source() -> VerifyingSource:
    source = VerifyingSource()
    source.add(issued())
    return source


@pytest.fixture
def client(source: VerifyingSource) -> TestClient:
    return TestClient(
        sample_app(source), base_url="http://127.0.0.1:8000", client=("127.0.0.1", 9), headers={"Accept": "text/html"}
    )


def test_what_was_issued_is_verified(client):
    text = client.get("/c/demo-1").text

    assert "verdict-verified" in text
    assert "It carries no status" in text


def test_the_tampered_copy_is_caught_by_its_proof(client):
    headers = {"Origin": "http://127.0.0.1:8000"}

    text = client.post("/demo/tamper", headers=headers).text

    assert "verdict-not-verified" in text
    assert "Caught by: <strong>Proof</strong>" in text


def test_a_pasted_copy_with_one_letter_changed_is_not_verified(client, source):
    data = source.credentials["demo-1"].data.decode()

    right = client.post("/verify", data={"credential": data}).text
    wrong = client.post("/verify", data={"credential": data.replace("Marine", "Narine")}).text

    assert "verdict-verified" in right
    assert "verdict-not-verified" in wrong


def test_each_date_has_its_page(client, source):
    source.add(issued("old", validUntil="2026-10-01T00:00:00Z"))
    source.add(issued("new", validFrom="2026-12-01T00:00:00Z"))

    assert "verdict-expired" in client.get("/c/old").text
    assert "verdict-not-yet-valid" in client.get("/c/new").text


def test_an_issuer_that_cannot_be_reached_is_neither_yes_nor_no(client, source):
    source.find_key = unreachable

    text = client.get("/c/demo-1").text

    assert "verdict-undecided" in text
    assert "verdict-verified" not in text


@pytest.mark.parametrize("text", ["hello", "{}", '{"a": 1, "a": 2}', "[1]"])
def test_nonsense_is_not_verified(client, text):
    assert "verdict-not-verified" in client.post("/verify", data={"credential": text}).text
