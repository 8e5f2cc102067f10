"""Checks of a running node by software that shares no code with it.

Everything goes in through `Node`, made of the `ready` event of `dcp up --tls --json` (architecture §4). Each
function raises `PeerDisagrees` unless the peer accepts what the node serves and refuses each tampered copy.
"""

from __future__ import annotations

import copy
import json
import ssl
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from did.keys import KeyType
from tests.peers.keys import make_key
from tests.peers.programs import FOLDER, Program, node_path
from tests.peers.samples import tampered_copies

TIMEOUT_S = 60


class PeerDisagrees(Exception):
    """A peer refused what the node vouches for, or accepted what nobody signed."""


@dataclass(frozen=True)
class Node:
    """Where the node under test is, and how others reach its chain."""

    url: str
    ca: Path | None
    rpc_url: str | None
    chain_id: int | None
    contracts: Mapping[str, str]

    @classmethod
    def of_ready(cls, ready: Mapping[str, Any]) -> Node:
        chain = ready.get("chain")
        return cls(
            url=ready["url"].rstrip("/"),
            ca=Path(ready["ca"]) if ready.get("ca") else None,
            rpc_url=ready.get("rpc_url"),
            chain_id=int(chain.removeprefix("eip155:")) if isinstance(chain, str) and ":" in chain else None,
            contracts=ready.get("contracts") or {},
        )

    @property
    def networks(self) -> list[dict[str, Any]]:
        """What ethr-did-resolver needs to know."""
        registry = self.contracts.get("did_registry")
        if registry is None or self.rpc_url is None or self.chain_id is None:
            raise PeerDisagrees(f"the node names no ERC-1056 registry among {sorted(self.contracts)}, or no chain")
        return [{"name": "local", "chainId": self.chain_id, "rpcUrl": self.rpc_url, "registry": registry}]

    def fetch_json(self, url: str, *, accept: str = "application/vc") -> dict[str, Any]:
        """GET by Python's own client; `url` may be a path."""
        context = ssl.create_default_context(cafile=self.ca) if self.ca else ssl.create_default_context()
        absolute = url if "://" in url else f"{self.url}{url}"
        request = urllib.request.Request(absolute, headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=TIMEOUT_S, context=context) as response:
            body = json.loads(response.read())
        if not isinstance(body, dict):
            raise PeerDisagrees(f"{absolute} is no JSON object")
        return body

    def fetch_anchor(self, credential_url: str) -> dict[str, Any]:
        return self.fetch_json(f"{credential_url.rstrip('/')}/anchor.json", accept="application/json")


def check_web_credential(node: Node, credential: Mapping[str, Any]) -> dict[str, Any]:
    """@digitalbazaar/vc with the credential's suite, the served did.json by web-did-resolver, the served status list."""
    _require_issuer(credential, "did:web:")
    with _verifier(node) as verifier:
        return _accepts_it_and_no_other(verifier, credential, {"fetch": True})


def check_ethr_credential(node: Node, credential: Mapping[str, Any]) -> dict[str, Any]:
    """@digitalbazaar/vc with keys that ethr-did-resolver reads from the chain, and the served status list."""
    _require_issuer(credential, "did:ethr:")
    with _verifier(node) as verifier:
        return _accepts_it_and_no_other(verifier, credential, {"fetch": True, "networks": node.networks})


def check_revoked(node: Node, credential: Mapping[str, Any]) -> dict[str, Any]:
    """The signature is good, and @digitalbazaar/vc-bitstring-status-list finds the bit of the served list set."""
    more = {"networks": node.networks} if _issuer_of(credential).startswith("did:ethr:") else {}
    with _verifier(node) as verifier:
        answer = verifier.ask({"credential": dict(credential), "fetch": True, **more}, timeout_s=TIMEOUT_S)
    if answer["ok"] or not all(proof["verified"] for proof in answer["proofs"]):
        raise PeerDisagrees(f"expected a good signature and a revocation: {answer}")
    if not any(status["set"] and status["purpose"] == "revocation" for status in answer["status"]):
        raise PeerDisagrees(f"no revocation is set: {answer}")
    return answer


def check_verifier_core(node: Node, credential: Mapping[str, Any]) -> dict[str, Any]:
    """@digitalcredentials/verifier-core; it knows did:web, did:key, and the suites for Ed25519."""
    with Program("verifier_core.mjs", ca=node.ca) as core:
        return _accepts_it_and_no_other(core, credential, {})


def check_did_documents(node: Node, dids: Mapping[str, str]) -> None:
    """`dids`: DID → the URL of its document, or of the result of resolving it, at the node. The peers' resolvers read the same keys."""
    with Program("resolve.mjs", ca=node.ca) as resolver:
        for did, url in dids.items():
            networks = node.networks if did.startswith("did:ethr:") else []
            theirs = resolver.ask({"did": did, "networks": networks}, timeout_s=TIMEOUT_S)
            answer = node.fetch_json(url, accept="application/did+json, application/did, application/json")
            served = answer.get("didDocument", answer)
            if not theirs["ok"] or _key_ids(theirs["didDocument"]) != _key_ids(served):
                raise PeerDisagrees(f"{did} has other keys for the peer: {theirs}")


def check_anchor(node: Node, credential: Mapping[str, Any], anchor: Mapping[str, Any]) -> dict[str, Any]:
    """anchor_check.mjs recomputes leaf, paths and root, and reads the log of the node's own contract.

    It must refuse each of `tampered_anchors`.
    """
    answer = require_anchor(node, credential, anchor)
    for what, other_credential, other_anchor in tampered_anchors(credential, anchor):
        if _anchor_check(node, other_credential, other_anchor).returncode == 0:
            raise PeerDisagrees(f"an anchor was accepted though {what}")
    return answer


def require_anchor(node: Node, credential: Mapping[str, Any], anchor: Mapping[str, Any]) -> dict[str, Any]:
    """What anchor_check.mjs says about one credential and its proof."""
    answer = _anchor_check(node, credential, anchor)
    if answer.returncode != 0:
        raise PeerDisagrees(f"the anchor was refused: {answer.stdout}{answer.stderr}")
    return dict(json.loads(answer.stdout))


def tampered_anchors(
    credential: Mapping[str, Any], anchor: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """What was changed, the credential to show, the proof to show."""
    changed = copy.deepcopy(dict(credential))
    changed["credentialSubject"]["achievement"]["name"] += "."
    yield "a claim reads differently", changed, dict(anchor)
    for member in ("salt", "root"):
        proof = copy.deepcopy(dict(anchor))
        proof[member] = _other_hex(proof[member])
        yield f"the {member} is another one", dict(credential), proof
    proof = copy.deepcopy(dict(anchor))
    level = next((level for level in proof["levels"] if level["path"]), None)
    if level is not None:
        level["path"][0] = _other_hex(level["path"][0])
        yield "a path leads elsewhere", dict(credential), proof
    proof = copy.deepcopy(dict(anchor))
    proof["levels"][0]["treeSize"] += 1
    yield "the tree is larger", dict(credential), proof
    if anchor.get("anchor"):
        proof = copy.deepcopy(dict(anchor))
        proof["anchor"]["account"] = "0x" + "12" * 20
        yield "somebody else anchored it", dict(credential), proof
        for member in ("contract", "transaction", "blockHash"):
            proof = copy.deepcopy(dict(anchor))
            proof["anchor"][member] = _other_hex(proof["anchor"][member])
            yield f"the {member} is another one", dict(credential), proof
        proof = copy.deepcopy(dict(anchor))
        proof["anchor"]["time"] = "2020-01-01T00:00:00Z"
        yield "the time is earlier", dict(credential), proof


@contextmanager
def _verifier(node: Node) -> Iterator[Program]:
    with Program("di_verify.mjs", ca=node.ca) as program:
        yield program


def _accepts_it_and_no_other(
    program: Program, credential: Mapping[str, Any], options: Mapping[str, Any]
) -> dict[str, Any]:
    answer = program.ask({"credential": dict(credential), **options}, timeout_s=TIMEOUT_S)
    if not answer["ok"]:
        raise PeerDisagrees(f"{program.name} refuses what the node issued: {answer}")
    if "status" in answer and credential.get("credentialStatus") and not answer["status"]:
        raise PeerDisagrees(f"{program.name} did not look at the status: {answer}")
    other = make_key(KeyType.ED25519).verification_method
    for what, changed in tampered_copies(copy.deepcopy(dict(credential)), other_key=other):
        if program.ask({"credential": changed, **options}, timeout_s=TIMEOUT_S)["ok"]:
            raise PeerDisagrees(f"{program.name} accepts a tampered copy: {what}")
    return answer


def _anchor_check(
    node: Node, credential: Mapping[str, Any], anchor: Mapping[str, Any]
) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as folder:
        files = {"credential.json": credential, "anchor.json": anchor}
        paths = [Path(folder) / name for name in files]
        for path, content in zip(paths, files.values(), strict=True):
            path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        registry = node.contracts.get("anchor_registry")
        if registry is None or node.rpc_url is None:
            raise PeerDisagrees(f"the node names no anchor registry among {sorted(node.contracts)}, or no chain")
        command = [node_path(), str(FOLDER / "anchor_check.mjs"), *map(str, paths), node.rpc_url, registry]
        return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)


def _require_issuer(credential: Mapping[str, Any], start: str) -> None:
    if not _issuer_of(credential).startswith(start):
        raise PeerDisagrees(f"the credential's issuer is {_issuer_of(credential)}, not a {start}…")


def _issuer_of(credential: Mapping[str, Any]) -> str:
    issuer = credential["issuer"]
    return str(issuer["id"] if isinstance(issuer, Mapping) else issuer)


def _key_ids(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """For each relationship, the ids of its keys."""
    names = ("assertionMethod", "authentication", "capabilityInvocation", "capabilityDelegation", "keyAgreement")
    return {name: list(document[name]) for name in names if document.get(name)}


def _other_hex(text: str) -> str:
    return text[:-1] + ("0" if text[-1] != "0" else "1")
