"""The checked-in contracts are what their sources say."""

from __future__ import annotations

import json
import subprocess

from anchoring.networks import did_registry_artifact, registry_artifact
from anchoring.transactions import ANCHORED_TOPIC, keccak256
from tests.fixtures.chain import CONTRACTS, node_command

ETHR = CONTRACTS / "node_modules" / "ethr-did-registry"


def test_compiling_again_gives_the_checked_in_bytes():
    built = subprocess.run(
        node_command(CONTRACTS / "build.mjs", "--stdout"), capture_output=True, text=True, timeout=120, check=False
    )
    assert built.returncode == 0, built.stderr
    assert built.stdout == (CONTRACTS / "AnchorRegistry.json").read_text(encoding="utf-8")


def test_the_compiler_is_the_pinned_one_with_reproducible_settings():
    compiler = registry_artifact()["compiler"]
    assert compiler["version"].startswith("0.8.37+")
    assert compiler["settings"]["evmVersion"] == "paris"
    assert compiler["settings"]["metadata"] == {"bytecodeHash": "none", "appendCBOR": False}
    assert json.loads((CONTRACTS / "package.json").read_text())["dependencies"]["solc"] == "0.8.37"


def test_the_registry_can_neither_hold_coins_nor_be_changed():
    abi = registry_artifact()["abi"]
    assert sorted(entry["name"] for entry in abi) == ["Anchored", "anchor", "anchoredAt"]
    assert all(entry.get("stateMutability") in {None, "view", "nonpayable"} for entry in abi)
    code = bytes.fromhex(registry_artifact()["deployedBytecode"][2:])
    assert not opcodes(code) & {0xF1, 0xF2, 0xF4, 0xFA, 0xFF, 0xF0, 0xF5, 0x32}, "calls, creates, self-destruct, origin"


def opcodes(code: bytes) -> set[int]:
    """The instructions of EVM code, without the data of its PUSHes."""
    found, at = set(), 0
    while at < len(code):
        found.add(code[at])
        at += 1 + (code[at] - 0x5F if 0x60 <= code[at] <= 0x7F else 0)
    return found


def test_the_event_has_the_topic_that_readers_ask_for():
    event = next(entry for entry in registry_artifact()["abi"] if entry["type"] == "event")
    signature = f"{event['name']}({','.join(each['type'] for each in event['inputs'])})"
    assert "0x" + keccak256(signature.encode()).hex() == ANCHORED_TOPIC
    assert all(each["indexed"] for each in event["inputs"])


def test_the_did_registry_is_npms():
    theirs = json.loads((ETHR / "artifacts/contracts/EthereumDIDRegistry.sol/EthereumDIDRegistry.json").read_text())
    ours = did_registry_artifact()
    assert (ours["abi"], ours["bytecode"], ours["deployedBytecode"]) == (
        theirs["abi"],
        theirs["bytecode"],
        theirs["deployedBytecode"],
    )
    assert json.loads((ETHR / "package.json").read_text())["version"] == "1.3.0"
