"""The holder shows some claims to one verifier (RFC 9901, sections 7.2 and 7.3)."""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import Any

import pytest

from did.document import VerificationMethod
from did.jose import TokenSignatureInvalid
from did.jwk import jwk_of
from did.keys import KeyType
from tests.vc.world import ISSUER, NOW, POLICY, KeyPair
from vc.sd_jwt.errors import KeyBindingMissing, KeyBindingOutdated, PresentationImpossible
from vc.sd_jwt.holder import Binding, disclosable, present
from vc.sd_jwt.issue import ClaimPath, PreparedSdJwtVc
from vc.sd_jwt.issuer_key import IssuerKeys
from vc.sd_jwt.key_binding import ExpectedBinding
from vc.sd_jwt.read import SdJwtCredential, read
from vc.sd_jwt.verify import verify

SIGNER = KeyPair(f"{ISSUER}#key-1", KeyType.P256)
HOLDERS = [KeyPair(f"did:example:holder#{kind}", kind) for kind in (KeyType.P256, KeyType.ED25519, KeyType.P384)]
HOLDER = HOLDERS[0]
CLAIMS = {
    "iss": ISSUER,
    "name": "Ada",
    "court": {"judge": "Portia", "city": {"name": "Venice", "country": "IT"}},
    "grades": ["A", "B", "C"],
}
HIDDEN: list[ClaimPath] = [
    ("name",),
    ("court",),
    ("court", "judge"),
    ("court", "city", "country"),
    ("grades", None),
]
OPEN = {"iss": ISSUER, "vct": "https://university.example/types/degree"}
KEYS = IssuerKeys(lambda url, _purpose: VerificationMethod(url, "JsonWebKey", ISSUER, SIGNER.public_key))
EXPECTED = ExpectedBinding(nonce="n-1", audience="https://verifier.example")


def issued(holder: KeyPair | None = HOLDER) -> SdJwtCredential:
    numbers = itertools.count()
    token = PreparedSdJwtVc(SIGNER, vct=OPEN["vct"], decoys=1).secure(
        CLAIMS,
        disclosable=HIDDEN,
        salt=lambda: f"salt-number-{next(numbers):010}",
        holder_jwk=None if holder is None else jwk_of(holder.public_key),
    )
    return read(token)


def binding(holder: KeyPair = HOLDER, **more: Any) -> Binding:
    given = {"nonce": EXPECTED.nonce, "audience": EXPECTED.audience, "now": NOW, **more}
    return Binding(signer=holder, public_key=holder.public_key, **given)


def shown(*choose: ClaimPath) -> dict[str, Any]:
    claims = dict(read(present(issued(), choose=choose, binding=None)).claims)
    del claims["cnf"]
    return claims


def test_the_holder_knows_what_can_be_kept() -> None:
    assert set(disclosable(issued())) == {
        ("name",),
        ("court",),
        ("court", "judge"),
        ("court", "city", "country"),
        ("grades", 0),
        ("grades", 1),
        ("grades", 2),
    }


def test_nothing_chosen_shows_only_what_stands_in_the_open() -> None:
    assert shown() == {**OPEN, "grades": []}


def test_a_chosen_claim_is_shown_and_no_other() -> None:
    assert shown(("name",)) == {**OPEN, "grades": [], "name": "Ada"}


def test_an_inner_claim_brings_what_it_stands_in_but_not_its_neighbours() -> None:
    assert shown(("court", "judge"))["court"] == {"judge": "Portia", "city": {"name": "Venice"}}
    assert shown(("court", "city", "country"))["court"] == {"city": {"name": "Venice", "country": "IT"}}


def test_a_claim_in_the_open_part_of_a_hidden_one_brings_the_hidden_one() -> None:
    assert shown(("court", "city", "name"))["court"] == {"city": {"name": "Venice"}}


def test_elements_are_chosen_by_index_or_all_together() -> None:
    assert shown(("grades", 1))["grades"] == ["B"]
    assert shown(("grades", None))["grades"] == ["A", "B", "C"]


def test_everything_chosen_is_the_issued_text() -> None:
    credential = issued()

    assert present(credential, choose=HIDDEN, binding=None) == credential.text


@pytest.mark.parametrize("path", [("nobody",), ("court", "nobody"), ("grades", 3), ("name", 0), ("court", None)])
def test_a_claim_that_is_not_there_cannot_be_shown(path: ClaimPath) -> None:
    with pytest.raises(PresentationImpossible, match="there is no claim"):
        present(issued(), choose=[path], binding=None)


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: str(holder.key_type))
def test_a_bound_presentation_verifies_for_the_verifier_who_asked(holder: KeyPair) -> None:
    text = present(issued(holder), choose=[("court", "judge")], binding=binding(holder))

    credential = read(text)
    found = verify(credential, keys=KEYS, now=NOW, policy=POLICY, binding=EXPECTED)

    assert found.issuer == ISSUER
    assert credential.claims["court"]["judge"] == "Portia"
    assert "name" not in credential.claims
    assert "Ada" not in json.dumps(credential.claims)


def test_an_unbound_presentation_is_enough_only_where_no_binding_is_asked_for() -> None:
    credential = read(present(issued(), choose=[("name",)], binding=None))

    verify(credential, keys=KEYS, now=NOW, policy=POLICY, binding=None)
    with pytest.raises(KeyBindingMissing):
        verify(credential, keys=KEYS, now=NOW, policy=POLICY, binding=EXPECTED)


def test_a_binding_that_nobody_asked_for_is_checked_as_far_as_it_goes() -> None:
    text = present(issued(), choose=[("name",)], binding=binding(nonce="of somebody else"))
    tampered = text[:-4] + ("AAAA" if text[-4:] != "AAAA" else "BBBB")

    verify(read(text), keys=KEYS, now=NOW, policy=POLICY, binding=None)
    with pytest.raises(TokenSignatureInvalid):
        verify(read(tampered), keys=KEYS, now=NOW, policy=POLICY, binding=None)


@pytest.mark.parametrize("age_s", [-60, 0, 360])
def test_a_binding_within_the_window_counts(age_s: int) -> None:
    text = present(issued(), choose=[], binding=binding(now=NOW - timedelta(seconds=age_s)))

    verify(read(text), keys=KEYS, now=NOW, policy=POLICY, binding=EXPECTED)


@pytest.mark.parametrize("age_s", [-61, 361])
def test_a_binding_outside_of_the_window_does_not_count(age_s: int) -> None:
    text = present(issued(), choose=[], binding=binding(now=NOW - timedelta(seconds=age_s)))

    with pytest.raises(KeyBindingOutdated):
        verify(read(text), keys=KEYS, now=NOW, policy=POLICY, binding=EXPECTED)


def test_only_the_key_that_the_credential_names_can_bind() -> None:
    with pytest.raises(PresentationImpossible, match="not bound to this key"):
        present(issued(), choose=[], binding=binding(HOLDERS[1]))
    with pytest.raises(PresentationImpossible, match="not bound to this key"):
        present(issued(None), choose=[], binding=binding())


def test_a_presentation_cannot_be_presented_again() -> None:
    credential = read(present(issued(), choose=[], binding=binding()))

    with pytest.raises(PresentationImpossible, match="for its verifier"):
        present(credential, choose=[], binding=None)
