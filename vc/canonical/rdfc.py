"""RDF Dataset Canonicalization (RDFC-1.0, W3C Recommendation of 21 May 2024), with a limit on the work.

The standard's algorithm tries every order of blank nodes that it cannot tell apart, which takes
factorial time on graphs made for it ("poison graphs", section 7.1). Two things keep it short here:

- Blank nodes that can be exchanged without changing the dataset (twins: the same statements but for
  their own name) need no trying out; every order gives the same result.
- All else is counted. A dataset that needs more than `MAX_WORK` steps is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from vc.canonical.quads import Quad
from vc.errors import PoisonGraph

Digest = Literal["SHA-256", "SHA-384"]

MAX_WORK: Final = 1_000_000  # statements and names looked at by the n-degree algorithm; about 0.3 s
MAX_DISTANCE: Final = 100  # blank nodes in a row that the n-degree algorithm follows

_HASHES: Final = {"SHA-256": hashlib.sha256, "SHA-384": hashlib.sha384}


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonical dataset: sorted N-Quads lines (each with its line feed), and the new name of each blank node.

    Names stand without `_:` in `identifiers`, which maps the input's names to `c14n0`, `c14n1`, …
    """

    lines: tuple[str, ...]
    identifiers: dict[str, str]

    @property
    def data(self) -> bytes:
        return "".join(self.lines).encode()


def canonicalize_quads(quads: Sequence[Quad], *, digest: Digest = "SHA-256") -> Canonical:
    """The canonical form of a dataset, given as a list without duplicates.

    Raises:
        PoisonGraph: more than `MAX_WORK` steps.
    """
    identifiers = _Canonicalizer(quads, digest).run()
    lines = sorted({_line(quad, identifiers) for quad in quads})
    return Canonical(tuple(lines), {old[2:]: new[2:] for old, new in identifiers.items()})


def _line(quad: Quad, names: dict[str, str]) -> str:
    subject, predicate, object_, graph = quad
    subject = names.get(subject, subject)
    object_ = names.get(object_, object_)
    if graph:
        return f"{subject} {predicate} {object_} {names.get(graph, graph)} .\n"
    return f"{subject} {predicate} {object_} .\n"


class _Issuer:
    """Identifier issuer (section 4.3)."""

    __slots__ = ("issued", "prefix")

    def __init__(self, prefix: str, issued: dict[str, str] | None = None) -> None:
        self.prefix = prefix
        self.issued = issued if issued is not None else {}

    def issue(self, name: str) -> str:
        """Section 4.5."""
        known = self.issued.get(name)
        if known is None:
            known = self.issued[name] = f"{self.prefix}{len(self.issued)}"
        return known

    def copy(self) -> _Issuer:
        return _Issuer(self.prefix, self.issued.copy())


class _Canonicalizer:
    """The canonicalization state (section 4.2)."""

    def __init__(self, quads: Sequence[Quad], digest: Digest) -> None:
        self._hash = _HASHES[digest]
        self._quads_of: dict[str, list[Quad]] = {}
        self._first_degree: dict[str, str] = {}
        self._canonical = _Issuer("_:c14n")
        self._shapes: dict[tuple[Quad, ...], int] = {}
        self._kinds: dict[str, int] = {}
        self._work = 0
        self._distance = 0
        for quad in quads:
            for term in {quad[0], quad[2], quad[3]}:
                if term.startswith("_:"):
                    self._quads_of.setdefault(term, []).append(quad)

    def run(self) -> dict[str, str]:
        """Section 4.4.3, steps 3 to 5."""
        # 3: first degree hashes
        by_hash: dict[str, list[str]] = {}
        for name in self._quads_of:
            digest = self._first_degree[name] = self._hash_first_degree(name)
            by_hash.setdefault(digest, []).append(name)
        # 4: names that only one blank node can have
        ambiguous: list[list[str]] = []
        for _, names in sorted(by_hash.items()):
            if len(names) == 1:
                self._canonical.issue(names[0])
            else:
                ambiguous.append(names)
        # 5
        for names in ambiguous:
            results: list[tuple[str, _Issuer]] = []
            for twins in self._by_twins([name for name in names if name not in self._canonical.issued]):
                results.extend(self._results_of_twins(twins))
            for _, issuer in sorted(results, key=lambda result: result[0]):
                for name in issuer.issued:
                    self._canonical.issue(name)
        return self._canonical.issued

    def _results_of_twins(self, twins: list[str]) -> Iterator[tuple[str, _Issuer]]:
        """5.2 for each of `twins`: the second one's result is the first one's with the two names exchanged."""
        first = twins[0]
        issuer = _Issuer("_:b")
        issuer.issue(first)
        digest, issuer = self._hash_n_degree(first, issuer)
        yield digest, issuer
        for other in twins[1:]:
            self._spend(len(issuer.issued))
            exchange = {first: other, other: first}
            yield digest, _Issuer("_:b", {exchange.get(name, name): label for name, label in issuer.issued.items()})

    def _hash_first_degree(self, name: str) -> str:
        """Section 4.6.3."""
        lines = []
        for subject, predicate, object_, graph in self._quads_of[name]:
            s = subject if not subject.startswith("_:") else "_:a" if subject == name else "_:z"
            o = object_ if not object_.startswith("_:") else "_:a" if object_ == name else "_:z"
            if graph:
                g = graph if not graph.startswith("_:") else "_:a" if graph == name else "_:z"
                lines.append(f"{s} {predicate} {o} {g} .\n")
            else:
                lines.append(f"{s} {predicate} {o} .\n")
        lines.sort()
        return self._hash("".join(lines).encode()).hexdigest()

    def _hash_related(self, related: str, quad: Quad, issuer: _Issuer, position: str) -> str:
        """Section 4.7.3."""
        text = position if position == "g" else f"{position}{quad[1]}"
        name = self._canonical.issued.get(related) or issuer.issued.get(related) or self._first_degree[related]
        return self._hash(f"{text}{name}".encode()).hexdigest()

    def _hash_n_degree(self, name: str, issuer: _Issuer) -> tuple[str, _Issuer]:
        """Section 4.8.3."""
        self._distance += 1
        if self._distance > MAX_DISTANCE:
            raise PoisonGraph(f"more than {MAX_DISTANCE} blank nodes in a row look the same")
        # 1 to 3
        related_by_hash: dict[str, list[str]] = {}
        quads = self._quads_of[name]
        self._spend(len(quads))
        for quad in quads:
            for position, term in (("s", quad[0]), ("o", quad[2]), ("g", quad[3])):
                if term.startswith("_:") and term != name:
                    digest = self._hash_related(term, quad, issuer, position)
                    related_by_hash.setdefault(digest, []).append(term)
        # 4, 5
        data = []
        for digest, related in sorted(related_by_hash.items()):
            data.append(digest)
            path, issuer = self._shortest_path(related, issuer)
            data.append(path)
        # 6
        self._distance -= 1
        return self._hash("".join(data).encode()).hexdigest(), issuer

    def _shortest_path(self, related: list[str], issuer: _Issuer) -> tuple[str, _Issuer]:
        """Section 4.8.3, step 5.4: the least path among all orders of `related`."""
        chosen_path = ""
        chosen_issuer = issuer
        for order in self._orders(related, issuer):
            result = self._path(order, issuer.copy(), chosen_path)
            if result is not None and (not chosen_path or result[0] < chosen_path):
                chosen_path, chosen_issuer = result
        return chosen_path, chosen_issuer

    def _path(self, order: Sequence[str], issuer: _Issuer, chosen: str) -> tuple[str, _Issuer] | None:
        """Steps 5.4.3 to 5.4.5; None as soon as the path cannot become the least one."""
        self._spend(len(order) + len(issuer.issued))
        path = ""
        recursion: list[str] = []
        for name in order:
            known = self._canonical.issued.get(name)
            if known is not None:
                path += known
            else:
                if name not in issuer.issued:
                    recursion.append(name)
                path += issuer.issue(name)
            if chosen and len(path) >= len(chosen) and path > chosen:
                return None
        for name in recursion:
            digest, deeper = self._hash_n_degree(name, issuer)
            path += f"{issuer.issue(name)}<{digest}>"
            issuer = deeper
            if chosen and len(path) >= len(chosen) and path > chosen:
                return None
        return path, issuer

    # --- blank nodes that can be exchanged ------------------------------------------------------------

    def _orders(self, related: list[str], issuer: _Issuer) -> Iterator[Sequence[str]]:
        """Every order of `related` that can make a difference."""
        if len(related) == 1:
            yield related
            return
        free = [name for name in related if name not in issuer.issued and name not in self._canonical.issued]
        groups = self._by_twins(free) if len(set(free)) == len(free) else [[name] for name in free]
        groups.extend([name] for name in related if name in issuer.issued or name in self._canonical.issued)
        yield from _interleavings(groups)

    def _by_twins(self, names: list[str]) -> list[list[str]]:
        groups: dict[int, list[str]] = {}
        for name in names:
            groups.setdefault(self._kind(name), []).append(name)
        return list(groups.values())

    def _kind(self, name: str) -> int:
        """A number for all statements about `name` with its own name taken out. Two nodes of one kind are twins."""
        kind = self._kinds.get(name)
        if kind is None:
            statements = [
                (
                    "_:" if subject == name else subject,
                    predicate,
                    "_:" if object_ == name else object_,
                    "_:" if graph == name else graph,
                )
                for subject, predicate, object_, graph in self._quads_of[name]
            ]
            self._spend(len(statements))
            kind = self._kinds[name] = self._shapes.setdefault(tuple(sorted(statements)), len(self._shapes))
        return kind

    def _spend(self, steps: int) -> None:
        self._work += steps + 1
        if self._work > MAX_WORK:
            raise PoisonGraph("the blank nodes of this document cannot be told apart with reasonable work")


def _interleavings(groups: list[list[str]]) -> Iterator[list[str]]:
    """All orders of the members of all groups in which each group's members keep their order."""
    total = sum(map(len, groups))
    taken = [0] * len(groups)
    chosen: list[int] = []
    order: list[str] = []
    number = 0
    while True:
        while number < len(groups) and taken[number] == len(groups[number]):
            number += 1
        if number < len(groups):
            order.append(groups[number][taken[number]])
            taken[number] += 1
            chosen.append(number)
            number = 0
            if len(chosen) < total:
                continue
            yield order
        if not chosen:
            return
        number = chosen.pop()
        order.pop()
        taken[number] -= 1
        number += 1
