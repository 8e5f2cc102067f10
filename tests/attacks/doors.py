"""The places where a stranger's token comes in: the library, `POST /v1/verify`, `dcp verify`.

Each door is given the same world and says whether it let the token through.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from fastapi import FastAPI

from agent.verification import verify_credential
from did.document import DidDocument, VerificationMethod
from did.errors import DidNotFound, FetchFailed
from did.fetch import Response
from did.jwk import jwk_of
from did.resolver import ResolutionResult, Resolver
from portal.cli import main
from portal.cli import verify as command
from portal.verification.endpoints import verification_router
from tests.portal.browser import TestClient
from tests.portal.pages.samples import MemorySource
from tests.vc.world import NOW, POLICY
from vc.report import Report, Verdict
from vc.sd_jwt.key_binding import ExpectedBinding


@dataclass
class Outside:
    """What there is to be asked: DID documents, and JSON at web addresses."""

    documents: Mapping[str, Any]
    web: Mapping[str, Any] = field(default_factory=dict)
    roots: list[x509.Certificate] = field(default_factory=list)
    binding: ExpectedBinding | None = None

    @property
    def resolver(self) -> Resolver:
        return Resolver([_Documents(self.documents)], clock=lambda: NOW)

    def fetch(self, url: str, *, accept: str, max_bytes: int = 0, max_redirects: int = 0) -> Response:
        if url not in self.web:
            raise FetchFailed(url)
        return Response(200, {"content-type": accept}, json.dumps(self.web[url]).encode(), url)

    def report(self, data: bytes, **more: Any) -> Report:
        return verify_credential(
            data,
            policy=POLICY,
            now=NOW,
            resolver=self.resolver,
            fetch=self.fetch,
            chain_for=lambda _chain: None,
            **more,
        )


class _Documents:
    name = "web"

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self._documents = documents

    def resolve(self, did: Any, _options: Any = None) -> ResolutionResult:
        if str(did) not in self._documents:
            raise DidNotFound(str(did))
        return ResolutionResult(DidDocument.parse(self._documents[str(did)], str(did)))


def documents_of(methods: Mapping[str, VerificationMethod]) -> dict[str, Any]:
    """A DID document for each controller of these methods, all of them for assertions."""
    found: dict[str, Any] = {}
    for url, method in methods.items():
        did = url.partition("#")[0]
        document = found.setdefault(did, {"id": did, "verificationMethod": [], "assertionMethod": []})
        entry: dict[str, Any] = {
            "id": method.id,
            "type": "JsonWebKey",
            "controller": method.controller,
            "publicKeyJwk": jwk_of(method.public_key),
        }
        for name, moment in (("revoked", method.revoked_at), ("expires", method.expires_at)):
            if moment is not None:
                entry[name] = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
        document["verificationMethod"].append(entry)
        document["assertionMethod"].append(url)
    return found


def library(outside: Outside, token: str, **_: Any) -> bool:
    data = token.encode("utf-8", "surrogatepass")
    report = outside.report(data, trusted_roots=outside.roots, binding=outside.binding)
    return report.verdict is Verdict.VERIFIED


def http(outside: Outside, token: str, **_: Any) -> bool:
    """As a string in a JSON object, and as the whole body."""

    class Source(MemorySource):
        def verify(self, data: Any, _anchor: Any) -> Report:
            return outside.report(data)

    source = Source()
    app = FastAPI()
    app.include_router(verification_router(lambda: source, now=lambda: NOW))
    client = TestClient(app)
    raw = token.encode("utf-8", "surrogatepass")
    answers = [
        client.post("/v1/verify", content=json.dumps({"credential": token}).encode()),
        client.post("/v1/verify", content=raw, headers={"Content-Type": "application/jwt"}),
    ]
    let_in = {answer.status_code == 200 and answer.json()["verdict"] == "verified" for answer in answers}
    assert len(let_in) == 1, "both ways of bringing a token have the same answer"
    return let_in.pop()


def command_line(outside: Outside, token: str, *, patch: pytest.MonkeyPatch) -> bool:
    patch.setattr(command, "build_fetch", lambda _settings: outside.fetch)
    patch.setattr(command, "build_resolver", lambda *_: outside.resolver)
    patch.setattr(command, "utc_now", lambda: NOW)
    patch.setattr(sys, "argv", ["dcp", "verify", "-", "--json"])
    patch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(token.encode("utf-8", "surrogatepass"))))
    with pytest.raises(SystemExit) as end:
        main()
    return not end.value.code


DOORS = {"library": library, "http": http, "command line": command_line}
