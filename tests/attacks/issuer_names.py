"""Credentials that somebody else signed, or that name no issuer or an odd one. See `issuer_mismatches.py`."""

from __future__ import annotations

from tests.attacks.issuer_builds import (
    MALLORY,
    in_json,
    signed_by,
)
from tests.attacks.issuer_case import (
    NO_ISSUER,
    ODD_ISSUER,
    Case,
)
from tests.attacks.without_guards import (
    BINDING,
    NAMED,
    STRUCTURE,
)
from tests.vc.world import ISSUER

_GHSA = "vp-toolkit GHSA-p94w-42g3-f7h4: issuer not compared with signer"
_VCDM = "VCDM 2.0, section 4.7 Issuer"
_VCDM_BINDING = "VCDM 2.0, appendix A.3 Issuer validation"
_DID = "DID 1.0, section 3.1: equal only character by character"
_DID_WEB = "did:web, section 3.1"
_UTS39 = "UTS #39, confusables"
_RFC3986 = "RFC 3986, section 6.2.1: simple string comparison"


SIGNED_BY_ANOTHER = [
    # --- the signer is somebody else ---------------------------------------------------------------
    Case("a stranger of the same method", _GHSA, (BINDING,), signed_by(f"{MALLORY}#key-1")),
    Case("a stranger's did:key", _GHSA, (BINDING,), signed_by("did:key:z6MkMallory#z6MkMallory")),
    Case("a stranger's did:jwk", "did:jwk, section 2", (BINDING,), signed_by("did:jwk:eyJrdHkiOiJPS1AifQ#0")),
    Case(
        "the holder signs its own award",
        "VCDM 2.0, section 1.2: roles",
        (BINDING,),
        signed_by("did:example:holder#key-1"),
    ),
    Case(
        "a longer name that starts with the issuer's",
        _DID_WEB,
        (BINDING,),
        signed_by(f"{ISSUER}.mallory.example#key-1"),
    ),
    Case(
        "a shorter name that the issuer's starts with", _DID, (BINDING,), signed_by("did:web:university.exampl#key-1")
    ),
    Case(
        "a path below the issuer's host",
        _DID_WEB + ": paths are other identifiers",
        (BINDING,),
        signed_by(f"{ISSUER}:mallory#key-1"),
    ),
    Case(
        "the host above the issuer's path",
        "did:web, section 2.2",
        (BINDING,),
        signed_by(f"{ISSUER}#key-2", issuer=f"{ISSUER}:law"),
    ),
    Case(
        "another port of the issuer's host",
        "did:web, section 2.1: port",
        (BINDING,),
        signed_by(f"{ISSUER}%3A8443#key-1"),
    ),
    Case(
        "a subdomain of the issuer",
        "OWASP: subdomain takeover",
        (BINDING,),
        signed_by("did:web:blog.university.example#key-1"),
    ),
    Case("another letter case of the host", _DID, (BINDING,), signed_by("did:web:UNIVERSITY.example#key-1")),
    Case(
        "another letter case of the method",
        "DID 1.0, section 3.1: method names are lower case",
        (BINDING,),
        signed_by("did:WEB:university.example#key-1"),
    ),
    Case("a host that only looks the same", _UTS39, (BINDING,), signed_by("did:web:xn--unversity-m1a.example#key-1")),
    Case(
        "a percent-encoded spelling of the host",
        "RFC 3986, section 6.2.2.2",
        (BINDING,),
        signed_by("did:web:university%2Eexample#key-1"),
    ),
    Case(
        "a host with a final dot", "RFC 1034, section 3.1", (BINDING,), signed_by("did:web:university.example.#key-1")
    ),
    Case(
        "the same account on another chain",
        "did:ethr, chain id",
        (BINDING,),
        signed_by(
            "did:ethr:0x89:0xf3beac30c498d9e26865f34fcaa57dbb935b0d74#controller",
            issuer="did:ethr:0xf3beac30c498d9e26865f34fcaa57dbb935b0d74",
        ),
    ),
    Case(
        "the same account in another spelling",
        "EIP-55: checksum by letter case",
        (BINDING,),
        signed_by(
            "did:ethr:0xF3beAC30C498D9E26865F34fCAa57dBB935b0D74#controller",
            issuer="did:ethr:0xf3beac30c498d9e26865f34fcaa57dbb935b0d74",
        ),
    ),
    Case(
        "the same organisation's web address",
        _VCDM_BINDING,
        (BINDING,),
        signed_by("https://university.example/issuer#key-1"),
    ),
    Case(
        "an http address for an https one",
        _RFC3986,
        (BINDING,),
        signed_by("http://university.example/issuer#key-1", issuer="https://university.example/issuer"),
    ),
    Case(
        "an address with a final slash",
        "RFC 3986, section 6.2.3",
        (BINDING,),
        signed_by("https://university.example/issuer/#key-1", issuer="https://university.example/issuer"),
    ),
    Case(
        "an address with the issuer as user name",
        "RFC 3986, section 7.6",
        (BINDING,),
        signed_by("https://university.example@mallory.example/#key-1", issuer="https://university.example"),
    ),
    Case(
        "a query on the issuer's identifier",
        "DID 1.0, section 3.2: DID URL, not DID",
        (BINDING,),
        signed_by(f"{ISSUER}?versionId=1#key-1"),
    ),
    Case(
        "a path on the issuer's identifier",
        "DID 1.0, section 3.2.1: path",
        (BINDING,),
        signed_by(f"{ISSUER}/other#key-1"),
    ),
    Case(
        "the key itself as issuer",
        "Controlled Identifiers 1.0, section 2.2: a method is not a controller",
        (BINDING,),
        signed_by(f"{ISSUER}#key-2", issuer=f"{ISSUER}#key-2"),
    ),
    Case(
        "an object as issuer",
        "ACA-Py CVE-2024-21669: a result that is not used",
        (BINDING,),
        signed_by(f"{MALLORY}#key-1", issuer={"id": ISSUER, "name": "Example University"}),
    ),
    Case(
        "an issuer with a blank behind it",
        _VCDM + ": a URL",
        (STRUCTURE, BINDING),
        in_json(f"{ISSUER}#key-2", f"{ISSUER} "),
        ODD_ISSUER,
    ),
    Case(
        "an issuer with an invisible character",
        "Unicode TR 36, section 2.10",
        (BINDING,),
        in_json(f"{ISSUER}#key-2", f"{ISSUER}\u200b"),
    ),
    # --- no issuer, or more than one ---------------------------------------------------------------
    Case(
        "no issuer",
        _VCDM + ": must be there",
        (STRUCTURE, NAMED, BINDING),
        in_json(f"{MALLORY}#key-1", None),
        NO_ISSUER,
    ),
    Case(
        "two issuers",
        _VCDM + ": one",
        (STRUCTURE, NAMED, BINDING),
        in_json(f"{MALLORY}#key-1", [ISSUER, MALLORY]),
        NO_ISSUER,
    ),
    Case(
        "an issuer without id",
        _VCDM + ": an object has an id",
        (STRUCTURE, NAMED, BINDING),
        in_json(f"{MALLORY}#key-1", {"name": "University"}),
        NO_ISSUER,
    ),
    Case(
        "an issuer with two ids",
        _VCDM + ": the id is a URL",
        (STRUCTURE, NAMED, BINDING),
        in_json(f"{MALLORY}#key-1", {"id": [ISSUER]}),
        NO_ISSUER,
    ),
    Case(
        "an issuer that is a number",
        _VCDM + ": a URL or an object",
        (STRUCTURE, NAMED, BINDING),
        in_json(f"{MALLORY}#key-1", 5),
        NO_ISSUER,
    ),
    Case(
        "an empty issuer",
        "VCDM 2.0, section 4.4 Identifiers",
        (STRUCTURE, BINDING),
        in_json(f"{MALLORY}#key-1", ""),
        ODD_ISSUER,
    ),
]
