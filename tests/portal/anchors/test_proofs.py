"""What anchor.json says is confirmed by the library that strangers use, without a database."""

import hashlib
import json
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from agent.verification import verify_credential
from anchoring.errors import AnchorPending, InvalidInclusionProof
from anchoring.leaf import Kind
from anchoring.proof import AnchorProof, ProofState
from anchoring.verify import verify_anchor
from portal.anchors import proofs, service
from portal.anchors.models import Leaf
from portal.anchors.proofs import anchor_json, published_anchor_json
from portal.awards.service import revoke
from portal.db.session import tenant_session
from portal.keys.models import DidDocumentVersion
from portal.status_lists.models import StatusListVersion
from tests.factories import issue, make_tenant
from vc.canonical import jcs
from vc.policy import Policy
from vc.report import Outcome, Verdict


@pytest.fixture
def node(node_with_chain):
    return node_with_chain


def anchor(node):
    assert service.open_round(node) is not None
    service.advance_rounds(node)


def proof_of(node, credential):
    with tenant_session(node.app_engine, credential.tenant_id) as session:
        return anchor_json(session, credential.id)


def digest_of(data):
    return hashlib.sha256(jcs.canonicalize(json.loads(data))).digest()


def test_every_credential_of_every_tenant_is_proved(node):
    issued = [issue(node, make_tenant(node, slug), count) for slug, count in (("acme", 1), ("borg", 5), ("cyan", 4))]
    anchor(node)

    for batch in issued:
        for credential in batch.credentials:
            proof = AnchorProof.parse(proof_of(node, credential))
            evidence = verify_anchor(Kind.DOCUMENT, digest_of(credential.data), proof, node.chain)
            assert evidence.event.root == proof.root
            assert evidence.account_id.endswith(node.chain.account)
            assert proof.state is ProofState.FINAL


def test_a_proof_fits_its_own_credential_only(node):
    first, second = issue(node, make_tenant(node), 2).credentials
    anchor(node)
    proof = AnchorProof.parse(proof_of(node, first))

    for data in (second.data, first.data.replace(b"Person 0", b"Person 9")):
        with pytest.raises(InvalidInclusionProof):
            verify_anchor(Kind.DOCUMENT, digest_of(data), proof, node.chain)


def test_a_proof_grows_with_its_round(node, chain, clock):
    chain._automine = False
    credential = issue(node, make_tenant(node), 1).credentials[0]
    assert proof_of(node, credential) is None

    service.open_round(node)
    seen = [proof_of(node, credential)]
    service.advance_rounds(node)
    seen.append(proof_of(node, credential))
    with pytest.raises(AnchorPending):
        verify_anchor(Kind.DOCUMENT, digest_of(credential.data), AnchorProof.parse(seen[-1]), chain)
    chain.mine(1)
    clock.move(minutes=1)
    service.advance_rounds(node)
    seen.append(proof_of(node, credential))
    chain.mine(3)
    service.advance_rounds(node)
    seen.append(proof_of(node, credential))

    assert [each["state"] for each in seen] == ["submitted", "submitted", "mined", "final"]
    assert len({(each["root"], each["salt"]) for each in seen}) == 1
    assert "transaction" not in seen[1]["anchor"] or seen[1]["anchor"]["transaction"] is None
    assert seen[3]["anchor"]["transaction"] is not None


def test_erasing_the_salt_unlinks_the_credential(node):
    credential = issue(node, make_tenant(node), 2).credentials[0]
    anchor(node)
    with tenant_session(node.app_engine, credential.tenant_id) as session:
        session.execute(update(Leaf).where(Leaf.credential_id == credential.id).values(salt=None))

    assert proof_of(node, credential) is None


def test_another_tenant_gets_no_proof(node):
    acme, borg = make_tenant(node, "acme"), make_tenant(node, "borg")
    credential = issue(node, acme, 1).credentials[0]
    anchor(node)

    with tenant_session(node.app_engine, borg) as session:
        assert anchor_json(session, credential.id) is None


def test_published_versions_are_proved_each_on_its_own(node, clock):
    acme = make_tenant(node)
    public_id = issue(node, acme, 1).public_ids[0]
    revoke(node, public_id, reason=None, actor="test", now=clock.now)
    anchor(node)

    with tenant_session(node.app_engine, acme) as session:
        published = [(Kind.STATUS_LIST, row) for row in session.scalars(select(StatusListVersion))]
        published += [(Kind.DID_DOCUMENT, row) for row in session.scalars(select(DidDocumentVersion))]
        proofs_json = [published_anchor_json(session, row.id) for _kind, row in published]

    assert len(published) == 3
    for (kind, row), proof_json in zip(published, proofs_json, strict=True):
        assert verify_anchor(kind, digest_of(row.data), AnchorProof.parse(proof_json), node.chain)


def test_the_report_says_that_the_anchor_is_final(node):
    credential = issue(node, make_tenant(node), 1).credentials[0]
    anchor(node)

    report = verify_credential(
        credential.data, policy=Policy(), now=node.now(), resolver=node.resolver, fetch=node.fetch,
        chain_for=node.chain_for, anchor_proof=proof_of(node, credential),
    )  # fmt: skip

    assert report.verdict is Verdict.VERIFIED
    assert [check.outcome for check in report.checks if check.name == "anchor"] == [Outcome.PASSED]


def test_proofs_asked_for_at_once_are_all_answered(node):
    """The trees are shared between requests."""
    issued = issue(node, make_tenant(node), 20)
    anchor(node)
    expected = {credential.id: proof_of(node, credential) for credential in issued.credentials}
    faults = []
    for _ in range(5):
        proofs._tree.forget()
        barrier = Barrier(6)

        def ask(credential, barrier=barrier) -> None:
            barrier.wait()
            try:
                assert proof_of(node, credential) == expected[credential.id]
            except Exception as error:  # noqa: BLE001
                faults.append(error)

        threads = [Thread(target=ask, args=(credential,)) for credential in issued.credentials[:6]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert faults == []
