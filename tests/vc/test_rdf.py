import copy
import hashlib
import random

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld

from tests.vc.documents import ALUMNI, ALUMNI_HASH, badge, learner_record, minimal
from vc.canonical import rdf
from vc.canonical.nquads import parse_nquads
from vc.canonical.quads import canonical_double
from vc.canonical.rdfc import canonicalize_quads
from vc.errors import InvalidNQuads, MalformedValue
from vc.loader import context_document_loader

ALGORITHMS = {
    "SHA-256": pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0,
    "SHA-384": pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0_SHA_384,
}


def oracle(nquads: str, digest: str = "SHA-256") -> bytes:
    """Another implementation of RDFC-1.0."""
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(nquads.encode(), format=pyoxigraph.RdfFormat.N_QUADS))
    dataset.canonicalize(ALGORITHMS[digest])
    return "".join(sorted(line + "\n" for line in str(dataset).split("\n")[:-1])).encode()


def as_nquads(quads) -> str:
    return "".join(f"{s} {p} {o} {g} .\n" for s, p, o, g in quads)


def test_the_published_hash_of_the_standard():
    """Data Integrity EdDSA Cryptosuites 1.0, example 9."""
    assert hashlib.sha256(rdf.canonicalize(ALUMNI)).hexdigest() == ALUMNI_HASH


@pytest.mark.parametrize("document", [minimal(), badge(), learner_record()], ids=["minimal", "badge", "record"])
def test_another_json_ld_processor_agrees(document):
    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": context_document_loader,
    }
    assert rdf.canonicalize(document).decode() == jsonld.normalize(document, options)


texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Co"], exclude_characters="\ufffe\uffff"), max_size=12)
alignments = st.fixed_dictionaries(
    {"type": st.just("Alignment"), "targetName": texts, "targetUrl": st.just("https://e.example/t")},
    optional={"targetCode": texts, "targetType": st.just("CFItem")},
)
achievements = st.fixed_dictionaries(
    {"id": st.sampled_from(["urn:a:1", "urn:a:2"]), "type": st.just(["Achievement"]), "name": texts},
    optional={
        "alignment": st.lists(alignments, max_size=3),
        "tag": st.lists(texts, max_size=3),
        "creditsAvailable": st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6).filter(lambda x: abs(x) > 1e-5),
        "inLanguage": st.just("en"),
        "image": st.just({"id": "https://e.example/i.png", "type": "Image"}),
        "description": st.fixed_dictionaries({"@value": texts, "@language": st.sampled_from(["en", "AR"])}) | st.none(),
    },
)


@settings(max_examples=60)
@given(st.lists(achievements, min_size=1, max_size=3))
def test_another_json_ld_processor_agrees_on_any_badge(awarded):
    document = badge(credentialSubject=[{"type": "AchievementSubject", "achievement": item} for item in awarded])
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": context_document_loader}
    assert rdf.canonicalize(document).decode() == jsonld.normalize(document, options)


nodes = st.sampled_from(["_:a", "_:b", "_:c", "_:d", "_:e", "<urn:x>", "<urn:y>"])
predicates = st.sampled_from(["<urn:p>", "<urn:q>"])
objects = nodes | st.sampled_from(['"x"', '"\U0001f600"@en', '"1"^^<urn:t>', '"\\n\\u0000"'])
graphs = st.sampled_from(["", "", "_:g", "_:a", "<urn:g>"])
datasets = st.lists(st.tuples(nodes, predicates, objects, graphs), max_size=14)


@settings(max_examples=400)
@given(datasets, st.sampled_from(["SHA-256", "SHA-384"]))
def test_another_implementation_of_rdfc_agrees(quads, digest):
    text = as_nquads(quads)
    assert rdf.canonicalize_nquads(text, digest=digest).data == oracle(text, digest)


@given(datasets, st.randoms(use_true_random=False))
def test_names_and_order_of_the_input_do_not_matter(quads, rng):
    names = {
        name: f"_:{number}n" for number, name in enumerate(rng.sample(["_:a", "_:b", "_:c", "_:d", "_:e", "_:g"], 6))
    }
    renamed = [tuple(names.get(term, term) for term in quad) for quad in quads]
    rng.shuffle(renamed)
    assert rdf.canonicalize_nquads(as_nquads(renamed)).data == rdf.canonicalize_nquads(as_nquads(quads)).data


@given(datasets)
def test_a_canonical_dataset_is_its_own_canonical_form(quads):
    canonical = rdf.canonicalize_nquads(as_nquads(quads))
    again = rdf.canonicalize_nquads(canonical.data.decode())
    assert again.data == canonical.data


@given(datasets)
def test_the_identifier_map_renames_the_input_into_the_output(quads):
    canonical = rdf.canonicalize_nquads(as_nquads(quads))
    parsed = parse_nquads(as_nquads(quads))
    renamed = {
        " ".join(f"_:{canonical.identifiers[term[2:]]}" if term.startswith("_:") else term for term in quad if term)
        + " .\n"
        for quad in parsed
    }
    assert renamed == set(canonical.lines)


@pytest.mark.parametrize("size", [2, 9, 300])
@pytest.mark.parametrize("subject", ["_:parent", "<urn:parent>"])
def test_equal_nodes_need_no_trying_out(size, subject):
    """Equal nodes below one parent: factorial in the text of the standard, one order here."""
    text = "".join(f'{subject} <urn:p> _:n{n} .\n_:n{n} <urn:q> "x" .\n' for n in range(size))
    canonical = rdf.canonicalize_nquads(text)
    assert len(canonical.lines) == 2 * size
    if size < 9:
        assert canonical.data == oracle(text)


@given(st.randoms(use_true_random=False))
def test_the_order_of_members_does_not_matter(rng):
    def shuffled(value):
        if isinstance(value, dict):
            items = list(value.items())
            rng.shuffle(items)
            return {name: shuffled(inner) for name, inner in items}
        return [shuffled(inner) for inner in value] if isinstance(value, list) else value

    assert rdf.canonicalize(shuffled(badge())) == rdf.canonicalize(badge())


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=20))
def test_every_text_is_escaped_as_others_escape_it(text):
    data = rdf.canonicalize(minimal(name=text))
    assert data == oracle(data.decode())
    literal = next(
        quad.object
        for quad in pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.N_QUADS)
        if quad.predicate.value == "https://schema.org/name"
        and quad.subject != pyoxigraph.NamedNode("did:example:subject")
    )
    assert literal.value == text


def test_control_characters_are_escaped():
    """RDFC-1.0, "Canonical N-Quads": U+0000 to U+001F and U+007F; nothing else."""
    name = "".join(map(chr, range(0x20))) + '\x7f"\\\x80é'
    expected = (
        "\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000B\\f\\r\\u000E\\u000F"
        "\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001A\\u001B\\u001C\\u001D\\u001E\\u001F"
        '\\u007F\\"\\\\\x80é'
    )
    assert f'"{expected}"' in rdf.canonicalize(minimal(name=name)).decode()


@pytest.mark.parametrize(
    ("value", "literal"),
    [  # JSON-LD 1.1 API, section 8.6; the digits are ECMAScript's
        (True, '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        (0, '"0"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (-0.0, '"0"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (5.0, '"5"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (1e20, '"100000000000000000000"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (1e21, '"1.0E21"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (5.5, '"5.5E0"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (-2.5e-10, '"-2.5E-10"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (1 / 3, '"3.333333333333333E-1"^^<http://www.w3.org/2001/XMLSchema#double>'),
        ({"@value": 5, "@type": "http://www.w3.org/2001/XMLSchema#double"}, '"5.0E0"^^<http://www.w3.org/2001/XMLSchema#double>'),
        ({"@value": "5.50", "@type": "http://www.w3.org/2001/XMLSchema#double"}, '"5.5E0"^^<http://www.w3.org/2001/XMLSchema#double>'),
        ({"@value": 3, "@type": "http://www.w3.org/2001/XMLSchema#float"}, '"3"^^<http://www.w3.org/2001/XMLSchema#float>'),
        ({"@value": 3.5, "@type": "http://www.w3.org/2001/XMLSchema#float"}, '"3.5E0"^^<http://www.w3.org/2001/XMLSchema#float>'),
        ({"@value": "x", "@type": "http://www.w3.org/2001/XMLSchema#string"}, '"x"'),
        ({"@value": "x", "@language": "EN-us"}, '"x"@en-us'),
        ({"@value": "x", "@language": "ar", "@direction": "rtl"}, '"x"^^<https://www.w3.org/ns/i18n#ar_rtl>'),
        ({"@value": "x", "@direction": "ltr"}, '"x"^^<https://www.w3.org/ns/i18n#_ltr>'),
    ],
)  # fmt: skip
def test_values_become_literals(value, literal):
    assert f"<https://schema.org/name> {literal} .\n" in rdf.canonicalize(minimal(name=value)).decode()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0E0"),
        (1e300, "1.0E300"),
        (5e-324, "4.940656458412465E-324"),
        (0.1, "1.0E-1"),
        (2251799813685249.5, "2.25179981368525E15"),
        (2251799813685248.5, "2.251799813685249E15"),  # a tie: away from zero
        (-2251799813685248.5, "-2.251799813685249E15"),
        (123456789.125, "1.23456789125E8"),
    ],
)
def test_canonical_doubles(value, text):
    assert canonical_double(value) == text


@pytest.mark.parametrize("text", ["", "abc", "NaN", "INF", "1e999", "5,5", "0x10", " 5", "1" * 500])
def test_text_typed_as_double_that_is_no_number_is_refused(text):
    with pytest.raises(MalformedValue):
        rdf.canonicalize(minimal(name={"@value": text, "@type": "http://www.w3.org/2001/XMLSchema#double"}))


@pytest.mark.parametrize(
    "line",
    [
        "<urn:a> <urn:b> .",
        "<urn:a> <urn:b> <urn:c>",
        "<urn:a> _:b <urn:c> .",
        '"x" <urn:b> <urn:c> .',
        "<urn:a> <urn:b> <urn:c> <urn:d> <urn:e> .",
        '<urn:a> <urn:b> "x"y .',
        '<urn:a> <urn:b> "x\\q" .',
        "<urn:a b> <urn:b> <urn:c> .",
        '<urn:a> <urn:b> "\\uD800" .',
        '<urn:a> <urn:b> "\\U00110000" .',
        '<urn:a> <urn:b> "\ufffe" .',
        "<<<urn:a> <urn:b> <urn:c>>> <urn:d> <urn:e> .",
        '<urn:a> <urn:b> "x"@ .',
    ],
)
def test_what_is_not_n_quads_is_refused(line):
    with pytest.raises(InvalidNQuads):
        rdf.canonicalize_nquads(f"<urn:s> <urn:p> <urn:o> .\n{line}\n")


def test_n_quads_in_every_notation():
    text = '# a comment\n\n<urn:a><urn:b>"\\u00e9\\t\'"^^<http://www.w3.org/2001/XMLSchema#string>.\r\n_:x <urn:b> "y"@en <urn:g> . # end\n'
    assert rdf.canonicalize_nquads(text).lines == (
        '<urn:a> <urn:b> "é\\t\'" .\n',
        '_:c14n0 <urn:b> "y"@en <urn:g> .\n',
    )


def test_skolemizing_names_each_blank_node_and_changes_nothing_else():
    document = badge()
    before = copy.deepcopy(document)
    named = rdf.skolemize(document, prefix="urn:bnid:x_")
    assert document == before
    quads = rdf.to_quads(named)
    assert not any(term.startswith("_:") for quad in quads for term in quad)
    undone = [tuple(f"_:{term[12:-1]}" if term.startswith("<urn:bnid:x_") else term for term in quad) for quad in quads]
    assert canonicalize_quads(undone).data == rdf.canonicalize(document)


def test_blank_nodes_written_out_cannot_be_skolemized():
    document = minimal(credentialSubject={"id": "_:b0", "name": "x"})
    with pytest.raises(MalformedValue):
        rdf.skolemize(document, prefix="urn:bnid:")


def test_a_document_of_another_shape_does_not_disturb_the_cache():
    expected = rdf.canonicalize(badge())
    rng = random.Random(5)
    for number in range(50):
        rdf.canonicalize(
            {"@context": [{"@vocab": f"urn:{number}:"}, {"x": f"urn:{rng.random()}"}], "@id": "urn:a", "x": 1}
        )
    assert rdf.canonicalize(badge()) == expected
