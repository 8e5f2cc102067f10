"""Sending a body to a stranger's address: the rules of asking, and no redirect."""

import pytest

from did.errors import FetchFailed, FetchRefused
from did.fetch import HttpsFetcher
from tests.did.test_fetch import OK, fetcher, says, server

MOVED = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/elsewhere\r\n\r\n"


def test_a_body_arrives_with_its_headers():
    with server(says(OK)) as (port, asked):
        response = fetcher().post(
            f"http://127.0.0.1:{port}/hook", body=b'{"type":"x"}', headers={"webhook-id": "msg_1"}
        )

    head, _, body = asked[0].partition(b"\r\n\r\n")
    assert (response.status, body) == (200, b'{"type":"x"}')
    assert head.startswith(b"POST /hook HTTP/1.1\r\n")
    assert b"webhook-id: msg_1" in head
    assert b"Content-Length: 12" in head
    assert b"\r\nAccept:" not in head


def test_a_redirect_is_an_answer_and_is_not_followed():
    with server(says(MOVED)) as (port, asked):
        response = fetcher().post(f"http://127.0.0.1:{port}/hook", body=b"{}", headers={})

    assert (response.status, len(asked)) == (307, 1)


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1"])
def test_addresses_that_are_not_public_get_nothing(address):
    sender = HttpsFetcher(timeout_s=5, resolve=lambda _host, _port: [address])

    with pytest.raises(FetchRefused, match="not a public address"):
        sender.post("https://hooks.example/x", body=b"{}", headers={})


def test_a_receiver_that_does_not_answer_is_given_up():
    def silent(_connection, stopped):
        stopped.wait(5)

    with server(silent) as (port, _), pytest.raises(FetchFailed, match=r"did not answer in 0\.3 s"):
        fetcher(0.3).post(f"http://127.0.0.1:{port}/hook", body=b"{}", headers={})


def test_a_long_answer_is_not_read():
    long = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5_000

    with server(says(long)) as (port, _), pytest.raises(FetchFailed, match="more than 1000 bytes"):
        fetcher().post(f"http://127.0.0.1:{port}/hook", body=b"{}", headers={}, max_bytes=1_000)
