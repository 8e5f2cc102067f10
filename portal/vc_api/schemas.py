"""The shapes of the VC API for its description. Bodies themselves are read strictly, as signed documents are."""

from typing import Any

_CREDENTIAL: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential"],
    "credentialSubject": {"id": "did:example:subject"},
}
_SECURED: dict[str, Any] = {
    **_CREDENTIAL,
    "issuer": "did:web:issuer.example:t:acme",
    "proof": {"type": "DataIntegrityProof"},
}
_PRESENTATION: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiablePresentation"],
    "verifiableCredential": [_SECURED],
    "proof": {"type": "DataIntegrityProof"},
}
_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_OBJECT = {"type": "object"}


def _body(properties: dict[str, Any], required: list[str], example: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": required}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": example}}}}


def _options(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


ISSUE = _body(
    {
        "credential": _OBJECT,
        "options": _options(
            created=_TEXT,
            challenge=_TEXT,
            domain=_TEXT,
            credentialId=_TEXT,
            mandatoryPointers=_TEXTS,
            vct=_TEXT,
            credentialStatus={"type": "object", "properties": {"type": _TEXT, "statusPurpose": _TEXT}},
        ),
    },
    ["credential"],
    {"credential": _CREDENTIAL, "options": {"mandatoryPointers": ["/credentialSubject/id"]}},
)
VERIFY = _body(
    {
        "verifiableCredential": _OBJECT,
        "options": _options(checks=_TEXTS, challenge=_TEXT, domain=_TEXT, expectedProofPurpose=_TEXT),
    },
    ["verifiableCredential"],
    {"verifiableCredential": _SECURED, "options": {"checks": ["proof"]}},
)
DERIVE = _body(
    {"verifiableCredential": _OBJECT, "options": _options(selectivePointers=_TEXTS)},
    ["verifiableCredential"],
    {"verifiableCredential": _SECURED, "options": {"selectivePointers": ["/credentialSubject/name"]}},
)
PRESENTATION = _body(
    {
        "verifiablePresentation": _OBJECT,
        "presentation": _OBJECT,
        "options": _options(challenge=_TEXT, domain=_TEXT, checks=_TEXTS),
    },
    [],
    {"verifiablePresentation": _PRESENTATION, "options": {"challenge": "3fa85f64", "domain": "verifier.example"}},
)
STATUS = _body(
    {"credentialId": _TEXT, "credentialStatus": _OBJECT, "status": {"type": "boolean", "default": True}},
    ["credentialId", "credentialStatus"],
    {
        "credentialId": _CREDENTIAL["id"],
        "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"},
        "status": True,
    },
)
