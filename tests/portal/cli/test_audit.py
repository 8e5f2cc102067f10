"""`dcp audit log`: what an auditor runs."""

import io
import json
import sys

import pytest
from sqlalchemy import text

from portal.anchors.tasks import advance
from portal.cli import main
from tests.factories import issue, make_tenant


@pytest.fixture
def dcp(node, monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["dcp", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        with pytest.raises(SystemExit) as end:
            main()
        return end.value.code, capsys.readouterr().out

    return run


def test_a_log_whose_head_is_final_on_the_chain_passes(node_with_chain, chain, dcp):
    issue(node_with_chain, make_tenant(node_with_chain), 2)
    advance()
    chain.mine(80)
    advance()

    code, said = dcp("audit", "log", "verify", "--tenant", "acme", "--json")

    assert (code, json.loads(said)["faults"], json.loads(said)["doubt"]) == (0, [], None)
    assert "up to entry" in json.loads(said)["held_by"]


def test_without_a_chain_it_says_that_it_cannot_tell(node, dcp):
    make_tenant(node)

    code, said = dcp("audit", "log", "verify", "--tenant", "acme")

    assert code == 3
    assert "none changed" in said
    assert "no chain" in said


def test_what_the_databases_owner_changes_is_found(node, database, dcp):
    issue(node, make_tenant(node), 2)
    with database.engine(database.superuser).begin() as connection:
        connection.execute(text("UPDATE audit_entries SET actor = 'nobody' WHERE number = 3"))

    code, said = dcp("audit", "log", "verify", "--tenant", "acme")

    assert code == 1
    assert "altered: Entry 3 was changed after it was written." in said


def test_an_export_is_checked_without_a_database(node, dcp, tmp_path):
    issue(node, make_tenant(node), 2)
    _code, exported = dcp("audit", "log", "export", "--tenant", "acme")
    file = tmp_path / "log.jsonl"
    file.write_text(exported)
    last = json.loads(exported.splitlines()[-1])
    head = f"{last['number']}:{last['hash']}"

    assert dcp("audit", "log", "verify", "--file", file, "--head", head)[0] == 0
    assert dcp("audit", "log", "verify", "--file", file)[0] == 3
    file.write_text("\n".join(exported.splitlines()[:-1]))
    assert dcp("audit", "log", "verify", "--file", file, "--head", head)[0] == 1


@pytest.mark.parametrize("arguments", [(), ("--tenant", "acme", "--file", "x")], ids=["neither", "both"])
def test_a_tenant_or_a_file_is_named_never_both(dcp, arguments):
    assert dcp("audit", "log", "verify", *arguments)[0] == 2
