"""dcp db upgrade | check"""

from config.settings import Settings
from portal.cli.commands import say
from portal.db import migrate
from portal.errors import NodeNotRunning


def _owner_url() -> str:
    url = Settings().owner_database_url
    if url is None:
        raise NodeNotRunning("DCP_OWNER_DATABASE_URL is not set and no node runs here; migrations need role dcp_owner")
    return url.get_secret_value()


def upgrade(*, as_json: bool) -> None:
    revision = migrate.upgrade(_owner_url())
    say(f"tables are at revision {revision}", {"revision": revision}, as_json=as_json)


def check(*, as_json: bool) -> int:
    url = _owner_url()
    current, newest = migrate.current(url), migrate.newest()
    faults = [str(fault) for fault in migrate.differences(url)]
    words = "\n".join([f"database {current}, code {newest}, {len(faults)} differences", *(f"  {f}" for f in faults)])
    say(words, {"database": current, "code": newest, "differences": faults}, as_json=as_json)
    return 0 if current == newest and not faults else 1
