"""Inputs made to cost unbounded work. Each names the rule that stops it and where it is known from.

`guards` are the checks that each stop it (`tests/attacks/without_limits.py` takes them away), the first one first:
without all of them, and never without fewer, the work is done or goes on without end.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.attacks.without_limits import BUNDLED, BYTES, CIRCLES, DIGITS, EXACT, WORK
from vc.errors import InvalidContext, ParsingError, PoisonGraph, UnknownContext

VOCAB = {"@vocab": "https://v.example/#"}
V2 = "https://www.w3.org/ns/credentials/v2"
RDFC = "RDFC-1.0 (W3C Rec 2024-05-21), section 7.1 Dataset Poisoning"
SECURITY = "security review, row 6: size, depth, statements, same-hash blank nodes"


@dataclass(frozen=True)
class Case:
    name: str
    rule: str
    source: str
    document: Callable[[], bytes]
    error: type[Exception]
    guards: tuple[str, ...]


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def clique(size: int) -> bytes:
    """Every blank node points to every other one."""
    return _json(
        {
            "@context": VOCAB,
            "@graph": [
                {"@id": f"_:n{a}", "p": [{"@id": f"_:n{b}"} for b in range(size) if a != b]} for a in range(size)
            ],
        }
    )


def circulant(size: int, degree: int) -> bytes:
    """A regular graph: every blank node looks like every other one, however far one looks."""
    return _json(
        {
            "@context": VOCAB,
            "@graph": [
                {"@id": f"_:n{a}", "p": [{"@id": f"_:n{(a + d) % size}"} for d in range(1, degree + 1)]}
                for a in range(size)
            ],
        }
    )


def many_graphs(size: int) -> bytes:
    """The same two blank nodes related the same way in many graphs: `size` equal entries to put in order."""
    pair = [{"@id": "_:a", "p": {"@id": "_:b"}}, {"@id": "_:b", "p": {"@id": "_:a"}}]
    return _json({"@context": VOCAB, "@graph": [{"@id": f"urn:g{n}", "@graph": pair} for n in range(size)]})


def nested(depth: int, opening: bytes, closing: bytes) -> bytes:
    return b'{"@context":{"@vocab":"urn:v:"},"a":' + opening * depth + b"1" + closing * depth + b"}"


CASES = (
    Case(
        "clique of eight",
        "work of the n-degree algorithm",
        f"{RDFC}; 94 s in PyLD 3.3",
        lambda: clique(8),
        PoisonGraph,
        (WORK,),
    ),
    Case(
        "clique of forty",
        "work of the n-degree algorithm",
        RDFC,
        lambda: clique(40),
        PoisonGraph,
        (WORK,),
    ),
    Case(
        "regular graph",
        "work of the n-degree algorithm",
        "rdf-canon test074c (poison - clique) and its kind: vertex-transitive graphs",
        lambda: circulant(50, 3),
        PoisonGraph,
        (WORK,),
    ),
    Case(
        "one relation in 400 graphs",
        "work of the n-degree algorithm",
        "found here: the related list of section 4.8.3 step 3 keeps repetitions",
        lambda: many_graphs(400),
        PoisonGraph,
        (WORK,),
    ),
    Case(
        "cycle of 200",
        "distance that the n-degree algorithm follows",
        "found here: recursion as deep as the chain",
        lambda: circulant(200, 1),
        PoisonGraph,
        ("vc.canonical.rdfc.MAX_DISTANCE", WORK),
    ),
    Case(
        "sixty thousand empty nodes",
        "number of statements",
        SECURITY,
        lambda: _json({"@context": VOCAB, "@id": "urn:x", "p": [{}] * 60_000}),
        PoisonGraph,
        ("vc.canonical.quads.MAX_QUADS",),
    ),
    Case(
        "a prefix of two thousand letters, used often",
        "length of all statements",
        "found here: 256 kB become 48 MB of statements",
        lambda: _json(
            {
                "@context": {"p": "https://e.example/" + "x" * 2_000 + "/"},
                "@id": "urn:x",
                "p:p": [{"@id": f"p:{n}"} for n in range(9_000)],
            }
        ),
        PoisonGraph,
        ("vc.canonical.quads.MAX_TEXT",),
    ),
    Case(
        "objects in objects",
        "depth of the document",
        SECURITY,
        lambda: nested(80, b'{"a":', b"}"),
        PoisonGraph,
        ("vc.canonical.expand.MAX_DEPTH",),
    ),
    Case(
        "arrays in arrays",
        "depth of the document",
        SECURITY,
        lambda: nested(80, b"[", b"]"),
        PoisonGraph,
        ("vc.canonical.expand.MAX_DEPTH",),
    ),
    Case(
        "brackets only",
        "nesting that the parser accepts",
        "CVE-2024-27454 (orjson): recursion without limit",
        lambda: nested(40_000, b"[", b"]"),
        ParsingError,
        ("vc.model.MAX_NESTING",),
    ),
    Case(
        "a document of 300 kB",
        "size of the document",
        SECURITY,
        lambda: _json({"@context": VOCAB, "a": "x" * 300_000}),
        ParsingError,
        (BYTES,),
    ),
    Case(
        "two contexts taking turns",
        "number of contexts",
        "json-ld-syntax, section B (privacy and security): contexts as a lever",
        lambda: _json(
            {
                "@context": ["https://w3id.org/security/v1", "https://w3id.org/security/v2"] * 400,
                "@id": "urn:x",
                "@type": "urn:t",
            }
        ),
        PoisonGraph,
        ("vc.canonical.context.MAX_CONTEXTS", "vc.canonical.context.MAX_TERMS_COPIED"),
    ),
    Case(
        "a large context, changed a little in each node",
        "terms that contexts copy",
        "found here: number of contexts times their size",
        lambda: _json(
            {
                "@context": [VOCAB, {f"a{n}": "urn:b" for n in range(4_000)}],
                "@id": "urn:x",
                "p": [{"@context": {f"t{n}": "urn:x"}, "a": 1} for n in range(300)],
            }
        ),
        PoisonGraph,
        ("vc.canonical.context.MAX_TERMS_COPIED",),
    ),
    Case(
        "terms defined through terms",
        "length of a chain of terms",
        "found here: recursion of Create Term Definition",
        lambda: _json({"@context": {f"a{n}": f"a{n + 1}:x" for n in range(60)} | VOCAB, "a1": "x"}),
        PoisonGraph,
        ("vc.canonical.define.MAX_CHAIN",),
    ),
    Case(
        "terms that grow",
        "length of a term's IRI",
        "XML's billion laughs, with prefixes",
        lambda: _json(
            {
                "@context": {"a0": "urn:x:"} | {f"a{n}": f"a{n - 1}:yyyyyyyy:" for n in range(1, 400)},
                "a1": "x",
            }
        ),
        PoisonGraph,
        ("vc.canonical.define.MAX_IRI_LENGTH",),
    ),
    Case(
        "terms in a circle",
        "no circles among terms",
        "JSON-LD 1.1 API, section 4.2.2 step 1: cyclic IRI mapping",
        lambda: _json({"@context": {"a": "b:x", "b": "a:y"}, "a": "x"}),
        InvalidContext,
        (CIRCLES, "vc.canonical.define.MAX_CHAIN"),
    ),
    Case(
        "a context in the cloud's metadata service",
        "bundled contexts only",
        "json-ld.org issue 213 (SSRF through @context)",
        lambda: _json({"@context": [V2, "http://169.254.169.254/latest/meta-data/"], "@id": "urn:x", "@type": "urn:t"}),
        UnknownContext,
        (BUNDLED,),
    ),
    Case(
        "a number of 200,000 digits",
        "digits of a number",
        "CVE-2020-10735: converting digits takes quadratic time",
        lambda: b'{"@context":{"@vocab":"urn:v:"},"a":' + b"1" * 200_000 + b"}",
        ParsingError,
        (DIGITS, EXACT),
    ),
)
