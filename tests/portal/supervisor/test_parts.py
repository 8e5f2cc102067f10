"""Parts of the supervisor alone: certificates, chain state, broker settings, signals, master key."""

import json
import os
import signal
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from psycopg.conninfo import conninfo_to_dict

from config.settings import Settings
from portal.supervisor import processes
from portal.supervisor.broker import broker_settings, keywords_of
from portal.supervisor.chain import LocalChain, Pace, find_anvil
from portal.supervisor.errors import MasterKeyRefused, ProgramNotFound, SettingsIncomplete
from portal.supervisor.events import PlainVoice
from portal.supervisor.lock import NodeLock
from portal.supervisor.master_key import ensure_master_key
from portal.supervisor.signals import StopRequested, StopSignals
from portal.tls import ensure_certificates

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


# -- certificates ---------------------------------------------------------------------------


def _names(file):
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(held.get_values_for_type(x509.DNSName)) | {str(a) for a in held.get_values_for_type(x509.IPAddress)}


def test_the_certificate_names_this_machine_and_the_keys_are_private(tmp_path):
    files = ensure_certificates(tmp_path, now=NOW)

    assert {"localhost", "127.0.0.1", "::1"} <= _names(files.cert_file)
    for key in (files.key_file, tmp_path / "ca.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files.cert_file, files.key_file)


def test_a_second_start_changes_nothing(tmp_path):
    before = ensure_certificates(tmp_path, now=NOW).cert_file.read_bytes()

    assert ensure_certificates(tmp_path, now=NOW + timedelta(days=300)).cert_file.read_bytes() == before


def test_a_certificate_near_its_end_is_renewed_and_the_authority_stays(tmp_path):
    files = ensure_certificates(tmp_path, now=NOW)
    before, authority = files.cert_file.read_bytes(), files.ca_file.read_bytes()

    ensure_certificates(tmp_path, now=NOW + timedelta(days=390))

    assert files.cert_file.read_bytes() != before
    assert files.ca_file.read_bytes() == authority


def test_the_authority_may_sign_for_no_other_name(tmp_path):
    files = ensure_certificates(tmp_path, now=NOW, extra_names=("node.example",))
    authority = x509.load_pem_x509_certificate(files.ca_file.read_bytes())

    constraint = authority.extensions.get_extension_for_class(x509.NameConstraints)

    permitted = {name.value for name in constraint.value.permitted_subtrees if isinstance(name, x509.DNSName)}
    assert constraint.critical
    assert {"localhost", "node.example"} <= permitted
    assert "example" not in permitted


def test_a_torn_pair_of_files_is_made_anew(tmp_path):
    files = ensure_certificates(tmp_path, now=NOW)
    files.key_file.unlink()

    ensure_certificates(tmp_path, now=NOW)

    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files.cert_file, files.key_file)


# -- chain ----------------------------------------------------------------------------------


def _chain(tmp_path):
    chain = LocalChain(tmp_path, port=1, program=Path("/anvil"))
    chain.prepare()
    return chain


def test_a_torn_state_is_replaced_by_the_last_whole_copy(tmp_path):
    chain = _chain(tmp_path)
    chain.state_file.write_text('{"block": 7}')
    chain.keep_copy()
    chain.state_file.write_text('{"block": 8, "tor')
    chain.keep_copy()

    told = chain.prepare()

    assert told is not None
    assert "earlier copy" in told
    assert json.loads(chain.state_file.read_text()) == {"block": 7}


def test_a_torn_state_without_a_copy_starts_the_chain_anew_and_says_so(tmp_path):
    chain = _chain(tmp_path)
    chain.state_file.write_text("")

    assert "starts anew" in (chain.prepare() or "")
    assert not chain.state_file.exists()
    assert (chain.folder / "state.broken.json").exists()


def test_a_program_that_was_named_must_exist(tmp_path):
    with pytest.raises(ProgramNotFound, match="is not a program"):
        find_anvil(tmp_path / "anvil")


def test_without_anvil_the_fix_names_the_way_without_a_chain(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ProgramNotFound) as caught:
        find_anvil(None, project=tmp_path)

    assert "--chain none" in caught.value.fix


class SmallChain:
    """Answers what `Pace` asks and remembers the interval."""

    def __init__(self):
        self.pending, self.transactions, self.interval_s, self.is_down = 0, [], 1, False

    def ask(self, method, *parameters):
        if self.is_down:
            raise ConnectionRefusedError
        if method == "txpool_status":
            return {"pending": hex(self.pending), "queued": "0x0"}
        if method == "eth_getBlockByNumber":
            return {"transactions": self.transactions}
        (self.interval_s,) = parameters
        return None


def test_an_idle_chain_slows_down_and_a_transaction_wakes_it():
    chain, now = SmallChain(), [0.0]
    pace = Pace(chain.ask, monotonic=lambda: now[0])

    intervals = []
    for moment, pending in [(1, 0), (31, 0), (40, 1), (41, 0), (69, 0), (71, 0)]:
        now[0], chain.pending = moment, pending
        pace.look()
        intervals.append(chain.interval_s)

    assert intervals == [1, 30, 1, 1, 1, 30]


def test_a_restarted_chain_is_slowed_down_again():
    chain, now = SmallChain(), [100.0]
    pace = Pace(chain.ask, monotonic=lambda: now[0])
    now[0] = 200.0
    pace.look()
    chain.is_down = True
    pace.look()
    chain.is_down, chain.interval_s = False, 1

    pace.look()

    assert chain.interval_s == 30


# -- broker ---------------------------------------------------------------------------------


def test_the_embedded_queue_is_reached_by_keywords():
    url = "pgmq://dcp_queue:p%40ss@/dcp_queue?host=%2Ftmp%2Fsocket"

    settings = broker_settings(url)

    assert settings["broker_url"] == "pgmq://"
    assert conninfo_to_dict(settings["broker_transport_options"]["conn_string"]) == {
        "host": "/tmp/socket",
        "port": "5432",
        "user": "dcp_queue",
        "password": "p@ss",
        "dbname": "dcp_queue",
    }
    assert settings["broker_transport_options"]["init_extension"] is False


@pytest.mark.parametrize("url", ["amqp://u:p@host/v", "redis://host/0"])
def test_other_brokers_keep_their_url(url):
    assert broker_settings(url)["broker_url"] == url


@pytest.mark.parametrize("url", ["sqla+postgresql://x", "memory://", "host"])
def test_a_broker_that_loses_messages_is_refused(url):
    with pytest.raises(SettingsIncomplete, match="starts with"):
        broker_settings(url)


@pytest.mark.parametrize("url", ["pgmq://host/db", "pgmq://u:p@/db", "pgmq://u:p@host/"])
def test_an_incomplete_queue_url_is_refused(url):
    with pytest.raises(SettingsIncomplete, match="lacks"):
        keywords_of(url)


# -- signals --------------------------------------------------------------------------------


def test_a_signal_waits_for_the_end_of_a_held_block():
    done = []

    def act(signals):
        with signals.held():
            os.kill(os.getpid(), signal.SIGTERM)
            done.append("whole")

    with StopSignals() as signals:
        with pytest.raises(StopRequested, match="SIGTERM"):
            act(signals)
        os.kill(os.getpid(), signal.SIGINT)  # a second one changes nothing

    assert done == ["whole"]


# -- master key, lock, processes --------------------------------------------------------------


def _settings(tmp_path, **values):
    return Settings(data_dir=tmp_path, **values)


def test_the_master_key_is_made_once(tmp_path):
    path = ensure_master_key(_settings(tmp_path), data_dir=tmp_path, is_first_start=True)
    before = path.read_text()

    ensure_master_key(_settings(tmp_path), data_dir=tmp_path, is_first_start=False)

    assert path.read_text() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_lost_master_key_is_never_replaced_by_a_new_one(tmp_path):
    with pytest.raises(MasterKeyRefused, match="is missing"):
        ensure_master_key(_settings(tmp_path), data_dir=tmp_path, is_first_start=False)


def test_a_master_key_that_others_read_is_refused(tmp_path):
    path = ensure_master_key(_settings(tmp_path), data_dir=tmp_path, is_first_start=True)
    path.chmod(0o644)

    with pytest.raises(MasterKeyRefused, match="can be read by others"):
        ensure_master_key(_settings(tmp_path), data_dir=tmp_path, is_first_start=False)


def test_a_malformed_master_key_is_refused_without_showing_it(tmp_path):
    with pytest.raises(MasterKeyRefused, match="64 digits") as caught:
        ensure_master_key(_settings(tmp_path, master_key="hunter2"), data_dir=tmp_path, is_first_start=True)

    assert "hunter2" not in str(caught.value)


def test_the_lock_is_free_again_after_release(tmp_path):
    lock = NodeLock(tmp_path)
    lock.acquire()
    lock.release()

    NodeLock(tmp_path).acquire()


def test_a_process_with_the_same_pid_but_another_start_is_not_stopped():
    ours = processes.identify(os.getpid())
    other = processes.ProcessId(ours.pid, "0")

    assert processes.stop(other, timeout_s=0.1)
    assert processes.identify(os.getpid()) == ours


def test_plain_words_have_no_colour_codes_outside_a_terminal(capsys):
    PlainVoice().say("started", "PostgreSQL (0.1 s)", tone="done")

    assert capsys.readouterr().out == "✓ PostgreSQL (0.1 s)\n"
