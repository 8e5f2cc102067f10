"""What a forged token is: its rule, the rule's source, and the one check that refuses it."""

from __future__ import annotations

from dataclasses import dataclass

from did.errors import DidError
from tests.attacks.token_builds import Build
from vc.errors import VcError

SEVERAL = "several"
STRICT_JSON = "strict JSON"
SIGNATURE = "signature"
ALGORITHM_OF_KEY = "algorithm of the key"
SHOWN_KEY = "key in the header"
BINDING = "issuer binding"
KEY_PERIOD = "key period"

OB = "ob-jwt"
V1 = "jwt_vc_json"

RFC_7515 = "RFC 7515, section "
RFC_8725 = "RFC 8725, section "
VCDM_JWT = "VCDM 1.1, section 6.3.1"
OPEN_BADGES = "Open Badges 3.0, section 8.2.6.1"
VC_JOSE = "VC-JOSE-COSE, section "


@dataclass(frozen=True)
class Forgery:
    """`guard` is the name of a row in the tables of rules of `did.jose` and `vc.jose`, or of a check outside of them;
    `SEVERAL` where more than one stands in the way. `beneath` is False for what only `vc.jose` can refuse, because it
    is about the issuer or the document; `profile` and `key` are what `did.jose` alone is asked with."""

    rule: str
    source: str
    guard: str
    build: Build
    error: type[DidError | VcError]
    profile: str = "vc+jwt"
    key: str = "ed"
    beneath: bool = True
