"""Server-sent events of a batch (HTML Standard, section 9.2)."""

import asyncio
import json

from portal.issuance import progress, service
from tests.factories import create_batch, make_tenant


def parsed(text):
    """(event, id, data) of each block, as an EventSource reads it."""
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]
    return [(each["event"], each["id"], json.loads(each["data"])) for each in blocks if "event" in each]


def state(recorded, name="running"):
    return {"state": name, "rows": 3, "rows_refused": 0, "reserved": 0, "recorded": recorded}


def stream(states, *, seen=None):
    """What a client hears while the batch goes through `states`."""
    left = list(states)

    async def look():
        return left.pop(0)

    async def wait():
        """Nothing to wait for: the next state is there."""

    async def run():
        return "".join([part async for part in progress.events(left.pop(0), look, wait=wait, seen=seen)])

    return asyncio.run(run())


def test_a_batch_that_is_done_is_told_at_once(node, key_client):
    acme = make_tenant(node)
    batch_id = create_batch(node, acme, 3)
    while service.advance(node, acme, batch_id, budget_s=10):
        pass

    answer = key_client.get(f"/v1/tenants/acme/batches/{batch_id}/events")

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [(event, data["state"], data["recorded"]) for event, _id, data in parsed(answer.text)] == [
        ("progress", "done", 3), ("end", "done", 3),
    ]  # fmt: skip


def test_each_change_is_told_once():
    heard = parsed(stream([state(0), state(0), state(1), state(1), state(3), state(3, "done")]))

    assert [(event, data["recorded"]) for event, _id, data in heard] == [
        ("progress", 0), ("progress", 1), ("progress", 3), ("progress", 3), ("end", 3),
    ]  # fmt: skip


def test_who_comes_back_hears_what_is_new():
    heard = parsed(stream([state(1), state(2), state(2, "cancelled")], seen="running-1-0"))

    assert [(event, data["recorded"]) for event, _id, data in heard] == [("progress", 2), ("progress", 2), ("end", 2)]


def test_a_quiet_stream_says_that_it_lives_and_ends_after_ten_minutes():
    text = stream([state(1)] * 601)

    assert text.count(": still here\n\n") == 40
    assert "event: end" not in text
    assert text.startswith("retry: 2000\n\n")


def test_an_unknown_batch_is_a_problem_and_no_stream(node, key_client):
    make_tenant(node)

    answer = key_client.get("/v1/tenants/acme/batches/018f0000-0000-7000-8000-000000000001/events")

    assert (answer.status_code, answer.json()["code"]) == (404, "batch-not-found")


def test_a_stranger_follows_nothing(node, client):
    make_tenant(node)

    assert client.get("/v1/tenants/acme/batches/018f0000-0000-7000-8000-000000000001/events").status_code == 401
