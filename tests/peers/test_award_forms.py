"""One award in every form of token, as the issuing engine makes it, before other people's verifiers."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from agent.issuance.draft import build_credential
from agent.issuance.formats.making import Making, make_issuer
from agent.issuance.formats.sd_jwt_vc import SdJwtTerms
from agent.issuance.rows import Row
from agent.issuance.sd_jwt_types import CredentialType, type_metadata
from agent.issuance.template import TemplateDocument
from did.jwk import public_key_of
from did.keys import KeyType, PublicKey
from portal.status_lists.service import StatusReference
from tests.factories import template
from tests.peers import ours
from tests.peers.keys import Key, make_key
from tests.peers.programs import Program
from tests.peers.samples import NOW
from tests.peers.tokens import document_of, tampered_tokens
from vc.secured import Form
from vc.status.entry import build_entry

Programs = Callable[[str], Program]
DID = "did:web:university.example"
MOMENT = ours.time_of(NOW)
SECOND = int(MOMENT.timestamp())


@dataclass(frozen=True)
class Custody:
    """A test key as the issuing engine wants it: with its public half."""

    key: Key

    @property
    def key_type(self) -> KeyType:
        return self.key.key_type

    @property
    def verification_method(self) -> str:
        return self.key.verification_method

    @property
    def public_key(self) -> PublicKey:
        return public_key_of(self.key.public_jwk())

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data)


@pytest.fixture(scope="module")
def key() -> Key:
    return make_key(KeyType.P256, controller=DID, fragment="key-1")


def issued(form: Form, key: Key) -> str:
    document = TemplateDocument.parse(template(formats=[form.value]))
    draft = build_credential(
        document,
        Row(1, 2, {"recipient_name": "Siobhán O'Brien", "recipient_email": "s@example.org"}),
        issuer_id=DID,
        credential_id="https://university.example/c/1",
        achievement_id="urn:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        valid_from=MOMENT,
        email_salt="c2FsdA",
    )
    kind = CredentialType.of(type_metadata(document, "https://university.example/types/first-aid/1"))
    making = Making("eddsa-rdfc-2022", MOMENT, SdJwtTerms(kind, DID, salt=lambda: secrets.token_urlsafe(16)))
    # This verifier fetches a Token Status List by itself; `token_list.mjs` judges those.
    entry = build_entry("https://university.example/status/1", 7)
    status = StatusReference(entries=[] if form is Form.SD_JWT_VC else [entry])
    return make_issuer(form, Custody(key), making).issue(draft, status).data.decode()


def test_did_jwt_vc_verifies_the_token_for_wallets(program: Programs, key: Key) -> None:
    def ask(text: str) -> dict[str, Any]:
        return program("jwt_vc.mjs").ask({"verify": text, "document": document_of(key), "now": SECOND})

    answer = ask(issued(Form.JWT_VC_JSON, key))

    assert answer["ok"], answer
    assert answer["credential"]["credentialSubject"]["achievement"]["name"] == "First aid"
    for what, changed in tampered_tokens(issued(Form.JWT_VC_JSON, key), stranger=make_key(KeyType.P256)):
        assert not ask(changed)["ok"], what


@pytest.mark.parametrize("form", [Form.VC_JWT, Form.OB_JWT])
def test_jose_verifies_the_other_tokens(program: Programs, key: Key, form: Form) -> None:
    request = {"jwk": key.public_jwk(), "typ": "vc+jwt" if form is Form.VC_JWT else "JWT", "now": SECOND}

    answer = program("jws.mjs").ask({"verify": issued(form, key), **request})

    assert answer["ok"], answer
    assert answer["payload"]["credentialSubject"]["achievement"]["name"] == "First aid"
    for what, changed in tampered_tokens(issued(form, key), stranger=make_key(KeyType.P256)):
        assert not program("jws.mjs").ask({"verify": changed, **request})["ok"], what


def test_sd_jwt_vc_verifies_the_one_with_selective_disclosure(program: Programs, key: Key) -> None:
    text = issued(Form.SD_JWT_VC, key)

    def ask(changed: str) -> dict[str, Any]:
        request = {"text": changed, "key": key.public_jwk(), "at": SECOND}
        return program("sd_jwt.mjs").ask({"verify": request})

    everything, nothing = ask(text), ask(text.partition("~")[0] + "~")

    assert everything["ok"], everything
    assert everything["claims"]["name"] == "Siobhán O'Brien"
    assert "Siobhán" not in json.dumps(nothing["claims"], ensure_ascii=False)
    assert nothing["claims"]["achievement"]["name"] == "First aid"
    jwt, tilde, rest = text.partition("~")
    head, _, signature = jwt.rpartition(".")
    stranger = issued(Form.SD_JWT_VC, make_key(KeyType.P256, controller=DID, fragment="key-1"))
    assert not ask(f"{head}.{signature[::-1]}{tilde}{rest}")["ok"]
    assert not ask(stranger)["ok"]
