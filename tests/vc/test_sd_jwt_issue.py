"""Issuing SD-JWT VCs: what may be hidden, how, and what never (RFC 9901, section 4; architecture, decision 16)."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from did.jwk import jwk_of
from did.keys import KeyType
from tests.vc.world import ISSUER, KeyPair
from vc.errors import NeverDisclosable, ProofGenerationError, VcError
from vc.sd_jwt.issue import NEVER_DISCLOSABLE, ClaimPath, PreparedSdJwtVc
from vc.sd_jwt.read import read

VCT = "https://university.example/types/degree"
SIGNER = KeyPair(f"{ISSUER}#key-1", KeyType.P256)
HOLDER = KeyPair("did:example:holder#key-1", KeyType.P256)
CLAIMS = {
    "iss": ISSUER,
    "name": "Ada",
    "degree": {"title": "Law", "grades": ["first", "second", "third"], "court": {"judge": "Portia"}},
    "languages": ["en-GB", "it-IT"],
}


def salts() -> Callable[[], str]:
    numbers = itertools.count()
    return lambda: f"salt-number-{next(numbers):010}"


def secure(claims: Any = None, disclosable: list[ClaimPath] | None = None, **options: Any) -> str:
    holder_jwk = options.pop("holder_jwk", None)
    salt = options.pop("salt", salts())
    return PreparedSdJwtVc(SIGNER, vct=VCT, **options).secure(
        CLAIMS if claims is None else claims, disclosable=disclosable or [], salt=salt, holder_jwk=holder_jwk
    )


def payload_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    payload: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return payload


def test_without_hidden_claims_there_are_no_digests_and_no_disclosures() -> None:
    token = secure()

    assert token.count("~") == 1
    assert token.endswith("~")
    assert payload_of(token) == {**CLAIMS, "vct": VCT}
    assert read(token).header == {"alg": "ES256", "typ": "dc+sd-jwt", "kid": f"{ISSUER}#key-1"}


@pytest.mark.parametrize(
    "paths",
    [
        [("name",)],
        [("degree",), ("languages",)],
        [("degree", "title")],
        [("degree",), ("degree", "court"), ("degree", "court", "judge")],
        [("languages", None)],
        [("languages", 1), ("degree", "grades", 0), ("degree", "grades")],
    ],
    ids=["one", "two", "inside", "recursive", "every-element", "some-elements"],
)
def test_hidden_claims_are_not_in_the_payload_and_come_back_in_full(paths: list[ClaimPath]) -> None:
    token = secure(disclosable=paths)

    credential = read(token)
    assert credential.claims == {**CLAIMS, "vct": VCT}
    assert credential.payload["_sd_alg"] == "sha-256"
    shown = json.dumps(read(credential.issuer_jwt + "~").claims)
    for path in paths:
        assert json.dumps(_at(CLAIMS, path))[1:-1] not in shown


def _at(value: Any, path: ClaimPath) -> Any:
    for element in path:
        value = value[0 if element is None else element]
    return value


@pytest.mark.parametrize("name", ["sha-256", "sha-384", "sha-512"])
def test_the_hash_can_be_chosen_and_is_named(name: str) -> None:
    token = secure(disclosable=[("name",)], hash_name=name)

    assert payload_of(token)["_sd_alg"] == name
    assert read(token).claims["name"] == "Ada"


def test_decoys_join_each_group_and_change_nothing_else() -> None:
    token = secure(disclosable=[("name",), ("languages", 0)], decoys=3)

    payload = payload_of(token)
    assert len(payload["_sd"]) == 4
    assert payload["_sd"] == sorted(payload["_sd"])
    assert len(payload["languages"]) == 5
    assert read(token).claims == {**CLAIMS, "vct": VCT}
    assert token.count("~") == 3


def test_the_holders_key_is_bound_without_what_else_its_jwk_says() -> None:
    jwk = {**jwk_of(HOLDER.public_key), "kid": "phone", "use": "sig"}

    credential = read(secure(holder_jwk=jwk))

    assert credential.claims["cnf"] == {"jwk": jwk_of(HOLDER.public_key)}
    assert credential.holder_key == HOLDER.public_key


# --- decision 16 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(NEVER_DISCLOSABLE))
def test_what_every_verifier_must_see_cannot_be_hidden(name: str) -> None:
    claims = {**CLAIMS, name: CLAIMS.get(name, {"inner": 1})}

    with pytest.raises(NeverDisclosable) as caught:
        secure(claims, [(name,)])
    with pytest.raises(NeverDisclosable) as inside:
        secure(claims, [(name, "inner")])

    assert caught.value.pointer == f"/{name}"
    assert inside.value.pointer == f"/{name}/inner"
    assert f"/{name} can never be hidden" in str(caught.value)


def test_the_list_of_decision_16_is_complete() -> None:
    of_sd_jwt = {"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"}
    of_the_data_model = {
        "@context",
        "type",
        "issuer",
        "validFrom",
        "validUntil",
        "credentialStatus",
        "credentialSchema",
    }

    assert of_sd_jwt | of_the_data_model <= NEVER_DISCLOSABLE


# --- refused -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "paths", "reason"),
    [
        ({**CLAIMS, "iss": None}, [], "iss names the issuer"),
        ({**CLAIMS, "vct": "https://other.example"}, [], "another vct"),
        ({**CLAIMS, "cnf": {}}, [], "cnf comes from holder_jwk"),
        ({**CLAIMS, "a": {"_sd": []}}, [], "/a/_sd is a reserved name"),
        ({**CLAIMS, "a": [{"...": "x"}]}, [], r"/a/0/... is a reserved name"),
        ({**CLAIMS, "a": {"_sd_alg": 1}}, [], "/a/_sd_alg is a reserved name"),
        ({**CLAIMS, "a": {1}}, [], "not JSON"),
        (CLAIMS, [()], "as a whole"),
        (CLAIMS, [("nobody",)], "no claim /nobody"),
        (CLAIMS, [("degree", "nobody")], "no claim /degree/nobody"),
        (CLAIMS, [("languages", 2)], "no claim /languages/2"),
        (CLAIMS, [("languages", "en")], "no claim /languages/en"),
        (CLAIMS, [("degree", None)], r"no claim /degree/\*"),
        (CLAIMS, [("name", "first")], "/name has nothing inside"),
    ],
)
def test_what_cannot_be_issued_is_refused_with_its_reason(claims: Any, paths: list[ClaimPath], reason: str) -> None:
    with pytest.raises(ProofGenerationError, match=reason):
        secure(claims, paths)


@pytest.mark.parametrize(
    ("salt", "reason"), [(lambda: "short", "128 bits"), (lambda: "x" * 22, "repeats itself")], ids=["short", "repeated"]
)
def test_a_bad_source_of_salts_is_noticed(salt: Callable[[], str], reason: str) -> None:
    with pytest.raises(ProofGenerationError, match=reason):
        secure(disclosable=[("name",), ("degree",)], salt=salt)


@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "oct", "k": "AA"},
        {**jwk_of(HOLDER.public_key), "d": "AA"},
        {"kty": "OKP", "crv": "X25519", "x": "A" * 43},
    ],
    ids=["symmetric", "private", "agreement-only"],
)
def test_a_holders_key_that_cannot_sign_is_refused(jwk: dict[str, str]) -> None:
    with pytest.raises(ProofGenerationError):
        secure(holder_jwk=jwk)


@pytest.mark.parametrize(
    "options", [{"hash_name": "sha-1"}, {"vct_integrity": "md5-xx"}, {"vct_integrity": "sha256-AAAA"}]
)
def test_options_that_no_verifier_should_accept_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(VcError):
        secure(**options)


def test_a_type_needs_a_name() -> None:
    with pytest.raises(ProofGenerationError, match="cannot be empty"):
        PreparedSdJwtVc(SIGNER, vct="")


# --- any claims ------------------------------------------------------------------------------------------------------

_NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=6).filter(
    lambda name: name not in NEVER_DISCLOSABLE | {"_sd", "...", "sub", "iat", "jti"}
)
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(claims=st.dictionaries(_NAMES, _VALUES, min_size=1, max_size=4), data=st.data())
def test_any_claims_hidden_anywhere_come_back_unchanged(claims: dict[str, Any], data: st.DataObject) -> None:
    paths = list(_paths(claims, ()))
    chosen = data.draw(st.lists(st.sampled_from(paths), unique=True))

    token = secure({"iss": ISSUER, **claims}, chosen, decoys=data.draw(st.integers(0, 2)))

    credential = read(token)
    assert credential.claims == {"iss": ISSUER, "vct": VCT, **claims}
    assert {place.path for place in credential.places} == set(chosen)


def _paths(value: Any, path: ClaimPath) -> Any:
    members: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in members:
        yield (*path, name)
        yield from _paths(inner, (*path, name))
