"""Who may use the VC API: whoever brings an API key; with `--open-vc-api` also programs of this machine."""

import ipaddress
from typing import Annotated

from fastapi import Depends, Header
from starlette.requests import Request

from portal.audit import actors
from portal.auth.depends import require_api_key
from portal.process import node
from portal.vc_api.errors import OpenApiElsewhere

OPEN_CALLER = "open-vc-api"


def require_caller(
    request: Request,
    authorization: Annotated[str | None, Header(description="Bearer and an API key")] = None,
    x_api_key: Annotated[str | None, Header(description="The same key, for clients that cannot set the other")] = None,
) -> str:
    """Return the actor of the request. Raises `NotAuthenticated`, `OpenApiElsewhere`."""
    if not node().settings.open_vc_api or authorization is not None or x_api_key is not None:
        return actors.api_key(require_api_key(authorization, x_api_key))
    # The name too: a site that makes its own name point to this machine still sends that name.
    if not _is_loopback(request.client.host if request.client else "") or not _is_loopback(request.url.hostname or ""):
        raise OpenApiElsewhere
    return OPEN_CALLER


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


Caller = Annotated[str, Depends(require_caller)]
