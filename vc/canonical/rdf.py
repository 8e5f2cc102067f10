"""JSON-LD to canonical N-Quads (RDFC-1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import orjson
import pyoxigraph as ox

from vc.loader import load_context

Digest = Literal["SHA-256", "SHA-384"]
_ALGORITHM = {
    "SHA-256": ox.CanonicalizationAlgorithm.RDFC_1_0,
    "SHA-384": ox.CanonicalizationAlgorithm.RDFC_1_0_SHA_384,
}


def _inline(context: Any) -> Any:
    if isinstance(context, list):
        return [_inline(item) for item in context]
    return load_context(context)["@context"] if isinstance(context, str) else context


def canonicalize(document: Mapping[str, Any], *, digest: Digest = "SHA-256") -> bytes:
    """Canonical N-Quads of a JSON-LD document (interim: undefined terms are not refused yet)."""
    inlined = {**document, "@context": _inline(document.get("@context"))}
    dataset = ox.Dataset(ox.parse(orjson.dumps(inlined), format=ox.RdfFormat.JSON_LD))
    dataset.canonicalize(_ALGORITHM[digest])
    return "".join(sorted(str(dataset).splitlines(keepends=True))).encode()
