"""What other processes are: is a pid still the one we started, who listens on a port.

A pid alone proves nothing, since the system hands it out again. A process is named by
its pid and its start time, and before anything is stopped both must agree.
"""

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_LISTEN = "0A"  # TCP_LISTEN in /proc/net/tcp


@dataclass(frozen=True, slots=True)
class ProcessId:
    """One process, told apart from a later one with the same pid by when it started."""

    pid: int
    started: str


def identify(pid: int) -> ProcessId | None:
    """Return the running process with this pid; None when there is none or it is a zombie."""
    if pid <= 0:
        return None
    if _PROC.joinpath("self").exists():
        try:
            # Fields after the parenthesised name: state is the first, start time the twentieth.
            fields = _PROC.joinpath(str(pid), "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] in {"Z", "X"} else ProcessId(pid, fields[19])
    started = _ps(pid, "lstart")
    return ProcessId(pid, started) if started else None


def command_of(pid: int) -> str:
    """Return the command line of a process, or an empty text when it cannot be read."""
    if _PROC.joinpath("self").exists():
        try:
            words = _PROC.joinpath(str(pid), "cmdline").read_bytes().split(b"\0")
        except OSError:
            return ""
        return b" ".join(words).decode(errors="replace").strip()
    return _ps(pid, "command")


def working_folder_of(pid: int) -> Path | None:
    """Return a process's working folder where the system tells it."""
    try:
        return (_PROC / str(pid) / "cwd").readlink()
    except OSError:
        return None


def _ps(pid: int, column: str) -> str:
    done = subprocess.run(  # noqa: S603
        ["/bin/ps", "-p", str(pid), "-o", f"{column}="], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


def stop(process: ProcessId, *, first: signal.Signals = signal.SIGTERM, timeout_s: float) -> bool:
    """End a process that may not be our child; True once it is gone.

    `first` asks; after `timeout_s` SIGKILL insists. Nothing is sent when the pid meanwhile
    belongs to another process.
    """
    for send in (first, signal.SIGKILL):
        if identify(process.pid) != process:
            return True
        with suppress(ProcessLookupError):
            os.kill(process.pid, send)
        deadline = time.monotonic() + (timeout_s if send is first else 2.0)
        while time.monotonic() < deadline:
            if identify(process.pid) != process:
                return True
            time.sleep(0.02)
    return identify(process.pid) != process


def listener_on(port: int) -> ProcessId | None:
    """Return who listens on a TCP port, where the system tells it."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        try:
            lines = _PROC.joinpath("net", table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTEN and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    return _holder_of(inodes) if inodes else None


def _holder_of(inodes: set[str]) -> ProcessId | None:
    for folder in sorted((entry for entry in _PROC.iterdir() if entry.name.isdigit()), key=lambda e: int(e.name)):
        if _open_files(folder / "fd") & inodes:
            return identify(int(folder.name))
    return None


def _open_files(folder: Path) -> set[str]:
    links = set()
    # A process of another user, or a file closed between the two looks: skip it.
    with suppress(OSError):
        for entry in folder.iterdir():
            with suppress(OSError):
                links.add(str(entry.readlink()))
    return links
