"""dcp db upgrade | check"""

import typer

from config.settings import Settings
from portal.db import migrate
from portal.errors import NodeNotRunning


def _owner_url() -> str:
    url = Settings().owner_database_url
    if url is None:
        raise NodeNotRunning("DCP_OWNER_DATABASE_URL is not set and no node runs here; migrations need role dcp_owner")
    return url.get_secret_value()


def upgrade() -> None:
    typer.echo(f"tables are at revision {migrate.upgrade(_owner_url())}")


def check() -> int:
    url = _owner_url()
    current, newest = migrate.current(url), migrate.newest()
    faults = migrate.differences(url)
    typer.echo(f"database {current}, code {newest}, {len(faults)} differences")
    for fault in faults:
        typer.echo(f"  {fault}")
    return 0 if current == newest and not faults else 1
