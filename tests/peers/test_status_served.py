"""Every kind of list, as the node serves it, read by software that shares no code with it; and theirs read by ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from agent.issuance.template_status import StatusSettings
from did.document import Relationship, VerificationMethod
from did.jwk import jwk_of
from did.keys import KeyType
from did.multikey import decode_multikey
from portal.awards.service import reinstate, revoke, suspend
from portal.db.ids import new_id
from portal.db.session import tenant_session
from portal.keys import repository as keys
from portal.status_lists import service
from portal.wiring import Node
from tests.factories import issue, make_tenant, put_template
from tests.fixtures.node import ORIGIN, Clock
from tests.peers.keys import make_key
from tests.peers.programs import Program
from vc.status import list_token, token_list

DID = "did:web:issuer.example:t:acme"
Programs = Callable[[str], Program]


@pytest.fixture
def acme(node: Node) -> UUID:
    tenant_id = make_tenant(node)
    put_template(node, tenant_id, status={"purposes": ["revocation", "suspension"]})
    return tenant_id


def served(client: TestClient, document: Mapping[str, Any]) -> dict[str, Any]:
    """What a verifier would fetch for a credential, asked of the node."""
    urls = [entry["statusListCredential"] for entry in document["credentialStatus"]]
    documents = {url: client.get(url.removeprefix(ORIGIN)).json() for url in urls}
    return {**documents, DID: client.get("/t/acme/did.json").json()}


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_digital_bazaars_library_reads_revocation_and_suspension(
    program: Programs, node: Node, acme: UUID, clock: Clock, client: TestClient
) -> None:
    mine, other = issue(node, acme, 2).credentials
    verifier = program("di_verify.mjs")

    def said(data: bytes) -> tuple[bool, dict[str, bool]]:
        document = json.loads(data)
        answer = verifier.ask({"credential": document, "now": iso(clock.now), "documents": served(client, document)})
        assert all(proof["verified"] for proof in answer["proofs"]), answer
        return answer["ok"], {each["purpose"]: each["set"] for each in answer["status"]}

    good = (True, {"revocation": False, "suspension": False})
    assert said(mine.data) == good

    clock.move(minutes=1)
    suspend(node, mine.public_id, reason=None, actor="test", now=clock.now)
    assert said(mine.data) == (False, {"revocation": False, "suspension": True})
    assert said(other.data) == good

    reinstate(node, mine.public_id, actor="test", now=clock.move(minutes=1))
    assert said(mine.data) == good

    revoke(node, mine.public_id, reason=None, actor="test", now=clock.move(minutes=1))
    assert said(mine.data) == (False, {"revocation": True, "suspension": False})
    assert said(other.data) == good


def test_a_list_that_was_tampered_with_is_refused_by_it(
    program: Programs, node: Node, acme: UUID, clock: Clock, client: TestClient
) -> None:
    document = json.loads(issue(node, acme, 1).credentials[0].data)
    documents = served(client, document)
    url = document["credentialStatus"][0]["statusListCredential"]
    documents[url]["credentialSubject"]["ttl"] = 1

    answer = program("di_verify.mjs").ask({"credential": document, "now": iso(clock.now), "documents": documents})

    assert not answer["ok"]
    assert any("not verified" in error["message"] for error in answer["errors"])


def token_entries(node: Node, tenant_id: UUID, count: int) -> dict[UUID, token_list.Reference]:
    with tenant_session(node.app_engine, tenant_id) as session:
        identity_id = keys.identity(session, "web").id
        wants = [(new_id(node.now()), "dc+sd-jwt", StatusSettings()) for _ in range(count)]
        given = service.reserve(node, session, identity_id, wants, now=node.now())
        return {each: token_list.parse_status(given[each].token) for each in given}


def test_the_sd_jwt_library_reads_the_token_list(
    program: Programs, node: Node, acme: UUID, clock: Clock, client: TestClient
) -> None:
    entries = token_entries(node, acme, 6)
    states = dict(zip(entries, ["revoked", "suspended", "active", "revoked", "suspended", "active"], strict=True))
    for state in ("revoked", "suspended"):
        clock.move(minutes=1)
        with tenant_session(node.app_engine, acme) as session:
            chosen = [each for each in entries if states[each] == state]
            service.set_status(node, session, chosen, state, now=clock.now)
    uri = next(iter(entries.values())).uri
    answer = client.get(uri.removeprefix(ORIGIN))
    kid = list_token.read(answer.text).jws.kid
    key = node.resolver.require_document(DID).require_method(str(kid), Relationship.ASSERTION_METHOD).public_key

    read = program("token_list.mjs").ask(
        {
            "token": answer.text,
            "jwk": jwk_of(key),
            "now": iso(clock.now),
            "ask": [entries[each].index for each in entries],
        }
    )

    assert read["ok"], read
    assert (read["bits"], read["length"]) == (2, 131_072)
    assert read["claims"]["sub"] == uri
    assert read["values"] == [{"revoked": 1, "suspended": 2, "active": 0}[states[each]] for each in entries]

    tampered = answer.text[:-8] + ("A" if answer.text[-8] != "A" else "B") + answer.text[-7:]
    refused = program("token_list.mjs").ask({"token": tampered, "jwk": jwk_of(key), "now": iso(clock.now), "ask": []})
    assert not refused["ok"]


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_we_read_the_token_that_they_sign(program: Programs, clock: Clock, bits: int) -> None:
    key = make_key(KeyType.P256, controller=DID, fragment="key-9")
    uri, now = f"{ORIGIN}/t/acme/status/theirs", int(clock.now.timestamp())
    statuses = [(index * 7 + 1) % (1 << bits) for index in range(1_000)]
    made = program("token_list.mjs").ask(
        {
            "statuses": statuses,
            "bits": bits,
            "claims": {"sub": uri, "iat": now, "exp": now + 3_600},
            "kid": key.verification_method,
            "privateJwk": key.private_jwk(),
        }
    )

    def value_of(index: int) -> int:
        return list_token.check_status_claim(
            token_list.build_status(uri, index),
            fetch_token=lambda _uri: made["token"],
            key_of=list_token.key_by_did(
                DID,
                get_key=lambda url, _purpose: VerificationMethod(url, "Multikey", DID, decode_multikey(key.multikey)),
            ),
            now=clock.now,
            clock_skew_s=60,
        ).status

    assert [value_of(index) for index in range(0, 1_000, 37)] == statuses[::37]
