"""One node per file; what it wrote is shown when a test fails."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tests.e2e.running import RunningNode, running


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[RunningNode]:
    """A node of this file; `TLS = True` in the file makes it serve https, `ENVIRONMENT` sets variables for it."""
    with running(
        tmp_path_factory.mktemp("node") / "data",
        tls=getattr(request.module, "TLS", False),
        environment=getattr(request.module, "ENVIRONMENT", None),
    ) as started:
        yield started


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    started: Any = getattr(item, "funcargs", {}).get("node")
    if report.failed and isinstance(started, RunningNode):
        report.sections.append(("the node's logs", started.logs()))
    return report
