"""`dcp doctor`: look at each thing a node needs and say how to mend what is broken.

Each check is a function that returns a `Finding`. A check never raises and changes nothing.
"""

import ctypes.util
import http.client
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from config.settings import Settings, is_node_running
from portal.db.embedded import EmbeddedServer
from portal.supervisor import ports, processes
from portal.supervisor.chain import find_anvil
from portal.supervisor.child import last_lines
from portal.supervisor.errors import SupervisorError
from portal.supervisor.files import private_problem
from portal.supervisor.master_key import FILE as MASTER_KEY_FILE
from portal.supervisor.master_key import check_key
from portal.supervisor.origin import read_origin

_LOWEST, _TOO_NEW = (3, 11), (3, 14)
_NEEDED_BYTES = 1_000_000_000
_WEASYPRINT_LIBRARIES = ("gobject-2.0", "pango-1.0", "pangoft2-1.0", "harfbuzz", "fontconfig")


class Outcome(StrEnum):
    """`limited`: the node runs, but something it offers does not."""

    FINE = "fine"
    LIMITED = "limited"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw. `fix` is set whenever something is not fine."""

    name: str
    outcome: Outcome
    message: str
    fix: str | None = None


Check = Callable[[Settings], Finding]


def examine(settings: Settings, checks: Sequence[Check] | None = None) -> list[Finding]:
    """Run all checks in order."""
    return [check(settings) for check in (CHECKS if checks is None else checks)]


def to_json(findings: Sequence[Finding]) -> str:
    """Return the findings as one JSON document."""
    return json.dumps({"ok": is_healthy(findings), "checks": [asdict(each) for each in findings]}, indent=2)


def is_healthy(findings: Sequence[Finding]) -> bool:
    """Tell whether the node can run."""
    return all(each.outcome is not Outcome.BROKEN for each in findings)


def check_python(_settings: Settings) -> Finding:
    """Python 3.11 to 3.13."""
    version = sys.version_info[:2]
    told = f"Python {version[0]}.{version[1]}"
    if _LOWEST <= version < _TOO_NEW:
        return Finding("python", Outcome.FINE, told)
    return Finding("python", Outcome.BROKEN, f"{told} is not supported", "Install Python 3.11, 3.12 or 3.13.")


def check_data_folder(settings: Settings) -> Finding:
    """The folder exists or can be made, is ours, and is closed to others."""
    folder = settings.data_dir.absolute()
    if not folder.exists():
        return Finding("data folder", Outcome.FINE, f"{folder} will be made at the first start")
    if not folder.is_dir():
        return Finding("data folder", Outcome.BROKEN, f"{folder} is not a folder", "Set DCP_DATA_DIR to a folder.")
    problem = private_problem(folder)
    if problem is not None:
        return Finding("data folder", Outcome.BROKEN, problem, f"Run: chmod 700 {folder}")
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Finding("data folder", Outcome.FINE, f"{folder} is writable and private")
    except OSError as error:
        return Finding(
            "data folder",
            Outcome.BROKEN,
            f"cannot write in {folder}: {error.strerror}",
            "Give the user who runs the node the folder (chown), or set DCP_DATA_DIR.",
        )


def check_disk(settings: Settings) -> Finding:
    """One gigabyte free where the data folder is or will be."""
    place = settings.data_dir.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    told = f"{free / 1e9:.1f} GB free at {place}"
    if free >= _NEEDED_BYTES:
        return Finding("disk", Outcome.FINE, told)
    return Finding("disk", Outcome.BROKEN, told, "Free at least 1 GB, or set DCP_DATA_DIR to a larger disk.")


def check_master_key(settings: Settings) -> Finding:
    """32 bytes in hex, closed to others; missing only before the first start."""
    name = "master key"
    try:
        if settings.master_key is not None:
            check_key(settings.master_key.get_secret_value(), where="DCP_MASTER_KEY")
            return Finding(name, Outcome.FINE, "taken from DCP_MASTER_KEY")
        path = settings.master_key_file or settings.data_dir.absolute() / MASTER_KEY_FILE
        if not path.exists():
            if settings.master_key_file is None and read_origin(settings.data_dir) is None:
                return Finding(name, Outcome.FINE, f"{path} will be made at the first start")
            return Finding(name, Outcome.BROKEN, f"{path} is missing", "Bring it back from your backup.")
        problem = private_problem(path)
        if problem is not None:
            return Finding(name, Outcome.BROKEN, problem, f"Run: chmod 600 {path}")
        check_key(path.read_text(encoding="ascii", errors="replace"), where=str(path))
    except SupervisorError as error:
        return Finding(name, Outcome.BROKEN, str(error), error.fix)
    except OSError as error:
        return Finding(name, Outcome.BROKEN, f"cannot read the master key: {error}", "Correct the file's owner.")
    return Finding(name, Outcome.FINE, f"{path} is there and private")


def check_port(settings: Settings) -> Finding:
    """Free, or held by this very node."""
    origin = read_origin(settings.data_dir)
    port = settings.port if origin is None else origin.port
    try:
        if ports.is_free(settings.host, port):
            return Finding("port", Outcome.FINE, f"port {port} is free")
    except SupervisorError as error:
        return Finding("port", Outcome.BROKEN, str(error), error.fix)
    if is_node_running(settings.data_dir):
        return Finding("port", Outcome.FINE, f"port {port} is held by this node, which is running")
    holder = processes.listener_on(port)
    who = "another user's process" if holder is None else f"process {holder.pid}: {processes.command_of(holder.pid)}"
    if origin is None:
        told = f"port {port} is held by {who}"
        return Finding("port", Outcome.LIMITED, told, "The first start will take the next free port; or use --port.")
    return Finding("port", Outcome.BROKEN, f"port {port} is held by {who}", "Stop that process.")


def check_postgres(settings: Settings) -> Finding:
    """The embedded server starts (in a scratch folder), or the running or configured one answers."""
    name = "PostgreSQL"
    if settings.database_url is not None:
        return _ask_database(settings)
    try:
        with tempfile.TemporaryDirectory(prefix="dcp-") as scratch:
            server = EmbeddedServer(Path(scratch) / "data", is_durable=False)
            with server:
                return Finding(name, Outcome.FINE, "the embedded server starts")
    except SupervisorError as error:
        return Finding(name, Outcome.BROKEN, str(error), error.fix)
    except OSError as error:
        return Finding(name, Outcome.BROKEN, f"the embedded server cannot run: {error}", "Run `make setup` again.")


def _ask_database(settings: Settings) -> Finding:
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from portal.db.engine import UnsafeDatabaseRole, make_engine, require_bound_role

    if settings.database_url is None:
        raise RuntimeError("asked only when a database is configured")
    engine = make_engine(settings.database_url, pool_size=1)
    try:
        require_bound_role(engine)
        with engine.connect() as connection:
            version = connection.execute(text("SHOW server_version")).scalar_one()
    except UnsafeDatabaseRole as error:
        return Finding("PostgreSQL", Outcome.BROKEN, str(error), "Connect as dcp_app (config/README.md).")
    except SQLAlchemyError as error:
        return Finding("PostgreSQL", Outcome.BROKEN, f"no answer: {type(error).__name__}", "Check DCP_DATABASE_URL.")
    finally:
        engine.dispose()
    return Finding("PostgreSQL", Outcome.FINE, f"version {version} answers; its role is bound by row-level security")


def check_migrations(settings: Settings) -> Finding:
    """The tables are those this version expects."""
    name = "migrations"
    if settings.database_url is None:
        return Finding(name, Outcome.FINE, "brought up to date by each start")
    from alembic.script import ScriptDirectory
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from portal.db.engine import make_engine

    head = ScriptDirectory(str(Path(__file__).parent / "db" / "migrations")).get_current_head()
    engine = make_engine(settings.owner_database_url or settings.database_url, pool_size=1)
    try:
        with engine.connect() as connection:
            current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError as error:
        told = f"cannot tell the tables' version ({type(error).__name__})"
        return Finding(name, Outcome.BROKEN, told, "Run: dcp db upgrade")
    finally:
        engine.dispose()
    if current == head:
        return Finding(name, Outcome.FINE, f"tables are at {current}")
    return Finding(name, Outcome.BROKEN, f"tables are at {current}, this version needs {head}", "Run: dcp db upgrade")


def check_chain(settings: Settings) -> Finding:
    """Anvil is there, or the configured chain answers with the right id."""
    name = "chain"
    if settings.chain == "none":
        return Finding(name, Outcome.LIMITED, "switched off: credentials get no anchor", "Unset DCP_CHAIN.")
    if settings.chain_rpc_url is None:
        return _try_anvil(settings)
    try:
        answer = _ask_chain_id(settings.chain_rpc_url.get_secret_value())
    except (OSError, ValueError, http.client.HTTPException) as error:
        return Finding(name, Outcome.BROKEN, f"no answer: {type(error).__name__}", "Check DCP_CHAIN_RPC_URL.")
    if settings.chain_id is not None and answer != settings.chain_id:
        told = f"the chain says it is {answer}, DCP_CHAIN_ID says {settings.chain_id}"
        return Finding(name, Outcome.BROKEN, told, "Correct DCP_CHAIN_ID or DCP_CHAIN_RPC_URL.")
    return Finding(name, Outcome.FINE, f"chain {answer} answers")


def _try_anvil(settings: Settings) -> Finding:
    try:
        program = find_anvil(settings.anvil)
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603
    except SupervisorError as error:
        return Finding("chain", Outcome.BROKEN, str(error), error.fix)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding("chain", Outcome.BROKEN, f"anvil does not run: {error}", "Run `make setup` again.")
    if done.returncode != 0:
        return Finding("chain", Outcome.BROKEN, f"anvil ends with code {done.returncode}", "Run `make setup` again.")
    told = f"local: {done.stdout.splitlines()[0]}; it proves nothing to outsiders"
    return Finding("chain", Outcome.FINE, told)


def _ask_chain_id(url: str) -> int:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=5)
    try:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []})
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    result = answer.get("result") if isinstance(answer, dict) else None
    if result is None:
        raise ValueError("eth_chainId was not answered")
    return int(str(result), 16)


def check_pdf(_settings: Settings) -> Finding:
    """WeasyPrint's system libraries; without them all but PDFs works."""
    missing = [name for name in _WEASYPRINT_LIBRARIES if ctypes.util.find_library(name) is None]
    if not missing:
        return Finding("PDF", Outcome.FINE, "WeasyPrint's libraries are there")
    return Finding(
        "PDF",
        Outcome.LIMITED,
        f"PDFs cannot be made: missing {', '.join(missing)}",
        "Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0   macOS: brew install pango",
    )


def check_logs(settings: Settings) -> Finding:
    """The last words of a part that failed, if the node is not running."""
    log = settings.data_dir / "logs" / "web.log"
    lines = [line for line in last_lines(log) if "error" in line.lower()]
    if not lines or is_node_running(settings.data_dir):
        return Finding("logs", Outcome.FINE, f"nothing alarming in {log.parent}")
    return Finding("logs", Outcome.LIMITED, f"{log}: {lines[-1][:200]}", f"Read {log}.")


CHECKS: tuple[Check, ...] = (
    check_python,
    check_data_folder,
    check_disk,
    check_master_key,
    check_port,
    check_postgres,
    check_migrations,
    check_chain,
    check_pdf,
    check_logs,
)
