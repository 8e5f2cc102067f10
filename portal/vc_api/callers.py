"""Who may use the VC API: who holds the permission; with `--open-vc-api` also programs of this machine."""

import ipaddress
from typing import Annotated

from fastapi import Depends, Header, Path
from starlette.requests import Request

from portal.auth.depends import May, access_to, authenticated
from portal.process import node
from portal.vc_api.errors import OpenApiElsewhere

OPEN_CALLER = "open-vc-api"


class InVcApi(May):
    """The tenant is the path's `{slug}`; answers with the actor."""

    def __call__(
        self,
        request: Request,
        slug: Annotated[str, Path(description="Short name of the tenant.", examples=["acme"])],
        authorization: Annotated[str | None, Header(description="Bearer and an API key")] = None,
        x_api_key: Annotated[
            str | None, Header(description="The same key, for clients that cannot set the other")
        ] = None,
    ) -> str:
        """Raises `NotAuthenticated`, `NotPermitted`, `TenantNotFound`, `OpenApiElsewhere`."""
        this = node()
        if not this.settings.open_vc_api or authorization is not None or x_api_key is not None:
            caller = authenticated(request, authorization, x_api_key)
            return access_to(this, caller, slug, self.permission).actor
        # The name too: a site that makes its own name point to this machine still sends that name.
        client = request.client.host if request.client else ""
        if not _is_loopback(client) or not _is_loopback(request.url.hostname or ""):
            raise OpenApiElsewhere
        return OPEN_CALLER


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


Issuer = Annotated[str, Depends(InVcApi("credentials:issue"))]
Reader = Annotated[str, Depends(InVcApi("credentials:read"))]
StatusSetter = Annotated[str, Depends(InVcApi("credentials:status"))]
Verifier = Annotated[str, Depends(InVcApi("credentials:verify"))]
