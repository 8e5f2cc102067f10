"""One process of the node: how it is started, when it is healthy, how it is ended."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from portal.supervisor import processes
from portal.supervisor.errors import PartFailed

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_ROTATE_AT_BYTES = 10_000_000
_LAST_LINES = 8


def _nothing() -> None:
    return


@dataclass(frozen=True, slots=True)
class Part:
    """What a child is. `title` is what people read, `name` what programs and log files use."""

    name: str
    title: str
    command: Callable[[], Sequence[str]]
    is_ready: Callable[[], bool]
    environment: Mapping[str, str]
    log_file: Path
    stop_signal: signal.Signals = signal.SIGTERM
    stop_s: float = 6.0
    ready_s: float = 60.0
    before_start: Callable[[], None] = _nothing
    popen_arguments: Mapping[str, object] = field(default_factory=dict)


class Child:
    """A started part. Its process group is its own, so that Ctrl-C reaches only the supervisor."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._process: subprocess.Popen[bytes] | None = None
        self.id: processes.ProcessId | None = None

    def start(self) -> None:
        """Start the process; its output goes to the part's log file."""
        self.part.before_start()
        _rotate(self.part.log_file)
        with self.part.log_file.open("ab") as log:
            os.fchmod(log.fileno(), 0o600)
            self._process = subprocess.Popen(  # noqa: S603
                list(self.part.command()),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=Path.cwd(),
                env=dict(self.part.environment),
                start_new_session=True,
                preexec_fn=_end_with_parent(self.part.stop_signal),  # noqa: PLW1509 - one system call, no locks
                **self.part.popen_arguments,  # type: ignore[call-overload]
            )
        self.id = processes.identify(self._process.pid)

    def exit_code(self) -> int | None:
        """Return how the process ended; None while it runs."""
        return None if self._process is None else self._process.poll()

    def ask_to_stop(self) -> None:
        """Send the part's stop signal."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(self.part.stop_signal)

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end; True when the process is gone."""
        if self._process is None:
            return True
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End the process and what it left in its group, at once."""
        if self._process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def failure(self, what: str) -> PartFailed:
        """Build the error that shows the last lines of the log."""
        lines = last_lines(self.part.log_file)
        return PartFailed(
            "\n".join([f"{self.part.title} {what}", *(f"    {line}" for line in lines)]),
            fix=f"Read {self.part.log_file}; `dcp doctor` checks what each part needs.",
        )


def last_lines(log_file: Path, count: int = _LAST_LINES) -> list[str]:
    """Return the end of a log, or nothing when there is none."""
    try:
        with log_file.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 8192))
            return file.read().decode("utf-8", errors="replace").splitlines()[-count:]
    except FileNotFoundError:
        return []


def _rotate(log_file: Path) -> None:
    with suppress(FileNotFoundError):
        if log_file.stat().st_size > _ROTATE_AT_BYTES:
            log_file.replace(log_file.with_suffix(".log.1"))


def _end_with_parent(sent: signal.Signals) -> Callable[[], None] | None:
    """Let Linux end the child when the supervisor is killed; elsewhere the next start cleans up."""
    if _LIBC is None:
        return None
    libc, number = _LIBC, int(sent)

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, number)

    return ask
