"""The embedded PostgreSQL: roles, privacy, and starting again after any kind of end."""

import os
import signal
import stat
import subprocess
import sys
import time

import psycopg
import pytest
from sqlalchemy.engine import make_url

from portal.db.embedded import EmbeddedServer
from portal.db.roles import Urls
from portal.supervisor import processes
from portal.supervisor.errors import PartFailed


def _connect(url, **changes):
    parts = make_url(url)
    values = {"user": parts.username, "password": parts.password, "dbname": parts.database, "host": parts.query["host"]}
    return psycopg.connect(**(values | changes))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with EmbeddedServer(tmp_path_factory.mktemp("node"), is_durable=False) as running:
        yield running


@pytest.mark.parametrize("role", ["dcp_owner", "dcp_app", "dcp_platform", "dcp_queue"])
def test_no_role_may_bypass_row_level_security(server, role):
    with _connect(server.urls().owner) as connection:
        row = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s", [role]
        ).fetchone()

    assert row == (False, False, False, False)


def test_a_wrong_password_is_refused(server):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        _connect(server.urls().app, password="wrong")


def test_the_application_owns_nothing_and_makes_no_table(server):
    with (
        _connect(server.urls().app) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for schema public"),
    ):
        connection.execute("CREATE TABLE stolen (id int)")


@pytest.mark.parametrize(("role", "database"), [("app", "dcp_queue"), ("queue", "dcp"), ("app", "postgres")])
def test_a_role_sees_no_database_but_its_own(server, role, database):
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        _connect(getattr(server.urls(), role), dbname=database)


def test_there_is_no_tcp_listener_and_the_socket_is_private(server):
    with _connect(server.urls().owner) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)

    assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700


def test_every_password_is_its_own_private_file(server):
    files = sorted((server.data_dir / "secrets").iterdir())

    assert [file.name for file in files] == ["dcp_app", "dcp_owner", "dcp_platform", "dcp_queue", "postgres"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert len({file.read_text() for file in files}) == len(files)


def test_creating_the_roles_again_changes_nothing(server):
    before = server.urls()

    assert server.ensure_roles() == before


def test_a_lost_password_file_is_made_anew_and_the_server_learns_it(server):
    (server.data_dir / "secrets" / "dcp_platform").unlink()

    urls = server.ensure_roles()

    with _connect(urls.platform) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("dcp_platform",)


def test_data_survive_a_kill_and_the_stale_lock_of_another_living_process(tmp_path):
    first = EmbeddedServer(tmp_path, is_durable=False)
    urls = first.start()
    with _connect(urls.owner) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    pid = int((first.cluster / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    first.stop()
    # After a crash the pid in the lock file belongs to whoever got it since: here, to us.
    lock = first.cluster / "postmaster.pid"
    lock.write_text(lock.read_text().replace(str(pid), str(os.getppid()), 1))

    with EmbeddedServer(tmp_path, is_durable=False) as second, _connect(second.urls().owner) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_server_that_outlived_its_supervisor_is_stopped_first(tmp_path):
    script = "import sys, os; from pathlib import Path; from portal.db.embedded import EmbeddedServer\n"
    script += "from portal.supervisor.unprivileged import find_namespace, Mode\n"
    script += "words = find_namespace() if os.geteuid() == 0 else ()\n"
    # without the wish to end with its parent, as on systems that know none
    script += "mode = None if words is None else Mode(prefix=tuple(words[:4]))\n"
    script += "EmbeddedServer(Path(sys.argv[1]), mode=mode, is_durable=False).start(); os._exit(0)"
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    orphan = int((tmp_path / "postgres" / "postmaster.pid").read_text().split()[0])
    assert processes.identify(orphan) is not None

    with EmbeddedServer(tmp_path, is_durable=False) as server:
        assert server.is_ready()
        assert processes.identify(orphan) is None


def test_a_cluster_half_made_is_made_again(tmp_path):
    half = tmp_path / "postgres.new" / "cluster"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    with EmbeddedServer(tmp_path, is_durable=False) as server:
        assert server.is_ready()


@pytest.mark.parametrize("name", ["d" * 120, "with space"])
def test_a_path_unfit_for_a_socket_moves_it_to_a_private_folder_that_is_removed(tmp_path, name):
    server = EmbeddedServer(tmp_path / name, is_durable=False)

    with server:
        folder = server.socket_dir
        assert server.data_dir not in folder.parents
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    assert not folder.exists()


def test_a_folder_of_another_major_version_is_refused(tmp_path):
    server = EmbeddedServer(tmp_path, is_durable=False)
    server.cluster.mkdir()
    (server.cluster / "PG_VERSION").write_text("16\n")

    with pytest.raises(PartFailed, match="made by PostgreSQL 16"):
        server.prepare()


def test_stop_is_quick_and_repeatable(tmp_path):
    server = EmbeddedServer(tmp_path, is_durable=False)
    urls = server.start()
    before = time.monotonic()

    server.stop()
    server.stop()

    assert time.monotonic() - before < 5
    assert isinstance(urls, Urls)
