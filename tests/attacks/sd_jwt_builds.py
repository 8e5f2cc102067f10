"""SD-JWTs by hand: any payload, any disclosures, any key binding, signed by whoever is asked to.

Nothing of `vc.sd_jwt` is used to make them, so that what is refused is not what our own issuer could not write.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from did.document import VerificationMethod
from did.errors import DidNotFound, ResolutionUnavailable
from did.jwk import jwk_of
from did.keys import KeyType, PublicKey
from tests.vc.world import NOW, POLICY, KeyPair
from vc.sd_jwt.issuer_key import IssuerKeys
from vc.sd_jwt.key_binding import ExpectedBinding
from vc.sd_jwt.read import read
from vc.sd_jwt.verify import verify

ISSUER = "did:web:university.example"
WEB_ISSUER = "https://university.example/t/law"
MALLORY = "did:web:mallory.example"
ISSUER_KEY = KeyPair(f"{ISSUER}#key-1", KeyType.P256)
MALLORYS_KEY = KeyPair(f"{MALLORY}#key-1", KeyType.P256)
HOLDER_KEY = KeyPair("did:example:holder#key-1", KeyType.P256)
VCT = "https://university.example/types/degree"
NONCE, AUDIENCE = "n-0S6_WzA2Mj", "https://verifier.example"
SECONDS = int(NOW.timestamp())
SALTS = [hashlib.sha256(bytes([number])).hexdigest()[:22] for number in range(200)]


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def sha256(text: str) -> str:
    return b64(hashlib.sha256(text.encode()).digest())


def disclosure(*parts: Any) -> str:
    """The text of a disclosure with these parts, whatever they are."""
    return b64(compact(list(parts)))


def jws(header: Mapping[str, Any], payload: Any, key: KeyPair = ISSUER_KEY) -> str:
    data = payload if isinstance(payload, bytes) else compact(payload)
    signing_input = f"{b64(compact(header))}.{b64(data)}"
    return f"{signing_input}.{b64(key.sign(signing_input.encode()))}"


@dataclass
class Forgery:
    """A good presentation, until a case changes a part of it. The parts are put together at the end."""

    header: dict[str, Any] = field(
        default_factory=lambda: {"alg": "ES256", "typ": "dc+sd-jwt", "kid": f"{ISSUER}#key-1"}
    )
    payload: dict[str, Any] = field(
        default_factory=lambda: {
            "iss": ISSUER,
            "vct": VCT,
            "nbf": SECONDS - 3600,
            "exp": SECONDS + 3600,
            "degree": {"name": "Law"},
            "grades": [],
            "cnf": {"jwk": jwk_of(HOLDER_KEY.public_key)},
            "_sd": [],
            "_sd_alg": "sha-256",
        }
    )
    disclosures: list[str] = field(default_factory=list)
    key: KeyPair = ISSUER_KEY
    bound: bool = True
    kb_header: dict[str, Any] = field(default_factory=lambda: {"alg": "ES256", "typ": "kb+jwt"})
    kb_claims: dict[str, Any] = field(default_factory=lambda: {"iat": SECONDS - 10, "aud": AUDIENCE, "nonce": NONCE})
    kb_key: KeyPair = HOLDER_KEY
    raw_payload: bytes | None = None
    after: Callable[[str], str] = lambda text: text
    """What happens to the finished text."""

    def hide(self, name: str, value: Any, number: int = 0, into: dict[str, Any] | None = None) -> str:
        """Add a disclosure of a member, and its digest to `into` (the payload)."""
        text = disclosure(SALTS[number], name, value)
        self.disclosures.append(text)
        (self.payload if into is None else into).setdefault("_sd", []).append(sha256(text))
        return text

    @property
    def bound_claims(self) -> dict[str, Any]:
        """What the key binding JWT says, without `sd_hash`; None stands for a claim that is left out."""
        return {name: value for name, value in self.kb_claims.items() if value is not None}

    def text(self) -> str:
        issuer_jwt = jws(self.header, self.payload if self.raw_payload is None else self.raw_payload, self.key)
        presented = "~".join([issuer_jwt, *self.disclosures, ""])
        if not self.bound:
            return self.after(presented)
        claims = {"sd_hash": sha256(presented), **self.bound_claims}
        return self.after(presented + jws(self.kb_header, claims, self.kb_key))


@dataclass
class Receiver:
    """A verifier that knows the issuer, trusts one root, and asked for a bound presentation."""

    documents: dict[str, VerificationMethod] = field(default_factory=dict)
    web: dict[str, Any] = field(default_factory=dict)
    roots: list[x509.Certificate] = field(default_factory=list)
    binding: ExpectedBinding | None = field(default_factory=lambda: ExpectedBinding(nonce=NONCE, audience=AUDIENCE))

    def __post_init__(self) -> None:
        for key in (ISSUER_KEY, MALLORYS_KEY):
            self.publish(key.verification_method, key.public_key)
        self.web["https://university.example/.well-known/jwt-vc-issuer/t/law"] = {
            "issuer": WEB_ISSUER,
            "jwks": {"keys": [{**jwk_of(ISSUER_KEY.public_key), "kid": "key-1"}]},
        }

    def publish(self, url: str, key: PublicKey, **more: Any) -> None:
        self.documents[url] = VerificationMethod(url, "JsonWebKey", url.partition("#")[0], key, **more)

    def get_key(self, url: str, _purpose: str) -> VerificationMethod:
        if url not in self.documents:
            raise DidNotFound(url)
        return self.documents[url]

    def get_json(self, url: str) -> bytes:
        if url not in self.web:
            raise ResolutionUnavailable(url)
        return compact(self.web[url])

    def accept(self, text: str) -> dict[str, Any]:
        """The claims, if the presentation is accepted; else what `read` or `verify` raise."""
        credential = read(text)
        keys = IssuerKeys(self.get_key, self.get_json, self.roots)
        verify(credential, keys=keys, now=NOW, policy=POLICY, binding=self.binding)
        return copy.deepcopy(dict(credential.claims))


# --- certificates ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Authority:
    """A root that can sign leaves. Made anew for each test run; nothing depends on its bytes."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def authority(name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _builder(subject, subject, key.public_key())
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(_usage(key_cert_sign=True, digital_signature=False), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return Authority(key, builder.sign(key, hashes.SHA256()))


def leaf(
    by: Authority,
    key: KeyPair = ISSUER_KEY,
    *,
    names: list[x509.GeneralName] | None = None,
    ends: datetime = datetime(2027, 11, 24, tzinfo=UTC),
    usage: bool = True,
    ca: bool = False,
    public: rsa.RSAPublicKey | None = None,
) -> x509.Certificate:
    """A certificate for `key`, or for another public key."""
    point = public or ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.public_key.raw)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "University")])
    builder = _builder(subject, by.certificate.subject, point, ends)
    names = [x509.UniformResourceIdentifier(WEB_ISSUER)] if names is None else names
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    builder = builder.add_extension(_usage(key_cert_sign=ca, digital_signature=usage), critical=True)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key())
    return builder.add_extension(identifier, critical=False).sign(by.key, hashes.SHA256())


def x5c(*certificates: x509.Certificate) -> list[str]:
    return [base64.b64encode(one.public_bytes(serialization.Encoding.DER)).decode() for one in certificates]


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    ends: datetime = datetime(2030, 1, 1, tzinfo=UTC),
) -> x509.CertificateBuilder:
    start = NOW - timedelta(days=300)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(ends)
    )


def _usage(*, key_cert_sign: bool, digital_signature: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=not digital_signature and not key_cert_sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
