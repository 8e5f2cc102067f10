"""SD-JWT VCs with five disclosures, ES256, beside the bare signature and @sd-jwt/sd-jwt-vc."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from agent.keys.local import LocalSigner
from did.document import VerificationMethod
from did.jwk import public_key_of
from did.keys import KeyType
from tests.bench.measure import Comparison, Result, Run, compare, over
from tests.bench.proofs import node_run
from tests.peers import ours
from tests.peers.keys import Key, make_key
from tests.peers.programs import PeerFailed, Program
from tests.peers.samples import NOW
from vc.policy import Policy
from vc.sd_jwt.disclosure import salt_of
from vc.sd_jwt.issue import ClaimPath, PreparedSdJwtVc
from vc.sd_jwt.issuer_key import IssuerKeys
from vc.sd_jwt.read import read
from vc.sd_jwt.verify import verify

RAW = "P-256 alone (cryptography, 64 bytes)"
SD_JWT_JS = "@sd-jwt/sd-jwt-vc 0.19.0"
VCT = "https://university.example/types/degree"
HIDDEN = ("name", "student_id", "email_hash", "result", "programme")
PATHS: tuple[ClaimPath, ...] = tuple((name,) for name in HIDDEN)


def measure(*, count: int, repeats: int) -> list[Result]:
    """`count` credentials for each contender and round; both issue the same claims with the same ones hidden.

    There is no status: the library would ask the network for its list while its time is taken.
    """
    key = make_key(KeyType.P256, controller="did:web:university.example", fragment="key-1")
    numbers = key.private.private_numbers()  # type: ignore[union-attr]
    signer = LocalSigner(numbers.private_value.to_bytes(32), KeyType.P256, key.verification_method)
    claims = [_claims(number, key.controller) for number in range(count)]
    prepared = PreparedSdJwtVc(signer, vct=VCT)

    def issue(one: dict[str, Any]) -> str:
        return prepared.secure(one, disclosable=PATHS, salt=_salt)

    secured = [issue(one) for one in claims]
    with Program("sd_jwt.mjs") as theirs:
        load = {"claims": claims, "frame": {"_sd": list(HIDDEN)}, "key": key.private_jwk(), "secured": secured}
        if not theirs.ask({"load": {**load, "kid": key.verification_method}})["ok"]:
            raise PeerFailed("the credentials could not be loaded")
        contenders: dict[str, Run] = {
            "issue": over(claims, issue),
            "sign": over([bytes(64)] * count * 5, signer.sign),
            "their issue": node_run(theirs, "issue"),
            "verify": over(secured, _verifier(key)),
            "check": _raw_verify(key, count * 5),
            "their verify": node_run(theirs, "verify"),
        }
        comparisons = [
            Comparison("issue.dc+sd-jwt", "issue", ["sign", "their issue"]),
            Comparison("verify.dc+sd-jwt", "verify", ["check", "their verify"]),
        ]
        results = compare(contenders, comparisons, repeats=repeats)
    names = {"sign": RAW, "check": RAW, "their issue": SD_JWT_JS, "their verify": SD_JWT_JS}
    return [Result(**{**vars(r), "reference": names[r.reference]}) for r in results]


def _salt() -> str:
    return salt_of(secrets.token_bytes(16))


def _claims(number: int, issuer: str) -> dict[str, Any]:
    start = int(ours.time_of(NOW).timestamp()) - 86_400 - number
    return {
        "iss": issuer,
        "vct": VCT,
        "iat": start,
        "nbf": start,
        "exp": start + 315_360_000,
        "issuer": {"name": "Example University", "url": "https://university.example"},
        "achievement": {
            "id": "urn:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "type": "BachelorDegree",
            "name": "Bachelor of Laws",
            "description": "Three years of study of law, with a thesis.",
            "criteria": {"narrative": "180 credits, all modules of the programme passed, a thesis defended."},
        },
        "awarded_date": "2026-06-30",
        "name": f"Graduate Ä {number}",
        "student_id": f"{number:07}",
        "email_hash": {"hash": f"sha256${number:064x}", "salt": f"{number:022}"},
        "result": f"{1 + number % 30 / 10:.1f}",
        "programme": "LL.B. Économie et droit",
    }


def _verifier(key: Key) -> Callable[[str], object]:
    """Reading, issuer's key, signature, disclosures, times; the issuer's document is at hand."""
    method = VerificationMethod(key.verification_method, "JsonWebKey", key.controller, public_key_of(key.public_jwk()))
    keys, now, policy = IssuerKeys(lambda _url, _purpose: method), ours.time_of(NOW), Policy()
    return lambda text: verify(read(text), keys=keys, now=now, policy=policy, binding=None)


def _raw_verify(key: Key, count: int) -> Run:
    private = key.private
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise TypeError("this key signs with another algorithm")
    message, public = bytes(64), private.public_key()
    signature = private.sign(message, ec.ECDSA(hashes.SHA256()))
    return over([message] * count, lambda data: public.verify(signature, data, ec.ECDSA(hashes.SHA256())))
