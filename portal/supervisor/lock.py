"""One node per data folder: a lock that the system drops when its holder dies, however it dies."""

import fcntl
import json
import os
import time
from contextlib import suppress
from pathlib import Path

from config.settings import LOCK_FILE
from portal.supervisor.errors import NodeAlreadyRunning


class NodeLock:
    """Held from the first to the last moment of `dcp up`."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / LOCK_FILE
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            NodeAlreadyRunning: another process holds it; the message names it.
        """
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        # A reader of the runtime file holds the lock for an instant: try a few times.
        for attempt in range(5):
            with suppress(BlockingIOError):
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._handle = handle
                self.note(url=None)
                return
            time.sleep(0.02 * attempt)
        os.close(handle)
        raise self._refusal()

    def note(self, *, url: str | None) -> None:
        """Write down who holds the lock and where the node answers."""
        if self._handle is None:
            raise RuntimeError("the lock is not held")
        text = json.dumps({"pid": os.getpid(), "url": url}).encode()
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, text, 0)

    def release(self) -> None:
        """Give the lock up."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None

    def _refusal(self) -> NodeAlreadyRunning:
        try:
            held = json.loads(self.path.read_text(encoding="utf-8"))
            who = f"process {held['pid']}"
            where = f" at {held['url']}" if held["url"] else ", still starting"
        except (ValueError, KeyError, TypeError):
            who, where = "another process", ""
        return NodeAlreadyRunning(
            f"a node already runs on {self.path.parent}: {who}{where}",
            fix="Use that one, stop it with Ctrl-C, or choose another folder with DCP_DATA_DIR.",
        )
