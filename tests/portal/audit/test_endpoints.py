"""The log over HTTP."""

from portal.anchors.tasks import advance
from tests.factories import make_tenant, put_template, template


def test_pages_follow_each_other_to_the_end(node, key_client):
    tenant_id = make_tenant(node)
    for number in range(3):
        put_template(node, tenant_id, achievement={**template()["achievement"], "name": f"Course {number}"})

    first = key_client.get("/v1/tenants/acme/audit", params={"limit": 3}).json()
    second = key_client.get("/v1/tenants/acme/audit", params={"limit": 3, "after": first["next_cursor"]}).json()

    assert [entry["number"] for entry in first["data"] + second["data"]] == [1, 2, 3, 4, 5]
    assert second["next_cursor"] is None


def test_acts_can_be_filtered(node, key_client):
    make_tenant(node)

    found = key_client.get("/v1/tenants/acme/audit", params={"act": "tenant.created"}).json()["data"]

    assert [entry["target"] for entry in found] == ["tenant:acme"]


def test_a_head_comes_with_its_proof_once_it_is_in_a_round(node_with_chain, key_client):
    make_tenant(node_with_chain)
    advance()

    head = key_client.get("/v1/tenants/acme/audit/heads/2").json()

    assert (head["number"], head["document"]["hash"]) == (2, head["hash"])
    assert head["anchor"]["kind"] == 0x12


def test_an_unknown_head_is_refused_with_the_heads_there_are(node, key_client):
    make_tenant(node)

    answer = key_client.get("/v1/tenants/acme/audit/heads/9")

    assert (answer.status_code, answer.json()["code"]) == (404, "audit-head-not-found")
    assert "none yet" in answer.json()["detail"]


def test_a_stranger_reads_nothing(node, client):
    make_tenant(node)

    assert client.get("/v1/tenants/acme/audit").status_code == 401
