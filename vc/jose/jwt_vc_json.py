"""`jwt_vc_json`: Verifiable Credentials Data Model 1.1, section 6.3.1, made from documents of the data model 2.0."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from did.jose import PreparedHeader
from vc.errors import ProofGenerationError
from vc.jose.claims import claims_of, date_of
from vc.jose.payload import payload_of
from vc.model import list_of
from vc.signer import Signer
from vc.structure import CONTEXT_V1, CONTEXT_V2

STATUS_CONTEXT = "https://www.w3.org/ns/credentials/status/v1"
"""Defines Bitstring Status List terms, which the 1.1 context lacks."""

_RENAMED = {"validFrom": "issuanceDate", "validUntil": "expirationDate"}
_ONLY_V2 = ("relatedResource", "confidenceMethod", "renderMethod")
_BITSTRING = "BitstringStatusListEntry"


class PreparedJwtVcJson:
    """A signer, ready for many documents."""

    def __init__(self, signer: Signer) -> None:
        """Raises `AlgorithmRefused` for a key that signs no tokens."""
        self._header = PreparedHeader({"typ": "JWT", "kid": signer.verification_method}, signer=signer)

    def secure(self, document: Mapping[str, Any], *, now: datetime) -> str:  # noqa: ARG002 -- as the other forms
        """The compact JWS. The claim `vc` holds the whole 1.1 document, the registered claims repeat it.

        Raises:
            ProofGenerationError: no issuer or no `validFrom`, or a member that the data model 1.1 does not have.
            MalformedValue: not JSON, or a time that is none.
        """
        claims = claims_of(document)
        if "nbf" not in claims:
            raise ProofGenerationError("a credential of the data model 1.1 says when it was issued: validFrom")
        claims["vc"] = as_v1(document)
        return self._header.sign(payload_of(claims))


def as_v1(document: Mapping[str, Any]) -> dict[str, Any]:
    """A VCDM 2.0 document as one of 1.1 that says the same; one of 1.1 as it is.

    Raises:
        ProofGenerationError: its first context is neither, or it has a member that 1.1 does not know.
    """
    contexts = list_of(document.get("@context"))
    if contexts[:1] == [CONTEXT_V1]:
        return dict(document)
    if contexts[:1] != [CONTEXT_V2]:
        raise ProofGenerationError(f"the first context is neither {CONTEXT_V2} nor {CONTEXT_V1}")
    unknown = [name for name in _ONLY_V2 if name in document]
    if unknown:
        raise ProofGenerationError(f"{unknown[0]} has no place in a credential of the data model 1.1")
    made = {_RENAMED.get(name, name): value for name, value in document.items()}
    made["@context"] = [CONTEXT_V1, *contexts[1:]]
    if STATUS_CONTEXT not in contexts and _has_bitstring_status(document):
        made["@context"].append(STATUS_CONTEXT)
    return made


def document_of(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The credential that the claims say together (section 6.3.1, "JWT Decoding"): `vc`, completed from the others.

    What stands in both is left as `vc` has it; whether they agree is asked later. A `vc` that is no object gives a
    document that no rule of the data model accepts.
    """
    credential = claims.get("vc")
    document = dict(credential) if isinstance(credential, Mapping) else {}
    is_v2 = list_of(document.get("@context"))[:1] == [CONTEXT_V2]
    start, end = ("validFrom", "validUntil") if is_v2 else ("issuanceDate", "expirationDate")
    if "nbf" in claims:
        document.setdefault(start, date_of(claims["nbf"]))
    if "exp" in claims:
        document.setdefault(end, date_of(claims["exp"]))
    if "jti" in claims:
        document.setdefault("id", claims["jti"])
    _complete_issuer(document, claims)
    _complete_subject(document, claims)
    return document


def _complete_issuer(document: dict[str, Any], claims: Mapping[str, Any]) -> None:
    if "iss" not in claims:
        return
    issuer = document.get("issuer")
    if issuer is None:
        document["issuer"] = claims["iss"]
    elif isinstance(issuer, Mapping) and "id" not in issuer:
        document["issuer"] = {"id": claims["iss"], **issuer}


def _complete_subject(document: dict[str, Any], claims: Mapping[str, Any]) -> None:
    subject = document.get("credentialSubject")
    if "sub" in claims and isinstance(subject, Mapping) and "id" not in subject:
        document["credentialSubject"] = {"id": claims["sub"], **subject}


def _has_bitstring_status(document: Mapping[str, Any]) -> bool:
    entries = list_of(document.get("credentialStatus"))
    return any(isinstance(entry, Mapping) and _BITSTRING in list_of(entry.get("type")) for entry in entries)
