"""`dcp up` as a user meets it, around two small processes (`small_node`)."""

import json
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal.supervisor import ports, processes
from tests.portal.supervisor.small_node import PROGRAM

pytestmark = pytest.mark.enable_socket


class Running:
    """A started `dcp up --json` and the events it told."""

    def __init__(self, data_dir, *arguments):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DCP_")}
        self.data_dir = data_dir
        self.process = subprocess.Popen(
            [*PROGRAM, "up", "--json", *arguments],
            env=environment | {"DCP_DATA_DIR": str(data_dir)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.events = []

    def until(self, *names):
        for line in self.process.stdout:
            event = json.loads(line)
            self.events.append(event)
            if event["event"] in names:
                return event
        raise AssertionError(f"no {names} in {self.events}: {self.process.stderr.read()}")

    def children(self):
        entries = json.loads((self.data_dir / "children.json").read_text())
        return {entry["name"]: processes.ProcessId(entry["pid"], entry["started"]) for entry in entries}

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        code = self.process.wait(20)
        self.process.stdout.close()
        self.process.stderr.close()
        return code


@contextmanager
def node(data_dir, *arguments):
    running = Running(data_dir, *arguments)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.end()
        else:
            running.process.stdout.close()
            running.process.stderr.close()


def _wait(condition, timeout_s=20):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _alive(children):
    return [name for name, process in children.items() if processes.identify(process.pid) == process]


def _port():
    return ("--port", str(ports.free_port()))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_node_becomes_ready_and_a_signal_ends_every_process_within_ten_seconds(tmp_path, number):
    with node(tmp_path, *_port()) as running:
        ready = running.until("ready")
        children = running.children()
        assert sorted(_alive(children)) == ["chain", "database", "web", "worker"]
        with urllib.request.urlopen(ready["url"] + "/readyz") as answer:
            assert answer.status == 200
        before = time.monotonic()

        code = running.end(number)

    assert code == 0
    assert time.monotonic() - before < 10
    assert _alive(children) == []
    assert ready["chain"] == "eip155:31337"
    assert set(ready) >= {"event", "url", "rpc_url", "chain", "contracts", "api_key", "demo"}
    assert not (tmp_path / "runtime.json").exists()


def test_what_the_node_writes_is_closed_to_others(tmp_path):
    with node(tmp_path / "data", *_port(), "--no-chain") as running:
        running.until("ready")
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
        for name in ("runtime.json", "master.key", "node.json", "children.json"):
            assert (tmp_path / "data" / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["worker", "database"])
def test_a_part_that_is_killed_is_started_again(tmp_path, name):
    with node(tmp_path, *_port()) as running:
        url = running.until("ready")["url"]
        before = running.children()[name]

        os.kill(before.pid, signal.SIGKILL)

        assert running.until("died")["part"] == name
        assert running.until("restarted")["part"] == name
        assert running.children()[name] != before
        _wait(lambda: _answers(url))


def _answers(url):
    try:
        with urllib.request.urlopen(url + "/readyz") as answer:
            return answer.status == 200
    except OSError:
        return False


def test_a_node_killed_with_all_its_processes_starts_again(tmp_path):
    with node(tmp_path, *_port()) as running:
        url = running.until("ready")["url"]
        children = running.children()
        running.process.kill()
        for process in children.values():
            if processes.identify(process.pid) == process:
                os.kill(process.pid, signal.SIGKILL)
        running.process.wait()

    with node(tmp_path) as again:
        assert again.until("ready")["url"] == url


def test_when_only_the_supervisor_is_killed_its_children_end_or_the_next_start_ends_them(tmp_path):
    with node(tmp_path, *_port()) as running:
        running.until("ready")
        children = running.children()
        running.process.kill()
        running.process.wait()

    with node(tmp_path) as again:
        again.until("ready")
        assert _alive(children) == []


def test_a_node_goes_on_when_nobody_listens_to_it(tmp_path):
    with node(tmp_path, *_port(), "--no-chain") as running:
        url = running.until("ready")["url"]
        running.process.stdout.close()
        before = running.children()["worker"]

        os.kill(before.pid, signal.SIGKILL)

        _wait(lambda: running.children()["worker"] != before)
        assert _answers(url)
        assert running.end() == 0


def test_a_second_start_names_the_node_that_runs(tmp_path):
    with node(tmp_path, *_port()) as running:
        url = running.until("ready")["url"]
        with node(tmp_path) as second:
            error = second.until("error")
            assert second.process.wait(10) == 1

    assert f"process {running.process.pid}" in error["message"]
    assert url in error["message"]
    assert "DCP_DATA_DIR" in error["fix"]


def test_a_held_port_that_was_asked_for_is_refused_by_name(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with node(tmp_path, "--port", str(port)) as running:
            error = running.until("error")
            assert running.process.wait(10) == 1

    assert f"port {port} is held by process {os.getpid()}" in error["message"]
    assert not (tmp_path / "node.json").exists()


def test_another_port_later_is_refused_because_credentials_name_the_first(tmp_path):
    with node(tmp_path, *_port(), "--no-chain") as running:
        url = running.until("ready")["url"]
        running.end()
    with node(tmp_path, *_port(), "--no-chain") as running:
        error = running.until("error")
        assert running.process.wait(10) == 1

    assert f"credentials name {url}" in error["message"]


def test_without_a_chain_nothing_is_said_of_one(tmp_path):
    with node(tmp_path, *_port(), "--no-chain") as running:
        ready = running.until("ready")

    assert (ready["chain"], ready["rpc_url"]) == (None, None)
    assert not any(event.get("part") == "chain" for event in running.events)


def test_tls_serves_a_certificate_of_the_authority_that_ready_names(tmp_path):
    with node(tmp_path, *_port(), "--tls", "--no-chain") as running:
        ready = running.until("ready")
        context = ssl.create_default_context(cafile=ready["ca"])
        with urllib.request.urlopen(ready["url"] + "/readyz", context=context) as answer:
            assert answer.status == 200
        running.end()
    # The scheme is part of the frozen origin: the next start needs no --tls.
    with node(tmp_path, "--no-chain") as again:
        assert again.until("ready")["url"] == ready["url"]


def test_a_mistyped_variable_stops_the_start_with_the_right_name(tmp_path, monkeypatch):
    done = subprocess.run(
        [*PROGRAM, "up"],
        env=os.environ | {"DCP_DATA_DIR": str(tmp_path), "DCP_PUBLC_URL": "https://x.example"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == 1
    assert "did you mean DCP_PUBLIC_URL" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_part_that_cannot_start_ends_the_start_with_its_last_words(tmp_path):
    (tmp_path / "logs").mkdir(parents=True)
    with node(tmp_path, *_port(), "--no-chain") as running:
        running.until("ready")
        running.end()
    (tmp_path / "postgres" / "postgresql.conf").write_text("nonsense here\n")

    with node(tmp_path, "--no-chain") as running:
        error = running.until("error")
        assert running.process.wait(20) == 1

    assert "PostgreSQL" in error["message"]
    assert str(Path("logs") / "postgres.log") in error["fix"]
