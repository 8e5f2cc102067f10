"""Ctrl-C and stop signals as one exception, which can be held back where it would do harm."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Ctrl-C or a stop signal arrived. Not an `Exception`: nothing on the way may swallow it."""


class StopSignals:
    """While entered, the first stop signal raises `StopRequested`; later ones change nothing."""

    def __init__(self) -> None:
        self._held = 0
        self._name: str | None = None
        self._is_told = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = {each: signal.signal(each, self._arrived) for each in _SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def _arrived(self, number: int, _frame: FrameType | None) -> None:
        if self._name is None:
            self._name = signal.Signals(number).name
        if self._held == 0:
            self._tell()

    def _tell(self) -> None:
        if self._name is not None and not self._is_told:
            self._is_told = True
            raise StopRequested(self._name)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the exception back until the block ends, so that what it does is done whole."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
        if self._held == 0:
            self._tell()

    def forget(self) -> None:
        """From now on every stop signal is ignored: the stop is under way."""
        self._is_told = True
