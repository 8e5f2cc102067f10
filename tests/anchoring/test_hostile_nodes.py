"""Nodes that are down, slow, wrong, of another chain, or lying."""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchoring.chain import EvmChain
from anchoring.errors import AnchoringError, ChainUnavailable, SubmissionUncertain, WrongChain
from anchoring.networks import Network
from anchoring.reader import EvmReader
from anchoring.rpc import JsonRpc
from tests.fixtures.chain import ANCHOR_KEY, anchor_root

ROOT = b"\x42" * 32
FIELDS = ["number", "hash", "timestamp", "topics", "address", "blockHash", "blockNumber", "transactionHash"]
FIELDS += ["status", "gasUsed", "contractAddress", "baseFeePerGas", "removed"]


@pytest.mark.parametrize(("effect"), ["head", "finalized_block"])
def test_a_dead_node_is_unavailable_and_its_key_is_not_shown(anvil, effect):
    url = anvil.url.replace("127.0.0.1", "user:secret@127.0.0.1") + "/v2/secretkey"
    reader = EvmReader(url, chain_id=31337)
    anvil.kill()
    with pytest.raises(ChainUnavailable, match="did not answer") as caught:
        getattr(reader, effect)()
    error: BaseException | None = caught.value
    while error is not None:
        assert "secret" not in str(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


class Scripted(BaseHTTPRequestHandler):
    """Answers every POST with the server's next (status, body)."""

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        status, body = self.server.answers.pop(0)
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        if status in {301, 302, 307}:
            self.send_header("location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


@pytest.fixture
def scripted():
    server = HTTPServer(("127.0.0.1", 0), Scripted)
    server.answers = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


CHAIN_ID = (200, b'{"jsonrpc":"2.0","id":1,"result":"0x7a69"}')


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((429, b"slow down"), "HTTP status 429"),
        ((302, b""), "HTTP status 302"),
        ((500, b"{}"), "HTTP status 500"),
        ((200, b"<html>"), "no JSON-RPC"),
        ((200, b"[]"), "no JSON-RPC"),
        ((200, b'{"id":2}'), "neither result nor error"),
        ((200, b'{"id":99,"result":"0x1"}'), "another question"),
        ((200, b'{"id":2,"error":{"code":-32000,"message":"pruned"}}'), "pruned"),
        ((200, b'{"id":2,"result":"many"}'), "no number"),
        ((200, b'{"id":2,"result":null}'), "no number"),
    ],
)
def test_every_useless_answer_is_unavailable(scripted, answer, why):
    scripted.answers = [CHAIN_ID, answer]
    reader = EvmReader(f"http://127.0.0.1:{scripted.server_port}", chain_id=31337)
    with pytest.raises(ChainUnavailable, match=why):
        reader.head()


@pytest.mark.parametrize(
    "answer",
    [
        (502, b""),
        (200, b'{"id":2,"error":{"code":-32603,"message":"internal"}}'),
        (200, b'{"id":2,"error":{"code":-32000,"message":"request timed out"}}'),
        (200, b'{"id":2,"result":"0x00"}'),
    ],
)
def test_a_send_without_a_clear_answer_is_uncertain(scripted, answer):
    scripted.answers = [CHAIN_ID, answer]
    chain = EvmChain(f"http://127.0.0.1:{scripted.server_port}", chain_id=31337, private_key=ANCHOR_KEY)
    with pytest.raises(SubmissionUncertain, match="no answer for transaction 0x"):
        chain.send(os.urandom(40))


@pytest.mark.parametrize("member", ["address", "topics", "blockHash", "sender"])
def test_a_log_that_does_not_fit_the_question_is_not_believed(chain, anvil, member):
    anchor_root(chain, anvil, ROOT)
    node = JsonRpc(anvil.url)

    def lying(method, params):
        answer = node(method, params)
        if method == "eth_getLogs":
            if member == "topics":
                answer[0]["topics"][2] = "0x" + "00" * 32
            elif member == "sender":
                answer[0]["topics"][1] = "0x" + "00" * 32
            else:
                answer[0][member] = "0x" + "00" * (20 if member == "address" else 32)
        return answer

    lying.host = "liar"
    reader = EvmReader(lying, chain_id=31337, contract=chain.contract)
    with pytest.raises(ChainUnavailable):
        reader.find_anchor(ROOT, account=chain.account)


def test_one_of_two_nodes_may_be_down_or_useless(chain, anvil, scripted):
    anchor_root(chain, anvil, ROOT)
    useless = f"http://127.0.0.1:{scripted.server_port}"
    scripted.answers = [(503, b"")] * 40
    dead = "http://127.0.0.1:1"
    pair = EvmChain([dead, useless, anvil.url], chain_id=31337, private_key=ANCHOR_KEY, contract=chain.contract)
    assert pair.find_anchor(ROOT) == chain.find_anchor(ROOT)
    other = b"\x44" * 32
    assert anchor_root(pair, anvil, other) == chain.find_anchor(other).transaction
    with pytest.raises(
        ChainUnavailable, match=r"ConnectionError; 127\.0\.0\.1 answered eth_chainId with HTTP status 503"
    ):
        EvmReader([dead, useless], chain_id=31337).head()


def test_a_second_node_of_another_chain_is_not_believed(start_anvil):
    other = start_anvil("--no-mining")
    with pytest.raises(WrongChain):
        EvmReader(["http://127.0.0.1:1", other.url], chain_id=80002).head()


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=70) | st.sampled_from(["0x1", "0x" + "11" * 32]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=8),
    max_leaves=12,
)
QUESTIONS = [
    lambda chain: chain.head(),
    lambda chain: chain.finalized_block(),
    lambda chain: chain.receipt("0x" + "11" * 32),
    lambda chain: chain.find_anchors(ROOT, account=chain.account, near=5),
    lambda chain: chain.find_anchors(ROOT),
    lambda chain: chain.require_registry("0x" + "22" * 20),
    lambda chain: chain.mined_nonces(final=True),
    lambda chain: chain.sign_anchor(ROOT),
    lambda chain: chain.send(b"\x02"),
    lambda chain: chain.send_call("0x" + "22" * 20, b""),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(junk, min_size=1, max_size=4), st.sampled_from(QUESTIONS), st.sampled_from([None, 10]))
def test_whatever_a_node_answers_only_our_errors_come_out(answers, question, span):
    replies = itertools.cycle(answers)

    def node(method, _params):
        return "0x7a69" if method == "eth_chainId" else next(replies)

    node.host = "node"
    network = Network(31337, "x", max_log_range=span)
    chain = EvmChain(node, chain_id=31337, private_key=ANCHOR_KEY, contract="0x" + "11" * 20, network=network)
    with contextlib.suppress(AnchoringError):
        question(chain)
