"""A chain of one's own for each test that wants one; mining is left to the test."""

from __future__ import annotations

import pytest

from anchoring.chain import EvmChain
from tests.fixtures.chain import Anvil, start_anvil

__all__ = ["start_anvil"]


@pytest.fixture
def anvil(start_anvil) -> Anvil:
    return start_anvil("--no-mining", "--slots-in-an-epoch", "1")


@pytest.fixture
def chain(anvil: Anvil) -> EvmChain:
    """The registry is deployed, nothing is anchored."""
    return anvil.chain(anvil.deploy_registry())
