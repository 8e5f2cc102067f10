"""JSON-LD to canonical N-Quads (RDFC-1.0): what RDF cryptosuites hash.

Contexts come from the bundle and nowhere else; what would not be signed is refused; the work is
bounded (`vc/README.md`, "Limits"). The result is that of `jsonld.js` in safe mode with
`rdfDirection: i18n-datatype` and no base, which the published cryptosuites use.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from vc.canonical.expand import Expander
from vc.canonical.nquads import parse_nquads
from vc.canonical.quads import Quad, QuadWriter, literal
from vc.canonical.rdfc import Canonical, Digest, canonicalize_quads
from vc.errors import MalformedValue

__all__ = [
    "Canonical",
    "Digest",
    "canonicalize",
    "canonicalize_dataset",
    "canonicalize_nquads",
    "expand",
    "skolemize",
    "to_quads",
]


def canonicalize(document: Mapping[str, Any], *, digest: Digest = "SHA-256") -> bytes:
    """Canonical N-Quads of a JSON-LD document, in UTF-8.

    Raises:
        MalformedValue: the path says which member; `UnknownContext`, `UndefinedTerm`, `DroppedData` and
            `InvalidContext` are kinds of it.
        PoisonGraph: the document would take too much work.
    """
    return canonicalize_dataset(document, digest=digest).data


def canonicalize_dataset(document: Mapping[str, Any], *, digest: Digest = "SHA-256") -> Canonical:
    """As `canonicalize`, with the sorted lines apart and the new name of each blank node."""
    return canonicalize_quads(to_quads(document), digest=digest)


def canonicalize_nquads(nquads: str, *, digest: Digest = "SHA-256") -> Canonical:
    """The canonical form of a dataset given as N-Quads, and which blank node got which name.

    Raises:
        InvalidNQuads, PoisonGraph
    """
    return canonicalize_quads(parse_nquads(nquads), digest=digest)


def expand(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The document in expanded form (`@type` of a value is a list here). Raises as `canonicalize`."""
    return Expander().expand(dict(document))


def to_quads(document: Mapping[str, Any]) -> list[Quad]:
    """The document's statements in N-Quads terms, blank nodes as `_:b0`, …; no duplicates, no particular order."""
    writer = QuadWriter()
    expanded = expand(document)
    try:
        writer.write(expanded)
    except MalformedValue:
        # A value that has no literal. Once more, to say where it stands.
        Expander(on_value=literal).expand(dict(document))
        raise
    return list(writer.quads)


def skolemize(document: Mapping[str, Any], *, prefix: str) -> dict[str, Any]:
    """A copy of the (compact) document in which each node object without an identifier has one, made of `prefix`.

    `prefix` and a number make the identifier, so `urn:bnid:x_` gives `urn:bnid:x_0`. What it replaces for
    selective disclosure: skolemizing the expanded document and compacting it again.

    Raises:
        MalformedValue: as `canonicalize`; also for blank node identifiers written out in the document.
    """
    copied: dict[str, Any] = copy.deepcopy(dict(document))
    found: list[dict[str, Any]] = []
    expanded = Expander(on_blank_node=found.append).expand(copied)
    _refuse_written_blank_nodes(expanded)
    for number, element in enumerate(found):
        element["@id"] = f"{prefix}{number}"
    return copied


def _refuse_written_blank_nodes(value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "@id" and inner.startswith("_:"):
                raise MalformedValue("a blank node identifier cannot be kept apart from the ones made here")
            if name != "@value":
                _refuse_written_blank_nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_written_blank_nodes(inner)
