"""Credentials as JWT, beside the bare signature and did-jwt-vc."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agent.keys.local import LocalSigner
from did.document import DidDocument, Relationship
from did.keys import KeyType
from tests.bench.measure import Comparison, Result, Run, compare, over
from tests.bench.proofs import RAW, node_run, raw_sign, raw_verify
from tests.peers import ours
from tests.peers.keys import Key, make_key
from tests.peers.programs import PeerFailed, Program
from tests.peers.samples import NOW, unsecured_badge
from tests.peers.tokens import document_of
from vc import jose
from vc.jose.claims import claims_of
from vc.jose.jwt_vc_json import as_v1
from vc.policy import Policy

DID_JWT_VC = "did-jwt-vc 4.0.16"


def measure(*, count: int, repeats: int) -> list[Result]:
    """`count` credentials for each contender and round; what both issue is the same payload."""
    key = make_key(KeyType.ED25519, controller="did:web:university.example", fragment="key-1")
    private = key.private.private_bytes_raw()  # type: ignore[union-attr]
    signer = LocalSigner(private, KeyType.ED25519, key.verification_method)
    now = ours.time_of(NOW)
    badges = [unsecured_badge(number, key.controller) for number in range(count)]
    prepared = jose.PreparedJwtVcJson(signer)
    tokens = [prepared.secure(badge, now=now) for badge in badges]
    with Program("jwt_vc.mjs") as theirs:
        _load(theirs, key, [{**claims_of(badge), "vc": as_v1(badge)} for badge in badges], tokens)
        contenders: dict[str, Run] = {
            "issue": over(badges, lambda badge: prepared.secure(badge, now=now)),
            "sign": raw_sign(private, count * 10),
            "their issue": node_run(theirs, "issue"),
            "verify": over(tokens, _verifier(key)),
            "check": raw_verify(private, count * 10),
            "their verify": node_run(theirs, "verify"),
        }
        comparisons = [
            Comparison("issue.jwt_vc_json", "issue", ["sign", "their issue"]),
            Comparison("verify.jwt_vc_json", "verify", ["check", "their verify"]),
        ]
        results = compare(contenders, comparisons, repeats=repeats)
    names = {"sign": RAW, "check": RAW, "their issue": DID_JWT_VC, "their verify": DID_JWT_VC}
    return [Result(**{**vars(r), "reference": names[r.reference]}) for r in results]


def _verifier(key: Key) -> Callable[[str], object]:
    """Reading, agreement of claims and document, binding, signature, times; the issuer's document is at hand."""
    document = DidDocument.parse(document_of(key), key.controller)
    now, policy = ours.time_of(NOW), Policy()

    def get_key(url: str, purpose: str) -> Any:
        return document.require_method(url, Relationship(purpose))

    def list_keys(_controller: str, purpose: str) -> Any:
        return document.methods(Relationship(purpose))

    def check(token: str) -> object:
        return jose.verify(jose.read(token), get_key=get_key, list_keys=list_keys, now=now, policy=policy)

    return check


def _load(program: Program, key: Key, payloads: list[Any], tokens: list[str]) -> None:
    load = {
        "payloads": payloads,
        "tokens": tokens,
        "key": key.for_node(),
        "document": document_of(key),
        "now": int(ours.time_of(NOW).timestamp()),
    }
    if not program.ask({"load": load})["ok"]:
        raise PeerFailed("the credentials could not be loaded")
