"""`credentials/status`, and what is kept of a credential: status entry, leaf, log."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from agent.anchor_check import check_anchor
from portal.anchors import service as anchors
from portal.audit import service as audit
from portal.db.session import tenant_session
from portal.vc_api.models import VcApiCredential
from tests.portal.vc_api.conftest import an_unsecured_credential

REVOCATION = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}
SUSPENSION = {"type": "BitstringStatusListEntry", "statusPurpose": "suspension"}
ID = an_unsecured_credential()["id"]


def set_status(api, entry, *, status=True, credential_id=ID):
    return api("credentials/status", {"credentialId": credential_id, "credentialStatus": entry, "status": status})


@pytest.mark.parametrize("prefix", ["", "did-key/"])
@pytest.mark.parametrize("instance", ["eddsa-rdfc-2022", "ecdsa-rdfc-2019-P-256", "ecdsa-jcs-2019-P-384"])
def test_a_revocation_is_seen_at_once_and_is_final(api, instance, prefix):
    credential = api.issue(prefix + instance, credentialStatus=REVOCATION)

    assert api.verify(credential).status_code == 200
    assert set_status(api, REVOCATION).status_code == 200
    assert set_status(api, REVOCATION).status_code == 200
    answer = api.verify(credential)
    undone = set_status(api, REVOCATION, status=False)

    assert (answer.status_code, answer.json()["errors"]) == (400, ["STATUS_VERIFICATION_ERROR"])
    assert api.verify(credential, checks=["proof"]).status_code == 200
    assert api.verify(credential, checks=["proof", "credentialStatus"]).status_code == 400
    assert (undone.status_code, undone.json()["code"]) == (400, "status-refused")


def test_a_suspension_ends(api):
    credential = api.issue(credentialStatus=[REVOCATION, SUSPENSION])

    assert len(credential["credentialStatus"]) == 2
    assert set_status(api, SUSPENSION).status_code == 200
    assert api.verify(credential).status_code == 400
    assert set_status(api, SUSPENSION, status=False).status_code == 200
    assert api.verify(credential).status_code == 200
    assert set_status(api, REVOCATION).status_code == 200
    assert set_status(api, SUSPENSION).status_code == 400


def test_one_credential_of_several_is_revoked(api):
    first = api.issue("BitstringStatusList", credentialId="urn:x:first")
    second = api.issue("BitstringStatusList", credentialId="urn:x:second")

    assert set_status(api, REVOCATION, credential_id="urn:x:first").status_code == 200

    assert api.verify(first).status_code == 400
    assert api.verify(second).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"credentialStatus": REVOCATION}, 400, "malformed-request"),
        ({"credentialId": ID}, 400, "malformed-request"),
        ({"credentialId": ID, "credentialStatus": REVOCATION, "status": "yes"}, 400, "malformed-request"),
        ({"credentialId": ID, "credentialStatus": {"type": "StatusList2021Entry"}}, 400, "malformed-request"),
        ({"credentialId": ID, "credentialStatus": {**REVOCATION, "statusPurpose": "x"}}, 400, "malformed-request"),
        ({"credentialId": "urn:x:nobody", "credentialStatus": REVOCATION}, 404, "credential-not-found"),
        ({"credentialId": ID, "credentialStatus": REVOCATION}, 400, "status-refused"),
    ],
    ids=["no-id", "no-status", "text", "type", "purpose", "unknown", "no-entry"],
)
def test_a_status_that_cannot_be_set_is_refused(api, body, status, code):
    api.issue()

    answer = api("credentials/status", body)

    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_an_entry_of_the_clients_own_is_not_mixed_with_ours(api):
    own = {"id": "https://list.example/1#2", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
           "statusListIndex": "2", "statusListCredential": "https://list.example/1"}  # fmt: skip

    answer = api(
        "credentials/issue",
        {"credential": an_unsecured_credential(credentialStatus=own), "options": {"credentialStatus": REVOCATION}},
    )

    assert (answer.status_code, answer.json()["errors"]) == (400, ["MALFORMED_VALUE_ERROR"])


def test_what_was_issued_is_kept_with_its_log(api, node, acme):
    credential = api.issue("BitstringStatusList")
    set_status(api, REVOCATION)

    with tenant_session(node.app_engine, acme) as session:
        row = session.scalars(select(VcApiCredential)).one()
        acts = [(entry["act"], entry["target"]) for entry in audit.page(session, after=0, limit=100)]
    assert row.data.decode().startswith('{"@context"')
    assert credential["proof"]["proofValue"] in row.data.decode()
    assert ("credential.issued", f"vc-api:{row.id}") in acts
    assert ("credential.status", f"vc-api:{row.id}") in acts


def test_the_next_round_anchors_it(api, node_with_chain, clock):
    credential = api.issue()
    path = f"/t/acme/vc-api/anchors/{ID}"
    before = api.client.get(path)
    clock.move(seconds=90)
    anchors.open_round(node_with_chain)
    anchors.advance_rounds(node_with_chain)
    proof = api.client.get(path).json()

    finding = check_anchor(credential, proof, chain_for=node_with_chain.chain_for, accounts_of_issuer=frozenset)

    assert before.status_code == 404
    assert len(proof["levels"]) == 2
    assert finding.check is not None
    assert finding.check.code not in ("anchor-other-text", "anchor-malformed", "anchor-missing-on-chain")
