"""The JSON Schemas that credentials name, fetched from wherever their issuers keep them."""

from __future__ import annotations

from dataclasses import dataclass

from did.errors import DidError
from did.fetch import Fetch
from vc.errors import SchemaUnavailable
from vc.schema import MAX_SCHEMA_BYTES

_ACCEPT = "application/schema+json, application/json;q=0.9"


@dataclass(frozen=True, slots=True)
class SchemaLoader:
    """A `vc.schema.LoadSchema`. A `fetch` that keeps answers (`did.kept`) asks for each schema once in a while."""

    fetch: Fetch

    def __call__(self, url: str) -> bytes:
        """The bytes at `url`. Raises `SchemaUnavailable`."""
        try:
            return self.fetch(url, accept=_ACCEPT, max_bytes=MAX_SCHEMA_BYTES, max_redirects=3).require_body()
        except DidError as error:
            raise SchemaUnavailable(f"the schema {url[:200]!r} could not be fetched: {error}") from error
