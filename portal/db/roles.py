"""The roles and databases of the embedded server, and the URL of each role.

`dcp_owner` owns the tables and migrates them. `dcp_app` is what requests and tasks run as.
`dcp_platform` works across tenants on granted columns only. `dcp_queue` owns the broker's
own database and sees no other. None of them is a superuser or may bypass row-level security.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from portal.supervisor.files import secret_in

ROLES = ("dcp_owner", "dcp_app", "dcp_platform", "dcp_queue")
DATABASE = "dcp"
QUEUE_DATABASE = "dcp_queue"
_OWNER_OF = {DATABASE: "dcp_owner", QUEUE_DATABASE: "dcp_queue"}
_MAY_CONNECT = {DATABASE: ("dcp_app", "dcp_platform"), QUEUE_DATABASE: ()}


class Passwords:
    """One random password per role, each in a file of mode 0600."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, role: str) -> str:
        """Return the role's password, made when there is none."""
        return self.find(role)[0]

    def find(self, role: str) -> tuple[str, bool]:
        """Return the role's password and whether it is new, so that the server must still learn it."""
        return secret_in(self._folder / role)


@dataclass(frozen=True, slots=True)
class Urls:
    """How each role connects. They hold passwords: never log one."""

    app: str
    owner: str
    platform: str
    queue: str

    @classmethod
    def of(cls, socket_dir: Path, passwords: Passwords) -> Self:
        """Build the URLs for SQLAlchemy, and the queue's for `portal.supervisor.broker`."""

        def url(scheme: str, role: str, database: str) -> str:
            return f"{scheme}://{role}:{passwords.of(role)}@/{database}?host={quote(str(socket_dir), safe='')}"

        driver = "postgresql+psycopg"
        return cls(
            app=url(driver, "dcp_app", DATABASE),
            owner=url(driver, "dcp_owner", DATABASE),
            platform=url(driver, "dcp_platform", DATABASE),
            queue=url("pgmq", "dcp_queue", QUEUE_DATABASE),
        )


def create_roles(connection: psycopg.Connection[Any], passwords: Passwords) -> None:
    """Create what is missing; safe to repeat, and complete after any crash in the middle."""
    roles = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    for role in ROLES:
        password, is_new = passwords.find(role)
        if role not in roles:
            words = "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}"
        elif is_new:
            words = "ALTER ROLE {} PASSWORD {}"
        else:
            continue
        connection.execute(sql.SQL(words).format(sql.Identifier(role), sql.Literal(password)))
    databases = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
    for database, owner in _OWNER_OF.items():
        name = sql.Identifier(database)
        if database not in databases:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(owner)))
        # Repeated at each start: a crash may have come between these statements.
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        for role in _MAY_CONNECT[database]:
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(role)))
    connection.execute("REVOKE ALL ON DATABASE postgres FROM PUBLIC")


def install_queue(login: str) -> None:
    """Install the queue's tables and functions once; one transaction, so all or nothing."""
    with psycopg.connect(login) as connection:
        row = connection.execute("SELECT to_regclass('pgmq.meta') IS NOT NULL").fetchone()
        if row == (True,):
            return
        from pgmq.install import install_pgmq_from_sql

        install_pgmq_from_sql(conn=connection)
