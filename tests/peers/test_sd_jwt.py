"""SD-JWT VCs in every combination of issuer, holder and verifier: ours, `@sd-jwt/sd-jwt-vc` and PyPI's `sd-jwt`."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from did.document import VerificationMethod
from did.errors import DidError
from did.jwk import public_key_of
from did.keys import KeyType
from tests.peers.keys import Key, make_key
from tests.peers.programs import Program
from tests.vc.world import POLICY
from vc.errors import VcError
from vc.sd_jwt import holder as our_holder
from vc.sd_jwt.issue import PreparedSdJwtVc
from vc.sd_jwt.issuer_key import IssuerKeys
from vc.sd_jwt.key_binding import ExpectedBinding
from vc.sd_jwt.read import read
from vc.sd_jwt.verify import verify

Programs = Callable[[str], Program]

# PyPI's sd-jwt puts the time of the machine into its key binding, so everybody lives now.
AT = int(time.time())
NONCE, AUDIENCE = "n-0S6_WzA2Mj", "https://verifier.example"
ISSUER = make_key(KeyType.P256, controller="did:web:university.example", fragment="key-1")
HOLDER = make_key(KeyType.P256)
VCT = "https://university.example/types/degree"
OPEN = {"iss": ISSUER.controller, "vct": VCT, "iat": AT - 60, "exp": AT + 315_360_000}
CLAIMS: dict[str, Any] = {
    **OPEN,
    "name": "Siobhán O'Brien \u2603 𝄞",
    "degree": {"title": "Law", "grade": 1.7, "court": {"judge": "Portia", "city": "Venice"}},
    "languages": ["en", "it", None, True, 12],
}
HIDDEN = [("name",), ("degree",), ("degree", "grade"), ("degree", "court", "judge"), ("languages", 0), ("languages", 4)]
CHOSEN = [("degree", "court", "judge"), ("languages", 4)]
FRAME = {
    "_sd": ["name", "degree"],
    "degree": {"_sd": ["grade"], "court": {"_sd": ["judge"]}},
    "languages": {"_sd": [0, 4]},
}
CHOSEN_FRAME = {"degree": {"court": {"judge": True}}, "languages": {4: True}}
CHOSEN_OF_PYTHON = {"degree": {"court": {"judge": True}}, "languages": [False, False, False, False, True]}
SHOWN = {
    **OPEN,
    "degree": {"title": "Law", "court": {"judge": "Portia", "city": "Venice"}},
    "languages": ["it", None, True, 12],
}


class Party(Protocol):
    """One implementation in all three roles. `verify` gives the claims, or raises."""

    def issue(self) -> str: ...

    def present(self, text: str) -> str: ...

    def verify(self, text: str) -> dict[str, Any]: ...


class Ours:
    def __init__(self, decoys: int = 0) -> None:
        self._decoys = decoys

    def issue(self) -> str:
        return PreparedSdJwtVc(ISSUER, vct=VCT, decoys=self._decoys).secure(
            CLAIMS, disclosable=HIDDEN, salt=lambda: secrets.token_urlsafe(16), holder_jwk=HOLDER.public_jwk()
        )

    def present(self, text: str) -> str:
        binding = our_holder.Binding(
            signer=HOLDER,
            public_key=public_key_of(HOLDER.public_jwk()),
            nonce=NONCE,
            audience=AUDIENCE,
            now=datetime.now(UTC),
        )
        return our_holder.present(read(text), choose=CHOSEN, binding=binding)

    def verify(self, text: str) -> dict[str, Any]:
        def get_key(url: str, _purpose: str) -> VerificationMethod:
            return VerificationMethod(url, "JsonWebKey", ISSUER.controller, public_key_of(ISSUER.public_jwk()))

        expected = ExpectedBinding(nonce=NONCE, audience=AUDIENCE)
        credential = read(text)
        verify(credential, keys=IssuerKeys(get_key), now=datetime.now(UTC), policy=POLICY, binding=expected)
        return dict(credential.claims)


class Refused(Exception):
    """The Node program said no."""


class SdJwtJs:
    def __init__(self, program: Program) -> None:
        self._program = program

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = self._program.ask(request)
        if not answer["ok"]:
            raise Refused(answer["errors"])
        return answer

    def issue(self) -> str:
        claims = {**CLAIMS, "cnf": {"jwk": HOLDER.public_jwk()}}
        request = {
            "claims": claims,
            "frame": FRAME,
            "key": ISSUER.private_jwk(),
            "kid": ISSUER.verification_method,
        }
        return str(self._ask({"issue": request})["text"])

    def present(self, text: str) -> str:
        kb = {"iat": AT, "aud": AUDIENCE, "nonce": NONCE}
        request = {"text": text, "frame": CHOSEN_FRAME, "key": HOLDER.private_jwk(), "kb": kb}
        return str(self._ask({"present": request})["text"])

    def verify(self, text: str) -> dict[str, Any]:
        request = {"text": text, "key": ISSUER.public_jwk(), "nonce": NONCE, "at": AT}
        return dict(self._ask({"verify": request})["claims"])


class SdJwtPython:
    def issue(self) -> str:
        degree = CLAIMS["degree"]
        claims = {
            **OPEN,
            SDObj("name"): CLAIMS["name"],
            SDObj("degree"): {
                "title": degree["title"],
                SDObj("grade"): degree["grade"],
                "court": {SDObj("judge"): "Portia", "city": "Venice"},
            },
            "languages": [SDObj("en"), "it", None, True, SDObj(12)],
        }
        made = SDJWTIssuer(
            claims,
            _jwk(ISSUER),
            holder_key=JWK(**HOLDER.public_jwk()),
            add_decoy_claims=True,
            extra_header_parameters={"typ": "dc+sd-jwt", "kid": ISSUER.verification_method},
        )
        return str(made.sd_jwt_issuance)

    def present(self, text: str) -> str:
        made = SDJWTHolder(text)
        made.create_presentation(CHOSEN_OF_PYTHON, NONCE, AUDIENCE, _jwk(HOLDER))
        return str(made.sd_jwt_presentation)

    def verify(self, text: str) -> dict[str, Any]:
        made = SDJWTVerifier(text, lambda _issuer, _header: JWK(**ISSUER.public_jwk()), AUDIENCE, NONCE)
        return dict(made.get_verified_payload())


def _jwk(key: Key) -> JWK:
    return JWK(**key.private_jwk())


PARTIES = ["ours", "@sd-jwt/sd-jwt-vc", "sd-jwt"]


@pytest.fixture
def party(program: Programs) -> Callable[[str], Party]:
    def find(name: str) -> Party:
        if name == "ours":
            return Ours()
        return SdJwtJs(program("sd_jwt.mjs")) if name.startswith("@") else SdJwtPython()

    return find


@pytest.mark.parametrize("verifier", PARTIES)
@pytest.mark.parametrize("holder", PARTIES)
@pytest.mark.parametrize("issuer", PARTIES)
def test_what_one_issues_another_presents_and_a_third_verifies(
    party: Callable[[str], Party], issuer: str, holder: str, verifier: str
) -> None:
    issued = party(issuer).issue()

    presented = party(holder).present(issued)
    claims = party(verifier).verify(presented)

    assert claims.pop("cnf") == {"jwk": HOLDER.public_jwk()}
    assert claims == SHOWN


@pytest.mark.parametrize("verifier", PARTIES)
def test_our_decoys_disturb_nobody(party: Callable[[str], Party], verifier: str) -> None:
    ours = Ours(decoys=3)

    claims = party(verifier).verify(ours.present(ours.issue()))

    assert claims.pop("cnf") == {"jwk": HOLDER.public_jwk()}
    assert claims == SHOWN


# --- changed copies ----------------------------------------------------------------------------------------------------


def _part(text: str, number: int, change: Callable[[dict[str, Any]], None]) -> str:
    """Change the payload of a token at position `number` between the '~'."""
    parts = text.split("~")
    header, payload, signature = parts[number].split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    change(claims)
    encoded = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    parts[number] = f"{header}.{encoded}.{signature}"
    return "~".join(parts)


def _signature(text: str, number: int) -> str:
    parts = text.split("~")
    at = parts[number].rindex(".") + 10
    other = "A" if parts[number][at] != "A" else "B"
    parts[number] = parts[number][:at] + other + parts[number][at + 1 :]
    return "~".join(parts)


def _without_first_disclosure(text: str) -> str:
    parts = text.split("~")
    return "~".join([parts[0], *parts[2:]])


def _first_disclosure(text: str, change: Callable[[str], str]) -> str:
    parts = text.split("~")
    parts[1] = change(parts[1])
    return "~".join(parts)


_ADDED = base64.urlsafe_b64encode(b'["lklxF5jMYlGTPUovMNIvCA", "role", "judge"]').rstrip(b"=").decode()

TAMPERED: dict[str, Callable[[str], str]] = {
    "the issuer's claims": lambda text: _part(text, 0, lambda claims: claims.update(exp=claims["exp"] + 1)),
    "the issuer's signature": lambda text: _signature(text, 0),
    "the nonce": lambda text: _part(text, -1, lambda claims: claims.update(nonce="other")),
    "the holder's signature": lambda text: _signature(text, -1),
    "a disclosure taken out": _without_first_disclosure,
    "a disclosure changed": lambda text: _first_disclosure(text, lambda one: one[:-8] + "ABCDEFGH"),
    "a disclosure put in": lambda text: _first_disclosure(text, lambda one: f"{_ADDED}~{one}"),
    "the binding taken off": lambda text: text[: text.rindex("~") + 1],
}


@pytest.mark.parametrize("tampering", TAMPERED)
@pytest.mark.parametrize("verifier", PARTIES)
@pytest.mark.parametrize("issuer", PARTIES)
def test_a_changed_copy_is_refused(party: Callable[[str], Party], issuer: str, verifier: str, tampering: str) -> None:
    presented = party("ours").present(party(issuer).issue())
    assert party(verifier).verify(presented)

    with pytest.raises((VcError, DidError) if verifier == "ours" else Exception):
        party(verifier).verify(TAMPERED[tampering](presented))
