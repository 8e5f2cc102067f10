"""How each forged token is made. Unless a case is about the signature, the issuer's own key signs it: then nothing but
the rule in question stands in the way."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from did.document import DidDocument, Relationship, VerificationMethod
from did.errors import DidNotFound
from did.jwk import jwk_of
from did.keys import KeyType, PublicKey
from did.rsa import rsa_key
from tests.vc.world import ISSUER, NOW, POLICY, KeyPair, document_of, method_of
from vc import jose
from vc.jose.claims import claims_of
from vc.jose.jwt_vc_json import as_v1

MALLORY = "did:web:mallory.example"
SECOND = int(NOW.timestamp())
DAY = 86_400

BADGE: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    "id": "urn:uuid:7f6c2f7e-6b0c-4d5e-9a39-6a3bb4f0c0de",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "Physics ÿÿÿ???>>>",
    "issuer": {"id": ISSUER, "type": ["Profile"], "name": "Example University"},
    "validFrom": "2026-10-01T00:00:00Z",
    "validUntil": "2030-10-01T00:00:00Z",
    "credentialSubject": {
        "id": "did:example:holder",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "https://university.example/physics",
            "type": ["Achievement"],
            "name": "Physics",
            "description": "Six semesters.",
            "criteria": {"narrative": "All modules."},
        },
    },
}


class RsaPair:
    """A signer of RS256 or PS256, which nothing of ours makes."""

    key_type = KeyType.RSA

    def __init__(self, verification_method: str, algorithm: str) -> None:
        self.verification_method = verification_method
        self.algorithm = algorithm
        self._private = _rsa_private(2048)
        self.public_key = _rsa_public(self._private)

    def sign(self, data: bytes) -> bytes:
        scheme = padding.PKCS1v15() if self.algorithm == "RS256" else padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        return self._private.sign(data, scheme, hashes.SHA256())


@functools.cache
def _rsa_private(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, bits)


def _rsa_public(private: rsa.RSAPrivateKey) -> PublicKey:
    numbers = private.public_key().public_numbers()
    return rsa_key(numbers.n.to_bytes(256), numbers.e.to_bytes(3))


Signs = KeyPair | RsaPair


class TokenWorld:
    """An issuer with a key of each kind, a stranger with one, and their documents."""

    def __init__(self) -> None:
        self.ed = KeyPair(f"{ISSUER}#key-1")
        self.p256 = KeyPair(f"{ISSUER}#key-2", KeyType.P256)
        self.rsa = RsaPair(f"{ISSUER}#key-3", "RS256")
        self.stranger = KeyPair(f"{MALLORY}#key-1")
        self.extra: dict[str, Any] = {}
        own = [method_of(self.ed, **self.extra), method_of(self.p256), self._rsa_method()]
        self.documents = {
            ISSUER: document_of(ISSUER, own),
            MALLORY: document_of(MALLORY, [method_of(self.stranger)]),
        }

    def _rsa_method(self) -> dict[str, Any]:
        url = self.rsa.verification_method
        return {"id": url, "type": "JsonWebKey", "controller": ISSUER, "publicKeyJwk": jwk_of(self.rsa.public_key)}

    def publish(self, **more: Any) -> None:
        """The issuer's first key with further members."""
        self.documents[ISSUER]["verificationMethod"][0].update(more)

    def _document(self, did: str) -> DidDocument:
        if did not in self.documents:
            raise DidNotFound(did)
        return DidDocument.parse(self.documents[did], did)

    def get_key(self, url: str, purpose: str) -> VerificationMethod:
        return self._document(url.partition("#")[0]).require_method(url, Relationship(purpose))

    def list_keys(self, controller: str, purpose: str) -> Iterable[VerificationMethod]:
        return self._document(controller).methods(Relationship(purpose))

    def verify(self, token: str) -> VerificationMethod:
        """All that the node does with a token from a stranger."""
        return jose.verify(jose.read(token), get_key=self.get_key, list_keys=self.list_keys, now=NOW, policy=POLICY)


Build = Callable[[TokenWorld], str]
Change = Mapping[str, Any]

ALGORITHMS = {KeyType.ED25519: "EdDSA", KeyType.P256: "ES256", KeyType.RSA: "RS256"}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def as_json(members: Mapping[str, Any]) -> bytes:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def header_of(pair: Signs, form: str, changes: Change) -> dict[str, Any]:
    header = {"alg": ALGORITHMS[pair.key_type], "kid": pair.verification_method}
    header["typ"] = "vc+jwt" if form == "vc+jwt" else "JWT"
    return without_none({**header, **changes})


def payload_of(form: str, claims: Change, members: Change) -> dict[str, Any]:
    """The payload of a good token of this form, after `members` of the document and then `claims` were changed."""
    document = without_none({**BADGE, **members})
    said = claims_of(document)
    if form == "vc+jwt":
        made = {**document, "iss": said["iss"], "iat": SECOND - DAY}
    elif form == "ob-jwt":
        made = {**document, **said}
    else:
        made = {**said, "vc": as_v1(document)}
    return without_none({**made, **claims})


def without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def sealed(header: str, payload: str, pair: Signs) -> str:
    """Two parts, in whatever spelling, and the signature over them as they stand."""
    return f"{header}.{payload}.{b64(pair.sign(f'{header}.{payload}'.encode('latin-1')))}"


def forged(
    form: str = "vc+jwt",
    *,
    header: Change | None = None,
    claims: Change | None = None,
    members: Change | None = None,
    key: str = "ed",
    signed_by: str | None = None,
) -> Build:
    """A token of this form with changes to header, claims or document; None takes a member away."""

    def build(world: TokenWorld) -> str:
        pair = getattr(world, key)
        head = header_of(pair, form, header or {})
        body = payload_of(form, claims or {}, members or {})
        return sealed(b64(as_json(head)), b64(as_json(body)), getattr(world, signed_by or key))

    return build


def in_bytes(
    *, header: Callable[[bytes], bytes] = bytes, payload: Callable[[bytes], bytes] = bytes, form: str = "vc+jwt"
) -> Build:
    """The JSON itself is changed before it is signed."""

    def build(world: TokenWorld) -> str:
        head = as_json(header_of(world.ed, form, {}))
        body = as_json(payload_of(form, {}, {}))
        return sealed(b64(header(head)), b64(payload(body)), world.ed)

    return build


def spelled(*, header: Callable[[str], str] = str, payload: Callable[[str], str] = str) -> Build:
    """The base64url text is changed before it is signed."""

    def build(world: TokenWorld) -> str:
        # One blank more or less, so that the last digit of each part has unused bits.
        head = b64(as_json(header_of(world.ed, "vc+jwt", {})) + b"")
        while len(head) % 4 == 0:
            head = b64(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)) + b" ")
        body = b64(as_json(payload_of("vc+jwt", {}, {})))
        while len(body) % 4 == 0:
            body = b64(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)) + b" ")
        return sealed(header(head), payload(body), world.ed)

    return build


def afterwards(change: Callable[[str], str], *, form: str = "vc+jwt", key: str = "ed") -> Build:
    """A good token that somebody changed."""
    return lambda world: change(forged(form, key=key)(world))


def resigned(make: Callable[[bytes, TokenWorld], bytes], *, key: str = "p256", header: Change | None = None) -> Build:
    """Another signature under a good header and payload: `make(signature, world)`."""

    def build(world: TokenWorld) -> str:
        text = forged(key=key, header=header)(world)
        head, body, signature = text.split(".")
        return f"{head}.{body}.{b64(make(base64.urlsafe_b64decode(signature + '=='), world))}"

    return build


def in_world(prepare: Callable[[TokenWorld], object], build: Build) -> Build:
    def prepared(world: TokenWorld) -> str:
        prepare(world)
        return build(world)

    return prepared


def other_last_digit(part: str) -> str:
    """The same bytes in another spelling: one of the unused bits of the last digit is set."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return part[:-1] + digits[digits.index(part[-1]) + 1]


def last_part(change: Callable[[str], str]) -> Callable[[str], str]:
    def changed(token: str) -> str:
        head, _, last = token.rpartition(".")
        return f"{head}.{change(last)}"

    return changed


def hmac_token(secret: Callable[[TokenWorld], bytes]) -> Build:
    """HS256 with something public as the secret."""

    def build(world: TokenWorld) -> str:
        head = b64(as_json(header_of(world.rsa, "vc+jwt", {"alg": "HS256"})))
        body = b64(as_json(payload_of("vc+jwt", {}, {})))
        return f"{head}.{body}.{b64(hmac.new(secret(world), f'{head}.{body}'.encode(), hashlib.sha256).digest())}"

    return build


def unsigned(algorithm: str) -> Build:
    def build(world: TokenWorld) -> str:
        head = b64(as_json(header_of(world.ed, "vc+jwt", {"alg": algorithm})))
        return f"{head}.{b64(as_json(payload_of('vc+jwt', {}, {})))}."

    return build


def der_signature(signature: bytes) -> bytes:
    def integer(data: bytes) -> bytes:
        data = data.lstrip(b"\0")
        data = b"\0" + data if data[0] & 0x80 else data
        return bytes([2, len(data)]) + data

    body = integer(signature[:32]) + integer(signature[32:])
    return bytes([0x30, len(body)]) + body


ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493


def other_s(signature: bytes) -> bytes:
    """The same Ed25519 signature with S + L, which RFC 8032 refuses."""
    s = int.from_bytes(signature[32:], "little") + ED25519_ORDER
    return signature[:32] + s.to_bytes(32, "little")


def weak_jwk() -> dict[str, str]:
    numbers = _rsa_private(1024).public_key().public_numbers()
    return {"kty": "RSA", "n": b64(numbers.n.to_bytes(128)), "e": "AQAB"}


def shows_a_weak_key(world: TokenWorld) -> str:
    """An Open Badge that shows an RSA key which was broken long ago."""
    return forged("ob-jwt", header={"kid": None, "jwk": weak_jwk()}, key="rsa")(world)


def shown(which: str, **more: Any) -> Build:
    """An Open Badge whose header shows the key `which`, and no kid."""

    def build(world: TokenWorld) -> str:
        pair = getattr(world, which)
        return forged("ob-jwt", header={"kid": None, "jwk": {**jwk_of(pair.public_key), **more}}, signed_by=which)(
            world
        )

    return build


def shown_beside(which: str, form: str = "ob-jwt") -> Build:
    """The issuer's kid and signature, and the key `which` in the header."""
    return lambda world: forged(form, header={"jwk": jwk_of(getattr(world, which).public_key)})(world)
