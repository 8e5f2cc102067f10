"""The origin is chosen once; ports are taken or their holder named."""

import os
import socket

import pytest

from portal.supervisor import ports
from portal.supervisor.errors import OriginChanged, PortHeld
from portal.supervisor.origin import Origin, Wish, choose, freeze, read_origin


def _wish(**changes):
    values = {"host": "127.0.0.1", "default_port": ports.free_port(), "port": None, "tls": None, "public_url": None}
    return Wish(**(values | changes))


@pytest.fixture
def held():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_the_first_start_takes_the_next_port_when_none_was_asked_for(held):
    origin = choose(_wish(default_port=held), None)

    assert origin.port != held
    assert origin.url == f"http://localhost:{origin.port}"


def test_a_port_that_was_asked_for_is_never_replaced_and_its_holder_is_named(held):
    with pytest.raises(PortHeld, match=rf"port {held} is held by process {os.getpid()} \(.+\)"):
        choose(_wish(port=held), None)


def test_a_later_start_keeps_the_port_even_when_it_is_held(held):
    frozen = Origin(url=f"http://localhost:{held}", port=held, tls=False, is_local=True)

    with pytest.raises(PortHeld, match="is held by"):
        choose(_wish(), frozen)


def test_a_later_start_without_wishes_gets_the_same_origin(tmp_path):
    origin = choose(_wish(tls=True), None)
    freeze(tmp_path, origin)

    assert choose(_wish(), read_origin(tmp_path)) == origin
    assert (tmp_path / "node.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("change", [{"port": 1}, {"tls": True}, {"public_url": "https://other.example"}])
def test_an_origin_that_credentials_name_cannot_change(change):
    frozen = choose(_wish(), None)

    with pytest.raises(OriginChanged, match="credentials name") as caught:
        choose(_wish(**change), frozen)

    assert "DCP_DATA_DIR" in caught.value.fix


def test_behind_a_proxy_the_port_may_change():
    frozen = choose(_wish(public_url="https://node.example"), None)
    port = ports.free_port()

    again = choose(_wish(port=port), frozen)

    assert (again.url, again.port) == ("https://node.example", port)


def test_an_address_that_is_not_ours_is_refused_with_the_reason():
    with pytest.raises(PortHeld, match=r"cannot listen on 192\.0\.2\.1"):
        ports.is_free("192.0.2.1", 8000)
