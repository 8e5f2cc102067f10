"""`dcp doctor` names what is broken and the fix; it changes nothing."""

import json
import socket

import pytest

from config.settings import Settings
from portal import doctor
from portal.doctor import Outcome
from portal.supervisor.origin import Origin, freeze


def _settings(tmp_path, **values):
    return Settings(data_dir=tmp_path / "data", **values)


def test_on_a_fresh_machine_nothing_is_broken_and_nothing_is_written(tmp_path):
    settings = _settings(tmp_path)
    checks = [each for each in doctor.CHECKS if each not in (doctor.check_postgres, doctor.check_chain)]

    findings = doctor.examine(settings, checks)

    assert doctor.is_healthy(findings)
    assert list(tmp_path.iterdir()) == []


def test_the_embedded_server_is_tried_outside_the_data_folder(tmp_path):
    assert doctor.check_postgres(_settings(tmp_path)).outcome is Outcome.FINE
    assert list(tmp_path.iterdir()) == []


def _open_folder(tmp_path):
    (tmp_path / "data").mkdir(mode=0o755)
    return doctor.check_data_folder(_settings(tmp_path))


def _file_for_folder(tmp_path):
    (tmp_path / "data").write_text("")
    return doctor.check_data_folder(_settings(tmp_path))


def _lost_key(tmp_path):
    (tmp_path / "data").mkdir()
    freeze(tmp_path / "data", Origin(url="http://localhost:1", port=1, tls=False, is_local=True))
    return doctor.check_master_key(_settings(tmp_path))


def _open_key(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "master.key").write_text("00" * 32)
    (tmp_path / "data" / "master.key").chmod(0o644)
    return doctor.check_master_key(_settings(tmp_path))


def _short_key(tmp_path):
    return doctor.check_master_key(_settings(tmp_path, master_key="00"))


def _no_anvil(tmp_path):
    return doctor.check_chain(_settings(tmp_path, anvil=tmp_path / "none"))


def _no_database(tmp_path):
    return doctor.check_postgres(_settings(tmp_path, database_url=f"postgresql://a:b@/c?host={tmp_path}"))


@pytest.mark.parametrize(
    ("finding", "message", "fix"),
    [
        (_open_folder, "can be read by others", "chmod 700"),
        (_file_for_folder, "is not a folder", "DCP_DATA_DIR"),
        (_lost_key, "is missing", "backup"),
        (_open_key, "can be read by others", "chmod 600"),
        (_short_key, "64 digits", "backup"),
        (_no_anvil, "is not a program", "DCP_ANVIL"),
        (_no_database, "no answer", "DCP_DATABASE_URL"),
    ],
)
def test_what_is_broken_is_named_with_its_fix(tmp_path, finding, message, fix):
    found = finding(tmp_path)

    assert found.outcome is Outcome.BROKEN
    assert message in found.message
    assert fix in (found.fix or "")


def test_a_held_port_is_broken_only_once_credentials_name_it(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        before = doctor.check_port(_settings(tmp_path, port=port))
        (tmp_path / "data").mkdir()
        freeze(tmp_path / "data", Origin(url=f"http://localhost:{port}", port=port, tls=False, is_local=True))
        after = doctor.check_port(_settings(tmp_path, port=port))

    assert (before.outcome, after.outcome) == (Outcome.LIMITED, Outcome.BROKEN)
    assert f"port {port} is held by process" in after.message


def test_missing_pdf_libraries_limit_the_node_and_do_not_break_it(tmp_path, monkeypatch):
    monkeypatch.setattr("ctypes.util.find_library", lambda _name: None)

    found = doctor.check_pdf(_settings(tmp_path))

    assert found.outcome is Outcome.LIMITED
    assert "apt-get install libpango-1.0-0" in (found.fix or "")


def test_json_tells_whether_the_node_can_run():
    findings = [doctor.Finding("a", Outcome.FINE, "x"), doctor.Finding("b", Outcome.BROKEN, "y", "z")]

    assert json.loads(doctor.to_json(findings)) == {
        "ok": False,
        "checks": [
            {"name": "a", "outcome": "fine", "message": "x", "fix": None},
            {"name": "b", "outcome": "broken", "message": "y", "fix": "z"},
        ],
    }
