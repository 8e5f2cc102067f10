"""A whole node under test: `dcp up` in a folder of its own, spoken to by commands, HTTP, SQL and JSON-RPC."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import requests
from psycopg.rows import dict_row

DCP = (sys.executable, "-m", "portal.cli")
DATA = Path(__file__).parents[1] / "data"
START_S = 90
STOP_S = 20
WAIT_S = 60


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class RunningNode:
    """One data folder and the node that runs in it."""

    def __init__(self, data_dir: Path, *, tls: bool = False, environment: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self._arguments = ["up", "--json", "--port", str(self.port), *(["--tls"] if tls else [])]
        outside = {name: value for name, value in os.environ.items() if not name.startswith("DCP_")}
        self._commands = {**outside, "DCP_DATA_DIR": str(data_dir), "PYTHONWARNINGS": ""}
        self._node = {**self._commands, **(environment or {})}
        self._output = data_dir.with_name(f"{data_dir.name}.out")
        self._process: subprocess.Popen[bytes] | None = None
        self.ready: dict[str, Any] = {}

    # -- life ---------------------------------------------------------------------------

    def start(self) -> None:
        """Return when the node said that it is ready."""
        with self._output.open("wb") as out:
            self._process = subprocess.Popen(
                [*DCP, *self._arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=self._node
            )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            for line in self._output.read_text(encoding="utf-8").splitlines():
                with suppress(ValueError):
                    event = json.loads(line)
                    if event.get("event") == "ready":
                        self.ready = event
                        return
            time.sleep(0.05)
        raise AssertionError(f"the node did not become ready:\n{self.logs()}")

    def stop(self) -> None:
        """Ask it to stop, and end what is left by its number."""
        if self._process is None:
            return
        pids = _descendants(self._process.pid)
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            _kill([self._process.pid, *pids])
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """`kill -9` of every process of the node, as when the machine loses its power."""
        assert self._process is not None
        # Held still, the supervisor starts nothing while its children are looked for.
        self._process.send_signal(signal.SIGSTOP)
        _kill([*_descendants(self._process.pid), self._process.pid])
        self._process.wait()
        self._process = None

    def kill_part(self, name: str) -> None:
        """`kill -9` of one part with all its children; the supervisor starts it again."""
        entries = json.loads((self.data_dir / "children.json").read_text(encoding="ascii"))
        os.killpg(next(entry["pid"] for entry in entries if entry["name"] == name), signal.SIGKILL)

    def logs(self, lines: int = 60) -> str:
        """What the node and its parts wrote last."""
        files = [self._output, *sorted((self.data_dir / "logs").glob("*.log"))]
        return "\n".join(
            f"--- {file.name}\n" + "\n".join(file.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
            for file in files
            if file.exists()
        )

    # -- commands -----------------------------------------------------------------------

    def dcp(self, *arguments: str | Path, timeout_s: float = 120) -> Done:
        """Run a command as an operator would, in another terminal."""
        done = subprocess.run(
            [*DCP, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout_s,
            env=self._commands,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def must(self, *arguments: str | Path) -> Any:
        """Run a command that has to succeed; return its JSON."""
        done = self.dcp(*arguments, "--json")
        assert done.code == 0, f"dcp {' '.join(map(str, arguments))}: {done.out}{done.err}"
        return done.json

    def make_tenant(self, slug: str, name: str, template: Path | Mapping[str, Any] | None = None) -> None:
        """Over HTTP, which is quicker than a command; did:ethr is published by the worker afterwards."""
        answer = self.http("POST", "/v1/tenants", json={"slug": slug, "name": name})
        assert answer.status_code == 201, answer.text
        if template is not None:
            self.put_template(slug, "bachelor", template)

    def put_template(self, tenant: str, name: str, template: Path | Mapping[str, Any]) -> None:
        document = json.loads(template.read_text(encoding="utf-8")) if isinstance(template, Path) else template
        answer = self.http("PUT", f"/v1/tenants/{tenant}/templates/{name}", json=document)
        assert answer.status_code == 200, answer.text

    # -- HTTP ---------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return str(self.ready["url"])

    def http(self, method: str, path: str, *, key: str | None = "", **more: Any) -> requests.Response:
        """A request with the node's first API key, another one, or none."""
        key = self.ready["api_key"] if key == "" else key
        headers = {**({"Authorization": f"Bearer {key}"} if key else {}), **more.pop("headers", {})}
        address = path if "://" in path else f"{self.url}{path}"
        ca = self.ready.get("ca", True)
        return requests.request(
            method, address, headers=headers, timeout=WAIT_S, verify=ca, allow_redirects=False, **more
        )

    def get_json(self, path: str, *, accept: str = "application/json") -> Any:
        answer = self.http("GET", path, headers={"Accept": accept})
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        # Not requests' own guess of the encoding.
        return json.loads(answer.content)

    def credential(self, page: str) -> dict[str, Any]:
        return dict(self.get_json(page, accept="application/vc"))

    def credentials_of(self, tenant: str, batch_id: str) -> list[dict[str, Any]]:
        """What the API lists of a batch, all pages of it."""
        found: list[dict[str, Any]] = []
        after = ""
        while True:
            page = self.get_json(f"/v1/tenants/{tenant}/batches/{batch_id}/credentials?limit=1000{after}")
            found += page["data"]
            if page["next_cursor"] is None:
                return found
            after = f"&after={page['next_cursor']}"

    def wait_for_batch(self, tenant: str, batch_id: str, *, timeout_s: float = WAIT_S) -> dict[str, Any]:
        """Return the batch once it is done."""
        path = f"/v1/tenants/{tenant}/batches/{batch_id}"
        return dict(until(lambda: (batch := self.get_json(path))["state"] == "done" and batch, timeout_s=timeout_s))

    def wait_for_anchor(self, page: str, state: str = "final", *, timeout_s: float = WAIT_S) -> dict[str, Any]:
        """Return a credential's anchor proof once it has come this far."""

        def look() -> Any:
            answer = self.http("GET", f"{page}/anchor.json")
            return answer.status_code == 200 and answer.json()["state"] == state and answer.json()

        return dict(until(look, timeout_s=timeout_s))

    # -- database and chain -------------------------------------------------------------

    def rows(self, sql: str, values: Any = (), *, tenant: str | None = None) -> list[dict[str, Any]]:
        """Ask as role dcp_app about one tenant, or without a tenant as dcp_platform."""
        runtime = json.loads((self.data_dir / "runtime.json").read_text(encoding="utf-8"))
        name = "platform_database_url" if tenant is None else "database_url"
        with psycopg.connect(runtime[name].replace("+psycopg", ""), row_factory=dict_row) as connection:
            if tenant is not None:
                tenant_id = self.tenant_id(tenant, connection)
                connection.execute("SELECT set_config('app.tenant_id', %s, true)", [str(tenant_id)])
            return list(connection.execute(sql, values))

    def tenant_id(self, slug: str, connection: psycopg.Connection[Any]) -> UUID:
        row = connection.execute(
            "SELECT tenant_id FROM public_ids WHERE kind = 'tenant' AND name = %s", [slug]
        ).fetchone()
        assert row is not None, f"no tenant {slug}"
        return UUID(str(row["tenant_id"]))

    def rpc(self, method: str, *parameters: Any) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        answer = requests.post(self.ready["rpc_url"], json=body, timeout=WAIT_S).json()
        assert "result" in answer, answer
        return answer["result"]


@contextmanager
def running(
    data_dir: Path, *, tls: bool = False, environment: Mapping[str, str] | None = None
) -> Iterator[RunningNode]:
    node = RunningNode(data_dir, tls=tls, environment=environment)
    try:
        node.start()
        yield node
    finally:
        node.stop()


def until(look: Any, *, timeout_s: float = WAIT_S, pause_s: float = 0.1) -> Any:
    """Return what `look` finds as soon as it finds something."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(pause_s)
    raise AssertionError(f"waited {timeout_s} s in vain")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _descendants(pid: int) -> list[int]:
    """Children, their children, and so on, from /proc."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found, waiting = [], [pid]
    while waiting:
        children = [child for child, parent in parents.items() if parent in waiting]
        found += children
        waiting = children
    return found


def _kill(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
