"""`kill -9` in every state of a batch and of a round: afterwards the right awards exist, once, and are paid for once.

`make chaos` runs every case. `CHAOS=few` runs a share that still kills both ways in both machines.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.running import DATA, RunningNode, running, until

pytestmark = [pytest.mark.chaos, pytest.mark.enable_socket, pytest.mark.timeout(300)]

ROWS = 250  # more than one chunk of the worker
FORMS = ("ldp_vc", "vc+jwt", "jwt_vc_json", "ob-jwt", "dc+sd-jwt")  # of each award
PLACES = (
    "batch.reserve",  # identifiers and status entries given, not committed
    "batch.secure",  # signed, not stored
    "batch.record",  # stored, not committed
    "round.signed.before",  # signed, not kept
    "round.signed.after",  # kept, not sent
    "round.broadcast.before",  # sent, not recorded
    "round.broadcast.after",
    "round.mined.before",  # in a block, not recorded
    "round.mined.after",
    "round.final.before",
)
FEW = {
    ("worker", "batch.secure"),
    ("worker", "round.signed.after"),
    ("worker", "round.broadcast.before"),
    ("node", "batch.record"),
    ("node", "round.broadcast.before"),
}
ALL = [(victim, place) for victim in ("worker", "node") for place in PLACES]
CASES = [case for case in ALL if os.environ.get("CHAOS") != "few" or case in FEW]


class Trap:
    """Markers of the places. One that exists is passed by, so a place is armed by taking its marker away."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for place in PLACES:
            self._marker(place).touch()

    @property
    def variable(self) -> str:
        return ",".join(f"{place}={self._marker(place)}" for place in PLACES)

    def arm(self, place: str) -> None:
        self._marker(place).unlink()

    def wait(self, place: str) -> None:
        """Return when a process is held in the place."""
        marker = self._marker(place)
        until(lambda: marker.exists() and marker.stat().st_size > 0, pause_s=0.01)

    def _marker(self, place: str) -> Path:
        return self._folder / place


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Trap:
    return Trap(tmp_path_factory.mktemp("markers"))


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, trap: Trap) -> Iterator[RunningNode]:
    environment = {"DCP_FAILPOINTS": trap.variable, "DCP_SWEEP_INTERVAL_S": "2", "DCP_ANCHOR_INTERVAL_S": "1"}
    with running(tmp_path_factory.mktemp("chaos") / "data", environment=environment) as started:
        template = json.loads((DATA / "template-bachelor.json").read_text(encoding="utf-8")) | {"formats": FORMS}
        in_all_forms = tmp_path_factory.mktemp("template") / "bachelor.json"
        in_all_forms.write_text(json.dumps(template), encoding="utf-8")
        started.make_tenant("acme", "Acme University", in_all_forms)
        # Then nothing but rounds spends the account's nonces.
        until(lambda: all(each["published"] for one in started.get_json("/v1/tenants") for each in one["identities"]))
        started.wait_for_anchor(started.ready["demo"]["credential"])
        yield started


@pytest.mark.parametrize(("victim", "place"), CASES)
def test_what_was_ordered_exists_once_and_is_paid_for_once(
    node: RunningNode, trap: Trap, victim: str, place: str
) -> None:
    trap.arm(place)
    batch = order(node)
    trap.wait(place)
    held(node, place, batch)
    kill(node, victim)

    node.wait_for_batch("acme", batch)
    page = node.credentials_of("acme", batch)[0]["page"]
    node.wait_for_anchor(page)
    exactly_once(node, batch)
    paid_once(node)
    assert node.must("verify", page)["verdict"] == "verified"


def order(node: RunningNode) -> str:
    lines = ["Student No.,Full Name,E-Mail,Programme,Date of Award,Final Grade,Remarks"]
    lines += [f"{n:07},Ada Ömer {n},s{n}@students.example.edu,BSc Physics,02/06/2026,1.7," for n in range(ROWS)]
    answer = node.http(
        "POST",
        "/v1/batches",
        data={"tenant": "acme", "template": "bachelor"},
        files={"file": ("list.csv", "\r\n".join(lines).encode())},
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def held(node: RunningNode, place: str, batch: str) -> None:
    """What the world looks like in the moment of the kill, as far as it tells the places apart."""
    if place.startswith("batch."):
        assert node.rows("SELECT id FROM awards WHERE batch_id = %s", [batch], tenant="acme") == []
        return
    sent = node.rows(
        "SELECT t.tx_hash FROM round_transactions t JOIN rounds r ON r.id = t.round_id ORDER BY r.created_at DESC LIMIT 1"
    )
    if place == "round.broadcast.before":
        assert node.rpc("eth_getTransactionByHash", sent[0]["tx_hash"]) is not None
    if place.startswith(("round.mined", "round.final")):
        assert node.rpc("eth_getTransactionReceipt", sent[0]["tx_hash"]) is not None


def kill(node: RunningNode, victim: str) -> None:
    if victim == "worker":
        node.kill_part("worker")
        return
    node.kill()
    time.sleep(0.5)
    node.start()


def exactly_once(node: RunningNode, batch: str) -> None:
    """Each row has one award; in each form that has one credential, one address, one status entry and one leaf; and
    nothing is left over."""
    [found] = node.rows(
        "WITH a AS (SELECT * FROM awards WHERE batch_id = %(batch)s),"
        " c AS (SELECT c.* FROM credentials c JOIN a ON a.id = c.award_id),"
        " l AS (SELECT * FROM leaves WHERE batch_id = %(batch)s)"
        " SELECT (SELECT count(*) FROM a) AS awards, (SELECT count(DISTINCT batch_row_id) FROM a) AS rows_served,"
        " (SELECT count(*) FROM c) AS credentials, (SELECT count(DISTINCT public_id) FROM c) AS addresses,"
        " (SELECT count(DISTINCT (award_id, format)) FROM c) AS forms,"
        " (SELECT count(*) FROM public_ids p JOIN c ON c.id = p.target_id AND c.public_id = p.name) AS names,"
        " (SELECT count(DISTINCT (s.list_id, s.index)) FROM status_entries s JOIN c ON c.id = s.credential_id) AS entries,"
        " (SELECT count(*) FROM l JOIN c ON c.id = l.credential_id) AS leaves,"
        " (SELECT count(DISTINCT (tree_id, index)) FROM l WHERE tree_id IS NOT NULL) AS places",
        {"batch": batch},
        tenant="acme",
    )
    made = ROWS * len(FORMS)
    assert found == dict.fromkeys(found, made) | {"awards": ROWS, "rows_served": ROWS}
    assert node.rows("SELECT size FROM trees WHERE batch_id = %s", [batch], tenant="acme") == [{"size": made}]
    [left_over] = node.rows(
        "SELECT (SELECT count(*) FROM status_entries WHERE credential_id NOT IN (SELECT id FROM credentials)) AS entries,"
        " (SELECT count(*) FROM leaves WHERE tree_id IS NULL) AS leaves,"
        " (SELECT count(*) FROM public_ids p WHERE p.tenant_id = current_setting('app.tenant_id')::uuid"
        "   AND p.kind = 'credential' AND p.target_id NOT IN (SELECT id FROM credentials)) AS names",
        tenant="acme",
    )
    assert left_over == dict.fromkeys(left_over, 0)
    listed = node.credentials_of("acme", batch)
    assert len({each["id"] for each in listed}) == len(listed) == made
    assert {each["format"] for each in listed} == set(FORMS)


def paid_once(node: RunningNode) -> None:
    """Every root that the chain holds stands in one log and was sent by one transaction, and no root is missing."""
    registry = node.ready["contracts"]["anchor_registry"]
    rounds = node.rows("SELECT root, account, state FROM rounds WHERE state IN ('mined', 'final')")
    roots = sorted(bytes(each["root"]).hex() for each in rounds)
    logs = node.rpc("eth_getLogs", {"address": registry, "fromBlock": "0x0", "toBlock": "latest"})
    assert sorted(log["topics"][2].removeprefix("0x") for log in logs) == roots

    newest = node.rpc("eth_blockNumber")
    account = rounds[0]["account"]
    sent = transactions_of(node, account, int(newest, 16))
    anchored = [each for each in sent if (each["to"] or "").lower() == registry.lower()]
    assert sorted(each["input"][-64:] for each in anchored) == roots
    # No transaction of the account was overlooked, and none waits in the pool beside them.
    assert int(node.rpc("eth_getTransactionCount", account, newest), 16) == len(sent)
    assert int(node.rpc("eth_getTransactionCount", account, "pending"), 16) == len(sent)


def transactions_of(node: RunningNode, account: str, newest: int) -> list[dict[str, Any]]:
    blocks = (node.rpc("eth_getBlockByNumber", hex(number), True) for number in range(newest + 1))
    return [each for block in blocks for each in block["transactions"] if each["from"].lower() == account.lower()]
