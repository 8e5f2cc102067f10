"""Open Badges 3.0 and CLR 2.0: what their data models and rules refuse, with the path."""

import pytest

from tests.vc.documents import (
    CLR,
    OB,
    OB_EXTENSIONS,
    REMOVE,
    V1,
    V2,
    achievement,
    badge,
    endorsement,
    learner_record,
    put,
)
from vc.badges import clr, open_badges
from vc.errors import InvalidContext, MalformedValue

SUBJECT = "/credentialSubject"
ACHIEVEMENT = f"{SUBJECT}/achievement"
DESCRIPTION = {"id": "urn:r:1", "type": ["ResultDescription"], "name": "Grade", "resultType": "LetterGrade"}
LEVEL = {"id": "urn:l:1", "type": ["RubricCriterionLevel"], "name": "Mastered"}


def with_result(result, **description):
    document = badge()
    put(document, f"{ACHIEVEMENT}/resultDescription", [{**DESCRIPTION, **description}])
    return put(document, f"{SUBJECT}/result", [{"type": ["Result"], **result}])


@pytest.mark.parametrize(
    ("pointer", "value", "path"),
    [
        ("/@context/1", "https://www.w3.org/ns/credentials/examples/v2", "/@context/1"),
        ("/@context", [V2], "/@context/1"),
        ("/@context", [V2, OB_EXTENSIONS, OB], "/@context/1"),
        ("/type", ["VerifiableCredential"], "/type"),
        ("/id", REMOVE, ""),
        ("/name", REMOVE, ""),
        ("/validFrom", REMOVE, ""),
        ("/image", {"id": "https://acme.example/a.png"}, "/image"),
        ("/image", "https://acme.example/a.png", "/image"),
        ("/awardedDate", "2026-11-24", "/awardedDate"),
        ("/endorsementJwt", ["not a jws"], "/endorsementJwt/0"),
        ("/issuer/type", "Organization", "/issuer/type"),
        ("/issuer/url", "acme", "/issuer/url"),
        ("/issuer/image/type", REMOVE, "/issuer/image"),
        ("/issuer/otherIdentifier", [{"type": "IdentifierEntry", "identifier": "1"}], "/issuer/otherIdentifier/0"),
        (SUBJECT, [{"id": "urn:a", "type": "AchievementSubject"}] * 2, SUBJECT),
        (f"{SUBJECT}/type", ["Person"], f"{SUBJECT}/type"),
        (f"{SUBJECT}/creditsEarned", "3", f"{SUBJECT}/creditsEarned"),
        (f"{SUBJECT}/creditsEarned", True, f"{SUBJECT}/creditsEarned"),
        (f"{SUBJECT}/activityStartDate", "2026", f"{SUBJECT}/activityStartDate"),
        (f"{SUBJECT}/role", ["a", "b"], f"{SUBJECT}/role"),
        (f"{SUBJECT}/identifier/0/hashed", "yes", f"{SUBJECT}/identifier/0/hashed"),
        (f"{SUBJECT}/identifier/0/hashed", REMOVE, f"{SUBJECT}/identifier/0"),
        (f"{SUBJECT}/identifier/0/identityHash", "ada@example.org", f"{SUBJECT}/identifier/0/identityHash"),
        (f"{SUBJECT}/identifier/0/identityType", "shoeSize", f"{SUBJECT}/identifier/0/identityType"),
        (ACHIEVEMENT, REMOVE, SUBJECT),
        (ACHIEVEMENT, "https://acme.example/a", ACHIEVEMENT),
        (f"{ACHIEVEMENT}/id", REMOVE, ACHIEVEMENT),
        (f"{ACHIEVEMENT}/type", [], f"{ACHIEVEMENT}/type"),
        (f"{ACHIEVEMENT}/name", REMOVE, ACHIEVEMENT),
        (f"{ACHIEVEMENT}/name", {"en": "x"}, f"{ACHIEVEMENT}/name"),
        (f"{ACHIEVEMENT}/description", REMOVE, ACHIEVEMENT),
        (f"{ACHIEVEMENT}/criteria", REMOVE, ACHIEVEMENT),
        (f"{ACHIEVEMENT}/criteria", {"narrative": 5}, f"{ACHIEVEMENT}/criteria/narrative"),
        (f"{ACHIEVEMENT}/achievementType", "Medal", f"{ACHIEVEMENT}/achievementType"),
        (f"{ACHIEVEMENT}/achievementType", "ext:", f"{ACHIEVEMENT}/achievementType"),
        (f"{ACHIEVEMENT}/tag", ["a", 5], f"{ACHIEVEMENT}/tag/1"),
        (f"{ACHIEVEMENT}/alignment", {"type": "Alignment", "targetName": "x"}, f"{ACHIEVEMENT}/alignment"),
        (f"{ACHIEVEMENT}/related", [{"type": "Related"}], f"{ACHIEVEMENT}/related/0"),
        (f"{ACHIEVEMENT}/creator", {"id": "urn:x"}, f"{ACHIEVEMENT}/creator"),
        ("/evidence", [{"type": "Evidence", "name": 5}], "/evidence/0/name"),
        ("/evidence", [{"type": "Document"}], "/evidence/0/type"),
        ("/endorsement", [{**endorsement(), "type": ["VerifiableCredential"]}], "/endorsement/0/type"),
        (f"{ACHIEVEMENT}/endorsement", endorsement(issuer=5), f"{ACHIEVEMENT}/endorsement/issuer"),
    ],
    ids=lambda value: str(value)[:50] or "document",
)  # fmt: skip
def test_a_badge_is_refused(pointer, value, path):
    with pytest.raises(MalformedValue) as caught:
        open_badges.check_achievement_credential(put(badge(), pointer, value))
    assert caught.value.path == path


def test_a_recipient_is_known_by_an_id_or_an_identifier():
    document = put(badge(), f"{SUBJECT}/id", REMOVE)
    open_badges.check_achievement_credential(document)
    with pytest.raises(MalformedValue, match="an id or an identifier"):
        open_badges.check_achievement_credential(put(document, f"{SUBJECT}/identifier", []))


@pytest.mark.parametrize("context", open_badges.CONTEXTS[:2])
def test_newer_contexts_go_with_version_2(context):
    open_badges.check_achievement_credential(badge(**{"@context": [V2, context, OB_EXTENSIONS]}), for_issuing=True)


@pytest.mark.parametrize("context", open_badges.CONTEXTS[2:])
def test_older_contexts_contradict_version_2(context):
    """They give `name` and `description` a meaning that the final VCDM 2.0 context protects against."""
    document = badge(**{"@context": [V2, context, OB_EXTENSIONS]})
    open_badges.check_achievement_credential(document)
    with pytest.raises(InvalidContext, match="/@context/1"):
        open_badges.check_achievement_credential(document, for_issuing=True)


def test_a_badge_of_the_older_data_model_is_read():
    contexts = [V1, open_badges.CONTEXTS[-1], OB_EXTENSIONS]
    document = badge(**{"@context": contexts, "issuanceDate": "2026-11-24T00:00:00Z"})
    del document["validFrom"], document["validUntil"], document["credentialStatus"]
    open_badges.check_achievement_credential(document, for_issuing=True)


def test_extensions_and_unknown_members_survive():
    document = put(badge(unknown={"x": 1}), f"{ACHIEVEMENT}/achievementType", "ext:Medal-2.0_b")
    put(document, f"{ACHIEVEMENT}/unknown", 5)
    open_badges.check_achievement_credential(document)


@pytest.mark.parametrize(
    ("result", "description", "path"),
    [
        ({"resultDescription": "urn:r:2", "value": "A"}, {}, "/resultDescription"),
        ({"resultDescription": "urn:r:1"}, {"resultType": "Status"}, ""),
        ({"resultDescription": "urn:r:1", "achievedLevel": "urn:l:2"}, {"rubricCriterionLevel": [LEVEL]}, "/achievedLevel"),
        ({"resultDescription": "urn:r:1", "status": "Done"}, {"resultType": "Status"}, "/status"),
        ({"resultDescription": "urn:r:1", "value": 5}, {}, "/value"),
    ],
)  # fmt: skip
def test_results_belong_to_their_descriptions(result, description, path):
    with pytest.raises(MalformedValue) as caught:
        open_badges.check_achievement_credential(with_result(result, **description))
    assert caught.value.path == f"{SUBJECT}/result/0{path}"


@pytest.mark.parametrize(
    ("result", "description"),
    [
        ({"value": "A"}, {}),
        ({"resultDescription": "urn:r:1", "value": "A"}, {}),
        ({"resultDescription": "urn:r:1", "status": "Completed"}, {"resultType": "Status"}),
        ({"resultDescription": "urn:r:1", "achievedLevel": "urn:l:1"}, {"rubricCriterionLevel": [LEVEL]}),
    ],
)
def test_results_that_do_are_accepted(result, description):
    open_badges.check_achievement_credential(with_result(result, **description), for_issuing=True)


@pytest.mark.parametrize(
    ("pointer", "value", "path"),
    [
        ("/type", ["VerifiableCredential", "OpenBadgeCredential"], "/type"),
        ("/name", REMOVE, ""),
        ("/validFrom", REMOVE, ""),
        (f"{SUBJECT}/id", REMOVE, SUBJECT),
        (f"{SUBJECT}/type", ["Person"], f"{SUBJECT}/type"),
        (f"{SUBJECT}/endorsementComment", 5, f"{SUBJECT}/endorsementComment"),
        ("/issuer/type", REMOVE, "/issuer"),
    ],
)
def test_an_endorsement_is_refused(pointer, value, path):
    open_badges.check_endorsement_credential(endorsement(), for_issuing=True)
    with pytest.raises(MalformedValue) as caught:
        open_badges.check_endorsement_credential(put(endorsement(), pointer, value))
    assert caught.value.path == path


def test_endorsements_are_found_wherever_they_may_be():
    document = badge(endorsement=[endorsement()])
    document["issuer"]["endorsement"] = endorsement()
    put(document, f"{ACHIEVEMENT}/endorsement", [endorsement()])
    put(document, f"{ACHIEVEMENT}/creator", {"id": "urn:c", "type": ["Profile"], "endorsement": [endorsement()]})
    put(document, f"{SUBJECT}/source", {"id": "urn:s", "type": ["Profile"], "endorsement": [endorsement()]})
    open_badges.check_achievement_credential(document)
    assert {path for _, path in open_badges.endorsements(document)} == {
        "/endorsement/0",
        "/issuer/endorsement",
        f"{ACHIEVEMENT}/endorsement/0",
        f"{ACHIEVEMENT}/creator/endorsement/0",
        f"{SUBJECT}/source/endorsement/0",
    }


def test_a_learner_record_is_accepted():
    clr.check_clr_credential(learner_record(), for_issuing=True)
    assert clr.is_clr_credential(learner_record())
    assert [path for _, path in clr.inner_credentials(learner_record())] == [f"{SUBJECT}/verifiableCredential/0"]


@pytest.mark.parametrize(
    ("pointer", "value", "path"),
    [
        ("/@context", [V2, OB, CLR], "/@context/1"),
        ("/@context", [V2, CLR], "/@context/2"),
        ("/type", ["VerifiableCredential"], "/type"),
        ("/name", REMOVE, ""),
        ("/partial", "yes", "/partial"),
        (SUBJECT, [{"id": "urn:a", "type": "ClrSubject"}] * 2, SUBJECT),
        (f"{SUBJECT}/type", ["AchievementSubject"], f"{SUBJECT}/type"),
        (f"{SUBJECT}/id", REMOVE, SUBJECT),
        (f"{SUBJECT}/verifiableCredential", REMOVE, SUBJECT),
        (f"{SUBJECT}/verifiableCredential", [], SUBJECT),
        (f"{SUBJECT}/verifiableCredential", ["urn:x"], f"{SUBJECT}/verifiableCredential/0"),
        (f"{SUBJECT}/verifiableCredential/0/name", REMOVE, f"{SUBJECT}/verifiableCredential/0"),
        (f"{SUBJECT}/verifiableCredential/0/issuer", 5, f"{SUBJECT}/verifiableCredential/0/issuer"),
        (f"{SUBJECT}/verifiableCredential/0", learner_record(), f"{SUBJECT}/verifiableCredential/0"),
        (f"{SUBJECT}/achievement/0", {"id": "urn:a:1"}, f"{SUBJECT}/achievement/0"),
        (f"{SUBJECT}/association/0/associationType", "likes", f"{SUBJECT}/association/0/associationType"),
        (f"{SUBJECT}/association/0/targetId", "urn:a:3", f"{SUBJECT}/association/0/targetId"),
        (f"{SUBJECT}/association/0/sourceId", REMOVE, f"{SUBJECT}/association/0"),
    ],
    ids=lambda value: str(value)[:50] or "document",
)
def test_a_learner_record_is_refused(pointer, value, path):
    with pytest.raises(MalformedValue) as caught:
        clr.check_clr_credential(put(learner_record(), pointer, value))
    assert caught.value.path == path


def test_an_association_may_name_an_achievement_inside_a_credential():
    document = put(learner_record(), f"{SUBJECT}/association/0/targetId", achievement()["id"])
    clr.check_clr_credential(document)
