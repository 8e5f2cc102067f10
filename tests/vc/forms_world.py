"""An issuer that issues in every form of token, with its status lists and its type; each can be broken alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from did.document import DidDocument, Relationship, VerificationMethod
from did.errors import DidNotFound, ResolutionUnavailable
from did.jwk import jwk_of
from did.keys import KeyType
from tests.vc.documents import badge
from tests.vc.world import ISSUER, NOW, POLICY, STATUS_LIST, KeyPair, World
from vc import jose
from vc.forms.reading import read_credential
from vc.policy import Policy
from vc.report import Outcome, Report
from vc.sd_jwt.issue import PreparedSdJwtVc
from vc.sd_jwt.type_metadata import integrity_of
from vc.secured import Form
from vc.status import list_token, token_list
from vc.status.entry import build_entry
from vc.verify import verify

DAY = timedelta(days=1)
PROFILE = {"id": ISSUER, "type": ["Profile"], "name": "Example University"}
TOKEN_LIST = "https://university.example/status/tokens/1"
VCT = "https://university.example/types/degree"
METADATA = json.dumps({"vct": VCT, "name": "Degree"}).encode()
SECONDS = int(NOW.timestamp())
JOSE = {
    Form.VC_JWT: jose.PreparedVcJwt,
    Form.JWT_VC_JSON: jose.PreparedJwtVcJson,
    Form.OB_JWT: jose.PreparedObJwt,
}
FORMS = [*JOSE, Form.SD_JWT_VC]


def lines(report: Report) -> dict[str, Any]:
    return {check.name: check.code for check in report.checks if check.outcome is not Outcome.PASSED}


class Counting:
    """Salts that differ, the same in every run."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self) -> str:
        self.number += 1
        return hashlib.sha256(str(self.number).encode()).hexdigest()[:22]


@dataclass
class Scene:
    """One issuer with a P-256 key, its lists and its type; `make` issues in a form, with changes to what is said."""

    world: World = field(default_factory=World)
    bits: bytearray = field(default_factory=lambda: token_list.new_list(1000, bits=2))
    metadata: bytes | Exception = METADATA
    web: dict[str, bytes] = field(default_factory=dict)
    list_issuer: str = ISSUER

    def __post_init__(self) -> None:
        self.key = self.world.add(KeyPair(f"{ISSUER}#key-2", KeyType.P256))
        self.holder = KeyPair("did:example:ada#key-1", KeyType.P256)

    def make(self, form: Form, **changed: Any) -> str:
        if form is Form.SD_JWT_VC:
            return self._sd_jwt(**changed)
        signer = changed.pop("signer", self.key)
        unsecured = badge(
            **{"issuer": PROFILE, "credentialStatus": build_entry(STATUS_LIST, 7), "validFrom": "2026-11-01T00:00:00Z"}
            | changed
        )
        unsecured = {name: value for name, value in unsecured.items() if value is not None}
        return JOSE[form](signer).secure(unsecured, now=NOW - DAY)

    def _sd_jwt(self, **changed: Any) -> str:
        signer = changed.pop("signer", self.key)
        claims = {
            "iss": ISSUER,
            "nbf": SECONDS - 86_400,
            "exp": SECONDS + 86_400,
            "status": token_list.build_status(TOKEN_LIST, 7),
            "degree": "Law",
            "grade": "good",
        } | changed
        claims = {name: value for name, value in claims.items() if value is not None}
        issuer = PreparedSdJwtVc(signer, vct=VCT, vct_integrity=integrity_of(METADATA))
        return issuer.secure(
            claims,
            disclosable=[("degree",), ("grade",)],
            salt=Counting(),
            holder_jwk=jwk_of(self.holder.public_key),
        )

    def verify(self, data: Any, *, policy: Policy = POLICY, now: Any = NOW, **more: Any) -> Report:
        secured = read_credential(data, binding=more.pop("binding", None))
        return verify(
            secured,
            policy=policy,
            now=now,
            get_key=self.world.get_key,
            list_keys=self._keys,
            fetch_status=self.world.fetch_status,
            fetch_status_token=self._token,
            get_json=self._json,
            get_type_metadata=self._metadata,
            **more,
        )

    def _keys(self, did: str, purpose: str) -> list[VerificationMethod]:
        if did not in self.world.documents:
            raise DidNotFound(did)
        return list(DidDocument.parse(self.world.documents[did], did).methods(Relationship(purpose)))

    def _token(self, uri: str) -> str:
        if uri in self.world.failures:
            raise self.world.failures[uri]
        claims = token_list.build_claims(
            uri, data=self.bits, bits=2, issuer=self.list_issuer, issued_at=NOW - DAY, expires_at=NOW + DAY, ttl_s=60
        )
        return list_token.sign(claims, signer=self.key)

    def _json(self, url: str) -> bytes:
        if url not in self.web:
            raise ResolutionUnavailable(url)
        return self.web[url]

    def _metadata(self, _vct: str) -> bytes:
        if isinstance(self.metadata, Exception):
            raise self.metadata
        return self.metadata


def each(forms: list[Form]) -> Any:
    return pytest.mark.parametrize("form", forms, ids=[form.value for form in forms])
