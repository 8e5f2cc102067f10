"""Canonical N-Quads: `vc.canonical.rdf` beside jsonld.js and rdf-canonize, on a corpus that never changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.peers import documents
from tests.peers.programs import Program
from tests.peers.samples import CREDENTIALS_V2, unsecured_badge
from vc.canonical import rdf
from vc.canonical.rdfc import Digest
from vc.errors import MalformedValue, VcError

Corpus = list[dict[str, Any]]


def corpus(strategy: st.SearchStrategy[dict[str, Any]], *, count: int, start: int) -> Corpus:
    """`count` documents, the same in every run."""
    found: Corpus = []

    @seed(start)
    @settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(strategy)
    def collect(document: dict[str, Any]) -> None:
        found.append(document)

    collect()
    return found


def outcomes(found: Corpus, canonize: Program, digest: Digest = "SHA-256") -> Counter[str]:
    """How often both gave the same bytes, both refused, or only we refused. Anything else is a failure here."""
    counts: Counter[str] = Counter()
    for document in found:
        theirs = canonize.ask({"document": document, "digest": digest})
        try:
            ours = rdf.canonicalize(document, digest=digest).decode()
        except VcError as error:
            counts[f"only we refused: {type(error).__name__}" if theirs["ok"] else "both refused"] += 1
            continue
        assert theirs["ok"], f"we would sign what jsonld.js refuses ({theirs['errors']}): {document!r}"
        assert ours.splitlines() == theirs["canonical"].splitlines(), repr(document)
        assert ours == theirs["canonical"], repr(document)
        counts["same bytes"] += 1
    return counts


@pytest.fixture
def canonize(program: Callable[[str], Program]) -> Program:
    return program("canonize.mjs")


@pytest.mark.parametrize("digest", ["SHA-256", "SHA-384"])
def test_badges_of_every_kind_have_the_same_bytes(canonize: Program, digest: Digest) -> None:
    badges = [unsecured_badge(number, f"did:web:university{number % 3}.example") for number in range(60)]

    counts = outcomes(badges, canonize, digest)

    assert counts == {"same bytes": 60}


def test_adversarial_credentials_have_the_same_bytes(canonize: Program) -> None:
    found = corpus(documents.credentials, count=600, start=20261124)

    counts = outcomes(found, canonize)

    assert counts["same bytes"] >= 560
    # Numbers that processors write differently are refused by us and signed by jsonld.js; nothing else is.
    assert set(counts) <= {"same bytes", "only we refused: MalformedValue"}


def test_adversarial_credentials_have_the_same_bytes_under_sha_384(canonize: Program) -> None:
    found = corpus(documents.credentials, count=120, start=384)

    counts = outcomes(found, canonize, "SHA-384")

    assert counts["same bytes"] >= 110


def test_nothing_is_signed_that_jsonld_js_would_not_sign(canonize: Program) -> None:
    found = corpus(documents.odd_credentials, count=300, start=20261124)

    counts = outcomes(found, canonize)

    assert counts["both refused"] >= 150
    assert set(counts) <= {
        "same bytes",
        "both refused",
        "only we refused: MalformedValue",
        "only we refused: DroppedData",
    }


def test_unpaired_surrogates_are_refused(canonize: Program) -> None:
    found = corpus(documents.broken_strings, count=12, start=20261124)

    counts = outcomes(found, canonize)

    assert counts["same bytes"] == 0


def test_values_that_differ_only_in_direction_are_not_lost(canonize: Program) -> None:
    """jsonld.js 9 compares values without `@direction` and drops the second one.

    JSON-LD 1.1 API, "Node Map Generation", leaves out only what is equivalent to an item already there. A
    document that means less to others than to us had better not be signed; if it is, then with both values.
    """
    values = [{"@value": "x", "@language": "he"}, {"@value": "x", "@language": "he", "@direction": "rtl"}]
    document = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:1",
        "name": values,
        "credentialSubject": {"id": "did:example:2"},
    }

    theirs = canonize.ask({"document": document})["canonical"]
    try:
        ours = rdf.canonicalize(document).decode()
    except MalformedValue:
        ours = '"x"@he "x"^^<https://www.w3.org/ns/i18n#he_rtl>'

    assert '"x"@he' in theirs
    assert "he_rtl" not in theirs
    assert '"x"@he' in ours
    assert "he_rtl" in ours


def test_lines_are_sorted_by_code_point(canonize: Program) -> None:
    """RDFC-1.0, section 5, sorts by code point; rdf-canonize 5 sorts by UTF-16 unit, and puts U+10000 before U+E000."""
    document = {
        "@context": [CREDENTIALS_V2],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential"],
        "issuer": "did:example:1",
        "name": ["\ue000", "\U00010000"],
        "credentialSubject": {"id": "did:example:2"},
    }

    theirs = canonize.ask({"document": document})["canonical"].splitlines()
    try:
        ours = rdf.canonicalize(document).decode().splitlines()
    except MalformedValue:
        ours = sorted(theirs)

    assert ours == sorted(theirs)
    assert theirs == sorted(theirs, key=lambda line: line.encode("utf-16-be"))
    assert ours != theirs
