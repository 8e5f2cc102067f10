"""What `dcp up` says: one JSON object a line for programs, short lines for people."""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any, Protocol, TextIO

_COLOURS = {"done": "32", "note": "33", "error": "31", "quiet": "2", "strong": "1"}


class Voice(Protocol):
    """Says what happens. Facts are for programs, words for people."""

    def say(self, event: str, words: str, *, tone: str = "quiet", **facts: object) -> None:
        """Tell one event. `words` is a sentence; `facts` are the fields of the JSON form."""
        ...


class _Out:
    """A stream whose reader may go away. The node goes on without a listener."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream or sys.stdout
        self.is_terminal = self._stream.isatty()

    def write(self, text: str) -> None:
        """Write and flush; after the reader has gone, do nothing."""
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:  # EPIPE: the program that read us ended; EIO: the terminal was closed
            # Also what is still buffered must not fail once more when the interpreter ends.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)


class JsonVoice:
    """One object per line on standard output, flushed at once."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = _Out(out)

    def say(self, event: str, words: str, *, tone: str = "quiet", **facts: object) -> None:
        """Write the event; `ready` is exactly the object that architecture §4 describes."""
        del tone
        message: dict[str, Any] = {"event": event, **facts}
        if event != "ready":
            message["message"] = words
        self._out.write(json.dumps(message, ensure_ascii=False, default=str) + "\n")


class PlainVoice:
    """Short lines; colour only on a terminal whose user did not switch it off (NO_COLOR)."""

    def __init__(self, out: TextIO | None = None, *, environment: Mapping[str, str] = os.environ) -> None:
        self._out = _Out(out)
        self._colour = self._out.is_terminal and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"

    def say(self, event: str, words: str, *, tone: str = "quiet", **facts: object) -> None:
        """Write the words."""
        del facts
        mark = {"started": "✓ ", "error": "✗ ", "warning": "! "}.get(event, "  ")
        for number, line in enumerate(words.splitlines() or [""]):
            text = (mark if number == 0 else "  ") + line
            self._out.write((f"\033[{_COLOURS[tone]}m{text}\033[0m" if self._colour else text) + "\n")
