"""The type of a template's SD-JWT VCs: its name (`vct`) and the metadata that is served there.

SD-JWT VC, "SD-JWT VC Type Metadata": names for people, and which claims a holder may keep. The metadata is made once
per version of a template and kept, since every credential carries its digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import orjson

from agent.issuance.draft import build_credential
from agent.issuance.fields import Kind
from agent.issuance.rows import Row
from agent.issuance.sd_jwt_claims import claims_of
from agent.issuance.template import TemplateDocument
from vc.model import parse_json
from vc.sd_jwt.type_metadata import MAX_METADATA_BYTES, integrity_of

_TECHNICAL = frozenset({"iss", "vct", "iat", "nbf", "exp", "status"})
_LABELS = {
    "name": "Name",
    "student_id": "Student number",
    "email_hash": "E-mail address (salted hash)",
    "awarded_date": "Awarded on",
    "result": "Result",
    "credits_earned": "Credits earned",
    "license_number": "Licence number",
    "role": "Role",
    "term": "Term",
    "narrative": "What was done",
    "evidence": "Evidence",
    "title": "Title",
    "achievement": "Achievement",
    "issuer": "Issuer",
}
_SAMPLES = {
    Kind.TEXT: "x",
    Kind.EMAIL: "x@example.org",
    Kind.DATE: "2000-01-01",
    Kind.NUMBER: "1",
    Kind.URL: "https://example.org/",
}
_SAMPLE_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CredentialType:
    """What credentials say of their type: `vct` and `vct#integrity`."""

    vct: str
    integrity: str

    @classmethod
    def of(cls, metadata: bytes) -> Self:
        """The type that stored metadata describes."""
        return cls(str(parse_json(metadata, max_bytes=MAX_METADATA_BYTES)["vct"]), integrity_of(metadata))


def type_metadata(template: TemplateDocument, vct: str) -> bytes:
    """The document to be served at `vct`, as UTF-8 JSON.

    Raises:
        RowRefused: a claim of the template has a name that means something else in an SD-JWT VC.
    """
    claims, hidden = claims_of(_sample(template), vct=vct, issued_at=_SAMPLE_TIME)
    labels = _LABELS | {claim.member: claim.column.name for claim in template.claims}
    kept = {path[0] for path in hidden}
    achievement = template.achievement
    return orjson.dumps(
        {
            "vct": vct,
            "name": achievement.name,
            "description": achievement.description,
            "display": [
                {
                    "locale": achievement.language or "en",
                    "name": achievement.name,
                    "description": achievement.description,
                }
            ],
            "claims": [
                {
                    "path": [name],
                    "display": [{"locale": "en", "label": labels.get(name, name)}],
                    "sd": "always" if name in kept else "never",
                }
                for name in claims
                if name not in _TECHNICAL
            ],
        }
    )


def _sample(template: TemplateDocument) -> Mapping[str, Any]:
    """A credential of nobody in which every column has a value: what it holds, a credential can hold."""
    values = {name: _SAMPLES[column.kind] for name, column in template.inputs().items()}
    if "valid_until" in values:
        values["valid_until"] = "2000-01-02"
    return build_credential(
        template,
        Row(row_no=1, line=1, values=values),
        issuer_id="urn:example:issuer",
        credential_id="urn:example:credential",
        achievement_id="urn:example:achievement",
        valid_from=_SAMPLE_TIME,
        email_salt="x",
    )
