"""What every test gets: no network but this machine's own, and the fixtures of a node on a real database."""

import sys

import pytest
from hypothesis import settings

from tests.fixtures.database import database, empty_database
from tests.fixtures.node import chain, client, clock, key_client, node, node_with_chain, web

__all__ = ["chain", "client", "clock", "database", "empty_database", "key_client", "node", "node_with_chain", "web"]

# How long an example takes says something about the machine, not about the code.
settings.register_profile("dcp", deadline=None)
settings.load_profile("dcp")

_THIS_MACHINE = "127.0.0.0/8,::1,localhost"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Connections from tests reach this machine only; whoever wants another host says so with pytest-socket."""
    if config.pluginmanager.hasplugin("socket") and config.option.allow_hosts is None:
        config.option.allow_hosts = _THIS_MACHINE
        config.option.allow_unix_socket = True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """The limit a node runs with: a library that only tests import (py_ecc, behind web3) raises it so far that
    recursion without end would kill the process instead of raising `RecursionError`.
    """
    sys.setrecursionlimit(1_000)
