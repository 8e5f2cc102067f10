"""The supervisor of one node: an ordered start with health gates, a watch, an ordered stop.

Order: database and chain side by side, the steps that prepare them, web server and worker
side by side, the steps that need those. The stop goes the other way and takes ten seconds
at most.
"""

import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from portal.supervisor import leftovers
from portal.supervisor.child import Child, Part
from portal.supervisor.events import Voice
from portal.supervisor.runtime import Runtime, Step, forget_runtime, write_runtime
from portal.supervisor.signals import StopSignals

_POLL_S = 0.05
_FIRST_BACK_OFF_S = 0.5
_LAST_BACK_OFF_S = 30.0
_HEALTHY_AFTER_S = 60.0


@dataclass(slots=True)
class _Watch:
    """What the supervisor remembers of one running child."""

    child: Child
    started_at: float
    failures: int = 0
    restart_at: float | None = None


@dataclass
class Supervisor:
    """Starts groups of parts, watches them, stops them. One per `dcp up`."""

    data_dir: Path
    voice: Voice
    signals: StopSignals
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _watched: list[_Watch] = field(default_factory=list)

    # -- start --------------------------------------------------------------------------

    def start(self, parts: Sequence[Part]) -> None:
        """Start `parts` side by side and return when all are healthy.

        Raises:
            PartFailed: one ended or did not become healthy in its time; its last words are in the message.
        """
        group = []
        for part in parts:
            self.voice.say("starting", f"{part.title} …", part=part.name)
            part.before_start()
            watch = _Watch(Child(part), self.monotonic())
            self._launch(watch, [*self._watched, watch])
            group.append(watch)
        waiting = list(group)
        while waiting:
            for watch in list(waiting):
                if self._is_healthy(watch):
                    waiting.remove(watch)
            self.sleep(_POLL_S if waiting else 0)

    def _launch(self, watch: _Watch, watched: list[_Watch]) -> None:
        # A stop between the start and the note of it would leave a process that nobody ends.
        with self.signals.held():
            watch.child.start()
            self._watched = watched
            leftovers.record(self.data_dir, [each.child for each in watched])

    def _is_healthy(self, watch: _Watch) -> bool:
        part, elapsed = watch.child.part, self.monotonic() - watch.started_at
        code = watch.child.exit_code()
        if code is not None:
            raise watch.child.failure(f"ended with {_told(code)}")
        if part.is_ready():
            self.voice.say(
                "started", f"{part.title} ({elapsed:.1f} s)", tone="done", part=part.name, seconds=round(elapsed, 2)
            )
            return True
        if elapsed > part.ready_s:
            raise watch.child.failure(f"was not ready after {part.ready_s:.0f} s")
        return False

    def run_steps(self, steps: Sequence[Step], runtime: Runtime) -> Runtime:
        """Take the steps in order; each sees what the earlier ones found."""
        for step in steps:
            self.voice.say("step", f"{step.title} …", step=step.name)
            before = self.monotonic()
            runtime = step.run(runtime)
            seconds = self.monotonic() - before
            self.voice.say(
                "step-done", f"  done ({seconds:.1f} s)", tone="quiet", step=step.name, seconds=round(seconds, 2)
            )
            self._refuse_dead()
        return runtime

    def _refuse_dead(self) -> None:
        for watch in self._watched:
            code = watch.child.exit_code()
            if code is not None:
                raise watch.child.failure(f"ended with {_told(code)} while the node was starting")

    def publish(self, runtime: Runtime) -> None:
        """Let the node's other processes, and commands in other terminals, find it."""
        write_runtime(runtime)

    # -- watch --------------------------------------------------------------------------

    def watch(self, *, each_tick: Sequence[Callable[[], None]] = (), tick_s: float = 0.2) -> None:
        """Restart what dies, with growing pauses, until `StopRequested` ends it."""
        while True:
            for watch in self._watched:
                self._look_after(watch)
            for act in each_tick:
                act()
            self.sleep(tick_s)

    def _look_after(self, watch: _Watch) -> None:
        now, part = self.monotonic(), watch.child.part
        if watch.restart_at is not None:
            if now >= watch.restart_at:
                self._restart(watch)
            return
        code = watch.child.exit_code()
        if code is None:
            if now - watch.started_at > _HEALTHY_AFTER_S:
                watch.failures = 0
            return
        # Its own children may have outlived it; none of them may work beside the next one.
        watch.child.kill()
        pause = min(_FIRST_BACK_OFF_S * 2**watch.failures, _LAST_BACK_OFF_S)
        watch.failures += 1
        watch.restart_at = now + pause
        self.voice.say(
            "died",
            f"{part.title} ended with {_told(code)}; starting it again in {pause:g} s (log: {part.log_file})",
            tone="error",
            part=part.name,
            code=code,
            restart_in_s=pause,
        )

    def _restart(self, watch: _Watch) -> None:
        watch.child.part.before_start()
        watch.restart_at = None
        watch.started_at = self.monotonic()
        self._launch(watch, self._watched)
        self.voice.say("restarted", f"{watch.child.part.title} started again", tone="note", part=watch.child.part.name)

    # -- stop ---------------------------------------------------------------------------

    def stop(self) -> None:
        """Stop all, the last started first; parts that started side by side stop side by side."""
        self.signals.forget()
        forget_runtime(self.data_dir)
        groups = _by_stop_order(self._watched)
        for group in groups:
            for watch in group:
                watch.child.ask_to_stop()
            deadline = self.monotonic() + max(watch.child.part.stop_s for watch in group)
            for watch in group:
                if not watch.child.wait(max(0.0, deadline - self.monotonic())):
                    self.voice.say(
                        "killed",
                        f"{watch.child.part.title} did not stop in time and was ended",
                        tone="note",
                        part=watch.child.part.name,
                    )
                watch.child.kill()
        self._watched.clear()
        leftovers.record(self.data_dir, [])


def _by_stop_order(watched: Sequence[_Watch]) -> list[list[_Watch]]:
    """Group by the parts' own stop order, highest first."""
    orders = sorted({watch.child.part.stop_order for watch in watched}, reverse=True)
    return [[watch for watch in watched if watch.child.part.stop_order == order] for order in orders]


def _told(code: int) -> str:
    if code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"code {code}"
