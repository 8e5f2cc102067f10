"""What every test gets: no network but this machine's own, and the fixtures of a node on a real database."""

import pytest

from tests.fixtures.database import database, empty_database
from tests.fixtures.node import chain, clock, node, node_with_chain, web

__all__ = ["chain", "clock", "database", "empty_database", "node", "node_with_chain", "web"]

_THIS_MACHINE = "127.0.0.0/8,::1,localhost"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Connections from tests reach this machine only; whoever wants another host says so with pytest-socket."""
    if config.pluginmanager.hasplugin("socket") and config.option.allow_hosts is None:
        config.option.allow_hosts = _THIS_MACHINE
        config.option.allow_unix_socket = True
