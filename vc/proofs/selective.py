"""Selective disclosure primitives: skolemize, select, group.

Data Integrity ECDSA Cryptosuites v1.0, section 3.4. Each function has the name and the numbered steps of
its algorithm there.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vc.canonical import rdf
from vc.canonical.quads import Quad
from vc.canonical.rdfc import canonicalize_quads
from vc.errors import MalformedProof, ProofGenerationError

LabelMap = Mapping[str, str]
"""New names of blank nodes by their old ones, both without `_:`."""

LabelMapFactory = Callable[[LabelMap], dict[str, str]]
"""Makes a label map from the canonical identifiers that RDFC-1.0 issued."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What JSON Pointers select: a document, its statements before relabelling, and after."""

    document: dict[str, Any] | None
    deskolemized: list[Quad]
    nquads: frozenset[str]


@dataclass(frozen=True, slots=True)
class Group:
    """The canonical statements, by index, that a selection holds and those that it does not."""

    matching: dict[int, str]
    non_matching: dict[int, str]
    deskolemized: list[Quad]


@dataclass(frozen=True, slots=True)
class Grouped:
    """`groups` by name; `nquads` are all statements in order, `label_map` the names of their blank nodes."""

    groups: dict[str, Group]
    nquads: tuple[str, ...]
    label_map: dict[str, str]


# --- labels ----------------------------------------------------------------------------------------


def label_replacement_canonicalize(
    quads: Sequence[Quad], label_map_factory: LabelMapFactory
) -> tuple[tuple[str, ...], dict[str, str]]:
    """3.4.1 labelReplacementCanonicalizeNQuads: sorted canonical lines under new names, and those names.

    Raises:
        PoisonGraph
    """
    # 1-3: canonicalize; make the label map from the canonical identifiers.
    canonical = canonicalize_quads(quads)
    label_map = label_map_factory(canonical.identifiers)
    # 4-6: replace, and sort again.
    return tuple(sorted(relabel_blank_nodes(quads, label_map))), label_map


def create_label_map_function(labels: LabelMap) -> LabelMapFactory:
    """3.4.3: canonical identifiers get the names that `labels` gives them. The function raises `MalformedProof`."""

    def factory(canonical: LabelMap) -> dict[str, str]:
        # Each blank node has exactly one name and each name one blank node: otherwise a node could be
        # split in two, or two joined, under the same signatures.
        if set(labels) != set(canonical.values()) or len(set(labels.values())) != len(labels):
            raise MalformedProof("the proof's label map does not fit the document")
        return {old: labels[name] for old, name in canonical.items()}

    return factory


def create_hmac_id_label_map_function(key: bytes) -> LabelMapFactory:
    """3.4.4: names that say nothing about the statements that stay hidden."""

    def factory(canonical: LabelMap) -> dict[str, str]:
        return {old: encode_label(hmac.digest(key, name.encode(), "sha256")) for old, name in canonical.items()}

    return factory


def encode_label(digest: bytes) -> str:
    """A blank node's name: `u` and the digest in base64url without padding."""
    return "u" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def decode_label(label: str) -> bytes:
    """The digest in a name that `encode_label` made."""
    return base64.urlsafe_b64decode(label[1:] + "=" * (-len(label[1:]) % 4))


def relabel_blank_nodes(quads: Iterable[Quad], label_map: LabelMap) -> list[str]:
    """3.4.14: the lines of `quads` with each blank node under its new name."""
    names = {f"_:{old}": f"_:{new}" for old, new in label_map.items()}
    return [" ".join([*(names.get(term, term) for term in quad if term), ".\n"]) for quad in quads]


# --- skolemize ---------------------------------------------------------------------------------------


def skolemize_compact_json_ld(document: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """3.4.8: each node without identifier gets a URN. Returns the new document, and how its URNs begin.

    The standard makes the URNs unlike all others with a random string; here it is a number that makes the
    beginning one that the document does not contain.
    """
    text = json.dumps(document, ensure_ascii=False)
    number = 0
    while f"urn:bnid:{number}_" in text:
        number += 1
    prefix = f"urn:bnid:{number}_"
    return rdf.skolemize(document, prefix=prefix), prefix


def to_deskolemized_quads(skolemized: Mapping[str, Any], prefix: str) -> list[Quad]:
    """3.4.9: the statements of a skolemized document, with blank nodes again instead of URNs.

    Whole terms are replaced, not text: a literal that looks like such a URN stays what it is.
    """
    start = f"<{prefix}"

    def deskolemize(term: str) -> str:
        return f"_:b{term[len(start) : -1]}" if term.startswith(start) else term

    return [
        (deskolemize(subject), predicate, deskolemize(object_), deskolemize(graph))
        for subject, predicate, object_, graph in rdf.to_quads(skolemized)
    ]


# --- select ------------------------------------------------------------------------------------------


class _SparseArray(dict[int, Any]):
    """The chosen items of an array by their index, until all pointers have been walked."""


def json_pointer_to_paths(pointer: str) -> list[str]:
    """3.4.10: the tokens of a JSON Pointer (RFC 6901). Which of them are array indexes, the document decides.

    Raises:
        ProofGenerationError: no pointer to a member.
    """
    if not pointer.startswith("/"):
        raise ProofGenerationError(f"{pointer!r} is not a JSON Pointer to a member")
    # 2-3
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def select_json_ld(pointers: Sequence[str], document: Mapping[str, Any]) -> dict[str, Any] | None:
    """3.4.13: the part of `document` that `pointers` name, with identifiers and types on the way to it.

    Raises:
        ProofGenerationError: a pointer leads nowhere.
    """
    # 1
    if not pointers:
        return None
    # 3-4
    selection = create_initial_selection(document)
    if "@context" in document:
        selection["@context"] = copy.deepcopy(document["@context"])
    # 5
    for pointer in pointers:
        select_paths(json_pointer_to_paths(pointer), document, selection)
    # 2, 6
    dense: dict[str, Any] = _make_dense(selection)
    return dense


def create_initial_selection(source: Any) -> dict[str, Any]:
    """3.4.11: a node's identifier, unless it is a blank node, and its types.

    `@id` and `@type` are looked at as well: skolemizing writes the former, and a document may have either.
    """
    if not isinstance(source, Mapping):
        return {}
    # 2-3
    wanted = {name: copy.deepcopy(source[name]) for name in ("id", "@id", "type", "@type") if name in source}
    return {name: value for name, value in wanted.items() if not str(value).startswith("_:")}


def select_paths(paths: Sequence[str], document: Mapping[str, Any], selection: dict[str, Any]) -> None:
    """3.4.12: add to `selection` the value in `document` at the end of `paths`, and what leads there."""
    # 1-4
    value: Any = document
    selected: Any = selection
    parent: Any = selection
    key: str | int = ""
    # 5
    for path in paths:
        parent = selected
        key, value = _child(value, path)
        selected = _existing(parent, key)
        if selected is None:
            selected = _SparseArray() if isinstance(value, list) else create_initial_selection(value)
            parent[key] = selected
    # 7-9
    if isinstance(value, Mapping):
        merged: Any = {**selected, **copy.deepcopy(dict(value))}
    else:
        merged = copy.deepcopy(value)
    # 10-11
    parent[key] = merged


def _child(value: Any, token: str) -> tuple[str | int, Any]:
    if isinstance(value, Mapping) and token in value:
        return token, value[token]
    if isinstance(value, list) and token.isascii() and token.isdigit() and len(token) < 8 and int(token) < len(value):
        return int(token), value[int(token)]
    raise ProofGenerationError(f"a JSON Pointer names {token!r}, which is not there")


def _existing(parent: Any, key: str | int) -> Any:
    if isinstance(parent, list):
        return parent[int(key)]
    return parent.get(key)


def _make_dense(value: Any) -> Any:
    if isinstance(value, _SparseArray):
        return [_make_dense(value[index]) for index in sorted(value)]
    if isinstance(value, dict):
        return {name: _make_dense(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_make_dense(item) for item in value]
    return value


def select_canonical_nquads(
    pointers: Sequence[str], skolemized: Mapping[str, Any], prefix: str, label_map: LabelMap
) -> Selection:
    """3.4.15: the statements that `pointers` select from a skolemized document."""
    # 1
    document = select_json_ld(pointers, skolemized)
    if document is None:
        return Selection(None, [], frozenset())
    # 2-3
    deskolemized = to_deskolemized_quads(document, prefix)
    return Selection(document, deskolemized, frozenset(relabel_blank_nodes(deskolemized, label_map)))


# --- group -------------------------------------------------------------------------------------------


def canonicalize_and_group(
    document: Mapping[str, Any],
    label_map_factory: LabelMapFactory,
    group_definitions: Mapping[str, Sequence[str]],
) -> Grouped:
    """3.4.16: all statements in canonical order, and for each named set of pointers which of them it selects.

    Raises:
        MalformedValue, PoisonGraph: the document has no canonical form.
        ProofGenerationError: a pointer leads nowhere.
    """
    # 1-3
    skolemized, prefix = skolemize_compact_json_ld(document)
    deskolemized = to_deskolemized_quads(skolemized, prefix)
    nquads, label_map = label_replacement_canonicalize(deskolemized, label_map_factory)
    groups: dict[str, Group] = {}
    for name, pointers in group_definitions.items():
        # 5
        selection = select_canonical_nquads(pointers, skolemized, prefix, label_map)
        # 7
        matching = {index: line for index, line in enumerate(nquads) if line in selection.nquads}
        non_matching = {index: line for index, line in enumerate(nquads) if line not in selection.nquads}
        groups[name] = Group(matching, non_matching, selection.deskolemized)
    # 8
    return Grouped(groups, nquads, label_map)


def hash_mandatory_nquads(mandatory: Iterable[str]) -> bytes:
    """3.4.17, with SHA-256."""
    return hashlib.sha256("".join(mandatory).encode()).digest()
