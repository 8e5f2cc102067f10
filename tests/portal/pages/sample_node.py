"""Serves the sample credentials on a port, for screenshots: `python -m tests.portal.pages.sample_node PORT`."""

import sys

import uvicorn
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from portal.pages.endpoints import pages_router
from portal.pages.errors import error_response
from portal.verification.endpoints import verification_router
from tests.portal.pages.samples import NOW, MemorySource, full_source


def sample_app(source: MemorySource) -> FastAPI:
    app = FastAPI()
    app.include_router(pages_router(lambda: source, now=lambda: NOW))
    app.include_router(verification_router(lambda: source, now=lambda: NOW))

    @app.exception_handler(HTTPException)
    def on_http_error(request: Request, error: HTTPException) -> Response:
        return error_response(request, error.status_code)

    return app


if __name__ == "__main__":
    uvicorn.run(sample_app(full_source()), port=int(sys.argv[1]), log_level="warning")
