"""The programs by themselves: how they are called, and where their packages come from."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from did.keys import KeyType
from tests.peers import ours
from tests.peers.keys import make_key
from tests.peers.programs import FOLDER, PeerFailed, Program, node_path
from tests.peers.samples import NOW, badge_for_suite

DOCUMENT = {"@context": "https://www.w3.org/ns/credentials/v2", "id": "urn:uuid:1", "type": "VerifiableCredential"}


def run(name: str, *arguments: str, stdin: str = "") -> tuple[int, Any]:
    command = [node_path(), str(FOLDER / name), *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, json.loads(done.stdout)


def test_one_request_on_stdin_gets_one_answer_and_an_exit_code() -> None:
    key = make_key(KeyType.ED25519)
    secured = ours.issue(badge_for_suite("eddsa-rdfc-2022", key.controller), "eddsa-rdfc-2022", key)
    changed = {**secured, "name": "Doctor of Philosophy"}

    code, answer = run("di_verify.mjs", stdin=json.dumps({"credential": secured, "now": NOW}))
    assert (code, answer["ok"]) == (0, True)

    code, answer = run("di_verify.mjs", stdin=json.dumps({"credential": changed, "now": NOW}))
    assert (code, answer["ok"]) == (1, False)
    assert any(error["message"] == "Invalid signature." for error in answer["errors"])


def test_a_request_can_be_a_file(tmp_path: Path) -> None:
    request = tmp_path / "request.json"
    request.write_text(json.dumps({"document": DOCUMENT}))

    code, answer = run("canonize.mjs", str(request))

    assert (code, answer["ok"]) == (0, True)
    assert answer["canonical"].startswith("<urn:uuid:1> ")


@pytest.mark.parametrize("stdin", ["", "{", "[]", "null", '{"credential": 7}'])
def test_nonsense_is_answered_with_an_error(stdin: str) -> None:
    code, answer = run("di_verify.mjs", stdin=stdin)

    assert code == 1
    assert not answer["ok"]
    assert answer["errors"]


def test_an_error_of_one_request_does_not_end_the_program() -> None:
    with Program("canonize.mjs") as canonize:
        assert not canonize.ask({"document": {"@context": "https://unknown.example/v1"}})["ok"]
        assert canonize.ask({"document": DOCUMENT})["ok"]


def test_a_program_that_does_not_answer_is_named() -> None:
    with Program("canonize.mjs") as canonize, pytest.raises(PeerFailed, match=r"canonize\.mjs did not answer in time"):
        canonize.ask({"document": DOCUMENT}, timeout_s=0)


def test_no_context_is_fetched() -> None:
    with Program("canonize.mjs") as canonize:
        answer = canonize.ask({"document": {"@context": "https://unknown.example/v1"}})
    assert any("is not a bundled context" in error["message"] for error in answer["errors"]), answer["errors"]


def test_the_lock_names_no_registry_and_every_package_has_a_digest() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text())
    wanted = json.loads((FOLDER / "package.json").read_text())["dependencies"]
    packages = {path: entry for path, entry in lock["packages"].items() if path}

    assert all("resolved" not in entry for entry in packages.values())
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert "omit-lockfile-registry-resolved=true" in (FOLDER / ".npmrc").read_text().splitlines()
