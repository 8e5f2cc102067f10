"""From text to what an SD-JWT VC says: everything that can be checked without a key (RFC 9901, section 7.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from did.errors import InvalidPublicKey
from did.jose import KB_JWT, SD_JWT_VC, Jws, check_claims, parse_claims, parse_compact
from did.jwk import public_key_of
from did.keys import KeyType, PublicKey
from vc.sd_jwt import disclosure
from vc.sd_jwt.disclosure import DEFAULT_HASH, SD_ALG, Disclosure
from vc.sd_jwt.errors import CredentialTypeInvalid, HolderKeyInvalid, MalformedSdJwt, ProtectedClaimHidden
from vc.sd_jwt.issue import PROTECTED
from vc.sd_jwt.payload import Place, process
from vc.sd_jwt.type_metadata import check_integrity_syntax
from vc.secured import MAX_TOKEN_BYTES, Form
from vc.status import token_list

MAX_DISCLOSURES = 500


@dataclass(frozen=True, slots=True)
class SdJwtCredential:
    """An SD-JWT VC that was read. **Nobody vouches for any of it before `verify`.**

    `claims` are those that are signed in the open and those that are disclosed; `payload` is what was signed, with
    the digests. `places` says which disclosure made which claim. `key_binding` is the presentation's own JWT.
    """

    text: str
    jws: Jws
    payload: Mapping[str, Any]
    claims: Mapping[str, Any]
    issuer_jwt: str
    disclosures: tuple[Disclosure, ...]
    places: tuple[Place, ...]
    key_binding: str | None
    form: Form = Form.SD_JWT_VC

    @property
    def header(self) -> Mapping[str, Any]:
        return self.jws.header

    @property
    def issuer(self) -> str | None:
        """`iss`. None only where a certificate names the issuer."""
        issuer = self.claims.get("iss")
        return issuer if isinstance(issuer, str) else None

    @property
    def key_url(self) -> str | None:
        """The DID URL of the issuer's key, where the issuer is a DID and `kid` names one; relative ones are completed.

        Whether it belongs to the issuer is checked by `verify`.
        """
        issuer, kid = self.issuer, self.jws.kid
        if issuer is None or not issuer.startswith("did:") or kid is None:
            return None
        if kid.startswith("did:"):
            return kid
        return issuer + kid if kid.startswith("#") else f"{issuer}#{kid}"

    @property
    def vct(self) -> str:
        return str(self.claims["vct"])

    @property
    def hash_name(self) -> str:
        return str(self.payload.get(SD_ALG, DEFAULT_HASH))

    @property
    def holder_key(self) -> PublicKey | None:
        """The key that presentations must be bound to (`cnf`). Raises `HolderKeyInvalid`."""
        return holder_key_of(self.claims["cnf"]) if "cnf" in self.claims else None

    @property
    def status_reference(self) -> token_list.Reference | None:
        """Where its status stands, in a Token Status List; None if it has no status. Raises `MalformedValue`."""
        return token_list.parse_status(self.claims["status"]) if "status" in self.claims else None

    @property
    def presented_text(self) -> str:
        """What `sd_hash` is made over: the issuer-signed JWT and the disclosures, with the last `~` (section 4.3.1)."""
        return self.text if self.key_binding is None else self.text[: -len(self.key_binding)]


def read(text: str) -> SdJwtCredential:
    """Read an SD-JWT VC, with or without key binding, in the compact serialization.

    Raises:
        JoseError: the issuer-signed JWT or the key binding JWT break a rule of their kind of token.
        SdJwtInvalid: one subclass per rule of RFC 9901, section 7.1, and of SD-JWT VC.
    """
    issuer_jwt, texts, key_binding = split(text)
    jws = parse_compact(issuer_jwt, SD_JWT_VC)
    payload = parse_claims(jws, SD_JWT_VC)
    disclosures = tuple(disclosure.parse(one) for one in texts)
    processed = process(payload, disclosures)
    # A disclosed claim is one like any other: its type is checked where it stands now.
    check_claims(processed.claims, SD_JWT_VC)
    check_protected(payload, processed.claims)
    check_type(processed.claims)
    if "cnf" in processed.claims:
        holder_key_of(processed.claims["cnf"])
    if key_binding is not None:
        parse_compact(key_binding, KB_JWT)
    return SdJwtCredential(text, jws, payload, processed.claims, issuer_jwt, disclosures, processed.places, key_binding)


def split(text: str) -> tuple[str, list[str], str | None]:
    """Section 7.1, step 1: the issuer-signed JWT, the disclosures, the key binding JWT. Raises `MalformedSdJwt`."""
    if len(text) > MAX_TOKEN_BYTES:
        raise MalformedSdJwt(f"the SD-JWT has {len(text)} characters; at most {MAX_TOKEN_BYTES} are read")
    if "~" not in text:
        raise MalformedSdJwt("an SD-JWT has a '~' behind the issuer-signed JWT")
    issuer_jwt, *disclosures, last = text.split("~")
    if len(disclosures) > MAX_DISCLOSURES:
        raise MalformedSdJwt(f"the SD-JWT has {len(disclosures)} disclosures; at most {MAX_DISCLOSURES} are read")
    return issuer_jwt, disclosures, last or None


def check_protected(payload: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
    """SD-JWT VC, "Registered JWT Claims": what every verifier must see stands in the open, as a whole.

    Raises:
        ProtectedClaimHidden
    """
    for name in sorted(PROTECTED):
        if (name in payload) != (name in claims) or payload.get(name) != claims.get(name):
            raise ProtectedClaimHidden(f"{name} may not be selectively disclosable, nor any part of it")


def check_type(claims: Mapping[str, Any]) -> None:
    """SD-JWT VC, "vct Claim". Raises `CredentialTypeInvalid`."""
    vct = claims.get("vct")
    if not isinstance(vct, str) or not vct:
        raise CredentialTypeInvalid("vct is not a text that names the type")
    if "vct#integrity" in claims:
        check_integrity_syntax(claims["vct#integrity"])


def holder_key_of(cnf: Any) -> PublicKey:
    """The key that a `cnf` claim names with `jwk` (RFC 7800, section 3.2). Raises `HolderKeyInvalid`."""
    jwk = cnf.get("jwk") if isinstance(cnf, Mapping) else None
    if not isinstance(jwk, Mapping):
        raise HolderKeyInvalid("cnf holds no jwk")
    try:
        key = public_key_of(jwk)
    except InvalidPublicKey as error:
        raise HolderKeyInvalid(f"cnf: {error}") from error
    if key.type is KeyType.X25519:
        raise HolderKeyInvalid("cnf names a key that cannot sign")
    return key
