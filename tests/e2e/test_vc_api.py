"""A VC-API client that shares no code with ours speaks to every instance of a real node over https."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.vc_api.instances import INSTANCES, SELECTIVE_SUITE
from tests.e2e.running import RunningNode
from tests.peers.programs import Program
from tests.peers.samples import unsecured_badge

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.timeout(300)]

TLS = True
ENVIRONMENT = {"DCP_OPEN_VC_API": "true"}
DOCUMENTS = [name for name, instance in INSTANCES.items() if instance.form == "ldp_vc"]
TOKENS = [name for name, instance in INSTANCES.items() if instance.form != "ldp_vc"]
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
    if name == "ob-jwt":
        request["credential"] = badge(node, client, prefix)
    if name == SELECTIVE_SUITE:
        request |= {"deriveUrl": at(node, "credentials/derive"), "selectivePointers": ["/credentialSubject/hours"]}
    if name == "dc+sd-jwt":
        request |= {"deriveUrl": at(node, "credentials/derive"), "selectivePointers": ["/hours"]}
    answer = client.ask(request)
    assert answer["ok"], answer
    return answer


def badge(node: RunningNode, client: Program, prefix: str) -> dict[str, Any]:
    """An Open Badge names its issuer by a profile; the same key's other instance tells the DID."""
    issuer = issued(node, client, "ecdsa-rdfc-2019-P-256", prefix)["shown"]["issuer"]
    document = unsecured_badge(3, issuer)
    document["credentialSubject"]["achievement"]["description"] = "A course of eight hours."
    return document


def tampered(shown: dict[str, Any]) -> dict[str, Any]:
    """A document with another claim; an envelope with another signature."""
    copied = copy.deepcopy(shown)
    if "credentialSubject" in copied:
        copied["credentialSubject"]["hours"] = 80
        return copied
    signed, tilde, rest = copied["id"].partition("~")
    head, payload, signature = signed.split(".")
    copied["id"] = f"{head}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}{tilde}{rest}"
    return copied


def verified(node: RunningNode, client: Program, credential: Any, **options: Any) -> dict[str, Any]:
    body = {"verifiableCredential": credential, "options": options}
    return client.ask({"action": "post", "url": at(node, "credentials/verify"), "body": body})


def presented(node: RunningNode, client: Program, credential: Any, **more: Any) -> dict[str, Any]:
    request = {"action": "present", "url": at(node, "presentations/verify"), "credentials": [credential]}
    return client.ask({**request, "challenge": "a1b2", "domain": "verifier.example", **more})


@pytest.mark.parametrize("prefix", ["", "did-key/"])
@pytest.mark.parametrize("name", [*DOCUMENTS, *TOKENS])
def test_an_instance_issues_derives_verifies_and_takes_presentations(
    node: RunningNode, client: Program, name: str, prefix: str
) -> None:
    answer = issued(node, client, name, prefix)
    shown, said = answer["shown"], answer.get("claims") or answer["shown"]
    expected = {"challenge": "a1b2", "domain": "verifier.example"}

    assert (said.get("iss") or said["issuer"]).startswith("did:key:" if prefix else "did:web:localhost")
    assert "hours" in json.dumps(said)
    assert ("course" in json.dumps(said)) is (name not in (SELECTIVE_SUITE, "dc+sd-jwt"))
    assert verified(node, client, shown)["body"].get("verified") is True, verified(node, client, shown)
    assert verified(node, client, tampered(shown))["status"] == 400
    assert presented(node, client, shown, options=expected)["status"] == 200
    assert presented(node, client, tampered(shown), options=expected)["status"] == 400


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
