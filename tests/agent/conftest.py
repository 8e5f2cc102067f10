"""The template and the files of `tests/data`, a signer, and the two times that tests use."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.issuance.template import TemplateDocument
from agent.keys.local import LocalSigner
from did.keys import KeyType

DATA = Path(__file__).parent.parent / "data"


@pytest.fixture
def template_json() -> dict[str, Any]:
    value: dict[str, Any] = json.loads((DATA / "template-bachelor.json").read_bytes())
    return value


@pytest.fixture
def template(template_json) -> TemplateDocument:
    return TemplateDocument.parse(template_json)


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def signer() -> LocalSigner:
    return LocalSigner(bytes(range(32)), KeyType.ED25519, "did:web:acme.example.org#key-1")
