"""Who calls: the API key of a request."""

from typing import Annotated

from fastapi import Depends, Header

from portal.auth.service import authenticate
from portal.errors import NotAuthenticated
from portal.process import node


def require_api_key(
    authorization: Annotated[str | None, Header(description="Bearer and an API key")] = None,
    x_api_key: Annotated[str | None, Header(description="The same key, for clients that cannot set the other")] = None,
) -> str:
    """Return the name of the key in `Authorization: Bearer …` or `X-API-Key: …`. Raises `NotAuthenticated`."""
    scheme, _, token = (authorization or "").partition(" ")
    key = token.strip() if scheme.lower() == "bearer" else x_api_key
    if not key:
        raise NotAuthenticated(
            "send an API key as `Authorization: Bearer …`; the first one is in the data folder: api-key"
        )
    return authenticate(node(), key)


ApiKeyName = Annotated[str, Depends(require_api_key)]
