"""Chaos tests show the node's logs when they fail, as those of tests/e2e do."""

from tests.e2e.conftest import pytest_runtest_makereport

__all__ = ["pytest_runtest_makereport"]
