"""URLs as text: the edges of each rule, and what a refusal says."""

import pytest

from did.errors import FetchRefused
from did.target import MAX_LENGTH, Target


def parse(url, *, allow_loopback=False):
    return Target.parse(url, allow_loopback=allow_loopback)


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("https://a.example", "a.example", 443, "/", "a.example"),
        ("HTTPS://A.Example/X?y=z#f", "a.example", 443, "/X?y=z", "a.example"),
        ("https://a.example?q", "a.example", 443, "/?q", "a.example"),
        ("https://a.example:443/", "a.example", 443, "/", "a.example"),
        ("https://a.example:1024/", "a.example", 1024, "/", "a.example:1024"),
        ("https://a.example:65535/", "a.example", 65535, "/", "a.example:65535"),
        ("https://[2606:2800::1]/x", "2606:2800::1", 443, "/x", "[2606:2800::1]"),
        ("https://[2606:2800:0:0::1]:8443/x", "2606:2800::1", 8443, "/x", "[2606:2800::1]:8443"),
        ("https://93.184.215.14/", "93.184.215.14", 443, "/", "93.184.215.14"),
        ("https://a.example/!~", "a.example", 443, "/!~", "a.example"),
    ],
)
def test_a_url_comes_apart(url, host, port, path, authority):
    target = parse(url)
    assert (target.scheme, target.host, target.port, target.path) == ("https", host, port, path)
    assert target.authority == authority
    assert target.url == url.partition("#")[0]
    whole = target.for_httpcore()
    assert (whole.scheme, whole.host, whole.port, whole.target) == (b"https", host.encode(), port, path.encode())


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://localhost/", "localhost"),
        ("http://localhost:80/", "localhost"),
        ("http://localhost:1/", "localhost:1"),
        ("http://portal.localhost:8000/", "portal.localhost:8000"),
        ("http://127.0.0.1:443/", "127.0.0.1:443"),
        ("https://127.0.0.1:80/", "127.0.0.1:80"),
        ("http://[::1]:22/", "[::1]:22"),
    ],
)
def test_every_port_of_this_machine_may_be_asked_when_it_is_configured(url, authority):
    assert parse(url, allow_loopback=True).authority == authority
    with pytest.raises(FetchRefused):
        parse(url)


def _label(length):
    return "a" * length


LONG_NAME = ".".join([_label(63)] * 3 + [_label(61)])

MESSAGES = [
    ("https://a.example/" + "a" * (MAX_LENGTH - 17), "length", "the URL has 4097 characters"),
    ("https://a.example/ ", "characters", "the URL has characters that no URL may have: 'https://a.example/ '"),
    ("https://a.example/\x7f", "characters", "the URL has characters that no URL may have: 'https://a.example/\\x7f'"),
    (
        "https://a.example/" + "a" * 200 + "\\",
        "characters",
        "the URL has characters that no URL may have: '" + ("https://a.example/" + "a" * 200)[:200] + "'",
    ),
    ("a.example", "syntax", "'a.example' is not an absolute URL"),
    ("a" * 300, "syntax", "'" + "a" * 200 + "' is not an absolute URL"),
    ("http://a.example/", "scheme", "only https is asked, not http"),
    ("https://u@a.example/", "userinfo", "a URL with a user name in it is not asked"),
    ("https://[::1/", "host-syntax", "'[::1' is not an address in brackets"),
    ("https://[fe80::1%25eth0]/", "zone", "'fe80::1%25eth0' names a network interface of this machine"),
    ("https://[x]/", "host-syntax", "'x' is no IPv6 address"),
    ("https://a.example:x/", "port-syntax", "'x' is not a port"),
    ("https://a.example:0/", "port-syntax", "'0' is not a port"),
    ("https://a.example:65536/", "port-syntax", "'65536' is not a port"),
    ("https://[2606:2800::1]:/", "port-syntax", "'' is not a port"),
    ("https://127.1/", "ambiguous-address", "'127.1' is an IPv4 address in a spelling that is not standard"),
    ("https://7./", "ambiguous-address", "'7.' is an IPv4 address in a spelling that is not standard"),
    ("https://-a.example/", "host-syntax", "'-a.example' is not a host name"),
    (f"https://a{LONG_NAME}/", "host-syntax", f"'a{LONG_NAME}' is not a host name"),
    ("https://printer/", "local-name", "'printer' is a name on this machine or its network"),
    ("https://a.example:1023/", "port", "port 1023 is not asked"),
    ("https://a.example:80/", "port", "port 80 is not asked"),
]


@pytest.mark.parametrize(("url", "rule", "message"), MESSAGES, ids=[f"{rule} {url[:40]}" for url, rule, _ in MESSAGES])
def test_a_refusal_names_its_rule_and_says_why(url, rule, message):
    with pytest.raises(FetchRefused) as caught:
        parse(url)
    assert (caught.value.rule, str(caught.value)) == (rule, message)


@pytest.mark.parametrize("url", ["https://a.example/" + "a" * (MAX_LENGTH - 18), f"https://{LONG_NAME}/"])
def test_the_longest_that_are_asked(url):
    assert parse(url).url == url


@pytest.mark.parametrize(
    "name",
    [
        "localhost",
        "localdomain",
        "local",
        "internal",
        "intranet",
        "private",
        "corp",
        "home",
        "home.arpa",
        "lan",
        "alt",
        "onion",
    ],
)
def test_names_that_only_a_network_knows(name):
    for host in (name, f"a.{name}", f"a.b.{name}"):
        with pytest.raises(FetchRefused) as caught:
            parse(f"https://{host}/")
        assert caught.value.rule == "local-name"
    assert parse(f"https://{name}.example/").host == f"{name}.example"
    assert parse(f"https://my{name.replace('.', '-')}.example/")
