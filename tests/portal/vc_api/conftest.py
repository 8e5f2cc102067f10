"""A tenant whose VC API is asked as a client asks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from portal.wiring import Node
from tests import factories


@dataclass(frozen=True)
class Api:
    """Posts JSON to the VC API of tenant `acme`."""

    client: TestClient

    def __call__(self, path: str, body: Any) -> Any:
        return self.client.post(f"/t/acme/vc-api/{path}", json=body)

    def issue(self, instance: str = "eddsa-rdfc-2022", credential: Any = None, **options: Any) -> dict[str, Any]:
        body = {"credential": credential or an_unsecured_credential(), "options": options}
        answer = self(f"instances/{instance}/credentials/issue", body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json()["verifiableCredential"])

    def verify(self, credential: Any, **options: Any) -> Any:
        return self("credentials/verify", {"verifiableCredential": credential, "options": options})

    def verify_presentation(self, presentation: Any, **options: Any) -> Any:
        return self("presentations/verify", {"verifiablePresentation": presentation, "options": options})


def an_unsecured_credential(**changes: Any) -> dict[str, Any]:
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential"],
        "name": "Attendance",
        "credentialSubject": {"id": "did:example:subject", "course": "First aid", "hours": 8},
        **changes,
    }


@pytest.fixture
def acme(node: Node) -> Any:
    return factories.make_tenant(node)


@pytest.fixture
def api(acme: Any, key_client: TestClient) -> Api:
    return Api(key_client)


@pytest.fixture
def did_of(node: Node, acme: Any) -> Callable[[str], str]:
    """The tenant's DID of a method; `key` of Ed25519."""
    from did.keys import KeyType
    from portal.db.session import tenant_session
    from portal.keys import repository

    def find(method: str) -> str:
        with tenant_session(node.app_engine, acme) as session:
            if method == "key":
                found = repository.key_identity(session, KeyType.ED25519)
                assert found is not None
                return found.did
            return repository.identity(session, method).did

    return find
