import pytest

from tests.portal.browser import TestClient
from tests.portal.pages.sample_node import sample_app
from tests.portal.pages.samples import MemorySource, full_source


@pytest.fixture
def source() -> MemorySource:
    return full_source()


@pytest.fixture
def client(source: MemorySource) -> TestClient:
    """A browser at the node's own machine."""
    return TestClient(
        sample_app(source),
        base_url="http://127.0.0.1:8000",
        client=("127.0.0.1", 50_000),
        headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"},
        follow_redirects=False,
    )
