"""`dcp up`: start a whole node, watch it, stop it on Ctrl-C."""

import os
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from config.settings import Settings, UnknownVariable, problems_of
from portal.errors import PortalError
from portal.supervisor import leftovers
from portal.supervisor import origin as origins
from portal.supervisor.chain import WARNING, LocalChain, Pace
from portal.supervisor.errors import SettingsIncomplete, SupervisorError
from portal.supervisor.events import JsonVoice, PlainVoice, Voice
from portal.supervisor.files import make_private_folder
from portal.supervisor.lock import NodeLock
from portal.supervisor.node import Supervisor
from portal.supervisor.plan import PROGRAM, Plan, database_values, make_plan
from portal.supervisor.runtime import Runtime, Step, forget_runtime
from portal.supervisor.signals import StopRequested, StopSignals
from portal.tls import how_to_trust

_COPY_CHAIN_EVERY_S = 10.0
_LOOK_AT_CHAIN_EVERY_S = 0.5
_OPEN_VC_API = (
    "THE VC API IS OPEN: every program on this machine can issue as any tenant of this node, without a key. "
    "Use it for conformance suites only."
)


def up(
    *,
    port: int | None = None,
    tls: bool = False,
    chain: str | None = None,
    open_vc_api: bool = False,
    as_json: bool = False,
    prepare: Sequence[Step] = (),
    finish: Sequence[Step] = (),
    environment: Mapping[str, str] = os.environ,
    voice: Voice | None = None,
    program: Sequence[str] = PROGRAM,
) -> int:
    """Run a node until it is told to stop; return the exit code (0 stopped, 1 refused or failed).

    `prepare` steps find the database and the chain running and leave tables, contracts and
    tenants ready; `finish` steps find the web server and the worker running too.
    """
    voice = voice or (JsonVoice() if as_json else PlainVoice())
    data_dir = Path(environment.get("DCP_DATA_DIR") or ".dcp").absolute()
    started_at = time.monotonic()
    try:
        with StopSignals() as signals:
            make_private_folder(data_dir)
            make_private_folder(data_dir / "logs")
            lock = NodeLock(data_dir)
            lock.acquire()
            try:
                forget_runtime(data_dir)
                for name in leftovers.end_all(data_dir):
                    voice.say("leftover", f"ended {name} of an earlier run", tone="note", part=name)
                settings = _settings(port=port, tls=tls, chain=chain, open_vc_api=open_vc_api)
                plan = make_plan(
                    settings,
                    data_dir=data_dir,
                    now=datetime.now(UTC),
                    environment=environment,
                    tls_asked=tls,
                    program=program,
                )
                if plan.runtime.is_first_start and plan.origin.port != settings.port:
                    words = f"port {settings.port} is in use; this node takes {plan.origin.port}, now and later"
                    voice.say("warning", words, tone="note", port=plan.origin.port)
                lock.note(url=plan.origin.url)
                _run(plan, Supervisor(data_dir, voice, signals), prepare, finish, started_at)
            finally:
                lock.release()
    except StopRequested:
        return 0
    except (SupervisorError, PortalError) as error:
        fix = getattr(error, "fix", None)
        words = str(error) if fix is None else f"{error}\nFix: {fix}"
        voice.say("error", words, tone="error", fix=fix)
        return 1
    except Exception as error:  # noqa: BLE001 - the outermost frame: people get words, the log gets the trace
        log_file = data_dir / "logs" / "supervisor.log"
        with log_file.open("a", encoding="utf-8") as log:
            traceback.print_exception(error, file=log)
        fix = f"Read {log_file}; `dcp doctor` checks what a node needs."
        voice.say(
            "error", f"the node did not start: {type(error).__name__}: {error}\nFix: {fix}", tone="error", fix=fix
        )
        return 1
    return 0


def _settings(*, port: int | None, tls: bool, chain: str | None, open_vc_api: bool) -> Settings:
    asked = {"port": port, "tls": tls or None, "chain": chain, "open_vc_api": open_vc_api or None}
    try:
        return Settings(**{name: value for name, value in asked.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsIncomplete(problems_of(error), fix="config/README.md lists every setting.") from None
    except UnknownVariable as error:
        raise SettingsIncomplete(str(error), fix="Correct the name or unset it.") from None


def _run(
    plan: Plan, supervisor: Supervisor, prepare: Sequence[Step], finish: Sequence[Step], started_at: float
) -> None:
    """Start, serve, and stop whatever was started, however this ends."""
    voice = supervisor.voice
    try:
        _announce(plan, voice)
        supervisor.start(plan.storage_parts())
        runtime = plan.runtime
        if plan.database is not None:
            runtime = runtime.with_values(**database_values(plan.database))
        # From here on something may sign, and what signs names the origin.
        origins.freeze(runtime.data_dir, plan.origin)
        runtime = supervisor.run_steps(prepare, runtime)
        supervisor.publish(runtime)
        supervisor.start(plan.working_parts())
        runtime = supervisor.run_steps(finish, runtime)
        supervisor.publish(runtime)
        _tell_ready(plan, runtime, voice, seconds=time.monotonic() - started_at)
        supervisor.watch(each_tick=_chores(plan.chain))
    except StopRequested as request:
        voice.say("stopping", "stopping …", reason=str(request))
        raise
    finally:
        supervisor.stop()
        if plan.database is not None:
            plan.database.forget_socket_dir()
        voice.say("stopped", "all processes of the node have ended")


def _announce(plan: Plan, voice: Voice) -> None:
    words = f"node {plan.origin.url}   data: {plan.runtime.data_dir}"
    voice.say("node", words, tone="strong", url=plan.origin.url, data_dir=str(plan.runtime.data_dir))
    if plan.chain is not None:
        voice.say("warning", WARNING, tone="note", part="chain")
    if plan.runtime.settings().open_vc_api:
        voice.say("warning", _OPEN_VC_API, tone="error", part="vc-api")


def _tell_ready(plan: Plan, runtime: Runtime, voice: Voice, *, seconds: float) -> None:
    lines = [f"ready after {seconds:.1f} s:  {plan.origin.url}"]
    if runtime.demo is not None:
        lines.append(f"a credential to look at:  {runtime.demo.get('credential')}")
    if runtime.api_key is not None:
        lines.append(f"API key:  {runtime.data_dir / 'api-key'}")
    if plan.own_ca is not None:
        lines.append(how_to_trust(plan.own_ca))
    lines.append("Ctrl-C stops it")
    voice.say("ready", "\n".join(lines), tone="strong", **runtime.ready_facts())


def _chores(chain: LocalChain | None) -> list[Callable[[], None]]:
    if chain is None:
        return []
    pace = Pace(chain.ask, monotonic=time.monotonic)
    return [_every(_LOOK_AT_CHAIN_EVERY_S, pace.look), _every(_COPY_CHAIN_EVERY_S, chain.keep_copy)]


def _every(seconds: float, act: Callable[[], None]) -> Callable[[], None]:
    last = time.monotonic()

    def maybe() -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            act()
            last = time.monotonic()

    return maybe
