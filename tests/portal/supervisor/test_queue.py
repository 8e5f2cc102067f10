"""The embedded queue with a real Celery worker: nothing is lost when the worker is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal.db.embedded import EmbeddedServer

APP = "tests.portal.supervisor.queue_app"


@pytest.fixture
def environment(tmp_path):
    with EmbeddedServer(tmp_path / "node", is_durable=False) as server:
        yield os.environ | {"QUEUE_URL": server.urls().queue, "DONE_FILE": str(tmp_path / "done")}


def _worker(environment):
    command = [sys.executable, "-m", "celery", "-A", APP, "worker", "-P", "prefork", "-c", "1", "--without-mingle"]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _publish(environment, *arguments):
    code = f"import sys; from {APP} import note; note.delay(sys.argv[1], float(sys.argv[2]))"
    subprocess.run([sys.executable, "-c", code, *arguments], env=environment, check=True, timeout=30)


def _lines(environment):
    try:
        return Path(environment["DONE_FILE"]).read_text().split()
    except FileNotFoundError:
        return []


def _wait(condition, timeout_s=40):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_message_held_by_a_killed_worker_is_delivered_again(environment):
    first = _worker(environment)
    try:
        _publish(environment, "a", "2")
        _wait(lambda: "begin-a" in _lines(environment))
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    assert "end-a" not in _lines(environment)

    second = _worker(environment)
    try:
        _wait(lambda: "end-a" in _lines(environment))
    finally:
        second.terminate()
        second.wait(15)

    assert _lines(environment) == ["begin-a", "begin-a", "end-a"]


def test_a_program_that_published_ends_at_once(environment):
    _publish(environment, "warm", "0")
    before = time.monotonic()

    _publish(environment, "b", "0")

    # Twenty seconds were seen with other options; what is left is the start of Python.
    assert time.monotonic() - before < 10
