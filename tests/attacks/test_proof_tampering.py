"""Whatever is changed in a secured credential, wherever, is noticed: one change at a time, in every place."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from did.errors import DidError
from did.keys import KeyType
from tests.vc.world import CREDENTIAL, ISSUER, NOW, KeyPair, World
from vc.errors import VcError
from vc.proofs import disclosure
from vc.proofs.data_integrity import verify_proofs

Path = tuple[str | int, ...]

DOCUMENT: dict[str, Any] = {
    **CREDENTIAL,
    "credentialSubject": {
        "id": "did:example:holder",
        "degree": {"type": "ExampleBachelorDegree", "name": "Zoë O'Brien"},
        "alumniOf": [{"id": "did:example:arts", "name": "Arts"}, {"id": "did:example:law", "name": "Law"}],
    },
}
SUITES = [
    ("eddsa-rdfc-2022", KeyType.ED25519),
    ("eddsa-jcs-2022", KeyType.ED25519),
    ("ecdsa-rdfc-2019", KeyType.P384),
    ("ecdsa-jcs-2019", KeyType.P256),
    ("Ed25519Signature2020", KeyType.ED25519),
    ("ecdsa-sd-2023", KeyType.P256),
]


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def at(document: Any, path: Path) -> Any:
    for key in path:
        document = document[key]
    return document


def changed(document: dict[str, Any], path: Path, kind: str) -> dict[str, Any] | None:
    """The document with one change at `path`; None where this kind of change is none there."""
    tampered = copy.deepcopy(document)
    parent, key = at(tampered, path[:-1]), path[-1]
    match kind, parent[key]:
        case "removed", _:
            del parent[key]
        case "altered", str(text):
            parent[key] = text[:-1] + ("0" if text[-1:] != "0" else "1")
        case "blank", str(text):
            parent[key] = text + " "
        case "retyped", str():
            parent[key] = 5
        case "nested", str() | dict():
            parent[key] = [[parent[key]], {"id": "urn:uuid:2"}]
        case "extended", dict():
            parent[key]["description"] = "with honours"
        case _:
            return None
    return tampered


KINDS = ["removed", "altered", "blank", "retyped", "nested", "extended"]


def secured(world: World, cryptosuite: str, key_type: KeyType) -> dict[str, Any]:
    signer = world.add(KeyPair(f"{ISSUER}#{key_type}-x", key_type))
    if cryptosuite != "ecdsa-sd-2023":
        return world.secure(DOCUMENT, signer=signer, cryptosuite=cryptosuite)
    base = disclosure.add_base_proof(
        DOCUMENT,
        signer=signer,
        created=NOW,
        mandatory_pointers=["/issuer", "/validFrom", "/validUntil", "/credentialStatus", "/credentialSubject/id"],
        random_bytes=lambda size: b"r" * size,
    )
    return disclosure.derive_proof(base, ["/name", "/credentialSubject"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("cryptosuite", "key_type"), SUITES)
def test_every_change_is_noticed(cryptosuite: str, key_type: KeyType, kind: str) -> None:
    world = World()
    document = secured(world, cryptosuite, key_type)
    unnoticed, tried = [], 0

    for path in places(document):
        tampered = changed(document, path, kind)
        if tampered is None:
            continue
        tried += 1
        try:
            verify_proofs(tampered, get_key=world.get_key, now=NOW, expected_purpose="assertionMethod")
        except (VcError, DidError):
            continue
        unnoticed.append(path)

    assert tried > 5
    assert unnoticed == []


def test_the_untouched_credentials_verify() -> None:
    for cryptosuite, key_type in SUITES:
        world = World()
        document = secured(world, cryptosuite, key_type)
        assert verify_proofs(document, get_key=world.get_key, now=NOW, expected_purpose="assertionMethod")
