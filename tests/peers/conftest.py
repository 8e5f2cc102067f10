"""Fixtures: the Node programs, one process each per test file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.peers.programs import PeersMissing, Program, node_path


def pytest_configure(config: pytest.Config) -> None:
    """A missing peer stops the run: skipping would look like agreement."""
    try:
        node_path()
    except PeersMissing as error:
        pytest.exit(f"tests/peers: {error}", returncode=1)


@pytest.fixture(scope="module")
def program() -> Iterator[Callable[[str], Program]]:
    """Starts a program on first use and keeps it for the file."""
    running: dict[str, Program] = {}

    def start(name: str) -> Program:
        if name not in running:
            running[name] = Program(name)
        return running[name]

    yield start
    for one in running.values():
        one.close()
