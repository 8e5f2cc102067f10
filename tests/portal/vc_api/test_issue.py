"""`credentials/issue`: every instance, and what is refused."""

from __future__ import annotations

import json

import pytest

from portal.vc_api.instances import INSTANCES

LDP = [name for name, instance in INSTANCES.items() if instance.form == "ldp_vc"]


@pytest.mark.parametrize("prefix", ["", "did-key/"])
@pytest.mark.parametrize("name", LDP)
def test_what_an_instance_issues_verifies_and_a_changed_copy_does_not(api, name, prefix):
    credential = api.issue(prefix + name)
    if name == "ecdsa-sd-2023":
        answer = api(
            "credentials/derive",
            {"verifiableCredential": credential, "options": {"selectivePointers": ["/credentialSubject/hours"]}},
        )
        assert answer.status_code == 201, answer.text
        credential = answer.json()["verifiableCredential"]
        assert "course" not in credential["credentialSubject"]

    good = api.verify(credential)
    changed = json.loads(json.dumps(credential))
    changed["credentialSubject"]["hours"] = 80
    bad = api.verify(changed)

    assert credential["issuer"].startswith("did:key:" if prefix else "did:web:")
    assert good.status_code == 200, good.text
    assert good.json()["verified"] is True
    assert {"structure", "issuer", "proof", "validity", "status", "schema"} <= set(good.json()["checks"])
    assert bad.status_code == 400
    assert bad.headers["content-type"] == "application/problem+json"
    assert "PROOF_VERIFICATION_ERROR" in bad.json()["errors"]
