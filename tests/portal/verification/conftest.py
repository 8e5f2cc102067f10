from tests.portal.pages.conftest import client, source

__all__ = ["client", "source"]
