"""What a stranger's URL can try, and that nothing is ever connected."""

import time

import httpcore
import pytest

from did.errors import FetchFailed, FetchRefused, InvalidDid
from did.fetch import HttpsFetcher
from did.methods.web import WebMethod
from did.url import Did
from tests.attacks.did_addresses import NAMES, PUBLIC, REDIRECTS, SPELLINGS, TRICKS, Case
from tests.attacks.without_rules import PAGE, Names, Network, redirect_to


def attempt(case: Case, **options):
    network = Network(PAGE)
    names = Names(case.resolves_to)
    fetch = HttpsFetcher(timeout_s=5, resolve=names, network=network, **options)
    try:
        fetch(case.url, accept="*/*")
    except FetchRefused as error:
        return error.rule, network.connected
    return "allowed", network.connected


def identify(case: Case) -> str:
    return f"{case.rule} {case.url[:60]!r} {' '.join(case.resolves_to)}"


@pytest.mark.parametrize("case", SPELLINGS + TRICKS + NAMES, ids=identify)
def test_a_forbidden_address_is_refused_by_its_rule_and_not_connected(case):
    assert attempt(case) == (case.rule, [])


WRITABLE = [case for case in SPELLINGS if "[" not in case.url]


@pytest.mark.parametrize("case", WRITABLE, ids=identify)
def test_a_did_web_of_the_same_host_is_refused_too(case):
    network = Network(PAGE)
    method = WebMethod(HttpsFetcher(timeout_s=5, resolve=Names(case.resolves_to), network=network))
    with pytest.raises((InvalidDid, FetchRefused)):
        method.resolve(Did("web", case.url.removeprefix("https://").split("/")[0]))
    assert network.connected == []


def test_there_are_as_many_cases_as_promised():
    cases = SPELLINGS + TRICKS + NAMES
    assert len({(case.url, case.resolves_to) for case in cases}) == len(cases) >= 60
    assert all(case.source for case in cases + REDIRECTS)


@pytest.mark.parametrize(
    "url",
    [
        "https://issuer.example",
        "https://issuer.example/a/b?c=d#e",
        "https://ISSUER.example:8443/",
        "https://93.184.215.14/",
        "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
        "https://xn--bcher-kva.example/",
        "https://a_b.issuer.example/",
        "https://172.32.0.1/",
        "https://11.0.0.1/",
        "https://100.128.0.1/",
        "https://169.253.0.1/",
        "https://[2003::1]/",
        "https://1password.example/",
    ],
)
def test_public_addresses_are_asked(url):
    assert attempt(Case(url, "", "")) == ("allowed", [attempt(Case(url, "", ""))[1][0]])


def test_a_name_is_resolved_once_and_that_address_is_connected():
    """Rebinding: the second answer, which an ordinary client would ask for to connect, is inside."""
    names = Names([PUBLIC], ["127.0.0.1"])
    network = Network(PAGE)
    response = HttpsFetcher(timeout_s=5, resolve=names, network=network)("https://issuer.example/", accept="*/*")
    assert response.body == b"{}"
    assert names.asked == ["issuer.example"]
    assert network.connected == [(PUBLIC, 443)]


@pytest.mark.parametrize("case", REDIRECTS, ids=identify)
def test_a_redirect_is_checked_like_a_first_url(case):
    network = Network(redirect_to(case.url), PAGE)
    fetch = HttpsFetcher(timeout_s=5, resolve=Names([PUBLIC], list(case.resolves_to)), network=network)
    with pytest.raises(FetchRefused) as caught:
        fetch("https://issuer.example/", accept="*/*", max_redirects=3)
    assert caught.value.rule == case.rule
    assert len(network.connected) == 1


def test_a_redirect_is_resolved_anew_and_the_rebound_name_is_refused():
    network = Network(redirect_to("/again"), PAGE)
    names = Names([PUBLIC], ["127.0.0.1"])
    with pytest.raises(FetchRefused) as caught:
        HttpsFetcher(timeout_s=5, resolve=names, network=network)(
            "https://issuer.example/", accept="*/*", max_redirects=1
        )
    assert caught.value.rule == "loopback"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_as_often_as_allowed(status):
    def run(hops, allowed):
        network = Network(*[redirect_to(f"/{hop}", status) for hop in range(hops)], PAGE)
        fetch = HttpsFetcher(timeout_s=5, resolve=Names([PUBLIC]), network=network)
        return fetch("https://issuer.example/", accept="*/*", max_redirects=allowed).url

    assert run(2, 2) == "https://issuer.example/1"
    with pytest.raises(FetchRefused) as caught:
        run(3, 2)
    assert caught.value.rule == "redirect"
    with pytest.raises(FetchRefused):
        run(1, 0)


def test_did_web_follows_none():
    network = Network(redirect_to("https://elsewhere.example/did.json"), PAGE)
    method = WebMethod(HttpsFetcher(timeout_s=5, resolve=Names([PUBLIC]), network=network))
    with pytest.raises(FetchRefused) as caught:
        method.resolve(Did.parse("did:web:issuer.example"))
    assert caught.value.rule == "redirect"
    assert len(network.connected) == 1


def test_a_redirect_status_without_a_location_is_an_answer():
    network = Network(b"HTTP/1.1 304 Not Modified\r\n\r\n")
    fetch = HttpsFetcher(timeout_s=5, resolve=Names([PUBLIC]), network=network)
    assert fetch("https://issuer.example/", accept="*/*").status == 304


class TestLoopbackIsConfigured:
    """`dcp up` on one machine."""

    @pytest.mark.parametrize(
        ("url", "connected"),
        [
            ("http://127.0.0.1:8000/x", ("127.0.0.1", 8000)),
            ("https://127.0.0.1:8443/x", ("127.0.0.1", 8443)),
            ("http://[::1]:80/x", ("::1", 80)),
            ("http://localhost/x", ("127.0.0.1", 80)),
        ],
    )
    def test_this_machine_is_asked(self, url, connected):
        case = Case(url, "", "", ("127.0.0.1",))
        assert attempt(case, allow_loopback=True) == ("allowed", [connected])

    @pytest.mark.parametrize(
        ("url", "answers", "rule"),
        [
            ("http://issuer.example/", (PUBLIC,), "scheme"),
            ("http://issuer.example/", (PUBLIC, "127.0.0.1"), "scheme"),
            ("https://10.0.0.1/", (), "private-10"),
            ("https://[::ffff:127.0.0.1]/", (), "v4-mapped"),
            ("https://0.0.0.0/", (), "this-network"),
            ("https://127.1/", (), "ambiguous-address"),
            ("https://localhost/", ("10.0.0.1",), "private-10"),
            ("ftp://localhost/", ("127.0.0.1",), "scheme"),
            ("http://169.254.169.254/", (), "link-local"),
        ],
    )
    def test_and_nothing_else_is_opened_by_it(self, url, answers, rule):
        assert attempt(Case(url, rule, "", answers), allow_loopback=True) == (rule, [])


def test_a_name_without_an_address_is_no_answer():
    with pytest.raises(FetchFailed, match="no address"):
        HttpsFetcher(timeout_s=5, resolve=Names([]), network=Network())("https://issuer.example/", accept="*/*")


PAGES = {
    "gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b",
    "large": b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 11,
    "redirect": redirect_to("/x"),
    "cut": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
}


@pytest.mark.parametrize(
    ("url", "answers", "page", "message"),
    [
        ("https://issuer.example/", [], "", "issuer.example has no address"),
        ("https://issuer.example/", ["1.1"], "", "issuer.example leads to '1.1', which is no plain address"),
        (
            "https://issuer.example/",
            ["10.0.0.1"],
            "",
            "issuer.example leads to 10.0.0.1, which is not a public address (private-10)",
        ),
        ("http://issuer.example/", [PUBLIC], "", "plain http is for this machine only, not for issuer.example"),
        (
            "https://issuer.example/",
            [PUBLIC],
            "redirect",
            "https://issuer.example/ redirects more often than the 0 times allowed",
        ),
        (
            "https://issuer.example/",
            [PUBLIC],
            "gzip",
            "https://issuer.example/ answered in gzip, which was not asked for",
        ),
        ("https://issuer.example/", [PUBLIC], "large", "https://issuer.example/ sends more than 10 bytes"),
    ],
)
def test_a_refusal_says_what_and_why(url, answers, page, message):
    network = Network(PAGES.get(page, PAGE))
    fetch = HttpsFetcher(timeout_s=5, allow_loopback=True, resolve=Names(answers), network=network)
    with pytest.raises((FetchRefused, FetchFailed)) as caught:
        fetch(url, accept="*/*", max_bytes=10)
    assert str(caught.value) == message


def test_a_failure_says_what_and_why():
    def nowhere(host, port):
        raise OSError("no name server")

    fetch = HttpsFetcher(timeout_s=5, resolve=nowhere, network=Network())
    with pytest.raises(FetchFailed) as caught:
        fetch("https://issuer.example/", accept="*/*")
    assert str(caught.value) == "issuer.example cannot be resolved: no name server"
    fetch = HttpsFetcher(timeout_s=5, resolve=Names([PUBLIC]), network=Network(PAGES["cut"]))
    with pytest.raises(FetchFailed, match="^https://issuer.example/ cannot be read: "):
        fetch("https://issuer.example/", accept="*/*")


def test_a_late_answer_says_how_long_was_waited():
    def late(host, port):
        time.sleep(0.3)
        return [PUBLIC]

    with pytest.raises(FetchFailed) as caught:
        HttpsFetcher(timeout_s=0.1, resolve=late, network=Network())("https://issuer.example/", accept="*/*")
    assert str(caught.value) == "issuer.example was not resolved in time"

    class Never(Network):
        def connect_tcp(self, *arguments, **options):
            raise httpcore.ConnectTimeout

    with pytest.raises(FetchFailed) as caught:
        HttpsFetcher(timeout_s=2.5, resolve=Names([PUBLIC]), network=Never())("https://issuer.example/", accept="*/*")
    assert str(caught.value) == "https://issuer.example/ did not answer in 2.5 s"
