"""One case per way to break a MUST of the data model; the path says which member."""

import pytest

from tests.vc.documents import EXAMPLES, REMOVE, V1, V2, badge, minimal, minimal_v1, put
from vc import structure
from vc.errors import MalformedValue, RangeError_, UndefinedTerm

TYPED = {"type": "X", "id": "urn:x"}

BROKEN_IN_BOTH = [
    # "Contexts"
    ("/@context", REMOVE, ""),
    ("/@context", [], "/@context"),
    ("/@context", ["https://www.w3.org/ns/credentials"], "/@context"),
    ("/@context", [{}, V2], "/@context"),
    ("/@context/1", 5, "/@context/1"),
    ("/@context/1", None, "/@context/1"),
    ("/@context/1", "not a url", "/@context/1"),
    # "Identifiers"
    ("/id", None, "/id"),
    ("/id", ["urn:x"], "/id"),
    ("/id", "not-a-url", "/id"),
    ("/id", "did: not a url", "/id"),
    ("/id", "https://", "/id"),
    ("/id", "https://[", "/id"),
    ("/id", 4, "/id"),
    # "Types"
    ("/type", REMOVE, ""),
    ("/type", [], "/type"),
    ("/type", ["Other"], "/type"),
    ("/type", ["VerifiableCredential", 5], "/type/1"),
    ("/type", ["VerifiableCredential", ""], "/type/1"),
    ("/type", {"a": 1}, "/type"),
    ("/type", None, "/type"),
    # "Issuer"
    ("/issuer", REMOVE, ""),
    ("/issuer", None, "/issuer"),
    ("/issuer", "acme", "/issuer"),
    ("/issuer", ["did:example:1"], "/issuer"),
    ("/issuer", {"name": "Acme"}, "/issuer"),
    ("/issuer", {"id": "acme"}, "/issuer/id"),
    ("/issuer", {"id": None}, "/issuer/id"),
    ("/issuer", {"id": "urn:x", "name": 5}, "/issuer/name"),
    # "Credential Subject"
    ("/credentialSubject", REMOVE, ""),
    ("/credentialSubject", None, "/credentialSubject"),
    ("/credentialSubject", "did:example:1", "/credentialSubject"),
    ("/credentialSubject", [], "/credentialSubject"),
    ("/credentialSubject", {}, "/credentialSubject"),
    ("/credentialSubject", [{"id": "did:example:1", "name": "A"}, {}], "/credentialSubject/1"),
    ("/credentialSubject/id", "ada", "/credentialSubject/id"),
    # "Data Schemas"
    ("/credentialSchema", {"type": "JsonSchema"}, "/credentialSchema"),
    ("/credentialSchema", {"id": "urn:x"}, "/credentialSchema"),
    ("/credentialSchema", [TYPED, {"type": "JsonSchema", "id": "x"}], "/credentialSchema/1/id"),
    ("/credentialSchema", [], "/credentialSchema"),
    ("/credentialSchema", "urn:x", "/credentialSchema"),
    # "Terms of Use", "Evidence"
    ("/termsOfUse", {"id": "urn:x"}, "/termsOfUse"),
    ("/termsOfUse", {"type": "X", "id": "x"}, "/termsOfUse/id"),
    ("/evidence", [{"id": "urn:x"}], "/evidence/0"),
    ("/evidence", "urn:x", "/evidence"),
    # "Types", of a proof
    ("/proof", {"created": "2026-11-24T00:00:00Z"}, "/proof"),
    ("/proof", ["x"], "/proof/0"),
]

BROKEN_IN_V2 = [
    # "Names and Descriptions"
    ("/name", 5, "/name"),
    ("/name", None, "/name"),
    ("/name", ["a"], "/name/0"),
    ("/name", {"@value": 5}, "/name/@value"),
    ("/name", {"@language": "en"}, "/name"),
    ("/name", {"@value": "x", "@language": "no tag"}, "/name/@language"),
    ("/name", {"@value": "x", "@direction": "up"}, "/name/@direction"),
    ("/name", {"@value": "x", "url": "urn:x"}, "/name"),
    ("/description", [{"@value": "x"}, {"value": "y"}], "/description/1"),
    # "Validity Period"
    ("/validFrom", "2026-11-24", "/validFrom"),
    ("/validFrom", None, "/validFrom"),
    ("/validUntil", ["2026-11-24T00:00:00Z"], "/validUntil"),
    # "Status"
    ("/credentialStatus", {"id": "urn:x"}, "/credentialStatus"),
    ("/credentialStatus", [{"type": "X", "id": "x"}], "/credentialStatus/0/id"),
    ("/credentialStatus", None, "/credentialStatus"),
    # "Refreshing", "Reserved Extension Points"
    ("/refreshService", {"id": "urn:x"}, "/refreshService"),
    ("/confidenceMethod", {"id": "urn:x"}, "/confidenceMethod"),
    ("/credentialSubject/confidenceMethod", {"id": "urn:x"}, "/credentialSubject/confidenceMethod"),
    ("/renderMethod", [{"id": "urn:x"}], "/renderMethod/0"),
    # "Integrity of Related Resources"
    ("/relatedResource", {"id": "urn:x"}, "/relatedResource"),
    ("/relatedResource", {"digestSRI": "sha256-x"}, "/relatedResource"),
    ("/relatedResource", "urn:x", "/relatedResource"),
]

BROKEN_IN_V1 = [
    ("/issuanceDate", REMOVE, ""),
    ("/issuanceDate", "2026-11-24", "/issuanceDate"),
    ("/issuanceDate", None, "/issuanceDate"),
    ("/expirationDate", "soon", "/expirationDate"),
    ("/credentialStatus", {"type": "X"}, "/credentialStatus"),
    ("/refreshService", {"type": "X"}, "/refreshService"),
    ("/refreshService", {"id": "urn:x"}, "/refreshService"),
]


def broken(document, pointer, value):
    return put(document, pointer, value)


def describe(value):
    return str(value)[:50] or "document"


@pytest.mark.parametrize(("pointer", "value", "path"), BROKEN_IN_BOTH + BROKEN_IN_V2, ids=describe)
def test_version_2_refuses(pointer, value, path):
    document = minimal(**{"@context": [V2, EXAMPLES]})
    with pytest.raises(MalformedValue) as caught:
        structure.check(broken(document, pointer, value))
    assert caught.value.path == path


@pytest.mark.parametrize(("pointer", "value", "path"), BROKEN_IN_BOTH + BROKEN_IN_V1, ids=describe)
def test_version_1_refuses(pointer, value, path):
    if pointer == "/@context" or (pointer.startswith("/issuer") and "name" in str(value) and path.endswith("name")):
        return  # the first context chooses the version; 1.1 says nothing about an issuer's name's form
    with pytest.raises(MalformedValue) as caught:
        structure.check(broken(minimal_v1(), pointer, value))
    assert caught.value.path == path


@pytest.mark.parametrize(
    "document",
    [
        minimal(),
        minimal(**{"@context": V2}),
        minimal(type="VerifiableCredential"),
        minimal(credentialSubject={"id": "did:example:subject"}),
        minimal(name=[{"@value": "x", "@language": "en", "@direction": "ltr"}, {"@value": "y"}]),
        minimal(issuer={"id": "did:example:1", "name": {"@value": "x"}, "unknown": 5}),
        minimal(credentialSubject=[{"name": "A"}, {"id": "urn:b", "name": "B"}]),
        minimal(validFrom="2026-11-24T00:00:00Z", validUntil="2026-11-24T01:00:00+01:00"),
        minimal(credentialStatus=[TYPED, {"type": ["X", "Y"]}], credentialSchema=TYPED, refreshService=[TYPED]),
        minimal(termsOfUse={"type": "X"}, evidence=[{"type": "X"}], confidenceMethod=TYPED, renderMethod=[TYPED]),
        minimal(relatedResource={"id": "urn:x", "digestSRI": "sha256-" + "A" * 43 + "="}),
        minimal(unknown={"anything": [1, None]}),
        minimal_v1(),
        minimal_v1(**{"@context": V1}),
        minimal_v1(credentialStatus=TYPED, expirationDate="2027-11-24T00:00:00.123Z"),
        badge(),
    ],
    ids=lambda document: ",".join(document)[-40:],
)
def test_what_the_standard_allows_is_accepted_and_left_alone(document):
    before = repr(document)
    structure.check(document)
    assert repr(document) == before


def test_an_end_before_the_start_is_out_of_range():
    with pytest.raises(RangeError_) as caught:
        structure.check(minimal(validFrom="2026-11-24T00:00:01Z", validUntil="2026-11-24T00:00:00Z"))
    assert caught.value.path == "/validUntil"
    assert caught.value.problem_type.endswith("RANGE_ERROR")
    with pytest.raises(RangeError_):
        structure.check(minimal_v1(expirationDate="2026-11-23T23:59:59Z"))


def test_a_context_is_named_once():
    with pytest.raises(MalformedValue, match="twice"):
        structure.check(minimal(**{"@context": [V2, EXAMPLES, EXAMPLES]}))


def test_issuing_refuses_what_no_context_defines():
    structure.check(minimal(nickname="A"))
    with pytest.raises(UndefinedTerm, match="/nickname"):
        structure.check(minimal(nickname="A"), for_issuing=True)
    with pytest.raises(UndefinedTerm, match="/type/1"):
        structure.check(minimal(type=["VerifiableCredential", "Diploma"]), for_issuing=True)
    structure.check(badge(), for_issuing=True)


def test_every_rule_is_needed():
    """Taking any one rule away lets at least one of the cases above through."""
    cases = [(minimal, *case) for case in BROKEN_IN_BOTH + BROKEN_IN_V2]
    cases.append((minimal, "/validUntil", "2020-01-01T00:00:00Z", "/validUntil"))
    for rule in structure.RULES_V2:
        others = [other for other in structure.RULES_V2 if other is not rule]
        assert any(passes(others, make, pointer, value) for make, pointer, value, _ in cases), rule.__name__
    older = [(minimal_v1, *case) for case in BROKEN_IN_BOTH + BROKEN_IN_V1]
    for rule in structure.RULES_V1:
        others = [other for other in structure.RULES_V1 if other is not rule]
        assert any(passes(others, make, pointer, value) for make, pointer, value, _ in older), rule.__name__


def passes(rules, make, pointer, value):
    document = make()
    contexts = document["@context"]
    document["@context"] = [*contexts, EXAMPLES] if len(contexts) == 1 else contexts
    document = broken(document, pointer, value)
    try:
        for rule in rules:
            rule(document)
    except (MalformedValue, KeyError):
        return False
    return True


ENVELOPED = {"@context": V2, "type": "EnvelopedVerifiableCredential", "id": "data:application/vc+jwt,x.y.z"}


def presentation(**members):
    return {"@context": [V2], "type": ["VerifiablePresentation"], **members}


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"type": "VerifiableCredential"}, "/type"),
        ({"id": "x"}, "/id"),
        ({"holder": "me"}, "/holder"),
        ({"holder": {"name": "me"}}, "/holder"),
        ({"verifiableCredential": "urn:x"}, "/verifiableCredential"),
        ({"verifiableCredential": [minimal(), 5]}, "/verifiableCredential/1"),
        ({"verifiableCredential": {"id": "urn:x"}}, "/verifiableCredential"),
        ({"verifiableCredential": {**ENVELOPED, "id": "urn:x"}}, "/verifiableCredential/id"),
        ({"verifiableCredential": {"@context": V2, "type": ENVELOPED["type"]}}, "/verifiableCredential/id"),
        ({"verifiableCredential": [{"type": ENVELOPED["type"], "id": "data:,x"}]}, "/verifiableCredential/0"),
        ({"type": "EnvelopedVerifiablePresentation", "id": "urn:x"}, "/id"),
        ({"proof": {"proofPurpose": "authentication"}}, "/proof"),
        ({"@context": [EXAMPLES]}, "/@context"),
    ],
    ids=describe,
)
def test_presentations_that_are_refused(members, path):
    with pytest.raises(MalformedValue) as caught:
        structure.check_presentation(presentation(**members))
    assert caught.value.path == path


def test_presentations_that_are_accepted():
    structure.check_presentation(presentation())
    structure.check_presentation(presentation(holder={"id": "did:example:1"}, verifiableCredential=[minimal()]))
    structure.check_presentation(presentation(holder="did:example:1", verifiableCredential=[]))
    structure.check_presentation(presentation(verifiableCredential=ENVELOPED))
    structure.check_presentation(presentation(type="EnvelopedVerifiablePresentation", id="data:application/vp+jwt,x"))
