"""The whole answer: keys, status and anchor looked up, one line each."""

from __future__ import annotations

import copy
import hashlib
import json
import warnings
from collections.abc import Mapping
from datetime import timedelta

import pytest

from agent.trust import TrustedIssuer, TrustList
from agent.verification import verify_credential
from anchoring.errors import ChainUnavailable, WrongChain
from anchoring.leaf import Kind, batch_leaf_hash, leaf_hash
from anchoring.memory import DevelopmentChainWarning, MemoryChain
from anchoring.merkle import Tree
from anchoring.proof import Anchor, AnchorProof, ProofState
from did.document import DidDocument
from did.errors import DidNotFound, FetchFailed, FetchRefused
from did.fetch import Response
from did.resolver import ResolutionResult, Resolver
from tests.vc.world import ISSUER, NOW, STATUS_LIST, KeyPair, World, document_of, method_of
from vc.canonical import jcs
from vc.policy import Policy
from vc.report import REQUIRED_CHECKS, Outcome, Verdict
from vc.status import bitstring

SALT = b"s" * 32


class WorldMethod:
    """did:web from the world's documents."""

    name = "web"

    def __init__(self, world: World) -> None:
        self.world = world

    def resolve(self, did, options=None) -> ResolutionResult:
        if str(did) not in self.world.documents:
            raise DidNotFound(str(did))
        return ResolutionResult(DidDocument.parse(self.world.documents[str(did)], str(did)))


class Scene:
    """A credential, its issuer, its status list, its anchor; each can be broken alone."""

    def __init__(self, *, chain_id: int = 137) -> None:
        self.world = World()
        self.credential = self.world.credential()
        self.status: Response | Exception = self.page(self.world.lists[STATUS_LIST])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DevelopmentChainWarning)
            self.chain = MemoryChain(chain_id=chain_id)
        self.asked: list[str] = []

    @staticmethod
    def page(body: Mapping, status: int = 200) -> Response:
        return Response(status, {}, json.dumps(body).encode(), STATUS_LIST)

    def fetch(self, url, *, accept, max_bytes=1_000_000, max_redirects=0) -> Response:
        self.asked.append(url)
        if isinstance(self.status, Exception):
            raise self.status
        return self.status

    def anchor(self, blocks: int = 3, kind: Kind = Kind.DOCUMENT) -> dict:
        """Anchor the credential; with no block it stays in the pool, with one it is mined, with more final."""
        digest = hashlib.sha256(jcs.canonicalize(self.credential)).digest()
        batch = Tree([leaf_hash(kind, SALT, digest), b"\1" * 32, b"\2" * 32])
        tree = Tree([b"\3" * 32, batch_leaf_hash(batch.size, batch.root)])
        self.chain.send(self.chain.sign_anchor(tree.root).raw)
        self.chain.mine(blocks)
        event = self.chain.find_anchor(tree.root)
        chain = f"eip155:{self.chain.chain_id}"
        state, anchor = ProofState.SUBMITTED, Anchor(chain, self.chain.contract, self.chain.account)
        if event is not None:
            state = ProofState.FINAL if self.chain.is_final(event.block) else ProofState.MINED
            anchor = Anchor.of_event(chain, event)
        levels = (batch.prove(0), tree.prove(1))
        return AnchorProof(kind, SALT, levels, tree.root, state, anchor).to_json()

    def verify(self, data=None, **more):
        more.setdefault("chain_for", lambda _chain: self.chain)
        return verify_credential(
            self.credential if data is None else data,
            policy=Policy(),
            now=NOW,
            resolver=Resolver([WorldMethod(self.world)], clock=lambda: NOW),
            fetch=self.fetch,
            **more,
        )


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_good_credential_without_an_anchor_is_verified(scene):
    report = scene.verify(json.dumps(scene.credential, ensure_ascii=False).encode())
    assert report.verdict is Verdict.VERIFIED
    assert tuple(check.name for check in report.checks) == REQUIRED_CHECKS
    assert scene.asked == [STATUS_LIST]


def test_a_final_anchor_says_since_when(scene):
    check = scene.verify(anchor_proof=scene.anchor()).check("anchor")
    assert check.outcome is Outcome.PASSED
    assert check.message == "The credential existed no later than 1 January 2026: Polygon PoS holds its anchor."
    assert check.detail["byIssuer"] is False
    assert check.detail["explorer"].startswith("https://polygonscan.com/tx/0x")


def test_the_issuers_own_account_is_recognized(scene):
    account = f"eip155:137:{scene.chain.account.upper().replace('X', 'x')}"
    scene.world.documents[ISSUER]["verificationMethod"].append(
        {
            "id": f"{ISSUER}#chain",
            "type": "EcdsaSecp256k1RecoveryMethod2020",
            "controller": ISSUER,
            "blockchainAccountId": account,
        }
    )
    check = scene.verify(anchor_proof=scene.anchor()).check("anchor")
    assert check.detail["byIssuer"] is True
    assert "The issuer's own account put it there." in check.message


def test_a_local_chain_is_said_to_prove_nothing():
    scene = Scene(chain_id=31337)
    check = scene.verify(anchor_proof=scene.anchor()).check("anchor")
    assert (check.outcome, check.code) == (Outcome.PASSED, "local-chain")
    assert check.message.endswith("it proves nothing to outsiders.")


@pytest.mark.parametrize(("blocks", "words"), [(0, "on its way"), (1, "could still replace")])
def test_an_anchor_on_its_way_is_undecided_and_changes_no_verdict(scene, blocks, words):
    report = scene.verify(anchor_proof=scene.anchor(blocks))
    check = report.check("anchor")
    assert (check.outcome, check.code, check.required) == (Outcome.UNDECIDED, "anchor-pending", False)
    assert words in check.message
    assert report.verdict is Verdict.VERIFIED


def test_a_proof_without_an_anchor_is_on_its_way(scene):
    proof = scene.anchor(0) | {"anchor": None}
    assert scene.verify(anchor_proof=proof).check("anchor").code == "anchor-pending"


def test_a_verifier_may_demand_an_anchor(scene):
    missing = scene.verify(require_anchor=True)
    assert missing.verdict is Verdict.NOT_VERIFIED
    assert missing.check("anchor").code == "anchor-missing"
    assert scene.verify(require_anchor=True, anchor_proof=scene.anchor(0)).verdict is Verdict.UNDECIDED
    scene.chain.mine(3)
    assert scene.verify(require_anchor=True, anchor_proof=scene.anchor()).verdict is Verdict.VERIFIED


def without_salt(proof):
    del proof["salt"]


def other(member):
    def change(proof):
        proof[member] = "0" * 63 + "1"

    return change


def in_anchor(**members):
    return lambda proof: proof["anchor"].update(members)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (without_salt, "anchor-malformed"),
        (other("salt"), "anchor-other-text"),
        (other("root"), "anchor-other-text"),
        (lambda proof: proof["levels"][0].update(treeSize=4), "anchor-other-text"),
        (lambda proof: proof.update(kind=2), "anchor-other-text"),
        (in_anchor(contract="0x" + "12" * 20), "anchor-contract-unknown"),
        (in_anchor(account="0x" + "12" * 20), "anchor-missing-on-chain"),
        (in_anchor(transaction="0x" + "12" * 32), "anchor-elsewhere"),
        (in_anchor(block=0), "anchor-elsewhere"),
        (in_anchor(time="2025-01-01T00:00:00Z"), "anchor-elsewhere"),
    ],
)
def test_a_wrong_anchor_proof_fails_the_report(scene, change, code):
    proof = copy.deepcopy(scene.anchor())
    change(proof)
    report = scene.verify(anchor_proof=proof)
    assert report.check("anchor").code == code
    assert report.verdict is Verdict.NOT_VERIFIED


def test_an_anchor_of_another_credential_fails(scene):
    proof = scene.anchor()
    changed = copy.deepcopy(scene.credential) | {"name": "Doctor of Everything"}
    report = scene.verify(changed, anchor_proof=proof)
    assert report.check("anchor").code == "anchor-other-text"
    assert report.check("proof").outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("chain_for", "code"),
    [
        (lambda _chain: None, "chain-not-known"),
        (lambda _chain: Broken(WrongChain(137, 1)), "chain-not-known"),
        (lambda _chain: Broken(ChainUnavailable("node did not answer")), "chain-unavailable"),
    ],
)
def test_a_chain_that_cannot_be_asked_leaves_the_report_undecided(scene, chain_for, code):
    report = scene.verify(anchor_proof=scene.anchor(), chain_for=chain_for)
    assert report.check("anchor").code == code
    assert report.verdict is Verdict.UNDECIDED


class Broken:
    chain_id = 137

    def __init__(self, error: Exception) -> None:
        self.error = error

    def require_registry(self, _contract):
        raise self.error


def test_a_node_that_is_behind_the_proof_is_no_evidence_against_it(scene):
    proof = scene.anchor()
    scene.chain.lose(scene.chain.head())
    report = scene.verify(anchor_proof=proof)
    assert report.check("anchor").code == "chain-unavailable"


def test_a_final_anchor_from_before_the_keys_compromise_keeps_the_credential_good(scene):
    revoked_at = NOW - timedelta(days=1)
    method = scene.world.documents[ISSUER]["verificationMethod"][0]
    method["revoked"] = f"{revoked_at:%Y-%m-%dT%H:%M:%SZ}"
    alone = scene.verify()
    proof = scene.anchor(1)
    mined = scene.verify(anchor_proof=proof)
    scene.chain.mine(3)
    anchored = scene.verify(anchor_proof=proof)
    assert alone.check("proof").outcome is Outcome.FAILED
    assert mined.check("proof").outcome is Outcome.FAILED, "that block may yet be replaced"
    assert anchored.check("proof").outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (FetchFailed("timed out"), "timed out"),
        (FetchRefused("address", "127.0.0.1 is private"), "private"),
        (Scene.page({}, 500), "HTTP status 500"),
        (Response(200, {}, b"<html>", STATUS_LIST), "cannot be read"),
    ],
)
def test_a_status_list_that_cannot_be_had_is_undecided(scene, status, why):
    scene.status = status
    report = scene.verify()
    assert report.verdict is Verdict.UNDECIDED
    assert why in report.check("status").detail["reason"]


def test_a_revoked_credential_stays_revoked_with_a_good_anchor(scene):
    index = int(scene.credential["credentialStatus"]["statusListIndex"])
    bitstring.set_(scene.world.bits, index, True)
    scene.world.publish_list()
    scene.status = scene.page(scene.world.lists[STATUS_LIST])
    report = scene.verify(anchor_proof=scene.anchor())
    assert report.check("status").code == "revoked"
    assert report.verdict is Verdict.NOT_VERIFIED


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\xff", "not-recognized"),
        (b"[]", "list"),
        (b'{"a":1,"a":2}', "unreadable"),
        (b"<html>", "web-page"),
    ],
)
def test_bytes_that_are_no_credential_get_a_report_too(scene, data, code):
    report = scene.verify(data, anchor_proof={"whatever": 1})
    assert report.verdict is Verdict.NOT_VERIFIED
    assert report.check("structure").code == code
    assert not scene.asked


@pytest.mark.parametrize("data", [{}, {"issuer": 7}, {"issuer": {"id": []}, "proof": "x", "validFrom": 3}])
def test_an_object_that_is_no_credential_gets_a_report_too(scene, data):
    trust = TrustList("this test", ())
    assert scene.verify(data, trust=trust, anchor_proof={"a": 1}).verdict is Verdict.NOT_VERIFIED


UNIVERSITY = TrustedIssuer(ISSUER, "Example University")


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ((UNIVERSITY,), None),
        ((), "issuer-not-listed"),
        ((TrustedIssuer(ISSUER, "x", types=frozenset({"Other"})),), "issuer-not-listed-for-type"),
        ((TrustedIssuer(ISSUER, "x", types=frozenset({"ExampleAlumniCredential"})),), None),
        ((TrustedIssuer(ISSUER, "x", until=NOW - timedelta(days=900)),), "issuer-not-listed-then"),
        ((TrustedIssuer(ISSUER, "x", since=NOW),), "issuer-not-listed-then"),
        ((TrustedIssuer(ISSUER, "x", since=NOW), UNIVERSITY), None),
    ],
)
def test_trust_is_the_verifiers_own_list(scene, entries, code):
    report = scene.verify(trust=TrustList("Test Agency", entries))
    check = report.check("trust")
    assert check.code == code
    assert report.verdict is Verdict.VERIFIED, "a list informs unless it is required"
    assert "Test Agency" in check.message

    strict = scene.verify(trust=TrustList("Test Agency", entries, required=True))
    assert (strict.verdict is Verdict.VERIFIED) is (code is None)


def test_an_issuer_may_publish_its_key_at_an_https_address(scene):
    # As Open Badges issuers do: the issuer's id is a web address, its keys are in the document there.
    page = "https://badges.example/issuer"
    pair = KeyPair(f"{page}#key")
    controller = {**document_of(page, [method_of(pair)]), "id": page}
    credential = scene.world.credential(issuer={"id": page, "type": ["Profile"], "name": "B"}, credentialStatus=None)
    signed = scene.world.secure({k: v for k, v in credential.items() if k != "proof"}, signer=pair)
    scene.status = Response(200, {"content-type": "application/json"}, json.dumps(controller).encode(), page)

    report = scene.verify(signed)
    assert report.check("issuer").outcome is Outcome.PASSED, report.check("issuer").message
    assert report.check("proof").outcome is Outcome.PASSED
    assert scene.asked == [page]

    scene.status = Response(200, {}, json.dumps({**controller, "assertionMethod": []}).encode(), page)
    assert scene.verify(signed).check("issuer").outcome is Outcome.FAILED
