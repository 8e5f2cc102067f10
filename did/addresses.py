"""Which IP addresses are public (IANA special-purpose address registries).

The table names each range, so that a refusal says which rule it broke. What no row names and is not
global unicast is refused too. Each rule stands alone: a test takes one away and sees what only that one held back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Rule:
    """`refuses` is asked about an address, or about None for a text that is none. `name` is stable."""

    name: str
    refuses: Callable[[Address | None], bool]


@dataclass(frozen=True, slots=True)
class Range:
    """Addresses that are not public. `rule` is stable."""

    rule: str
    network: IPv4Network | IPv6Network


def _ranges(*rows: tuple[str, str]) -> tuple[Range, ...]:
    return tuple(Range(rule, ip_network(network)) for rule, network in rows)


NOT_PUBLIC = _ranges(
    ("this-network", "0.0.0.0/8"),  # RFC 791, section 3.2
    ("private-10", "10.0.0.0/8"),  # RFC 1918
    ("shared-nat", "100.64.0.0/10"),  # RFC 6598
    ("loopback", "127.0.0.0/8"),  # RFC 1122, section 3.2.1.3
    ("link-local", "169.254.0.0/16"),  # RFC 3927
    ("private-172", "172.16.0.0/12"),  # RFC 1918
    ("protocol-assignments", "192.0.0.0/24"),  # RFC 6890
    ("documentation-1", "192.0.2.0/24"),  # RFC 5737
    ("as112-v4", "192.31.196.0/24"),  # RFC 7535
    ("amt", "192.52.193.0/24"),  # RFC 7450
    ("6to4-relay", "192.88.99.0/24"),  # RFC 7526
    ("private-192", "192.168.0.0/16"),  # RFC 1918
    ("as112-direct", "192.175.48.0/24"),  # RFC 7534
    ("benchmarking", "198.18.0.0/15"),  # RFC 2544
    ("documentation-2", "198.51.100.0/24"),  # RFC 5737
    ("documentation-3", "203.0.113.0/24"),  # RFC 5737
    ("multicast", "224.0.0.0/4"),  # RFC 1112
    ("reserved-240", "240.0.0.0/4"),  # RFC 1112, section 4
    ("unspecified-v6", "::/128"),  # RFC 4291, section 2.5.2
    ("loopback-v6", "::1/128"),  # RFC 4291, section 2.5.3
    ("v4-mapped", "::ffff:0:0/96"),  # RFC 4291, section 2.5.5.2
    ("v4-translated", "::ffff:0:0:0/96"),  # RFC 2765
    ("v4-compatible", "::/96"),  # RFC 4291, section 2.5.5.1
    ("nat64", "64:ff9b::/96"),  # RFC 6052
    ("nat64-local", "64:ff9b:1::/48"),  # RFC 8215
    ("discard", "100::/64"),  # RFC 6666
    ("teredo", "2001::/32"),  # RFC 4380
    ("benchmarking-v6", "2001:2::/48"),  # RFC 5180
    ("orchid", "2001:10::/28"),  # RFC 4843
    ("orchid-2", "2001:20::/28"),  # RFC 7343
    ("protocol-assignments-v6", "2001::/23"),  # RFC 2928
    ("documentation-v6", "2001:db8::/32"),  # RFC 3849
    ("6to4", "2002::/16"),  # RFC 3056
    ("documentation-v6-2", "3fff::/20"),  # RFC 9637
    ("segment-routing", "5f00::/16"),  # RFC 9602
    ("unique-local", "fc00::/7"),  # RFC 4193
    ("link-local-v6", "fe80::/10"),  # RFC 4291, section 2.5.6
    ("site-local", "fec0::/10"),  # RFC 3879
    ("multicast-v6", "ff00::/8"),  # RFC 4291, section 2.7
)

_GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")
_ISATAP = (0x00005EFE, 0x02005EFE)


def parse_address(text: str) -> Address | None:
    """The address in its standard spelling, or None. A zone (`%eth0`) is no part of it."""
    if "%" in text:
        return None
    try:
        return ip_address(text)
    except ValueError:
        return None


def _is_no_address(address: Address | None) -> bool:
    return address is None


def _within(network: IPv4Network | IPv6Network) -> Callable[[Address | None], bool]:
    return lambda address: address is not None and address.version == network.version and address in network


def _is_not_global_unicast(address: Address | None) -> bool:
    return isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST_V6


def _is_isatap(address: Address | None) -> bool:
    """RFC 5214, section 6.1: an IPv4 address in the last 64 bits of any prefix."""
    return isinstance(address, IPv6Address) and (int(address) >> 32) & 0xFFFFFFFF in _ISATAP


RULES: tuple[Rule, ...] = (
    Rule("address-syntax", _is_no_address),
    *(Rule(row.rule, _within(row.network)) for row in NOT_PUBLIC),
    Rule("not-global-unicast", _is_not_global_unicast),
    Rule("isatap", _is_isatap),
)


def refusing_rule(address: Address | None) -> str | None:
    """The rule that makes `address` not public, or None for a public one."""
    return next((rule.name for rule in RULES if rule.refuses(address)), None)


def is_loopback(address: Address) -> bool:
    """127.0.0.0/8 and ::1, not their IPv4-mapped spellings."""
    return refusing_rule(address) in ("loopback", "loopback-v6")
