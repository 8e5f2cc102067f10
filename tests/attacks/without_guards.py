"""The guards between a signature and the name of an issuer, and what it means to take each of them away.

A guard is one check of the code. Without it the code goes on as if the check had been passed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

import did.document
import vc.forms.data_integrity
import vc.proofs.data_integrity
import vc.proofs.suite
from did.document import VerificationMethod
from did.errors import DidDeactivated, DidNotFound, KeyNotFound
from tests.attacks.issuer_builds import MALLORY
from tests.vc.world import POLICY, KeyPair, World
from vc.policy import Policy
from vc.proofs.data_integrity import check_key_period
from vc.proofs.proof import controller_of, proofs_of

STRUCTURE = "structure"  # the data model's rules
NAMED = "named"  # an issuer is named at all
BINDING = "binding"  # one of the proofs names a key of the issuer
FORM = "form of the proof"  # the proof's members are what section 2.1 says
FOUND = "found"  # the key is in the document that its URL names
DOCUMENT_ID = "id of the document"
UNIQUE = "one key per id"
CONTROLLER = "controller in the document"
RELATIONSHIP = "relationship"  # the document lists the key for this purpose
DEACTIVATED = "deactivated"
METHOD = "method"  # the key that came is the one that was asked for
KIND = "kind of key"
PURPOSE = "purpose"
SIGNATURE = "signature"
STATUS = "status"  # the list is the issuer's own

Patch = pytest.MonkeyPatch


def _nothing(*_: Any, **__: Any) -> None:
    return None


class _Anybody(str):
    """Equal to every issuer, and to none."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, _other: object) -> bool:
        return True


def _without_form(patch: Patch, _world: World) -> None:
    """A reader that takes what it finds: the `id` of an object, the first of several."""

    def careless(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        proof = document["proof"]
        if isinstance(proof, list):
            return proofs_of(document)
        method = proof["verificationMethod"]
        found = method["id"] if isinstance(method, dict) else method[0] if isinstance(method, list) else method
        return [{**proof, "verificationMethod": found}]

    for module in (vc.forms.data_integrity, vc.proofs.data_integrity):
        patch.setattr(module, "proofs_of", careless)


def _without_finding(_patch: Patch, world: World) -> None:
    """A key is taken from wherever it was once seen."""
    answer = world.get_key

    def get_key(url: str, purpose: str) -> VerificationMethod:
        try:
            return answer(url, purpose)
        except DidDeactivated:
            raise
        except (KeyNotFound, DidNotFound):
            return VerificationMethod(url, "Multikey", controller_of(url), KeyPair(url).public_key)

    world.get_key = get_key  # type: ignore[method-assign]


def _without_kind(patch: Patch, _world: World) -> None:
    patch.setattr(
        vc.proofs.data_integrity, "check_key", lambda method, _suite, **given: check_key_period(method, **given)
    )


def _without_method(patch: Patch, _world: World) -> None:
    for module in (vc.forms.data_integrity, vc.proofs.data_integrity):
        patch.setattr(module, "check_method", _nothing)


def _replacing(module: Any, name: str, value: Any = _nothing) -> Callable[[Patch, World], None]:
    return lambda patch, _world: patch.setattr(module, name, value)


REMOVALS: dict[str, Callable[[Patch, World], None]] = {
    STRUCTURE: _replacing(vc.forms.data_integrity, "check_rules"),
    NAMED: _replacing(vc.forms.data_integrity, "_issuer_of", lambda view: view.issuer_id),
    BINDING: _replacing(vc.forms.data_integrity, "controller_of", _Anybody),
    FORM: _without_form,
    FOUND: _without_finding,
    DOCUMENT_ID: _replacing(did.document, "_check_id"),
    UNIQUE: _replacing(did.document, "_check_new"),
    CONTROLLER: _replacing(did.document, "_check_controller"),
    RELATIONSHIP: _replacing(did.document, "_check_listed"),
    DEACTIVATED: lambda _patch, world: world.failures.clear(),
    METHOD: _without_method,
    KIND: _without_kind,
    PURPOSE: _replacing(vc.proofs.data_integrity, "check_purpose"),
    SIGNATURE: _replacing(vc.proofs.suite, "verify_signature"),
    STATUS: _nothing,  # by the policy
}


@contextmanager
def without(guards: Collection[str], world: World) -> Iterator[Policy]:
    """The policy to verify with, while none of `guards` stands."""
    with pytest.MonkeyPatch.context() as patch:
        for guard in guards:
            REMOVALS[guard](patch, world)
        yield Policy(accepted_status_issuers=frozenset({MALLORY})) if STATUS in guards else POLICY
