"""Canonical forms, issuing and verifying with eddsa-rdfc-2022, beside raw signatures and other people's libraries."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import nacl.bindings
import nacl.signing
from pyld import jsonld

from agent.issuance.issue import CredentialIssuer
from agent.keys.local import LocalSigner
from did.keys import KeyType
from did.methods.key import KeyMethod
from did.resolver import Resolver
from tests.bench.measure import Comparison, Result, Run, compare, over
from tests.bench.shapes import badge_in_own_shape
from tests.peers import ours
from tests.peers.keys import Key, make_key
from tests.peers.programs import PeerFailed, Program
from tests.peers.samples import CREATED, NOW, unsecured_badge
from vc.canonical import rdf
from vc.errors import StatusUnavailable
from vc.loader import load_context
from vc.policy import Policy
from vc.proofs.data_integrity import PreparedProof
from vc.report import Verdict
from vc.verify import verify

SUITE = "eddsa-rdfc-2022"
RAW = "Ed25519 alone (PyNaCl, 64 bytes)"
DIGITAL_BAZAAR = "@digitalbazaar/vc 7.3.0"
JSONLD_JS = "jsonld.js 9.0.0 + rdf-canonize 5.0.0"
PYLD = "PyLD 3.3"


def measure(*, count: int, repeats: int) -> list[Result]:
    """`count` credentials for each contender and round."""
    key = make_key(KeyType.ED25519)
    private = key.private.private_bytes_raw()  # type: ignore[union-attr]
    signer = LocalSigner(private, KeyType.ED25519, key.verification_method)
    one_shape = [unsecured_badge(number, key.controller) for number in range(count)]
    own_shapes = [badge_in_own_shape(number, key.controller) for number in range(count)]
    prepare = functools.partial(PreparedProof, signer=signer, cryptosuite=SUITE, created=ours.time_of(CREATED))
    secured = [prepare().secure(credential) for credential in one_shape]
    secured_in_own_shape = [prepare().secure(credential) for credential in own_shapes]
    _check_same_bytes(one_shape[:20])
    with Program("speed.mjs") as known, Program("speed.mjs") as unknown:
        _load(known, key, one_shape, secured)
        _load(unknown, key, own_shapes, secured_in_own_shape)
        # PyLD is slow enough that a fifth of the credentials tells its speed.
        contenders: dict[str, Run] = {
            "canonicalize": over(one_shape, rdf.canonicalize),
            PYLD: over(one_shape[: max(1, count // 5)], _canonicalize_with_pyld),
            JSONLD_JS: node_run(known, "canonize"),
            "issue": over(one_shape, CredentialIssuer(signer, SUITE, ours.time_of(CREATED)).issue),
            "secure": over(one_shape, prepare().secure),
            "sign": raw_sign(private, count * 10),
            "their issue": node_run(known, "issue"),
            "verify known": over(secured, _verifier()),
            "verify unknown": over(secured_in_own_shape, _verifier()),
            "check": raw_verify(private, count * 10),
            "their verify known": node_run(known, "verify"),
            "their verify unknown": node_run(unknown, "verify"),
        }
        comparisons = [
            Comparison("canonicalize.rdfc", "canonicalize", [PYLD, JSONLD_JS]),
            Comparison(f"issue.{SUITE}", "issue", ["sign", "their issue"]),
            Comparison(f"secure.{SUITE}", "secure", ["sign", "their issue"]),
            Comparison(f"verify.{SUITE}.known", "verify known", ["check", "their verify known"]),
            Comparison(f"verify.{SUITE}.unknown", "verify unknown", ["check", "their verify unknown"]),
        ]
        results = compare(contenders, comparisons, repeats=repeats)
    names = {"sign": RAW, "check": RAW} | {name: DIGITAL_BAZAAR for name in contenders if name.startswith("their")}
    return [Result(**{**vars(r), "reference": names.get(r.reference, r.reference)}) for r in results]


def measure_jcs(*, count: int, repeats: int) -> list[Result]:
    """The same credentials under eddsa-jcs-2022. `issue` does what the other library does; `issue-checked` is production,
    which also holds the draft to the rules of Open Badges and to its vocabulary, and checks each signature.
    """
    suite = "eddsa-jcs-2022"
    key = make_key(KeyType.ED25519)
    private = key.private.private_bytes_raw()  # type: ignore[union-attr]
    signer = LocalSigner(private, KeyType.ED25519, key.verification_method)
    badges = [unsecured_badge(number, key.controller) for number in range(count)]
    prepared = PreparedProof(signer=signer, cryptosuite=suite, created=ours.time_of(CREATED))
    secured = [prepared.secure(badge) for badge in badges]
    with Program("speed.mjs") as theirs:
        _load(theirs, key, badges, secured, suite)
        contenders: dict[str, Run] = {
            "issue": over(badges, CredentialIssuer(signer, suite, ours.time_of(CREATED)).issue),
            "secure": over(badges, prepared.secure),
            "sign": raw_sign(private, count * 10),
            "their issue": node_run(theirs, "issue"),
            "verify": over(secured, _verifier()),
            "check": raw_verify(private, count * 10),
            "their verify": node_run(theirs, "verify"),
        }
        comparisons = [
            Comparison(f"issue.{suite}", "secure", ["sign", "their issue"]),
            Comparison(f"issue-checked.{suite}", "issue", ["sign", "their issue"]),
            Comparison(f"verify.{suite}", "verify", ["check", "their verify"]),
        ]
        results = compare(contenders, comparisons, repeats=repeats)
    names = {"sign": RAW, "check": RAW, "their issue": DIGITAL_BAZAAR, "their verify": DIGITAL_BAZAAR}
    return [Result(**{**vars(r), "reference": names[r.reference]}) for r in results]


def _verifier() -> Callable[[Any], None]:
    """The whole pipeline of `vc.verify`; the issuer's document is at hand, as it is for the others."""
    now = ours.time_of(NOW)
    get_key = ours.key_finder(Resolver([KeyMethod()], cache_s=300, clock=lambda: now))

    def fetch_status(url: str) -> Any:
        raise StatusUnavailable(url)

    def check(credential: Any) -> None:
        report = verify(credential, policy=Policy(), now=now, get_key=get_key, fetch_status=fetch_status)
        if report.verdict is not Verdict.VERIFIED:
            raise AssertionError(report.to_json())

    return check


def raw_sign(private: bytes, count: int) -> Run:
    """Ed25519 over 64 bytes, and nothing else."""
    _, secret = nacl.bindings.crypto_sign_seed_keypair(private)
    return over([bytes(64)] * count, lambda data: nacl.bindings.crypto_sign(data, secret))


def raw_verify(private: bytes, count: int) -> Run:
    """The reverse."""
    key = nacl.signing.SigningKey(private)
    message = bytes(64)
    signature = key.sign(message).signature
    return over([message] * count, lambda data: key.verify_key.verify(data, signature))


def node_run(program: Program, what: str) -> Run:
    """One of the runs that a Node program offers, by its own stopwatch."""

    def run() -> tuple[float, int]:
        answer = program.ask({"run": what}, timeout_s=600)
        if not answer["ok"]:
            raise PeerFailed(f"{what}: {answer['errors']}")
        return answer["seconds"], answer["count"]

    return run


def _load(program: Program, key: Key, credentials: list[Any], secured: list[Any], suite: str = SUITE) -> None:
    load = {
        "credentials": credentials,
        "secured": secured,
        "suite": suite,
        "key": key.for_node(),
        "created": CREATED,
        "now": NOW,
        "documents": {key.controller: _document(key)},
    }
    if not program.ask({"load": load})["ok"]:
        raise PeerFailed("the credentials could not be loaded")


def _document(key: Key) -> dict[str, Any]:
    return dict(Resolver([KeyMethod()], clock=lambda: ours.time_of(NOW)).require_document(key.controller).json)


def _canonicalize_with_pyld(document: dict[str, Any]) -> Any:
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _pyld_loader}
    return jsonld.normalize(document, options)


def _pyld_loader(url: str, options: Any) -> dict[str, Any]:
    return {"contextUrl": None, "documentUrl": url, "document": load_context(url), "tag": "static"}


def _check_same_bytes(credentials: list[dict[str, Any]]) -> None:
    """What is compared must be the same work; PyLD writes some characters differently, so it gets plain ones."""
    for credential in credentials:
        if credential["name"].isprintable() and rdf.canonicalize(credential).decode() != _canonicalize_with_pyld(
            credential
        ):
            raise AssertionError("PyLD's canonical form is another one")
