"""The payload of a token as bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

from vc.errors import MalformedValue


def payload_of(claims: Mapping[str, Any]) -> bytes:
    """The claims as JSON in UTF-8.

    Raises:
        MalformedValue: a value that JSON cannot hold.
    """
    try:
        data = orjson.dumps(claims)
        if b"null" in data:
            # orjson writes NaN and infinity as null: the signature would stand under something that nobody said.
            json.dumps(claims, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise MalformedValue(f"not JSON: {error}") from error
    return data
