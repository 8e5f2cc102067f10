"""did:key: the same keys under the same URLs for the same purposes as with Digital Bazaar's driver and openvc."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from openvc.did.did_key import DidKeyResolver

from did.errors import InvalidDid
from did.jwk import jwk_of
from did.keys import KeyType
from did.methods.key import KeyMethod, did_of
from did.multikey import decode_multikey
from did.resolver import Resolver
from tests.peers import ours
from tests.peers.keys import make_key
from tests.peers.programs import Program
from tests.peers.samples import NOW

Programs = Callable[[str], Program]
SIGNING = ["authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation"]


@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.P256, KeyType.P384])
def test_the_documents_say_the_same(program: Programs, key_type: KeyType) -> None:
    key = make_key(key_type)
    resolver = Resolver([KeyMethod()], clock=lambda: ours.time_of(NOW))

    mine = resolver.require_document(did_of(decode_multikey(key.multikey))).json
    theirs = program("resolve.mjs").ask({"did": key.controller})["didDocument"]
    openvc = DidKeyResolver().resolve(key.controller)

    [my_method], [their_method] = mine["verificationMethod"], theirs["verificationMethod"]
    for member in ("id", "controller", "publicKeyMultibase"):
        assert my_method[member] == their_method[member]
    for relationship in SIGNING:
        assert mine[relationship] == theirs[relationship] == [key.verification_method]
    assert openvc.verification_methods[0].id == my_method["id"]
    assert openvc.verification_methods[0].public_key_jwk == key.public_jwk() == jwk_of(decode_multikey(key.multikey))


@pytest.mark.parametrize("broken", ["did:key:z6Mk", "did:key:zDna"])
def test_both_refuse_what_is_no_key(program: Programs, broken: str) -> None:
    theirs = program("resolve.mjs").ask({"did": broken})

    assert not theirs["ok"]
    with pytest.raises(InvalidDid):
        Resolver([KeyMethod()], clock=lambda: ours.time_of(NOW)).require_document(broken)
