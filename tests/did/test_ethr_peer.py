"""The documents of did:ethr against those that npm's ethr-did-resolver 11.1.3 made of the same chain.

`data/ethr_history.json` holds both. The differences that we make on purpose are stated here, each once.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from did.errors import DidDeactivated, FeatureNotSupported, InvalidDid, InvalidOptions, ResolutionUnavailable
from did.methods.ethr import EthrMethod, EthrNetwork
from did.multikey import decode_multibase
from did.resolver import ResolutionOptions, Resolver

DATA = json.loads((Path(__file__).parent / "data" / "ethr_history.json").read_text())
ANSWERS = {json.dumps(call[:2]): call[2] for call in DATA["rpc"]}
NOW = datetime.fromtimestamp(DATA["now"], UTC)


def recorded(method, params):
    return ANSWERS[json.dumps([method, params])]


def resolver_for(rpc=recorded, chain_id=31337):
    method = EthrMethod({"0x7a69": EthrNetwork(chain_id, DATA["registry"], rpc)}, clock=lambda: NOW)
    return Resolver([method], clock=lambda: NOW)


def as_the_peer_shows_it(document):
    document = json.loads(json.dumps(document))
    # 1: a Multikey attribute is a publicKeyMultibase with us, hex there.
    for method in document["verificationMethod"]:
        if method["type"] == "Multikey":
            method["publicKeyHex"] = decode_multibase(method.pop("publicKeyMultibase")).hex()
    # 2: and so its context is there too.
    document["@context"] = document["@context"][:3]
    # 3: a number beyond 2^53 in a service is not rounded.
    for service in document.get("service", []):
        if service["serviceEndpoint"] == 9007199254740993:
            service["serviceEndpoint"] = 9007199254740992
        # 4: half a surrogate pair, which no UTF-8 can carry, stays escaped.
        if service["serviceEndpoint"] == '"\\ud800"':
            service["serviceEndpoint"] = "\ud800"
    return document


@pytest.mark.parametrize("entry", DATA["documents"], ids=lambda entry: entry["did"])
def test_the_document_is_the_peer_s(entry):
    result = resolver_for().resolve(entry["did"])
    assert result.document_metadata == entry["metadata"]
    if result.document is None:
        # 5: DID Resolution gives no document for a deactivated DID; the peer gives an empty one.
        assert entry["document"]["verificationMethod"] == []
        assert entry["metadata"]["deactivated"] is True
    else:
        assert as_the_peer_shows_it(result.document.json) == entry["document"]


def test_a_deactivated_did_has_no_document():
    with pytest.raises(DidDeactivated):
        resolver_for().require_document(DATA["documents"][4]["did"])


@pytest.mark.parametrize(
    "did",
    [
        "did:ethr:0x7a69",
        "did:ethr:0x7a69:0x12",
        "did:ethr:0x7a69:0x" + "g" * 40,
        "did:ethr:0x7a69:0x02" + "f" * 64,
        "did:ethr:0x7a69:0x05" + "1" * 64,
        "did:ethr:0x7a69:" + "1" * 40,
    ],
)
def test_what_is_no_did_ethr_is_refused(did):
    with pytest.raises(InvalidDid):
        resolver_for().require_document(did)


@pytest.mark.parametrize("version", ["x", "-1", "1.5", "²", "1" * 19, ""])
def test_a_version_is_a_block_number(version):
    result = resolver_for().resolve(DATA["documents"][0]["did"], ResolutionOptions(version_id=version))
    assert result.resolution_metadata["error"]["type"] == InvalidOptions.problem_type


def test_a_time_is_no_version():
    result = resolver_for().resolve(DATA["documents"][0]["did"], ResolutionOptions(version_time=NOW))
    assert result.resolution_metadata["error"]["type"] == FeatureNotSupported.problem_type


def lying(method, answer):
    def rpc(name, params):
        return answer if name == method else recorded(name, params)

    return rpc


LOG = next(call[2][0] for call in DATA["rpc"] if call[0] == "eth_getLogs")


@pytest.mark.parametrize(
    "rpc",
    [
        lying("eth_chainId", "0x1"),
        lying("eth_chainId", 31337),
        lying("eth_chainId", None),
        lying("eth_call", "0x"),
        lying("eth_call", None),
        lying("eth_call", "0xzz"),
        lying("eth_getLogs", []),
        lying("eth_getLogs", None),
        lying("eth_getLogs", [{**LOG, "data": "0x00"}]),
        lying("eth_getLogs", [{**LOG, "data": None}]),
        lying("eth_getLogs", [{**LOG, "topics": []}]),
        lying("eth_getLogs", [{}]),
        lying("eth_getBlockByNumber", None),
        lying("eth_getBlockByNumber", {"timestamp": "soon"}),
        lying("eth_getBlockByNumber", {}),
    ],
)
def test_a_node_that_answers_nonsense_is_no_answer(rpc):
    """Undecided, never an empty document: an attacker who cuts the history off must not hide a revocation."""
    with pytest.raises(ResolutionUnavailable):
        resolver_for(rpc).require_document(DATA["documents"][0]["did"])


class Unreachable(Exception):
    pass


@pytest.mark.parametrize("error", [Unreachable, OSError, TimeoutError, ConnectionRefusedError])
def test_a_node_that_does_not_answer_is_no_answer(error):
    def rpc(name, params):
        raise error("why")

    network = EthrNetwork(31337, DATA["registry"], rpc, rpc_errors=(Unreachable,))
    resolver = Resolver([EthrMethod({"0x7a69": network}, clock=lambda: NOW)], clock=lambda: NOW)
    with pytest.raises(ResolutionUnavailable, match="why"):
        resolver.require_document(DATA["documents"][0]["did"])


def test_a_history_without_end_is_cut_off(monkeypatch):
    monkeypatch.setattr("did.methods.ethr.MAX_CHANGES", 3)
    with pytest.raises(ResolutionUnavailable, match="more than 3"):
        resolver_for().require_document(DATA["documents"][0]["did"])


def test_an_event_of_another_kind_is_passed_over():
    strange = {**LOG, "topics": ["0x" + "12" * 32, *LOG["topics"][1:]]}

    def rpc(method, params):
        logs = recorded(method, params)
        return [*logs, strange] if method == "eth_getLogs" else logs

    did = DATA["documents"][0]["did"]
    assert resolver_for(rpc).require_document(did).json == resolver_for().require_document(did).json
