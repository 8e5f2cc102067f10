"""One process of the node: how it is started, when it is healthy, how it is ended."""

import ctypes
import os
import signal
import subprocess
import sys
import time
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
    stop_order: int = 0  # the highest stops first; equal ones stop side by side
    ready_s: float = 60.0
    before_start: Callable[[], None] = _nothing  # called by the supervisor before each start
    popen_arguments: Mapping[str, object] = field(default_factory=dict)


class Child:
    """A started part. Its process group is its own, so that Ctrl-C reaches only the supervisor."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self._process: subprocess.Popen[bytes] | None = None
        self.id: processes.ProcessId | None = None

    def start(self) -> None:
        """Start the process; its output goes to the part's log file."""
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
        """Return how the process ended; None while it runs.

        An ended process is left unreaped where the system allows it: until `kill`, its number
        then belongs to its group and to nobody else.
        """
        if self._process is None or self._process.returncode is not None:
            return None if self._process is None else self._process.returncode
        if not hasattr(os, "waitid"):
            return self._process.poll()
        ended = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if ended is None:
            return None
        return ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status

    def ask_to_stop(self) -> None:
        """Send the part's stop signal."""
        if self._process is not None and self.exit_code() is None:
            os.kill(self._process.pid, self.part.stop_signal)

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end; True when the process is gone."""
        deadline = time.monotonic() + timeout_s
        while self._process is not None and self.exit_code() is None:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        return True

    def kill(self) -> None:
        """End the process and what it left in its group, at once. Repeating the call changes nothing."""
        if self._process is None or self._process.returncode is not None:
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
