"""Is the process alive, and can it work: for supervisors and load balancers."""

import logging
from typing import Any

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from portal.errors import PortalError
from portal.process import node

log = logging.getLogger(__name__)
router = APIRouter(tags=["health"])


@router.get("/livez", summary="The process answers")
def livez() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/readyz", summary="The process can do its work", responses={503: {"description": "Not yet"}})
def readyz() -> Response:
    """503 while the database cannot be asked; the chain is reported but does not stop the node."""
    this = node()
    parts: dict[str, Any] = {}
    try:
        with this.app_engine.connect() as connection:
            parts["database"] = {"ok": True, "revision": connection.execute(_REVISION).scalar_one()}
    except (SQLAlchemyError, PortalError) as error:
        log.warning("not ready: %s", error)
        parts["database"] = {"ok": False}
    ready = all(part["ok"] for part in parts.values())
    return JSONResponse(
        {"status": "ready" if ready else "not ready", "parts": parts}, status_code=200 if ready else 503
    )


@router.get("/metrics", summary="Prometheus metrics", include_in_schema=False)
def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


_REVISION = text("SELECT version_num FROM alembic_version")
