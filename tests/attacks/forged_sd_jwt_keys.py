"""SD-JWT VCs that the wrong key signed, that do not count now, or that somebody else presents.

Run by `tests/attacks/test_forged_sd_jwt.py`, like `forged_sd_jwt`.
"""

from __future__ import annotations

import json
from datetime import timedelta

from cryptography import x509

from did.jose import (
    AlgorithmRefused,
    ClaimRefused,
    HeaderRefused,
    TokenExpired,
    TokenNotYetValid,
    TokenSignatureInvalid,
    TypeRefused,
)
from did.jwk import jwk_of
from did.keys import KeyType
from tests.attacks.sd_jwt_builds import (
    AUDIENCE,
    HOLDER_KEY,
    ISSUER_KEY,
    MALLORY,
    MALLORYS_KEY,
    NONCE,
    SECONDS,
    WEB_ISSUER,
    Forgery,
    Receiver,
    authority,
    compact,
    jws,
    leaf,
    sha256,
    x5c,
)
from tests.attacks.sd_jwt_cases import RFC_9901, SD_JWT_VC, SEVERAL, Cases
from tests.vc.world import NOW, KeyPair
from vc.errors import KeyCompromised, KeyExpired
from vc.sd_jwt import errors

_9901 = RFC_9901
_VC = SD_JWT_VC
CASES = Cases()
case = CASES.add

# --- the issuer-signed JWT --------------------------------------------------------------------------------------


@case("a token of another kind", _VC + "JOSE Header: typ MUST be dc+sd-jwt", "typ", TypeRefused)
def _(f: Forgery, _r: Receiver) -> None:
    f.header["typ"] = "vc+jwt"


@case("no typ", _VC + "JOSE Header: typ MUST be present", "typ", TypeRefused)
def _(f: Forgery, _r: Receiver) -> None:
    del f.header["typ"]


@case("alg none", _9901 + "7.1, 2.a: none", SEVERAL, AlgorithmRefused)
def _(f: Forgery, _r: Receiver) -> None:
    f.header["alg"] = "none"


@case("a key brought along", "RFC 8725, section 2.1; CVE-2018-0114", "jwk", HeaderRefused)
def _(f: Forgery, _r: Receiver) -> None:
    f.header["jwk"] = jwk_of(ISSUER_KEY.public_key)


@case("an extension that must be understood", "RFC 7515, section 4.1.11", "crit", HeaderRefused)
def _(f: Forgery, _r: Receiver) -> None:
    f.header["crit"] = ["exp"]


@case("signed by a stranger under the issuer's name", _9901 + "7.1, 2.b", "signature", TokenSignatureInvalid)
def _(f: Forgery, _r: Receiver) -> None:
    f.key = MALLORYS_KEY


@case("changed after signing", "RFC 7515, section 5.2", "signature", TokenSignatureInvalid)
def _(f: Forgery, _r: Receiver) -> None:
    good = f.text()
    f.payload["degree"] = {"name": "Medicine"}
    changed = f.text()
    signature = good.partition("~")[0].rpartition(".")[2]
    issuer_jwt = changed.partition("~")[0].rpartition(".")[0] + "." + signature
    presented = issuer_jwt + "~"
    f.after = lambda _text: presented + jws(f.kb_header, {**f.bound_claims, "sd_hash": sha256(presented)}, HOLDER_KEY)


@case("an end that has passed", "RFC 7519, section 4.1.4; RFC 9901, section 7.1, step 6", "exp", TokenExpired)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["exp"] = SECONDS - 600


@case("a beginning that has not come", "RFC 7519, section 4.1.5; RFC 9901, 7.1, step 6", "nbf", TokenNotYetValid)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["nbf"] = SECONDS + 600


# --- whose key ----------------------------------------------------------------------------------------------------


@case("a key of another DID", _9901 + "7.1, 2.c: the key belongs to the Issuer", "controller", errors.IssuerKeyInvalid)
def _(f: Forgery, _r: Receiver) -> None:
    f.header["kid"] = f"{MALLORY}#key-1"
    f.key = MALLORYS_KEY


@case("a key that has expired", "Controlled Identifiers 1.0, section 2.2: expires", SEVERAL, KeyExpired)
def _(_f: Forgery, r: Receiver) -> None:
    r.publish(ISSUER_KEY.verification_method, ISSUER_KEY.public_key, expires_at=NOW - timedelta(days=1))


@case("a key that was reported as stolen", "Controlled Identifiers 1.0, section 2.2: revoked", SEVERAL, KeyCompromised)
def _(_f: Forgery, r: Receiver) -> None:
    r.publish(ISSUER_KEY.verification_method, ISSUER_KEY.public_key, revoked_at=NOW - timedelta(days=1))


@case("no issuer", _VC + "Issuer Signature Mechanisms: MUST be rejected", SEVERAL, errors.IssuerKeyInvalid)
def _(f: Forgery, _r: Receiver) -> None:
    del f.payload["iss"]


@case("no name of a key", _9901 + "7.1, 2.c", SEVERAL, errors.IssuerKeyInvalid)
def _(f: Forgery, _r: Receiver) -> None:
    del f.header["kid"]


@case("an issuer over http", _VC + "JWT VC Issuer Metadata: HTTPS", SEVERAL, errors.IssuerKeyInvalid)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["iss"] = "http://university.example/t/law"


@case("an issuer with a query", _VC + "JWT VC Issuer Metadata: no query", SEVERAL, errors.IssuerKeyInvalid)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["iss"] = WEB_ISSUER + "?"


@case("metadata of another issuer", _VC + "JWT VC Issuer Metadata Validation", "metadata", errors.IssuerKeyInvalid)
def _(f: Forgery, r: Receiver) -> None:
    f.payload["iss"] = "https://university.example/t/medicine"
    f.header["kid"] = "key-1"
    (law,) = r.web.values()
    r.web["https://university.example/.well-known/jwt-vc-issuer/t/medicine"] = law


@case(
    "metadata with keys in two places",
    _VC + "JWT VC Issuer Metadata Response: not both",
    SEVERAL,
    errors.IssuerKeyInvalid,
)
def _(f: Forgery, r: Receiver) -> None:
    f.payload["iss"], f.header["kid"] = WEB_ISSUER, "key-1"
    (law,) = r.web.values()
    law["jwks_uri"] = "https://mallory.example/jwks"


@case("two keys of one name", "RFC 7517, section 4.5: kid", SEVERAL, errors.IssuerKeyInvalid)
def _(f: Forgery, r: Receiver) -> None:
    f.payload["iss"], f.header["kid"] = WEB_ISSUER, "key-1"
    (law,) = r.web.values()
    law["jwks"]["keys"].append({**jwk_of(MALLORYS_KEY.public_key), "kid": "key-1"})


@case("a key for encryption", "RFC 7517, section 4.2: use", SEVERAL, errors.IssuerKeyInvalid)
def _(f: Forgery, r: Receiver) -> None:
    f.payload["iss"], f.header["kid"] = WEB_ISSUER, "key-1"
    (law,) = r.web.values()
    law["jwks"]["keys"][0]["use"] = "enc"


# --- certificates -----------------------------------------------------------------------------------------------


def _certified(f: Forgery, r: Receiver, *certificates: x509.Certificate, root: x509.Certificate) -> None:
    f.payload["iss"] = WEB_ISSUER
    f.header["x5c"] = x5c(*certificates)
    del f.header["kid"]
    r.roots = [root]


@case("a certificate that nobody vouches for", "RFC 5280, section 6.1", "chain", errors.CertificateChainInvalid)
def _(f: Forgery, r: Receiver) -> None:
    mallory = authority("Trusted Root")
    _certified(f, r, leaf(mallory), mallory.certificate, root=authority("Trusted Root").certificate)


@case("a certificate that has expired", "RFC 5280, section 6.1.3 (a)(2)", "chain", errors.CertificateChainInvalid)
def _(f: Forgery, r: Receiver) -> None:
    root = authority("Root")
    _certified(f, r, leaf(root, ends=NOW - timedelta(days=1)), root=root.certificate)


@case(
    "a certificate for other things than signatures",
    "RFC 5280, section 4.2.1.3",
    "chain",
    errors.CertificateChainInvalid,
)
def _(f: Forgery, r: Receiver) -> None:
    root = authority("Root")
    _certified(f, r, leaf(root, usage=False), root=root.certificate)


@case("an authority's certificate as an issuer's", "RFC 5280, section 4.2.1.9", "chain", errors.CertificateChainInvalid)
def _(f: Forgery, r: Receiver) -> None:
    root = authority("Root")
    _certified(f, r, leaf(root, ca=True), root=root.certificate)


@case(
    "a good certificate of somebody else", _VC + "X.509 Certificates; RFC 6125", "name", errors.CertificateChainInvalid
)
def _(f: Forgery, r: Receiver) -> None:
    root = authority("Root")
    f.key = MALLORYS_KEY
    names: list[x509.GeneralName] = [x509.DNSName("mallory.example")]
    _certified(f, r, leaf(root, MALLORYS_KEY, names=names), root=root.certificate)


@case("a certificate for the host below", "RFC 6125, section 6.4: exact host", "name", errors.CertificateChainInvalid)
def _(f: Forgery, r: Receiver) -> None:
    root = authority("Root")
    _certified(f, r, leaf(root, names=[x509.DNSName("t.university.example")]), root=root.certificate)


# --- key binding ---------------------------------------------------------------------------------------------------


@case("no key binding", _9901 + "7.3, step 2", SEVERAL, errors.KeyBindingMissing)
def _(f: Forgery, _r: Receiver) -> None:
    f.bound = False


@case("a binding to a key that the credential does not name", _9901 + "7.3, 3.a", SEVERAL, errors.KeyBindingInvalid)
def _(f: Forgery, _r: Receiver) -> None:
    del f.payload["cnf"]


@case("a holder's key without its own type", "RFC 7800, section 3.2: jwk", SEVERAL, errors.HolderKeyInvalid)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["cnf"] = {"kid": "did:example:holder#key-1"}


@case("a holder's private key", "RFC 7517, section 4: private members", SEVERAL, errors.HolderKeyInvalid)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["cnf"]["jwk"]["d"] = "AA"


@case("a holder's key that cannot sign", "RFC 8037, section 3.2: X25519", SEVERAL, errors.HolderKeyInvalid)
def _(f: Forgery, _r: Receiver) -> None:
    f.payload["cnf"] = {"jwk": {**jwk_of(_ED.public_key), "crv": "X25519"}}


_ED = KeyPair("did:example:holder#key-2", KeyType.ED25519)


@case("bound by a stranger", _9901 + "7.3, 3.c", "holder's signature", TokenSignatureInvalid)
def _(f: Forgery, _r: Receiver) -> None:
    f.kb_key = MALLORYS_KEY


@case("a binding with alg none", _9901 + "7.3, 3.b", SEVERAL, AlgorithmRefused)
def _(f: Forgery, _r: Receiver) -> None:
    f.kb_header["alg"] = "none"


@case("another token of the holder as binding", _9901 + "7.3, 3.d: typ is kb+jwt", "typ", TypeRefused)
def _(f: Forgery, _r: Receiver) -> None:
    f.kb_header["typ"] = "openid4vci-proof+jwt"


@case("a binding of last month", _9901 + "7.3, 3.e", "age", errors.KeyBindingOutdated)
def _(f: Forgery, _r: Receiver) -> None:
    f.kb_claims["iat"] = SECONDS - 2_592_000


@case("a binding of tomorrow", _9901 + "7.3, 3.e: acceptable window", "age", errors.KeyBindingOutdated)
def _(f: Forgery, _r: Receiver) -> None:
    f.kb_claims["iat"] = SECONDS + 86_400


@case("a binding for another occasion", _9901 + "7.3, 3.f: nonce", "nonce", errors.KeyBindingNonce)
def _(f: Forgery, _r: Receiver) -> None:
    f.kb_claims["nonce"] = NONCE + "x"


@case("a binding for another verifier", _9901 + "7.3, 3.f: aud", "audience", errors.KeyBindingAudience)
def _(f: Forgery, _r: Receiver) -> None:
    f.kb_claims["aud"] = "https://mallory.example"


@case("a binding for several verifiers", _9901 + "4.3: aud is a single string", SEVERAL, errors.KeyBindingInvalid)
def _(f: Forgery, _r: Receiver) -> None:
    f.kb_claims["aud"] = [AUDIENCE, "https://mallory.example"]


@case("a binding without nonce", _9901 + "4.3: nonce REQUIRED", SEVERAL, ClaimRefused)
def _(f: Forgery, _r: Receiver) -> None:
    f.kb_claims["nonce"] = None


@case("a binding that has ended", _9901 + "7.3, 3.h: RFC 7519", SEVERAL, TokenExpired)
def _(f: Forgery, _r: Receiver) -> None:
    f.kb_claims["exp"] = SECONDS - 600


@case("a disclosure taken out after binding", _9901 + "7.3, 3.g: sd_hash", "sd_hash", errors.KeyBindingHash)
def _(f: Forgery, _r: Receiver) -> None:
    text = f.hide("suspended", value=True)
    f.after = lambda whole: whole.replace(f"~{text}~", "~")


@case("a disclosure put in after binding", _9901 + "9.5: over the disclosures too", "sd_hash", errors.KeyBindingHash)
def _(f: Forgery, _r: Receiver) -> None:
    text = f.hide("role", "judge")
    f.disclosures.remove(text)
    f.after = lambda whole: whole.replace("~", f"~{text}~", 1)


@case(
    "the binding of another credential", _9901 + "4.3.1: over the issuer-signed JWT", "sd_hash", errors.KeyBindingHash
)
def _(f: Forgery, _r: Receiver) -> None:
    other = json.loads(compact(f.payload))
    other["degree"] = {"name": "Law, first part"}
    f.kb_claims["sd_hash"] = sha256(jws(f.header, other) + "~")
