"""A VC-API client that shares no code with ours speaks to every instance of a real node over https."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.vc_api.instances import INSTANCES, SELECTIVE_SUITE
from tests.e2e.running import RunningNode
from tests.peers.programs import Program

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.timeout(300)]

TLS = True
ENVIRONMENT = {"DCP_OPEN_VC_API": "true"}
DOCUMENTS = [name for name, instance in INSTANCES.items() if instance.form == "ldp_vc"]
CREDENTIAL: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "id": "urn:uuid:0b7c5d8e-6a3b-4f46-9a55-3d6f0e3b7a10",
    "type": ["VerifiableCredential"],
    "credentialSubject": {"id": "did:example:subject", "course": "First aid", "hours": 8},
}


@pytest.fixture(scope="module")
def client(node: RunningNode) -> Iterator[Program]:
    node.make_tenant("acme", "Acme University")
    with Program("vc_api_client.mjs", ca=Path(node.ready["ca"])) as program:
        yield program


def at(node: RunningNode, path: str) -> str:
    return f"{node.url}/t/acme/vc-api/{path}"


def issued(node: RunningNode, client: Program, name: str, prefix: str = "", **options: Any) -> dict[str, Any]:
    request: dict[str, Any] = {
        "action": "issue",
        "url": at(node, f"instances/{prefix}{name}/credentials/issue"),
        "credential": CREDENTIAL,
        "options": options,
    }
    if name == SELECTIVE_SUITE:
        request |= {"deriveUrl": at(node, "credentials/derive"), "selectivePointers": ["/credentialSubject/hours"]}
    answer = client.ask(request)
    assert answer["ok"], answer
    return answer


def verified(node: RunningNode, client: Program, credential: Any, **options: Any) -> dict[str, Any]:
    body = {"verifiableCredential": credential, "options": options}
    return client.ask({"action": "post", "url": at(node, "credentials/verify"), "body": body})


def presented(node: RunningNode, client: Program, credential: Any, **more: Any) -> dict[str, Any]:
    request = {"action": "present", "url": at(node, "presentations/verify"), "credentials": [credential]}
    return client.ask({**request, "challenge": "a1b2", "domain": "verifier.example", **more})


@pytest.mark.parametrize("prefix", ["", "did-key/"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_instance_issues_derives_verifies_and_takes_presentations(
    node: RunningNode, client: Program, name: str, prefix: str
) -> None:
    shown = issued(node, client, name, prefix)["shown"]
    tampered = copy.deepcopy(shown)
    tampered["credentialSubject"]["hours"] = 80
    expected = {"challenge": "a1b2", "domain": "verifier.example"}

    assert shown["issuer"].startswith("did:key:" if prefix else "did:web:localhost")
    assert ("course" in shown["credentialSubject"]) is (name != SELECTIVE_SUITE)
    assert verified(node, client, shown)["body"]["verified"] is True
    assert verified(node, client, tampered)["status"] == 400
    assert presented(node, client, shown, options=expected)["body"]["verified"] is True
    assert presented(node, client, tampered, options=expected)["status"] == 400


def test_a_presentation_for_somebody_else_is_refused(node: RunningNode, client: Program) -> None:
    shown = issued(node, client, "eddsa-rdfc-2022")["shown"]

    for expected, error in (
        ({"challenge": "other", "domain": "verifier.example"}, "INVALID_CHALLENGE_ERROR"),
        ({"challenge": "a1b2", "domain": "other.example"}, "INVALID_DOMAIN_ERROR"),
    ):
        answer = presented(node, client, shown, options=expected)
        assert (answer["status"], answer["body"]["errors"]) == (400, [error])


@pytest.mark.parametrize("prefix", ["", "did-key/"])
def test_what_is_revoked_is_refused_by_the_client_and_by_the_node(
    node: RunningNode, client: Program, prefix: str
) -> None:
    name = "ecdsa-rdfc-2019-P-384"
    status = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}
    shown = issued(node, client, name, prefix, credentialStatus=status, credentialId=f"urn:x:{prefix}")["shown"]
    before = verified(node, client, shown)
    body = {"credentialId": f"urn:x:{prefix}", "credentialStatus": status, "status": True}

    done = client.ask({"action": "post", "url": at(node, "credentials/status"), "body": body})
    after = verified(node, client, shown)

    assert (before["status"], done["status"], after["status"]) == (200, 200, 400), (before, done)
    assert after["body"]["errors"] == ["STATUS_VERIFICATION_ERROR"]


def test_what_the_data_model_forbids_is_refused(node: RunningNode, client: Program) -> None:
    url = at(node, "credentials/issue")
    for name in ("@context", "type", "credentialSubject"):
        credential = {key: value for key, value in CREDENTIAL.items() if key != name}
        answer = client.ask({"action": "post", "url": url, "body": {"credential": credential}})
        assert answer["status"] == 400, name
        assert answer["type"] == "application/problem+json"
        assert answer["body"]["errors"] == ["MALFORMED_VALUE_ERROR"]


def test_the_start_says_loudly_that_the_api_is_open(node: RunningNode) -> None:
    assert "THE VC API IS OPEN" in node.logs(lines=1000)
