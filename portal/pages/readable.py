"""What a credential says, as a VCDM document, whatever its form: for pages to show.

Nothing is decided here. What cannot be read says nothing.
"""

import re
from collections.abc import Mapping
from typing import Any

from did.jose import JoseError
from vc import jose
from vc.errors import VcError
from vc.jose.claims import date_of
from vc.model import parse_json
from vc.sd_jwt.read import read as read_sd_jwt
from vc.secured import Form, form_of

_NOT_ABOUT_THE_SUBJECT = frozenset(
    {"iss", "iat", "nbf", "exp", "aud", "jti", "sub", "cnf", "vct", "vct#integrity", "status", "issuer", "title"}
)
_ACHIEVEMENT = {"type": "achievementType", "tags": "tag", "language": "inLanguage"}


def readable(data: bytes) -> Mapping[str, Any] | None:
    """The document, or None for what is in no form that a credential has.

    Of an SD-JWT the claims that it discloses, under the names that the document had before
    (agent/issuance/sd_jwt_claims.py).
    """
    try:
        match form_of(data):
            case None:
                return None
            case Form.LDP_VC:
                return parse_json(data)
            case Form.SD_JWT_VC:
                return _of_claims(read_sd_jwt(data.decode("ascii").strip()).claims)
            case _:
                return jose.read(data.decode("ascii").strip()).document
    except (VcError, JoseError, UnicodeDecodeError):
        return None


def _of_claims(claims: Mapping[str, Any]) -> dict[str, Any]:
    display = claims.get("issuer")
    document: dict[str, Any] = {
        "type": ["VerifiableCredential"],
        "issuer": {"id": claims.get("iss"), **(display if isinstance(display, Mapping) else {})},
    }
    for claim, member in (("nbf", "validFrom"), ("exp", "validUntil")):
        if isinstance(claims.get(claim), int | float):
            document[member] = date_of(claims[claim])
    if "title" in claims:
        document["name"] = claims["title"]
    subject = {
        _member(name): _value(name, value) for name, value in claims.items() if name not in _NOT_ABOUT_THE_SUBJECT
    }
    if "sub" in claims:
        subject["id"] = claims["sub"]
    return {**document, "credentialSubject": subject}


def _value(name: str, value: Any) -> Any:
    if name == "achievement" and isinstance(value, Mapping):
        return {_ACHIEVEMENT.get(member, member): inner for member, inner in value.items()}
    if name == "email_hash" and isinstance(value, Mapping):
        return {"identityType": "emailAddress", "hashed": True, "identityHash": value.get("hash")}
    return value


def _member(claim: str) -> str:
    """`student_id` → `studentId`, which pages write as "Student id"."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), claim)
