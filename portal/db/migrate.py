"""Bringing the schema to the newest revision, and saying whether it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from portal.db.engine import read_url
from portal.db.registry import metadata

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('dcp.migrations'))")


def owner_engine(url: str) -> Engine:
    """An engine for role dcp_owner; connections are not kept."""
    return create_engine(read_url(url), poolclass=NullPool)


def upgrade(url: str) -> str:
    """Run what is missing as role dcp_owner and return the revision. Two starts at once wait for each other."""
    engine = owner_engine(url)
    with _connected(engine) as (connection, config):
        connection.execute(_LOCK)
        command.upgrade(config, "head")
        return newest()


def current(url: str) -> str | None:
    """The revision a database stands at; None when it is empty."""
    with owner_engine(url).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise LookupError("no migrations are installed")
    return head


def differences(url: str) -> list[object]:
    """What the models say and the database does not, or the other way round; empty when they agree."""
    with owner_engine(url).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


@contextmanager
def _connected(engine: Engine) -> Iterator[tuple[Connection, Config]]:
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        yield connection, config
