"""Tokens whose header, type or signature is forged. Part of `forged_tokens`."""

from __future__ import annotations

from did.errors import KeyNotFound
from did.jose import (
    HeaderRefused,
    KeyRefused,
    TokenSignatureInvalid,
    TypeRefused,
)
from tests.attacks.forgery import (
    OB,
    RFC_7515,
    RFC_8725,
    SEVERAL,
    SIGNATURE,
    VC_JOSE,
    Forgery,
)
from tests.attacks.token_builds import (
    b64,
    der_signature,
    forged,
    other_s,
    resigned,
    shown,
    shown_beside,
)
from tests.vc.world import ISSUER

FORGERIES = [
    # --- the header --------------------------------------------------------------------------------
    Forgery(
        "an extension that must be understood",
        RFC_7515 + "4.1.11; CVE-2025-59420",
        "crit",
        forged(header={"crit": ["bork"], "bork": True}),
        HeaderRefused,
    ),
    Forgery(
        "an extension that is a standard member",
        RFC_7515 + "4.1.11: no registered names",
        "crit",
        forged(header={"crit": ["alg"]}),
        HeaderRefused,
    ),
    Forgery(
        "an empty list of extensions",
        RFC_7515 + "4.1.11: not empty",
        "crit",
        forged(header={"crit": []}),
        HeaderRefused,
    ),
    Forgery(
        "an extension that is not there",
        RFC_7515 + "4.1.11: present in the header",
        "crit",
        forged(header={"crit": ["exp"]}),
        HeaderRefused,
    ),
    Forgery(
        "extensions as one text",
        "CVE-2026-32597: crit not looked at",
        "crit",
        forged(header={"crit": "bork"}),
        HeaderRefused,
    ),
    Forgery(
        "a payload that is not encoded, marked as critical",
        "RFC 7797, section 6",
        SEVERAL,
        forged(header={"b64": False, "crit": ["b64"]}),
        HeaderRefused,
    ),
    Forgery(
        "a payload that is not encoded",
        "RFC 7797, section 3; CVE-2026-48523",
        "b64",
        forged(header={"b64": False}),
        HeaderRefused,
    ),
    Forgery(
        "compression", "CVE-2023-6681, GHSA-j857-7rvv-vj97: a bomb", "zip", forged(header={"zip": "DEF"}), HeaderRefused
    ),
    Forgery(
        "the header of an encrypted token",
        "RFC 7516, section 4.1.2",
        "encryption",
        forged(header={"enc": "A256GCM"}),
        HeaderRefused,
    ),
    Forgery(
        "a count of password rounds",
        "CVE-2026-27932: p2c",
        "encryption",
        forged(header={"p2c": 2**31 - 1}),
        HeaderRefused,
    ),
    Forgery(
        "an ephemeral key",
        "CVE-2026-102266: keys of other operations",
        "encryption",
        forged(header={"epk": {"kty": "OKP", "crv": "X25519", "x": b64(bytes(32))}}),
        HeaderRefused,
    ),
    Forgery(
        "an address of keys",
        RFC_8725 + "3.10: jku",
        "jku",
        forged(header={"jku": "https://mallory.example/keys"}),
        HeaderRefused,
    ),
    Forgery(
        "an address of certificates",
        RFC_8725 + "3.10: x5u",
        "x5u",
        forged(header={"x5u": "https://mallory.example/chain"}),
        HeaderRefused,
    ),
    Forgery(
        "certificates brought along",
        RFC_7515 + "4.1.6; CVE-2026-114617",
        "x5c",
        forged(header={"x5c": ["AAAA"]}),
        HeaderRefused,
    ),
    Forgery(
        "the issuer's key brought along",
        "CVE-2026-27962: jwk decides nothing",
        "jwk",
        shown_beside("ed", "vc+jwt"),
        HeaderRefused,
    ),
    Forgery(
        "a stranger's key brought along",
        "CVE-2018-0114; CVE-2026-114615",
        SEVERAL,
        shown("stranger"),
        KeyRefused,
        profile=OB,
    ),
    Forgery(
        "a key that is text",
        RFC_7515 + "4.1.3: an object",
        SEVERAL,
        forged(OB, header={"jwk": "AAAA"}),
        HeaderRefused,
        profile=OB,
    ),
    Forgery("a key's name that is a number", RFC_7515 + "4.1.4: text", "kid", forged(header={"kid": 1}), HeaderRefused),
    Forgery(
        "a key's name with a line break",
        RFC_8725 + "3.10: kid in look-ups",
        SEVERAL,
        forged(header={"kid": f"{ISSUER}#key-1\nX"}),
        HeaderRefused,
    ),
    Forgery(
        "a key's name as a query",
        RFC_8725 + "3.10: kid and SQL",
        SEVERAL,
        forged(header={"kid": "x' UNION SELECT 'AAAA"}),
        HeaderRefused,
    ),
    Forgery(
        "a key's name as a path",
        "CVE-2018-0114 family: kid and files",
        SEVERAL,
        forged(header={"kid": "../../../../dev/null"}),
        KeyNotFound,
        beneath=False,
    ),
    Forgery(
        "a key's name without an end",
        RFC_8725 + "3.10: bounded input",
        SEVERAL,
        forged(header={"kid": "k" * 3_000}),
        HeaderRefused,
    ),
    # --- what kind of token it is ------------------------------------------------------------------
    Forgery(
        "an access token as credential",
        RFC_8725 + "3.11; RFC 9068, section 4",
        "typ",
        forged(OB, header={"typ": "at+jwt"}),
        TypeRefused,
        profile=OB,
    ),
    Forgery(
        "a key binding as credential",
        "RFC 9901, section 4.3: kb+jwt",
        "typ",
        forged(OB, header={"typ": "kb+jwt"}),
        TypeRefused,
        profile=OB,
    ),
    Forgery(
        "a presentation as credential",
        VC_JOSE + "3.1.2",
        "typ",
        forged(OB, header={"typ": "vp+jwt"}),
        TypeRefused,
        profile=OB,
    ),
    Forgery(
        "a security event as credential",
        "RFC 8417, section 2.3",
        "typ",
        forged(OB, header={"typ": "secevent+jwt"}),
        TypeRefused,
        profile=OB,
    ),
    Forgery(
        "a type that is a list",
        RFC_7515 + "4.1.9: text",
        "typ",
        forged(OB, header={"typ": ["JWT"]}),
        TypeRefused,
        profile=OB,
    ),
    Forgery(
        "a token inside the token", "RFC 7519, section 5.2: cty JWT", "cty", forged(header={"cty": "JWT"}), TypeRefused
    ),
    Forgery("a presentation inside", VC_JOSE + "3.1.1: cty vc", "cty", forged(header={"cty": "vp"}), TypeRefused),
    # --- the signature -----------------------------------------------------------------------------
    Forgery(
        "a payload changed after signing",
        RFC_7515 + "5.2",
        SIGNATURE,
        lambda world: ".".join(
            [
                forged()(world).split(".")[0],
                forged(members={"name": "Medicine"})(world).split(".")[1],
                forged()(world).split(".")[2],
            ]
        ),
        TokenSignatureInvalid,
    ),
    Forgery(
        "a header changed after signing",
        RFC_7515 + "5.2: the header is signed",
        SIGNATURE,
        lambda world: ".".join([forged(header={"cty": "vc"})(world).split(".")[0], *forged()(world).split(".")[1:]]),
        TokenSignatureInvalid,
    ),
    Forgery(
        "the signature of another token",
        "RFC 7515, section 10.1: over this input",
        SIGNATURE,
        lambda world: (
            forged()(world).rpartition(".")[0] + "." + forged(members={"name": "Medicine"})(world).rpartition(".")[2]
        ),
        TokenSignatureInvalid,
    ),
    Forgery(
        "a stranger's signature under the issuer's key",
        RFC_8725 + "3.3: all signatures are checked",
        SIGNATURE,
        forged(signed_by="stranger"),
        TokenSignatureInvalid,
    ),
    Forgery(
        "half a signature",
        "RFC 8032, section 5.1.7: 64 bytes",
        SIGNATURE,
        resigned(lambda s, _: s[:32], key="ed"),
        TokenSignatureInvalid,
    ),
    Forgery(
        "a signature with S above the order",
        "RFC 8032, section 5.1.7: malleability",
        SIGNATURE,
        resigned(lambda s, _: other_s(s), key="ed"),
        TokenSignatureInvalid,
    ),
    Forgery(
        "a signature of zeros",
        "CVE-2022-21449: r and s are zero",
        SIGNATURE,
        resigned(lambda s, _: bytes(64)),
        TokenSignatureInvalid,
        key="p256",
    ),
    Forgery(
        "a signature in DER",
        "RFC 7518, section 3.4: r and s side by side",
        SIGNATURE,
        resigned(lambda s, _: der_signature(s)),
        TokenSignatureInvalid,
        key="p256",
    ),
    Forgery(
        "a signature with a tail",
        "RFC 7518, section 3.4: 64 bytes",
        SIGNATURE,
        resigned(lambda s, _: s + b"\0"),
        TokenSignatureInvalid,
        key="p256",
    ),
]
