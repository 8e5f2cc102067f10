"""Software that shares no code with ours, and a stranger's command line, judge what a node serves over https."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import DATA, RunningNode, until
from tests.peers import node_check

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.timeout(300)]

TLS = True
TEMPLATE = json.loads((DATA / "template-bachelor.json").read_text(encoding="utf-8"))
LIST = (
    "Student No.,Full Name,E-Mail,Programme,Date of Award,Final Grade,Remarks\r\n"
    '1,"O\'Brien, Zoë",one@students.example.edu,BA 歴史,02/06/2026,1.7,"first\r\nsecond"\r\n'
    "2,أحمد علي,two@students.example.edu,BSc Économie,03/06/2026,,\r\n"
    "3,अनन्या शर्मा,three@students.example.edu,BSc Physics,04/06/2026,A,\r\n"
)


@pytest.fixture(scope="module")
def peers(node: RunningNode) -> node_check.Node:
    return node_check.Node.of_ready(node.ready)


@pytest.fixture(scope="module")
def dids(node: RunningNode) -> dict[str, str]:
    """Identity method → DID of the tenant, once both are published."""
    node.make_tenant("acme", "Acme University", TEMPLATE)
    node.put_template("acme", "on-chain", {**TEMPLATE, "identity": "did:ethr"})

    def published() -> Any:
        [tenant] = [each for each in node.get_json("/v1/tenants") if each["slug"] == "acme"]
        return all(each["published"] for each in tenant["identities"]) and tenant["identities"]

    return {each["method"]: each["did"] for each in until(published)}


@pytest.fixture(scope="module")
def pages(node: RunningNode, dids: dict[str, str]) -> dict[str, list[str]]:
    """Identity method → pages of a final batch under it."""
    batches = {
        method: node.must("issue", write_list(node), "--tenant", "acme", "--template", template)["id"]
        for method, template in (("web", "bachelor"), ("ethr", "on-chain"))
    }
    found = {method: [each["page"] for each in node.credentials_of("acme", batches[method])] for method in batches}
    for each in found.values():
        node.wait_for_anchor(each[0])
    return found


def test_the_demo_round_becomes_final(node: RunningNode, peers: node_check.Node) -> None:
    page = node.ready["demo"]["credential"]
    anchor = node.wait_for_anchor(page)

    node_check.check_anchor(peers, node.credential(page), anchor)

    page_text = node.http("GET", page, key=None, headers={"Accept": "text/html"}).text
    assert "final" in page_text.lower()


def test_the_documents_of_both_identities_hold_the_same_keys_for_others(
    node: RunningNode, peers: node_check.Node, dids: dict[str, str]
) -> None:
    node_check.check_did_documents(peers, {dids["web"]: "/t/acme/did.json"})
    resolved = node.must("did", "resolve", dids["ethr"])
    assert resolved["didDocument"]["assertionMethod"] if "didDocument" in resolved else resolved["assertionMethod"]


def test_a_credential_of_did_web_passes_and_no_tampered_copy(
    node: RunningNode, peers: node_check.Node, pages: dict[str, list[str]]
) -> None:
    for page in pages["web"]:
        node_check.check_web_credential(peers, node.credential(page))
    node_check.check_verifier_core(peers, node.credential(pages["web"][0]))


def test_a_credential_of_did_ethr_passes_and_no_tampered_copy(
    node: RunningNode, peers: node_check.Node, pages: dict[str, list[str]]
) -> None:
    for page in pages["ethr"]:
        node_check.check_ethr_credential(peers, node.credential(page))


@pytest.mark.parametrize("method", ["web", "ethr"])
def test_the_anchor_passes_and_no_tampered_copy(
    node: RunningNode, peers: node_check.Node, pages: dict[str, list[str]], method: str
) -> None:
    for page in pages[method]:
        node_check.check_anchor(peers, node.credential(page), peers.fetch_anchor(page))


@pytest.mark.parametrize("method", ["web", "ethr"])
def test_a_stranger_verifies_with_the_command_line(
    node: RunningNode, pages: dict[str, list[str]], tmp_path: Path, method: str
) -> None:
    credential = node.credential(pages[method][1])
    good, changed = tmp_path / "good.json", tmp_path / "changed.json"
    good.write_text(json.dumps(credential), encoding="utf-8")
    credential["credentialSubject"]["programme"] += " "
    changed.write_text(json.dumps(credential), encoding="utf-8")

    accepted, refused = node.dcp("verify", good, "--json"), node.dcp("verify", changed, "--json")

    assert (accepted.code, accepted.json["verdict"]) == (0, "verified"), accepted
    assert outcomes(accepted.json)["anchor"] == "passed"
    assert (refused.code, refused.json["verdict"]) == (1, "not_verified"), refused
    assert outcomes(refused.json)["proof"] == outcomes(refused.json)["anchor"] == "failed"


@pytest.mark.parametrize("method", ["web", "ethr"])
def test_everybody_sees_a_revocation(
    node: RunningNode, peers: node_check.Node, pages: dict[str, list[str]], method: str
) -> None:
    revoked, neighbour = pages[method][2], pages[method][0]
    node.must("revoke", revoked, "--reason", "issued to the wrong person")

    told = node.dcp("verify", revoked, "--json")
    assert (told.code, outcomes(told.json)["status"]) == (1, "failed"), told
    assert outcomes(told.json)["proof"] == "passed"

    page = node.http("GET", revoked, key=None, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "revoked" in page.text.lower()

    node_check.check_revoked(peers, node.credential(revoked))
    assert node.must("verify", neighbour)["verdict"] == "verified"
    with pytest.raises(node_check.PeerDisagrees, match="expected a good signature and a revocation"):
        node_check.check_revoked(peers, node.credential(neighbour))


def write_list(node: RunningNode) -> Path:
    path = node.data_dir / "three.csv"
    path.write_bytes(LIST.encode())
    return path


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["outcome"] for check in report["checks"]}
