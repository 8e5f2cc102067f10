"""Runs the Node programs of this folder: one process per program, asked line by line."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

FOLDER = Path(__file__).resolve().parent
REPOSITORY = FOLDER.parent.parent
HOW_TO_INSTALL = "run `make setup`, or `npm ci` in tests/peers with Node 24"


class PeersMissing(Exception):
    """Node or the packages of tests/peers are not installed; without them nothing is judged."""


class PeerFailed(Exception):
    """A program ended, answered nothing in time, or answered something that is no JSON object."""


def node_path() -> str:
    """Where Node is. Raises `PeersMissing`, also for missing or outdated packages."""
    node = shutil.which("node", path=f"{REPOSITORY / '.tools' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}")
    if node is None:
        raise PeersMissing(f"there is no Node: {HOW_TO_INSTALL}")
    wanted = json.loads((FOLDER / "package.json").read_text())["dependencies"]
    for name, version in wanted.items():
        manifest = FOLDER / "node_modules" / name / "package.json"
        if not manifest.is_file():
            raise PeersMissing(f"the npm package {name} is not installed: {HOW_TO_INSTALL}")
        installed = json.loads(manifest.read_text())["version"]
        if installed != version:
            raise PeersMissing(f"the npm package {name} is {installed}, not {version}: {HOW_TO_INSTALL}")
    return node


class Program:
    """One Node program that stays up. `ca` is a further authority that its https connections accept."""

    def __init__(self, name: str, *, ca: Path | None = None, folder: Path = FOLDER) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NODE_")}
        if ca is not None:
            environment["NODE_EXTRA_CA_CERTS"] = str(ca)
        self.name = name
        self._stderr = tempfile.TemporaryFile(mode="w+b")  # noqa: SIM115 -- lives as long as the process
        self._process = subprocess.Popen(
            [node_path(), str(folder / name), "--lines"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            cwd=folder,
            env=environment,
        )
        self._unread = b""

    def ask(self, request: Mapping[str, Any], *, timeout_s: float = 60) -> dict[str, Any]:
        """Send one request, wait for its answer. Raises `PeerFailed`."""
        stdin = self._process.stdin
        if stdin is None or self._process.poll() is not None:
            raise PeerFailed(self._explain("has ended"))
        stdin.write(json.dumps(request).encode("ascii") + b"\n")
        stdin.flush()
        try:
            answer = json.loads(self._read_line(time.monotonic() + timeout_s))
        except ValueError as error:
            raise PeerFailed(self._explain(f"answered no JSON: {error}")) from error
        if not isinstance(answer, dict):
            raise PeerFailed(self._explain(f"answered {answer!r}"))
        return answer

    def _read_line(self, deadline: float) -> bytes:
        stdout = self._process.stdout
        if stdout is None:
            raise PeerFailed(self._explain("has no output"))
        while b"\n" not in self._unread:
            ready, _, _ = select.select([stdout], [], [], max(0.0, deadline - time.monotonic()))
            chunk = os.read(stdout.fileno(), 1 << 20) if ready else b""
            if not chunk:
                # A late answer would be taken for the answer to the next question.
                self._process.kill()
                raise PeerFailed(self._explain("ended without an answer" if ready else "did not answer in time"))
            self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        return line

    def _explain(self, what: str) -> str:
        self._stderr.seek(0)
        return f"{self.name} {what}; it wrote: {self._stderr.read()[-2000:].decode(errors='replace')}"

    def close(self) -> None:
        """End the process; by its id, whatever it is doing."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._stderr.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
