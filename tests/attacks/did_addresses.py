"""URLs that must not be asked, each with the rule that refuses it and where the trick was published.

`rule` refuses first; `behind` are the rules that would refuse it next, in their order. Without all of these, and
only then, the URL is asked: `tests/did/test_fetch_guards.py` takes them away. `resolves_to` is what the
attacker's name server says. Run by `tests/did/test_fetch_attacks.py`.
"""

from dataclasses import dataclass, field

PUBLIC = "93.184.215.14"


@dataclass(frozen=True)
class Case:
    url: str
    rule: str
    source: str
    resolves_to: tuple[str, ...] = field(default=(PUBLIC,))
    behind: tuple[str, ...] = ()

    @property
    def guards(self) -> tuple[str, ...]:
        return (self.rule, *self.behind)


_WHATWG = "WHATWG URL, section 4.4, IPv4 parser"
_ORANGE = "Orange Tsai, A New Era of SSRF, Black Hat USA 2017"
_OWASP = "OWASP SSRF Prevention Cheat Sheet"
_ASVS = "OWASP ASVS 5.0, 1.3.6"
_INET_ATON = "CVE-2021-29921: Python's ipaddress read 010.8.8.8 as 10.8.8.8"
_PDFME = "CVE-2026-115729: v4-mapped IPv6 and NAT64 passed a check for private addresses"
_REGISTRY_V4 = "IANA IPv4 Special-Purpose Address Registry"
_REGISTRY_V6 = "IANA IPv6 Special-Purpose Address Registry"
_METADATA = "cloud metadata services"

SPELLINGS = [
    # --- this machine -----------------------------------------------------------------------------
    Case("https://127.0.0.1/", "loopback", _OWASP),
    Case("https://127.255.255.254/", "loopback", _REGISTRY_V4),
    Case("https://127.1/", "ambiguous-address", _WHATWG),
    Case("https://127.0.1/", "ambiguous-address", _WHATWG),
    Case("https://2130706433/", "ambiguous-address", _WHATWG, behind=("local-name",)),
    Case("https://0x7f000001/", "ambiguous-address", _WHATWG, behind=("local-name",)),
    Case("https://0X7F000001/", "ambiguous-address", _WHATWG, behind=("local-name",)),
    Case("https://0x7f.0.0.1/", "ambiguous-address", _WHATWG),
    Case("https://0x7f.1/", "ambiguous-address", _WHATWG),
    Case("https://0x/", "ambiguous-address", _WHATWG, behind=("local-name",)),
    Case("https://0177.0.0.1/", "ambiguous-address", _INET_ATON),
    Case("https://00000000177.0.0.1/", "ambiguous-address", _INET_ATON),
    Case("https://017700000001/", "ambiguous-address", _INET_ATON, behind=("local-name",)),
    Case("https://127.0.0.01/", "ambiguous-address", _INET_ATON),
    Case("https://127.0.0.1./", "ambiguous-address", _WHATWG, behind=("host-syntax",)),
    Case("https://127.0.0.0x1/", "ambiguous-address", _WHATWG),
    Case("https://127.0.0.257/", "ambiguous-address", _WHATWG),
    Case("https://4294967297/", "ambiguous-address", "32-bit overflow to 0.0.0.1, " + _ORANGE, behind=("local-name",)),
    Case("https://issuer.example.1/", "ambiguous-address", _WHATWG),
    Case("https://0/", "ambiguous-address", _WHATWG, behind=("local-name",)),
    Case("https://0.0.0.0/", "this-network", "the 0.0.0.0 day, Oligo Security 2024"),
    Case("https://0.1.2.3/", "this-network", _REGISTRY_V4),
    Case("https://[::1]/", "loopback-v6", _OWASP, behind=("v4-compatible", "not-global-unicast")),
    Case(
        "https://[0:0:0:0:0:0:0:1]/",
        "loopback-v6",
        "RFC 4291, section 2.2",
        behind=("v4-compatible", "not-global-unicast"),
    ),
    Case(
        "https://[0000:0000:0000:0000:0000:0000:0000:0001]/",
        "loopback-v6",
        "RFC 4291, section 2.2",
        behind=("v4-compatible", "not-global-unicast"),
    ),
    Case("https://[::]/", "unspecified-v6", _REGISTRY_V6, behind=("v4-compatible", "not-global-unicast")),
    Case(
        "https://[::0.0.0.0]/",
        "unspecified-v6",
        "RFC 4291, section 2.2",
        behind=("v4-compatible", "not-global-unicast"),
    ),
    Case("https://[::ffff:127.0.0.1]/", "v4-mapped", _PDFME, behind=("not-global-unicast",)),
    Case("https://[::ffff:7f00:1]/", "v4-mapped", _PDFME, behind=("not-global-unicast",)),
    Case("https://[0:0:0:0:0:FFFF:127.0.0.1]/", "v4-mapped", _PDFME, behind=("not-global-unicast",)),
    Case(
        "https://[::ffff:93.184.215.14]/",
        "v4-mapped",
        "a public address may not be disguised either",
        behind=("not-global-unicast",),
    ),
    Case("https://[::127.0.0.1]/", "v4-compatible", _REGISTRY_V6, behind=("not-global-unicast",)),
    Case("https://[::ffff:0:127.0.0.1]/", "v4-translated", "RFC 2765", behind=("not-global-unicast",)),
    Case("https://localhost/", "local-name", "RFC 6761, section 6.3"),
    Case("https://LOCALHOST/", "local-name", "RFC 6761, section 6.3"),
    Case("https://issuer.localhost/", "local-name", "RFC 6761, section 6.3"),
    Case("https://localhost.localdomain/", "local-name", "the default hosts file of Linux distributions"),
    Case("https://localhost./", "host-syntax", "a root dot slips past a comparison with localhost"),
    # --- other people's networks, seen from inside --------------------------------------------------
    Case("https://10.0.0.1/", "private-10", _OWASP),
    Case("https://10.255.255.255/", "private-10", _REGISTRY_V4),
    Case("https://172.16.0.1/", "private-172", _OWASP),
    Case("https://172.31.255.255/", "private-172", _REGISTRY_V4),
    Case("https://192.168.0.1/", "private-192", _OWASP),
    Case("https://169.254.169.254/latest/meta-data/", "link-local", "Capital One 2019: " + _METADATA),
    Case("https://169.254.170.2/v2/credentials", "link-local", "Amazon ECS task credentials"),
    Case(
        "https://2852039166/", "ambiguous-address", "169.254.169.254 in decimal, " + _METADATA, behind=("local-name",)
    ),
    Case(
        "https://0xa9fea9fe/",
        "ambiguous-address",
        "169.254.169.254 in hexadecimal, " + _METADATA,
        behind=("local-name",),
    ),
    Case("https://0251.0376.0251.0376/", "ambiguous-address", "169.254.169.254 in octal, " + _METADATA),
    Case("https://[::ffff:169.254.169.254]/", "v4-mapped", _PDFME, behind=("not-global-unicast",)),
    Case(
        "https://[fd00:ec2::254]/latest/meta-data/",
        "unique-local",
        "Amazon's metadata service over IPv6",
        behind=("not-global-unicast",),
    ),
    Case("https://100.64.0.1/", "shared-nat", _REGISTRY_V4),
    Case("https://100.100.100.200/", "shared-nat", "Alibaba Cloud's metadata service"),
    Case("https://192.0.0.192/", "protocol-assignments", "Oracle Cloud's metadata service"),
    Case("https://metadata.google.internal/", "local-name", "Google Cloud's metadata service"),
    Case("https://vault/", "local-name", "names without a dot are looked up in the search list"),
    Case("https://router.local/", "local-name", "RFC 6762"),
    Case("https://nas.lan/", "local-name", "RFC 6762, appendix G"),
    Case("https://hub.home.arpa/", "local-name", "RFC 8375"),
    Case("https://[fe80::1]/", "link-local-v6", _REGISTRY_V6, behind=("not-global-unicast",)),
    Case("https://[fe80::1%25eth0]/", "zone", "RFC 6874", behind=("host-syntax",)),
    Case("https://[::1%25lo]/", "zone", "RFC 6874", behind=("host-syntax",)),
    Case("https://[fec0::1]/", "site-local", "RFC 3879", behind=("not-global-unicast",)),
    Case("https://[fc00::1]/", "unique-local", _REGISTRY_V6, behind=("not-global-unicast",)),
    # --- addresses that carry another address inside ------------------------------------------------
    Case("https://[64:ff9b::7f00:1]/", "nat64", _PDFME, behind=("not-global-unicast",)),
    Case("https://[64:ff9b::169.254.169.254]/", "nat64", _PDFME, behind=("not-global-unicast",)),
    Case("https://[64:ff9b:1::a9fe:a9fe]/", "nat64-local", "RFC 8215", behind=("not-global-unicast",)),
    Case("https://[2002:7f00:1::]/", "6to4", "RFC 3056, section 2"),
    Case("https://[2002:a9fe:a9fe::1]/", "6to4", "RFC 3056, section 2"),
    Case(
        "https://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
        "teredo",
        "RFC 4380, section 4",
        behind=("protocol-assignments-v6",),
    ),
    Case("https://[2606:4700::5efe:7f00:1]/", "isatap", "RFC 5214, section 6.1"),
    Case("https://[2606:4700::200:5efe:a00:1]/", "isatap", "RFC 5214, section 6.1"),
    # --- addresses that are nobody's ----------------------------------------------------------------
    Case("https://192.0.2.1/", "documentation-1", "RFC 5737"),
    Case("https://198.51.100.1/", "documentation-2", "RFC 5737"),
    Case("https://203.0.113.1/", "documentation-3", "RFC 5737"),
    Case("https://192.31.196.1/", "as112-v4", "RFC 7535"),
    Case("https://192.175.48.1/", "as112-direct", "RFC 7534"),
    Case("https://192.52.193.1/", "amt", "RFC 7450"),
    Case("https://192.88.99.1/", "6to4-relay", "RFC 7526"),
    Case("https://198.18.0.1/", "benchmarking", "RFC 2544"),
    Case("https://198.19.255.255/", "benchmarking", "RFC 2544"),
    Case("https://224.0.0.1/", "multicast", "RFC 1112"),
    Case("https://239.255.255.250/", "multicast", "the address of UPnP discovery"),
    Case("https://240.0.0.1/", "reserved-240", _REGISTRY_V4),
    Case("https://255.255.255.255/", "reserved-240", "RFC 919"),
    Case("https://[ff02::1]/", "multicast-v6", "RFC 4291, section 2.7", behind=("not-global-unicast",)),
    Case("https://[100::1]/", "discard", "RFC 6666", behind=("not-global-unicast",)),
    Case("https://[2001:2::1]/", "benchmarking-v6", "RFC 5180", behind=("protocol-assignments-v6",)),
    Case("https://[2001:10::1]/", "orchid", "RFC 4843", behind=("protocol-assignments-v6",)),
    Case("https://[2001:20::1]/", "orchid-2", "RFC 7343", behind=("protocol-assignments-v6",)),
    Case("https://[2001:100::1]/", "protocol-assignments-v6", "RFC 2928"),
    Case("https://[2001:db8::1]/", "documentation-v6", "RFC 3849"),
    Case("https://[3fff::1]/", "documentation-v6-2", "RFC 9637"),
    Case("https://[5f00::1]/", "segment-routing", "RFC 9602", behind=("not-global-unicast",)),
    Case("https://[4000::1]/", "not-global-unicast", "RFC 4291, section 2.4"),
    Case("https://[1::1]/", "not-global-unicast", "RFC 4291, section 2.4"),
]

TRICKS = [
    Case("https://issuer.example@127.0.0.1/", "userinfo", _ORANGE, behind=("ambiguous-address", "host-syntax")),
    Case("https://127.0.0.1@issuer.example/", "userinfo", _ORANGE, behind=("host-syntax",)),
    Case("https://issuer.example:443@127.0.0.1/", "userinfo", _ORANGE, behind=("port-syntax",)),
    Case("https://@127.0.0.1/", "userinfo", _ORANGE, behind=("ambiguous-address", "host-syntax")),
    Case(
        "https://issuer.example\\@127.0.0.1/",
        "characters",
        "WHATWG URL reads a backslash as a slash, RFC 3986 does not",
        behind=("userinfo", "ambiguous-address", "host-syntax"),
    ),
    Case("https://127.0.0.1\\.issuer.example/", "characters", "CVE-2018-3774, url-parse", behind=("host-syntax",)),
    Case(
        "https:\\\\127.0.0.1/", "characters", "WHATWG URL, section 4.4", behind=("syntax", "host-syntax", "local-name")
    ),
    Case(
        "https://issuer.example\t.127.0.0.1/",
        "characters",
        "WHATWG URL strips tabs",
        behind=("ambiguous-address", "host-syntax"),
    ),
    Case(
        "https://127.0.0.1\n.issuer.example/",
        "characters",
        "CVE-2022-0391: Python's urlsplit and newlines",
        behind=("host-syntax",),
    ),
    Case(
        " https://127.0.0.1/",
        "characters",
        "CVE-2023-24329: Python's urlsplit and leading blanks",
        behind=("syntax", "scheme", "port", "loopback"),
    ),
    Case("https://issuer.example /", "characters", _ORANGE, behind=("host-syntax",)),
    Case(
        "https://issuer.example\x00.127.0.0.1/",
        "characters",
        "a NUL ends the name in C",
        behind=("ambiguous-address", "host-syntax"),
    ),
    Case("https://issuer.example/\r\nHost: 127.0.0.1", "characters", "CVE-2019-9740: header injection through urllib"),
    Case(
        "https://127\u30020\u30020\u30021/",
        "characters",
        "UTS 46 maps the ideographic full stop to a dot",
        behind=("host-syntax", "local-name"),
    ),
    Case(
        "https://\uff11\uff12\uff17.0.0.1/",
        "characters",
        "UTS 46 maps full-width digits",
        behind=("ambiguous-address", "host-syntax"),
    ),
    Case(
        "https://\u2460\u2461\u2466.0.0.1/",
        "characters",
        "UTS 46 maps circled digits",
        behind=("ambiguous-address", "host-syntax"),
    ),
    Case(
        "https://\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3/",
        "characters",
        "UTS 46 maps circled letters",
        behind=("host-syntax", "local-name"),
    ),
    Case(
        "https://issuer.example\u2044@127.0.0.1/",
        "characters",
        "CVE-2019-9636: NFKC makes a slash",
        behind=("userinfo", "ambiguous-address", "host-syntax"),
    ),
    Case(
        "https://%31%32%37.0.0.1/",
        "ambiguous-address",
        "the host is percent-decoded by some clients, " + _WHATWG,
        behind=("host-syntax",),
    ),
    Case("https://%6c%6f%63alhost.example/", "host-syntax", "the host is percent-decoded by some clients"),
    Case("https://issuer.example%00.localhost/", "host-syntax", "a NUL ends the name in C", behind=("local-name",)),
    Case("https:///127.0.0.1/", "host-syntax", "WHATWG URL skips further slashes", behind=("local-name",)),
    Case("https://", "host-syntax", "no host at all", behind=("local-name",)),
    Case("https:127.0.0.1", "syntax", "WHATWG URL reads this as //127.0.0.1", behind=("host-syntax", "local-name")),
    Case("https:/127.0.0.1/", "syntax", "WHATWG URL reads this as //127.0.0.1", behind=("host-syntax", "local-name")),
    Case("//127.0.0.1/", "syntax", "RFC 3986, section 4.2", behind=("scheme", "port", "loopback")),
    Case("127.0.0.1/", "syntax", _OWASP, behind=("scheme", "host-syntax", "local-name", "port")),
    Case("", "syntax", _OWASP, behind=("scheme", "host-syntax", "local-name", "port")),
    Case("data:application/json,{}", "syntax", _OWASP, behind=("scheme", "host-syntax", "local-name", "port")),
    Case("file:///etc/passwd", "scheme", _OWASP, behind=("host-syntax", "local-name", "port")),
    Case("gopher://issuer.example:6379/_FLUSHALL", "scheme", _ORANGE),
    Case("dict://issuer.example:11211/", "scheme", _ORANGE),
    Case("ftp://issuer.example/", "scheme", _OWASP, behind=("port",)),
    Case("http://issuer.example/", "scheme", _ASVS),
    Case("https://issuer.example:22/", "port", "Fetch standard, bad ports"),
    Case("https://issuer.example:25/", "port", "Fetch standard, bad ports"),
    Case("https://issuer.example:0/", "port-syntax", "port 0 means any port to bind", behind=("port",)),
    Case("https://issuer.example:65979/", "port-syntax", "16-bit overflow to 443, " + _ORANGE),
    Case("https://issuer.example:80:443/", "port-syntax", _ORANGE),
    Case("https://issuer.example:/", "port-syntax", "RFC 3986 allows it and parsers differ"),
    Case("https://issuer.example:443x/", "port-syntax", _ORANGE),
    Case("https://::1/", "port-syntax", "brackets left out", behind=("host-syntax", "local-name")),
    Case(
        "https://[::1/",
        "host-syntax",
        "bracket left out",
        behind=("loopback-v6", "v4-compatible", "not-global-unicast"),
    ),
    Case(
        "https://[::1].issuer.example/",
        "host-syntax",
        _ORANGE,
        behind=("loopback-v6", "v4-compatible", "not-global-unicast"),
    ),
    Case("https://[127.0.0.1]/", "host-syntax", "RFC 3986, section 3.2.2", behind=("loopback",)),
    Case("https://[issuer.example]/", "host-syntax", "RFC 3986, section 3.2.2"),
    Case("https://[v1.x]/", "host-syntax", "RFC 3986, IPvFuture"),
    Case("https://.issuer.example/", "host-syntax", "RFC 1035, section 2.3.1"),
    Case("https://issuer..example/", "host-syntax", "RFC 1035, section 2.3.1"),
    Case("https://-issuer.example/", "host-syntax", "RFC 1123, section 2.1"),
    Case("https://" + "a" * 64 + ".example/", "host-syntax", "RFC 1035, section 2.3.4"),
    Case("https://" + "a." * 127 + "example/", "host-syntax", "RFC 1035, section 2.3.4"),
    Case("https://issuer.example/" + "a" * 5_000, "length", "a bound for everything that is kept and logged"),
]

_REBIND = "DNS rebinding; CVE-2026-68558 (webhooks)"

NAMES = [
    Case("https://issuer.example/", "loopback", _REBIND, ("127.0.0.1",)),
    Case("https://issuer.example/", "link-local", _REBIND, ("169.254.169.254",)),
    Case("https://issuer.example/", "private-10", _REBIND, (PUBLIC, "10.0.0.1")),
    Case("https://issuer.example/", "private-192", _REBIND, ("192.168.1.1", PUBLIC)),
    Case("https://issuer.example/", "loopback-v6", _REBIND, ("::1",), behind=("v4-compatible", "not-global-unicast")),
    Case(
        "https://issuer.example/",
        "loopback-v6",
        "an AAAA record beside a good A record",
        (PUBLIC, "::1"),
        behind=("v4-compatible", "not-global-unicast"),
    ),
    Case("https://issuer.example/", "v4-mapped", _PDFME, ("::ffff:10.0.0.1",), behind=("not-global-unicast",)),
    Case("https://issuer.example/", "nat64", _PDFME, ("64:ff9b::a00:1",), behind=("not-global-unicast",)),
    Case("https://issuer.example/", "this-network", _REBIND, ("0.0.0.0",)),
    Case("https://issuer.example/", "address-syntax", "a resolver that answers in an old spelling", ("0177.0.0.1",)),
    Case("https://issuer.example/", "address-syntax", "a zone in the answer", ("fe80::1%eth0",)),
    Case("https://127.0.0.1.nip.io/", "loopback", "nip.io and its like", ("127.0.0.1",)),
]

# Where a public server redirects to.
REDIRECTS = [
    Case("https://169.254.169.254/latest/meta-data/", "link-local", "CVE-2026-102267, CVE-2025-68616"),
    Case("https://127.0.0.1/", "loopback", "CVE-2025-68616"),
    Case("//127.0.0.1/", "loopback", "RFC 3986, section 4.2"),
    Case("https://[::1]/", "loopback-v6", "CVE-2025-68616", behind=("v4-compatible", "not-global-unicast")),
    Case("https://0x7f.1/", "ambiguous-address", _WHATWG),
    Case("https://localhost/", "local-name", "CVE-2025-68616"),
    Case("http://issuer.example/", "scheme", "down to plain http"),
    Case("file:///etc/passwd", "scheme", "CVE-2021-43818 and its like", behind=("host-syntax", "local-name", "port")),
    Case("https://issuer.example@10.0.0.1/", "userinfo", _ORANGE, behind=("ambiguous-address", "host-syntax")),
    Case("https://issuer.example:22/", "port", "Fetch standard, bad ports"),
    Case("\\\\127.0.0.1/", "characters", "WHATWG URL reads a backslash as a slash"),
    Case("https://inside.example/", "private-10", "the second name leads inside", ("10.0.0.1",)),
    Case(
        "https://[::1/",
        "host-syntax",
        "urljoin raises ValueError on brackets that do not close",
        behind=("loopback-v6", "v4-compatible", "not-global-unicast"),
    ),
    Case(
        "//[/",
        "syntax",
        "urljoin raises ValueError on brackets that do not close",
        behind=("scheme", "host-syntax", "local-name", "port"),
    ),
    Case(
        "https://[x]/", "host-syntax", "urljoin raises ValueError on brackets around no address", behind=("local-name",)
    ),
]
