"""What would not be signed is refused, and the error says where."""

import pytest

from tests.vc.documents import EXAMPLES, OB, V2, badge, minimal, put
from vc.canonical import rdf
from vc.errors import DroppedData, InvalidContext, MalformedValue, PoisonGraph, UndefinedTerm, UnknownContext

VOCAB = {"@vocab": "https://v.example/#"}


@pytest.mark.parametrize(
    ("pointer", "value", "error"),
    [
        # a name that no context defines (jsonld.js safe mode: "invalid property")
        ("/nickname", "A", UndefinedTerm),
        ("/nickname", None, UndefinedTerm),
        ("/credentialSubject/nickname", "A", UndefinedTerm),
        ("/credentialSubject/identifier/1/x", "A", UndefinedTerm),
        ("/credentialSubject/achievement/criteria/x~1y", 1, UndefinedTerm),
        ("/issuer/@foo", 1, UndefinedTerm),
        # a type that no context defines ("relative @type reference")
        ("/type/1", "Nonsense", UndefinedTerm),
        ("/credentialSubject/type/0", "achievementSubject", UndefinedTerm),
        ("/credentialSchema/0/type", "JsonSchemaValidator2019", UndefinedTerm),
        ("/issuer/type", "", UndefinedTerm),
        # a relative reference ("relative @id reference", "relative object reference")
        ("/id", "3732", UndefinedTerm),
        ("/id", "", UndefinedTerm),
        ("/id", "@graph2", MalformedValue),
        ("/issuer/id", "/issuers/1", UndefinedTerm),
        ("/credentialStatus/id", "#7", UndefinedTerm),
        ("/id", "did:example:a b", UndefinedTerm),
        ("/id", "https://e.example/><https://e.example/p", UndefinedTerm),
        ("/id", "https://e.example/\u00a0", UndefinedTerm),
        ("/id", 'https://e.example/"', UndefinedTerm),
        # a value that says nothing, or is lost on the way
        ("/issuer/@index", "1", DroppedData),
        ("/issuer/@language", "en", DroppedData),
        ("/issuer/@direction", "ltr", DroppedData),
        ("/issuer/@version", 1.1, DroppedData),
        ("/issuer/@default", "x", DroppedData),
        ("/issuer/@container", "@set", DroppedData),
        ("/name", {"@value": None}, DroppedData),
        ("/_:p", "x", DroppedData),
        ("/@included", {"id": "urn:x"}, DroppedData),
        ("/@included", {}, DroppedData),
        ("/@included", "x", DroppedData),
        ("/@graph", [{"id": "urn:x"}], DroppedData),
        # values that are malformed
        ("/name", {"@value": {"a": 1}}, MalformedValue),
        ("/name", {"@value": "x", "@language": "not a tag"}, MalformedValue),
        ("/name", {"@value": 1, "@language": "en"}, MalformedValue),
        ("/name", {"@value": "x", "@direction": "up"}, MalformedValue),
        ("/name", {"@value": "x", "@type": "urn:t", "@language": "en"}, MalformedValue),
        ("/name", {"@value": "x", "name": "y"}, MalformedValue),
        ("/name", {"@list": ["x"], "name": "y"}, MalformedValue),
        ("/name", {"@list": [["x"]]}, MalformedValue),
        ("/id", 5, MalformedValue),
        ("/issuer/id", ["urn:a"], MalformedValue),
        ("/type/0", 5, MalformedValue),
        ("/issuer/@id", "urn:other", MalformedValue),
        ("/@graph", "x", MalformedValue),
        ("/@reverse", "x", MalformedValue),
        ("/@reverse", {"name": "x"}, MalformedValue),
        # numbers and texts that do not travel
        ("/name", 2**53, MalformedValue),
        ("/name", float("nan"), MalformedValue),
        ("/name", 1e-7, MalformedValue),
        ("/name", "\ud800", MalformedValue),
        ("/name", "\ufffe", MalformedValue),
        ("/name", "a\uffffb", MalformedValue),
        # contexts
        ("/@context/1", "https://evil.example/context", UnknownContext),
        ("/issuer/@context", "https://evil.example/context", UnknownContext),
        ("/issuer/@context", {"image": "https://evil.example/image"}, InvalidContext),
        ("/issuer/@context", None, InvalidContext),
        ("/issuer/@context", {"@version": 1.0}, InvalidContext),
        ("/issuer/@context", {"@direction": "rtl"}, InvalidContext),
        ("/issuer/@context", {"@base": "relative"}, InvalidContext),
        ("/issuer/@context", {"@vocab": "relative"}, UndefinedTerm),
        ("/issuer/@context", {"@import": 5}, InvalidContext),
        ("/issuer/@context", {"": "urn:x"}, InvalidContext),
        ("/issuer/@context", {"x": 5}, InvalidContext),
        ("/issuer/@context", {"x": {"@id": "urn:x", "@nonsense": 1}}, InvalidContext),
        ("/issuer/@context", {"x": {"@id": "urn:x", "@container": "@graph2"}}, InvalidContext),
        ("/issuer/@context", {"x": {"@id": "relative"}}, InvalidContext),
        ("/issuer/@context", {"x": {"@reverse": "urn:x", "@id": "urn:y"}}, InvalidContext),
        ("/issuer/@context", {"@graph": "urn:x"}, InvalidContext),
        ("/issuer/@context", {"@foo": "urn:x"}, UndefinedTerm),
        ("/issuer/@context", {"x": "@foo"}, UndefinedTerm),
        ("/issuer/@context", {"a:b": "urn:x"}, InvalidContext),
        ("/issuer/@context", {"x": "@context"}, InvalidContext),
        ("/issuer/@context", 5, InvalidContext),
    ],
    ids=lambda value: str(value)[:40] if not isinstance(value, type) else value.__name__,
)  # fmt: skip
def test_what_would_not_be_signed_is_refused_with_its_path(pointer, value, error):
    document = badge()
    put(document, pointer, value)
    with pytest.raises(error) as caught:
        rdf.canonicalize(document)
    if not issubclass(error, PoisonGraph):
        assert caught.value.path.startswith(pointer)


def test_the_document_that_these_change_is_itself_accepted():
    assert rdf.canonicalize(badge())


@pytest.mark.parametrize(
    "name", ["credentialSubject", "issuer", "validUntil", "proof", "type", "id", "VerifiableCredential"]
)
def test_terms_of_the_data_model_cannot_be_given_another_meaning(name):
    """VCDM 2.0, "Context Integrity": the base context's terms are protected, from the place where they are defined."""
    document = minimal(**{"@context": [V2, {name: "https://evil.example/x"}]})
    try:
        assert rdf.canonicalize(document) == rdf.canonicalize(minimal())
    except InvalidContext as error:
        assert error.path == f"/@context/1/{name}"  # noqa: PT017


def test_a_type_cannot_hide_members_from_its_parent():
    """A type-scoped context holds for its own object, not for those inside (JSON-LD 1.1, section 4.1.8)."""
    document = badge()
    document["credentialSubject"]["achievement"]["criteria"]["hashed"] = True  # a term of IdentityObject
    with pytest.raises(UndefinedTerm, match="criteria/hashed"):
        rdf.canonicalize(document)


def test_null_and_empty_arrays_say_nothing():
    plain = rdf.canonicalize(minimal())
    assert rdf.canonicalize(minimal(name=None, description=[], evidence=[None])) == plain


def test_a_vocabulary_defines_every_name():
    document = minimal(**{"@context": [V2, EXAMPLES], "nickname": "A"})
    assert b'<https://www.w3.org/ns/credentials/examples#nickname> "A"' in rdf.canonicalize(document)


def test_expansion_follows_the_examples_of_the_standard():
    """JSON-LD 1.1, the containers of section 4.6 to 4.11."""
    context = {
        "@vocab": "https://v.example/#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "date": {"@type": "xsd:date"},
        "steps": {"@container": "@list"},
        "labels": {"@container": "@language"},
        "posts": {"@container": "@id"},
        "parts": {"@container": "@type"},
        "author": {"@container": "@index", "@index": "role"},
        "details": "@nest",
        "memberOf": {"@reverse": "https://v.example/#member"},
        "raw": {"@type": "@json"},
        "home": {"@type": "@id"},
        "kind": {"@type": "@vocab"},
    }
    document = {
        "@context": context,
        "@id": "urn:doc",
        "date": "2026-11-24",
        "steps": ["a", 1],
        "labels": {"en": "Hello", "DE": ["Hallo"], "@none": "*"},
        "posts": {"urn:p1": {"title": "1"}},
        "parts": {"Wheel": {"@id": "urn:w"}},
        "author": {"editor": {"@id": "urn:ada", "name": "Ada"}},
        "details": {"color": "red"},
        "memberOf": {"@id": "urn:club"},
        "raw": {"b": [1.0, None], "a": "\n"},
        "home": "urn:home",
        "kind": "Big",
    }
    v = "https://v.example/#"
    first, rest, nil = (f"<http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}>" for name in ("first", "rest", "nil"))
    assert rdf.canonicalize(document).decode().splitlines() == sorted(
        [
            f'<urn:doc> <{v}date> "2026-11-24"^^<http://www.w3.org/2001/XMLSchema#date> .',
            f"<urn:doc> <{v}steps> _:c14n1 .",
            f'_:c14n1 {first} "a" .',
            f"_:c14n1 {rest} _:c14n0 .",
            f'_:c14n0 {first} "1"^^<http://www.w3.org/2001/XMLSchema#integer> .',
            f"_:c14n0 {rest} {nil} .",
            f'<urn:doc> <{v}labels> "Hello"@en .',
            f'<urn:doc> <{v}labels> "Hallo"@de .',
            f'<urn:doc> <{v}labels> "*" .',
            f"<urn:doc> <{v}posts> <urn:p1> .",
            f'<urn:p1> <{v}title> "1" .',
            f"<urn:doc> <{v}parts> <urn:w> .",
            f"<urn:w> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{v}Wheel> .",
            f"<urn:doc> <{v}author> <urn:ada> .",
            f'<urn:ada> <{v}role> "editor" .',
            f'<urn:ada> <{v}name> "Ada" .',
            f'<urn:doc> <{v}color> "red" .',
            f"<urn:club> <{v}member> <urn:doc> .",
            f'<urn:doc> <{v}raw> "{{\\"a\\":\\"\\\\n\\",\\"b\\":[1,null]}}"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON> .',
            f"<urn:doc> <{v}home> <urn:home> .",
            f"<urn:doc> <{v}kind> <{v}Big> .",
        ]
    )


@pytest.mark.parametrize(
    ("reference", "absolute"),
    [  # RFC 3986, section 5.4, base http://a/b/c/d;p?q
        ("g", "http://a/b/c/g"),
        ("./g", "http://a/b/c/g"),
        ("g/", "http://a/b/c/g/"),
        ("/g", "http://a/g"),
        ("//g", "http://g"),
        ("?y", "http://a/b/c/d;p?y"),
        ("g?y", "http://a/b/c/g?y"),
        ("#s", "http://a/b/c/d;p?q#s"),
        (";x", "http://a/b/c/;x"),
        ("", "http://a/b/c/d;p?q"),
        (".", "http://a/b/c/"),
        ("..", "http://a/b/"),
        ("../../g", "http://a/g"),
        ("../../../g", "http://a/g"),
        ("g;x=1/../y", "http://a/b/c/y"),
    ],
)
def test_a_base_in_the_document_makes_references_absolute(reference, absolute):
    document = {"@context": [VOCAB, {"@base": "http://a/b/c/d;p?q"}], "@id": reference, "p": "x"}
    assert rdf.canonicalize(document).decode().startswith(f"<{absolute}> ")


def test_an_open_badge_keeps_its_statements():
    text = rdf.canonicalize(badge()).decode()
    assert len(text.splitlines()) == 40
    assert '<https://purl.imsglobal.org/spec/vc/ob/vocab.html#identityHash> "Ada O\'Brien 张三" .' in text
    assert OB in badge()["@context"]
