"""`dcp suspend`, `dcp reinstate`, `dcp revoke`: by a page's address or the id alone."""

import io
import json
import sys

import pytest

from portal.cli import main
from tests.factories import issue, make_tenant, put_template
from tests.fixtures.node import ORIGIN


@pytest.fixture
def dcp(node, monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["dcp", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return end.value.code, said.out, said.err

    return run


def test_an_award_is_suspended_reinstated_and_revoked(node, dcp):
    tenant_id = make_tenant(node)
    put_template(node, tenant_id, status={"purposes": ["revocation", "suspension"]})
    public_id = issue(node, tenant_id, 1).public_ids[0]

    code, said, _err = dcp("suspend", f"{ORIGIN}/c/{public_id}", "--reason", "Fee not paid", "--json")
    assert (code, json.loads(said)["status"], json.loads(said)["reason"]) == (0, "suspended", "Fee not paid")

    code, said, _err = dcp("reinstate", public_id)
    assert (code, said.strip()) == (0, f"reinstated: {ORIGIN}/c/{public_id}")

    code, said, _err = dcp("revoke", public_id, "--json")
    assert (code, json.loads(said)["status"]) == (0, "revoked")

    code, _said, err = dcp("reinstate", public_id)
    assert code == 1
    assert "that is final" in err


def test_suspending_without_an_entry_names_the_setting(node, dcp):
    public_id = issue(node, make_tenant(node), 1).public_ids[0]

    code, _said, err = dcp("suspend", public_id)

    assert code == 1
    assert '"purposes": ["revocation", "suspension"]' in err
