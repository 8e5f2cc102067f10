"""Settings: strict names, no secret shown, the running node's file behind the environment."""

import fcntl
import json
import os

import pytest
from pydantic import ValidationError

from config.settings import LOCK_FILE, RUNTIME_FILE, Settings, UnknownVariable, problems_of
from config.variables import README, rendered


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("DCP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DCP_DATA_DIR", str(tmp_path))


def _write_runtime(folder, **values):
    (folder / RUNTIME_FILE).write_text(json.dumps(values), encoding="utf-8")
    return (folder / LOCK_FILE).open("a")


def test_a_mistyped_variable_is_refused_and_the_right_one_named(monkeypatch):
    monkeypatch.setenv("DCP_PROT", "9000")

    with pytest.raises(UnknownVariable, match="did you mean DCP_PORT"):
        Settings()


def test_the_running_nodes_values_are_used_where_the_environment_is_silent(monkeypatch, tmp_path):
    monkeypatch.setenv("DCP_PORT", "9001")
    with _write_runtime(tmp_path, port=9000, database_url="postgresql://secret") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        settings = Settings()

    assert settings.port == 9001
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://secret"


def test_the_file_of_a_node_that_is_gone_is_not_believed(tmp_path):
    _write_runtime(tmp_path, port=9000).close()

    assert Settings().port == 8000


def test_a_chain_url_means_a_remote_chain(monkeypatch):
    monkeypatch.setenv("DCP_CHAIN_RPC_URL", "https://rpc.example/key")

    assert Settings().chain == "remote"


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"DCP_CHAIN": "none", "DCP_CHAIN_RPC_URL": "https://rpc.example"}, "contradicts"),
        ({"DCP_CHAIN": "remote"}, "needs DCP_CHAIN_RPC_URL"),
        ({"DCP_MASTER_KEY": "00", "DCP_MASTER_KEY_FILE": "/x"}, "both set"),
        ({"DCP_TLS_CERT_FILE": "/x"}, "belong together"),
        ({"DCP_PORT": "0"}, "DCP_PORT: "),
        ({"DCP_PUBLIC_URL": "https://host/path"}, "DCP_PUBLIC_URL: "),
        ({"DCP_ANCHOR_REGISTRY": "0x12"}, "DCP_ANCHOR_REGISTRY: "),
    ],
)
def test_contradictions_stop_the_process_and_name_the_variable(monkeypatch, variables, reason):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ValidationError) as caught:
        Settings()

    assert reason in problems_of(caught.value)


def test_no_secret_is_shown(monkeypatch):
    monkeypatch.setenv("DCP_DATABASE_URL", "postgresql://dcp_app:hunter2@host/dcp")
    monkeypatch.setenv("DCP_MASTER_KEY", "hunter2")

    assert "hunter2" not in repr(Settings())


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1


def test_the_table_of_variables_is_current():
    text = README.read_text(encoding="utf-8")

    assert rendered(text) == text, "run `make gen`"
