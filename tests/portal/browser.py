"""A browser in the same process."""

import warnings

with warnings.catch_warnings():
    # Starlette asks for httpx2, which is not among our packages yet; httpx does the same work here.
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

__all__ = ["TestClient"]
