"""Processes of an earlier run that outlived it, found again by pid and start time."""

import json
import signal
from collections.abc import Iterable
from pathlib import Path

from portal.supervisor import processes
from portal.supervisor.child import Child
from portal.supervisor.errors import PartFailed
from portal.supervisor.files import write_private

CHILDREN_FILE = "children.json"


def record(data_dir: Path, children: Iterable[Child]) -> None:
    """Write down who runs, so that the next start can end what a kill left behind."""
    entries = [
        {
            "name": child.part.name,
            "pid": child.id.pid,
            "started": child.id.started,
            "signal": int(child.part.stop_signal),
        }
        for child in children
        if child.id is not None
    ]
    write_private(data_dir / CHILDREN_FILE, json.dumps(entries) + "\n")


def end_all(data_dir: Path, *, timeout_s: float = 5) -> list[str]:
    """End the processes recorded by an earlier run; return the names of those that still ran.

    Raises:
        PartFailed: one does not end even when killed.
    """
    path = data_dir / CHILDREN_FILE
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    ended = []
    for entry in entries:
        process = processes.ProcessId(int(entry["pid"]), str(entry["started"]))
        if processes.identify(process.pid) != process:
            continue
        if not processes.stop(process, first=signal.Signals(entry["signal"]), timeout_s=timeout_s):
            raise PartFailed(
                f"{entry['name']} of an earlier run (pid {process.pid}) does not end", fix=f"End process {process.pid}."
            )
        ended.append(str(entry["name"]))
    path.unlink(missing_ok=True)
    return ended
