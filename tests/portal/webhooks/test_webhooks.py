"""Events reach their receivers, signed as Standard Webhooks says, for a day and once each as far as a receiver can tell."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook, WebhookVerificationError

from did.errors import FetchFailed
from did.fetch import Response
from portal.db.session import tenant_session
from portal.webhooks import delivery
from portal.webhooks.catalogue import EVENT_TYPES, NAMES
from portal.webhooks.models import WebhookEndpoint, WebhookMessage
from tests.factories import issue, make_tenant

URL = "https://lms.example/hooks"


@dataclass
class Receiver:
    """Takes what is posted to it, and answers as it is told to."""

    status: int = 200
    is_down: bool = False
    got: list = field(default_factory=list)

    def post(self, url, *, body, headers, max_bytes):
        self.got.append((url, headers, body))
        if self.is_down:
            raise FetchFailed(f"{url} did not answer in 10 s")
        return Response(self.status, {}, b"", url)


@pytest.fixture
def acme(node):
    return make_tenant(node)


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def hook(node, acme, key_client):
    """A webhook for what a batch does."""
    events = ["batch.created", "credentials.issued"]
    return key_client.post("/v1/tenants/acme/webhooks", json={"url": URL, "events": events}).json()


def deliveries(key_client, hook):
    return key_client.get(f"/v1/tenants/acme/webhooks/{hook['id']}/deliveries").json()["data"]


def states(key_client, hook):
    return [each["state"] for each in deliveries(key_client, hook)]


def test_what_a_batch_does_is_told_and_the_signature_holds(node, acme, hook, receiver):
    issued = issue(node, acme, 3)

    assert delivery.deliver_due(node, receiver) == 2

    told = [json.loads(body) for _url, _headers, body in receiver.got]
    assert [each["type"] for each in told] == ["batch.created", "credentials.issued"]
    assert told[1]["data"]["target"] == f"batch:{issued.batch_id}"
    assert told[1]["data"]["detail"]["credentials"] == 3
    for _url, headers, body in receiver.got:
        # By hand, as the specification writes it: HMAC-SHA-256 over id, timestamp and body, joined by dots.
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        mac = hmac.digest(base64.b64decode(hook["secret"].removeprefix("whsec_")), signed, hashlib.sha256)
        assert headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()


def test_the_librarys_receiver_accepts_it_and_refuses_a_changed_body(node, acme, hook, receiver, clock):
    issue(node, acme, 1)
    clock.now = datetime.now(UTC)  # the library compares with its own clock
    delivery.deliver_due(node, receiver)
    _url, headers, body = receiver.got[0]

    assert Webhook(hook["secret"]).verify(body, headers)["type"] == "batch.created"
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(hook["secret"]).verify(body.replace(b"acme", b"borg").replace(b"first", b"other"), headers)


def test_what_nobody_asked_for_is_told_to_nobody(node, acme, key_client, receiver):
    key_client.post("/v1/tenants/acme/webhooks", json={"url": URL, "events": ["award.revoked"]})
    issue(node, acme, 1)

    assert delivery.deliver_due(node, receiver) == 0


def test_another_tenants_events_are_not_told(node, acme, hook, receiver):
    issue(node, make_tenant(node, "borg"), 1)

    assert delivery.deliver_due(node, receiver) == 0


def test_a_receiver_that_is_down_is_asked_for_a_day_and_then_the_message_is_parked(
    node, acme, hook, receiver, clock, key_client
):
    receiver.is_down = True
    key_client.post(f"/v1/tenants/acme/webhooks/{hook['id']}/test")
    start = clock.now
    tried_at = []
    while (message := deliveries(key_client, hook)[0])["state"] == "pending":
        due = datetime.fromisoformat(message["next_at"])
        clock.now = due - timedelta(milliseconds=1)
        assert due <= start or delivery.deliver_due(node, receiver) == 0  # not before its time
        clock.now = due
        assert delivery.deliver_due(node, receiver) == 1
        tried_at.append(due - start)

    assert tried_at == list(delivery.SCHEDULE)
    assert tried_at[-1] == timedelta(days=1)
    assert states(key_client, hook) == ["parked"]
    assert len({headers["webhook-id"] for _url, headers, _body in receiver.got}) == 1
    assert {each["fault"] for each in deliveries(key_client, hook)[0]["attempts"]} == {f"{URL} did not answer in 10 s"}


def test_a_parked_message_can_be_sent_again(node, acme, hook, receiver, clock, key_client):
    receiver.status = 500
    key_client.post(f"/v1/tenants/acme/webhooks/{hook['id']}/test")
    delivery.deliver_due(node, receiver)
    clock.move(days=2)
    delivery.deliver_due(node, receiver)
    assert states(key_client, hook) == ["parked"]

    receiver.status = 204
    clock.move(hours=1)
    message = deliveries(key_client, hook)[0]
    again = key_client.post(f"/v1/tenants/acme/webhooks/{hook['id']}/deliveries/{message['id']}/replay")
    delivery.deliver_due(node, receiver)

    assert (again.status_code, again.json()["state"]) == (202, "pending")
    assert [each["status"] for each in deliveries(key_client, hook)[0]["attempts"]] == [500, 500, 204]
    assert states(key_client, hook) == ["delivered"]


def test_a_receiver_that_says_gone_is_switched_off(node, acme, hook, receiver, key_client):
    receiver.status = 410
    key_client.post(f"/v1/tenants/acme/webhooks/{hook['id']}/test")
    delivery.deliver_due(node, receiver)
    shown = key_client.get("/v1/tenants/acme/webhooks").json()[0]
    issue(node, acme, 1)

    assert (shown["is_enabled"], "410" in shown["disabled_because"]) == (False, True)
    assert delivery.deliver_due(node, receiver) == 0
    assert key_client.post(f"/v1/tenants/acme/webhooks/{hook['id']}/test").status_code == 422


def test_a_message_is_taken_with_a_lease(node, acme, hook, clock, key_client):
    """A worker that dies while sending loses nothing; one that is slow is not overtaken."""
    key_client.post(f"/v1/tenants/acme/webhooks/{hook['id']}/test")

    class Dying(Receiver):
        def post(self, url, *, body, headers, max_bytes):
            super().post(url, body=body, headers=headers, max_bytes=max_bytes)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        delivery.deliver_due(node, Dying())
    other = Receiver()

    assert delivery.deliver_due(node, other) == 0
    clock.move(seconds=61)
    assert delivery.deliver_due(node, other) == 1
    assert states(key_client, hook) == ["delivered"]


def test_the_secret_is_shown_once_and_kept_sealed(node, acme, hook, key_client):
    secret = base64.b64decode(hook["secret"].removeprefix("whsec_"))

    assert len(secret) == 32
    assert "secret" not in key_client.get("/v1/tenants/acme/webhooks").json()[0]
    with tenant_session(node.app_engine, acme) as session:
        assert secret not in session.scalars(select(WebhookEndpoint.sealed_secret)).one()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://lms.example/hooks", "http"),
        ("https://10.0.0.1/hooks", "10.0.0.1"),
        ("https://user:pw@lms.example/", "user"),
        ("ftp://lms.example/", "ftp"),
    ],
)
def test_an_address_that_must_not_be_asked_is_refused_at_once(acme, key_client, url, told):
    answer = key_client.post("/v1/tenants/acme/webhooks", json={"url": url, "events": ["award.revoked"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "webhook-refused")
    assert told in answer.json()["detail"]


def test_an_event_that_does_not_exist_is_named(acme, key_client):
    answer = key_client.post("/v1/tenants/acme/webhooks", json={"url": URL, "events": ["award.revokd"]})

    assert answer.status_code == 422
    assert "award.revokd" in answer.json()["detail"]


def test_a_webhook_can_be_changed_switched_off_and_removed(node, acme, hook, receiver, key_client):
    path = f"/v1/tenants/acme/webhooks/{hook['id']}"
    changed = key_client.patch(path, json={"events": ["award.revoked"], "description": "LMS"}).json()
    off = key_client.patch(path, json={"is_enabled": False}).json()

    assert (changed["events"], changed["description"], changed["url"]) == (["award.revoked"], "LMS", URL)
    assert (off["is_enabled"], off["events"]) == (False, ["award.revoked"])
    assert key_client.delete(path).status_code == 204
    assert key_client.get("/v1/tenants/acme/webhooks").json() == []
    assert key_client.patch(path, json={}).status_code == 404


def test_what_is_removed_while_it_waits_is_told_to_nobody(node, acme, hook, receiver, key_client):
    issue(node, acme, 1)
    key_client.delete(f"/v1/tenants/acme/webhooks/{hook['id']}")

    assert delivery.deliver_due(node, receiver) == 0
    with tenant_session(node.app_engine, acme) as session:
        assert session.scalars(select(WebhookMessage)).all() == []


def test_each_act_on_a_webhook_is_in_the_audit_log(node, acme, hook, key_client):
    key_client.delete(f"/v1/tenants/acme/webhooks/{hook['id']}")
    log = key_client.get("/v1/tenants/acme/audit").json()["data"]

    assert [each["act"] for each in log if each["target"].startswith("webhook:")] == [
        "webhook.created",
        "webhook.removed",
    ]


def test_the_catalogue_lists_every_event(node, key_client):
    listed = key_client.get("/v1/webhook-events").json()

    assert {each["name"] for each in listed} == NAMES
    assert len(listed) == len(EVENT_TYPES)
