"""Our side of each check: issue and verify with `vc` and `did`, as the node does."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from did.document import DidDocument, Relationship, VerificationMethod
from did.methods.key import KeyMethod
from did.resolver import CURRENT, Method, ResolutionOptions, ResolutionResult, Resolver
from did.url import Did
from tests.peers.keys import Key
from tests.peers.samples import CREATED, NOW
from vc.errors import StatusUnavailable
from vc.policy import Policy
from vc.proofs.data_integrity import add_proof
from vc.proofs.disclosure import add_base_proof
from vc.report import Report
from vc.verify import verify


def time_of(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


class KnownDocuments:
    """DID documents of one method that are given instead of fetched."""

    def __init__(self, name: str, documents: Mapping[str, Mapping[str, Any]]) -> None:
        self.name = name
        self._documents = documents

    def resolve(self, did: Did, options: ResolutionOptions = CURRENT) -> ResolutionResult:
        return ResolutionResult(DidDocument.parse(self._documents[str(did)], str(did)))


def issue(credential: Mapping[str, Any], suite: str, key: Key) -> dict[str, Any]:
    return add_proof(credential, signer=key, cryptosuite=suite, created=time_of(CREATED))


def report_on(
    credential: Mapping[str, Any],
    *,
    methods: Iterable[Method] = (),
    status_lists: Mapping[str, Mapping[str, Any]] | None = None,
    now: str = NOW,
) -> Report:
    """What `vc.verify` says; keys come from did:key and the further `methods`."""
    resolver = Resolver([KeyMethod(), *methods], clock=lambda: time_of(now))
    return verify(
        credential,
        policy=Policy(),
        now=time_of(now),
        get_key=key_finder(resolver),
        fetch_status=_finder(status_lists or {}),
    )


def key_finder(resolver: Resolver) -> Callable[[str, str], VerificationMethod]:
    def get_key(url: str, purpose: str) -> VerificationMethod:
        document = resolver.require_document(url.split("#", maxsplit=1)[0])
        return document.require_method(url, Relationship(purpose))

    return get_key


def _finder(status_lists: Mapping[str, Mapping[str, Any]]) -> Callable[[str], Mapping[str, Any]]:
    def fetch_status(url: str) -> Mapping[str, Any]:
        if url not in status_lists:
            raise StatusUnavailable(f"there is no list under {url}")
        return status_lists[url]

    return fetch_status


def issue_base(credential: Mapping[str, Any], key: Key, mandatory_pointers: Sequence[str]) -> dict[str, Any]:
    """An ecdsa-sd-2023 base proof."""
    return add_base_proof(
        credential,
        signer=key,
        created=time_of(CREATED),
        mandatory_pointers=mandatory_pointers,
        random_bytes=secrets.token_bytes,
    )
