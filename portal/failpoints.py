"""Places where a test may hold a process to kill it there.

Nothing happens unless `DCP_FAILPOINTS` names the place: `DCP_FAILPOINTS=batch.record=/path/marker` writes the
marker and then waits; the test kills the process while it waits. A marker that already exists is passed by, so that
the restarted node goes on.
"""

import os
import time
from pathlib import Path

_WAIT_S = 600


def failpoint(name: str) -> None:
    """Hold here if a test asked for it."""
    wanted = os.environ.get("DCP_FAILPOINTS")
    if not wanted:
        return
    for item in wanted.split(","):
        place, _, marker = item.partition("=")
        if place == name and marker and not Path(marker).exists():
            Path(marker).write_text(str(os.getpid()), encoding="ascii")
            time.sleep(_WAIT_S)
