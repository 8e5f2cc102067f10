"""The classes of the Open Badges 3.0 and CLR 2.0 data models as a table, and one function that checks it.

Cardinalities are those of the 1EdTech data model ("Data Models" of either specification). A member that
may be there many times may be a single value or a list. Members that the table does not know survive.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from vc import timestamps
from vc.errors import MalformedValue
from vc.members import check_types, check_url

_EXTENSION: Final = re.compile(r"ext:[A-Za-z0-9._-]+")
_COMPACT_JWS: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ACHIEVEMENT_TYPES: Final = _words(
    "Achievement ApprenticeshipCertificate Assessment Assignment AssociateDegree Award Badge BachelorDegree "
    "Certificate CertificateOfCompletion Certification CommunityService Competency Course CoCurricular Degree Diploma "
    "DoctoralDegree Fieldwork GeneralEducationDevelopment JourneymanCertificate LearningProgram License Membership "
    "ProfessionalDoctorate QualityAssuranceCredential MasterCertificate MasterDegree MicroCredential "
    "ResearchDoctorate SecondarySchoolDiploma"
)
RESULT_TYPES: Final = _words(
    "GradePointAverage LetterGrade Percent PerformanceLevel PredictedScore RawScore Result RubricCriterion "
    "RubricCriterionLevel RubricScore ScaledScore Status"
)
RESULT_STATUSES: Final = _words("Completed Enrolled Failed InProgress OnHold Provisional Withdrew")
ALIGNMENT_TARGETS: Final = _words(
    "ceasn:Competency ceterms:Credential CFItem CFRubric CFRubricCriterion CFRubricCriterionLevel CTDL"
)
IDENTIFIER_TYPES: Final = _words(
    "name sourcedId systemId productId userName accountId emailAddress nationalIdentityNumber isbn issn lisSourcedId "
    "oneRosterSourcedId sisSourcedId ltiContextId ltiDeploymentId ltiToolId ltiPlatformId ltiUserId "
    "identifier"
)
ASSOCIATION_TYPES: Final = _words(
    "exactMatchOf exemplar hasSkillLevel isChildOf isParentOf isPartOf isPeerOf isRelatedTo precedes replacedBy"
)
_CLOSED: Final = frozenset({"resultStatus", "associationType"})
_VOCABULARIES: Final[Mapping[str, frozenset[str]]] = {
    "achievementType": ACHIEVEMENT_TYPES,
    "resultType": RESULT_TYPES,
    "resultStatus": RESULT_STATUSES,
    "alignmentTarget": ALIGNMENT_TARGETS,
    "identifierType": IDENTIFIER_TYPES,
    "associationType": ASSOCIATION_TYPES,
}


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a class: what it holds (`kind`), whether it must be there, whether it may be there many times."""

    name: str
    kind: str
    required: bool = False
    many: bool = False


def _members(text: str) -> tuple[Member, ...]:
    """`name:kind`, with `!` for "must be there" and `*` for "any number"."""
    found = []
    for word in text.split():
        name, _, kind = word.partition(":")
        found.append(Member(name, kind.rstrip("!*"), required="!" in kind, many="*" in kind))
    return tuple(found)


# class → (its name among the types; "" if it has none, its members)
SHAPES: Final[Mapping[str, tuple[str, tuple[Member, ...]]]] = {
    "Achievement": (
        "Achievement",
        _members(
            "id:url! name:text! description:text! criteria:Criteria! alignment:Alignment* "
            "achievementType:achievementType creator:Profile creditsAvailable:number endorsementJwt:jws* "
            "fieldOfStudy:text humanCode:text image:Image inLanguage:text otherIdentifier:IdentifierEntry* "
            "related:Related* resultDescription:ResultDescription* specialization:text tag:text* version:text"
        ),
    ),
    "AchievementSubject": (
        "AchievementSubject",
        _members(
            "id:url achievement:Achievement! activityEndDate:time activityStartDate:time creditsEarned:number "
            "identifier:IdentityObject* image:Image licenseNumber:text narrative:text result:Result* role:text "
            "source:Profile term:text"
        ),
    ),
    "Alignment": (
        "Alignment",
        _members(
            "targetName:text! targetUrl:url! targetCode:text targetDescription:text targetFramework:text "
            "targetType:alignmentTarget"
        ),
    ),
    "Association": (
        "Association",
        _members("associationType:associationType! sourceId:url! targetId:url!"),
    ),
    "Criteria": ("", _members("id:url narrative:text")),
    "EndorsementSubject": ("EndorsementSubject", _members("id:url! endorsementComment:text")),
    "Evidence": (
        "Evidence",
        _members("id:url narrative:text name:text description:text genre:text audience:text"),
    ),
    "IdentifierEntry": ("IdentifierEntry", _members("identifier:text! identifierType:identifierType!")),
    "IdentityObject": (
        "IdentityObject",
        _members("hashed:boolean! identityHash:text! identityType:identifierType! salt:text"),
    ),
    "Image": ("Image", _members("id:url! caption:text")),
    "Profile": (
        "Profile",
        _members(
            "id:url! name:text url:url phone:text description:text endorsementJwt:jws* image:Image email:text "
            "otherIdentifier:IdentifierEntry* official:text parentOrg:Profile familyName:text givenName:text "
            "additionalName:text patronymicName:text honorificPrefix:text honorificSuffix:text familyNamePrefix:text "
            "dateOfBirth:text"
        ),
    ),
    "Related": ("Related", _members("id:url! inLanguage:text version:text")),
    "Result": (
        "Result",
        _members("achievedLevel:url alignment:Alignment* resultDescription:url status:resultStatus value:text"),
    ),
    "ResultDescription": (
        "ResultDescription",
        _members(
            "id:url! name:text! resultType:resultType! alignment:Alignment* allowedValue:text* requiredLevel:url "
            "requiredValue:text rubricCriterionLevel:RubricCriterionLevel* valueMax:text valueMin:text"
        ),
    ),
    "RubricCriterionLevel": (
        "RubricCriterionLevel",
        _members("id:url! name:text! alignment:Alignment* description:text level:text points:text"),
    ),
}


def check_shape(name: str, value: Any, path: str) -> None:
    """Check one object against the class `name`. Raises `MalformedValue`."""
    type_name, members = SHAPES[name]
    if not isinstance(value, Mapping):
        raise MalformedValue(f"must be an object of the class {name}", path)
    if type_name:
        check_types(value, path, required=type_name)
    check_members(members, value, path)


def check_members(members: tuple[Member, ...], value: Mapping[str, Any], path: str) -> None:
    """Check the listed members of an object. Raises `MalformedValue`."""
    for member in members:
        at = f"{path}/{member.name}"
        if member.name not in value:
            if member.required:
                raise MalformedValue(f"must have the member {member.name!r}", path)
            continue
        found = value[member.name]
        if isinstance(found, list):
            if not member.many and len(found) != 1:
                raise MalformedValue("must be one value", at)
            for index, item in enumerate(found):
                _check_kind(member.kind, item, f"{at}/{index}")
        else:
            _check_kind(member.kind, found, at)


def _check_kind(kind: str, value: Any, path: str) -> None:
    if kind in SHAPES:
        check_shape(kind, value, path)
    elif kind == "url":
        check_url(value, path)
    elif kind == "time":
        timestamps.parse(value, path)
    elif kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise MalformedValue("must be a number", path)
    elif kind == "boolean":
        if not isinstance(value, bool):
            raise MalformedValue("must be true or false", path)
    elif not isinstance(value, str):
        raise MalformedValue("must be a string", path)
    elif kind == "jws":
        if _COMPACT_JWS.fullmatch(value) is None:
            raise MalformedValue("must be a compact JWS", path)
    elif kind in _VOCABULARIES:
        _check_word(kind, value, path)


def _check_word(kind: str, value: str, path: str) -> None:
    if value in _VOCABULARIES[kind]:
        return
    if kind in _CLOSED or _EXTENSION.fullmatch(value) is None:
        extension = "" if kind in _CLOSED else ", nor an extension that starts with 'ext:'"
        raise MalformedValue(f"{value[:60]!r} is not a word of the vocabulary{extension}", path)
