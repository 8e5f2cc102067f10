"""Our side of each check of a token: make it, verify it, and copies of it that nobody signed."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from did.document import DidDocument, Relationship, VerificationMethod
from did.errors import DidError
from did.methods.key import KeyMethod
from did.resolver import Resolver
from tests.peers.keys import Key
from tests.peers.ours import time_of
from tests.peers.samples import NOW
from vc import jose
from vc.errors import VcError
from vc.policy import Policy


def document_of(key: Key) -> dict[str, Any]:
    """The DID document of a key, with the key as JWK, which every library reads."""
    method = {
        "id": key.verification_method,
        "type": "JsonWebKey2020",
        "controller": key.controller,
        "publicKeyJwk": key.public_jwk(),
    }
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
        "id": key.controller,
        "verificationMethod": [method],
        "assertionMethod": [key.verification_method],
        "authentication": [key.verification_method],
    }


class Keys:
    """The documents of some keys, and of every did:key."""

    def __init__(self, *known: Key) -> None:
        self._documents = {key.controller: DidDocument.parse(document_of(key), key.controller) for key in known}
        self._resolver = Resolver([KeyMethod()], clock=lambda: time_of(NOW))

    def _document(self, did: str) -> DidDocument:
        return self._documents.get(did) or self._resolver.require_document(did)

    def get_key(self, url: str, purpose: str) -> VerificationMethod:
        return self._document(url.partition("#")[0]).require_method(url, Relationship(purpose))

    def list_keys(self, controller: str, purpose: str) -> Iterator[VerificationMethod]:
        return self._document(controller).methods(Relationship(purpose))


def we_accept(token: str, keys: Keys, *, now: datetime | None = None) -> bool:
    try:
        jose.verify(
            jose.read(token),
            get_key=keys.get_key,
            list_keys=keys.list_keys,
            now=now or time_of(NOW),
            policy=Policy(),
        )
    except (DidError, VcError):
        return False
    return True


def tampered_tokens(token: str, *, stranger: Key) -> Iterator[tuple[str, str]]:
    """Copies with one change each: what was changed, and the copy."""
    header, payload, signature = token.split(".")
    at = len(signature) // 2
    yield (
        "another signature",
        f"{header}.{payload}.{signature[:at]}{'A' if signature[at] != 'A' else 'B'}{signature[at + 1 :]}",
    )
    yield "no signature", f"{header}.{payload}."
    yield "a longer claim", f"{header}.{_changed(payload, _rename)}.{signature}"
    yield (
        "another issuer",
        f"{header}.{_changed(payload, lambda claims: {**claims, 'iss': stranger.controller})}.{signature}",
    )
    yield "without algorithm", f"{_changed(header, lambda head: {**head, 'alg': 'none'})}.{payload}.{signature}"
    yield (
        "a stranger's key",
        f"{_changed(header, lambda head: {**head, 'kid': stranger.verification_method})}.{payload}.{signature}",
    )
    resigned = f"{header}.{payload}"
    yield "a stranger's signature", f"{resigned}.{_base64url(stranger.sign(resigned.encode()))}"


def _rename(claims: dict[str, Any]) -> dict[str, Any]:
    changed = json.loads(json.dumps(claims))
    subject = changed.get("vc", changed)["credentialSubject"]
    subject["achievement"]["name"] += "."
    return dict(changed)


def _changed(part: str, change: Any) -> str:
    members: Mapping[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return _base64url(json.dumps(change(members)).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
