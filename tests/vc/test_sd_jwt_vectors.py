"""The examples that RFC 9901 publishes: read, verified under the published key, and refused when changed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from did.jose import JoseError, TokenProfile, TypeRefused, parse_claims, parse_compact, verify_compact
from did.jwk import public_key_of
from tests.vc.world import POLICY
from vc.sd_jwt import disclosure, key_binding
from vc.sd_jwt.errors import IssuerKeyInvalid, SdJwtInvalid
from vc.sd_jwt.holder import present
from vc.sd_jwt.issuer_key import IssuerKeys
from vc.sd_jwt.key_binding import ExpectedBinding
from vc.sd_jwt.payload import process
from vc.sd_jwt.read import SdJwtCredential, read, split
from vc.sd_jwt.verify import verify

FOLDER = Path(__file__).resolve().parents[1] / "vectors" / "sd-jwt"
SECTION_5 = json.loads((FOLDER / "rfc9901-section-5.json").read_text())
APPENDIX_A3 = json.loads((FOLDER / "rfc9901-appendix-a3.json").read_text())


def credential_of(text: str) -> SdJwtCredential:
    """Section 5 is an SD-JWT, but no SD-JWT VC: it is read by the same steps, under the `typ` of the example."""
    profile = TokenProfile(name="example", typ=frozenset({SECTION_5["typ"]}), typ_required=True)
    issuer_jwt, texts, binding = split(text)
    jws = parse_compact(issuer_jwt, profile)
    verify_compact(jws, public_key_of(SECTION_5["issuer_key"]), profile)
    payload = parse_claims(jws, profile)
    disclosures = tuple(disclosure.parse(one) for one in texts)
    processed = process(payload, disclosures)
    return SdJwtCredential(text, jws, payload, processed.claims, issuer_jwt, disclosures, processed.places, binding)


def test_the_issued_sd_jwt_of_section_5_says_what_the_rfc_says() -> None:
    assert credential_of(SECTION_5["issuance"]).claims == SECTION_5["claims"]


def test_the_presentation_of_section_5_holds_with_its_key_binding() -> None:
    credential = credential_of(SECTION_5["presentation"])
    expected = ExpectedBinding(nonce=SECTION_5["nonce"], audience=SECTION_5["audience"])

    key_binding.check(credential, expected, now=datetime.fromtimestamp(SECTION_5["presented_at"], UTC), clock_skew_s=0)

    assert credential.claims == SECTION_5["presented_claims"]


def test_we_choose_the_disclosures_that_the_rfc_chose() -> None:
    issued = credential_of(SECTION_5["issuance"])

    text = present(
        issued,
        choose=[("given_name",), ("family_name",), ("address",), ("nationalities", 0)],
        binding=None,
    )

    theirs = credential_of(SECTION_5["presentation"])
    assert {one.text for one in credential_of(text).disclosures} == {one.text for one in theirs.disclosures}


def test_an_sd_jwt_that_is_no_sd_jwt_vc_is_not_taken_for_one() -> None:
    with pytest.raises(TypeRefused, match="typ is 'example"):
        read(SECTION_5["issuance"])


def accept(vector: dict[str, Any], text: str, **changed: Any) -> SdJwtCredential:
    """Verify with nothing but what the RFC publishes: the issuer's key stands in metadata of the example's issuer."""
    issuer = vector["presented_claims"]["iss"]
    web = {f"{issuer}/.well-known/jwt-vc-issuer": {"issuer": issuer, "jwks": {"keys": [vector["issuer_key"]]}}}
    keys = IssuerKeys(_no_did, lambda url: json.dumps(web[url]).encode())
    expected = ExpectedBinding(nonce=vector["nonce"], audience=vector["audience"])
    now = datetime.fromtimestamp(vector["presented_at"], UTC)
    credential = read(text)
    verify(credential, keys=keys, now=now, policy=POLICY, binding=replace(expected, **changed))
    return credential


def _no_did(url: str, _purpose: str) -> Any:
    raise IssuerKeyInvalid(url)


def test_the_sd_jwt_vc_of_appendix_a_3_verifies_and_says_what_the_rfc_says() -> None:
    assert accept(APPENDIX_A3, APPENDIX_A3["presentation"]).claims == APPENDIX_A3["presented_claims"]


@pytest.mark.parametrize("place", range(5), ids=["issuer-jwt", "outer", "inner", "other", "binding"])
def test_a_changed_copy_of_appendix_a_3_is_refused(place: int) -> None:
    parts = APPENDIX_A3["presentation"].split("~")
    one = parts[place]
    parts[place] = one[:-9] + ("A" if one[-9] != "A" else "B") + one[-8:]

    with pytest.raises((SdJwtInvalid, JoseError)):
        accept(APPENDIX_A3, "~".join(parts))


@pytest.mark.parametrize("place", [1, 2, 3])
def test_appendix_a_3_without_one_of_its_disclosures_is_refused(place: int) -> None:
    parts = APPENDIX_A3["presentation"].split("~")
    del parts[place]

    with pytest.raises(SdJwtInvalid):
        accept(APPENDIX_A3, "~".join(parts))


@pytest.mark.parametrize("changed", [{"nonce": "1234567891"}, {"audience": "https://mallory.example"}], ids=str)
def test_appendix_a_3_does_not_hold_for_another_verifier(changed: dict[str, str]) -> None:
    with pytest.raises(SdJwtInvalid):
        accept(APPENDIX_A3, APPENDIX_A3["presentation"], **changed)
