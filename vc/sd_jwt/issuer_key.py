"""Whose key signed (SD-JWT VC, "Issuer Signature Mechanisms"): by DID, by metadata on the web, or by a certificate.

The mechanism follows from what the credential says of its issuer, and the key from the mechanism.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509

from did.document import VerificationMethod
from did.errors import InvalidPublicKey
from did.jose import accepted_algorithms
from did.jwk import public_key_of
from did.keys import PublicKey
from vc import timestamps
from vc.errors import KeyCompromised, KeyExpired, ParsingError
from vc.model import parse_json
from vc.proofs.data_integrity import ASSERTION_METHOD, GetKey, check_method
from vc.proofs.proof import controller_of
from vc.sd_jwt import certificates
from vc.sd_jwt.errors import IssuerKeyInvalid
from vc.sd_jwt.read import SdJwtCredential

WELL_KNOWN = "/.well-known/jwt-vc-issuer"

GetJson = Callable[[str], bytes]
"""The JSON at an https URL. Raises `DidError`: `ResolutionUnavailable` where it could not be had."""


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """Where keys of issuers come from. Without `get_json` or `trusted_roots` that way is not gone."""

    get_key: GetKey
    get_json: GetJson | None = None
    trusted_roots: Sequence[x509.Certificate] = ()


@dataclass(frozen=True, slots=True)
class VerifiedIssuer:
    """Who signed, as was shown. `method` is there if the issuer is a DID."""

    issuer: str
    key: PublicKey
    method: VerificationMethod | None = None


def find_key(
    credential: SdJwtCredential, *, keys: IssuerKeys, now: datetime, anchored_before: datetime | None = None
) -> VerifiedIssuer:
    """Section 7.1, step 2.c: the key that the credential's issuer answers for. **The signature is checked elsewhere.**

    Raises:
        IssuerKeyInvalid, CertificateChainInvalid: no key, or not this issuer's.
        KeyExpired, KeyCompromised: the issuer's document says so; an anchor before `revoked` excuses the second.
        DidError: the issuer's document could not be had, or is wrong.
    """
    issuer = credential.issuer
    if "x5c" in credential.header and keys.trusted_roots:
        name, key = certificates.key_of(
            credential.header["x5c"], issuer=issuer, trusted_roots=keys.trusted_roots, now=now
        )
        return VerifiedIssuer(name, key)
    if issuer is None:
        raise IssuerKeyInvalid("no iss, and no certificate that a trusted root vouches for")
    if issuer.startswith("did:"):
        return _by_did(credential, issuer, keys.get_key, now, anchored_before)
    if keys.get_json is None:
        raise IssuerKeyInvalid(f"keys of {issuer[:200]} are not looked for on the web here")
    return VerifiedIssuer(issuer, key_by_metadata(issuer, credential.jws.kid, keys.get_json))


def _by_did(
    credential: SdJwtCredential, issuer: str, get_key: GetKey, now: datetime, anchored_before: datetime | None
) -> VerifiedIssuer:
    url = credential.key_url
    if url is None:
        raise IssuerKeyInvalid("kid does not name a key of the issuer")
    check_controller(url, issuer)
    method = get_key(url, ASSERTION_METHOD)
    check_method(method, url)
    if method.expires_at is not None and method.expires_at <= now:
        raise KeyExpired(f"the key expired at {timestamps.format_utc(method.expires_at)}")
    revoked_at = method.revoked_at
    if revoked_at is not None and revoked_at <= now and (anchored_before is None or anchored_before >= revoked_at):
        raise KeyCompromised(f"the key was reported as compromised at {timestamps.format_utc(revoked_at)}", revoked_at)
    return VerifiedIssuer(issuer, method.public_key, method)


def check_controller(url: str, issuer: str) -> None:
    """The key's URL without fragment is the issuer, character by character. Raises `IssuerKeyInvalid`."""
    if controller_of(url) != issuer:
        raise IssuerKeyInvalid(f"signed with a key of {controller_of(url)[:200]}, issued by {issuer[:200]}")


# --- JWT VC Issuer Metadata ------------------------------------------------------------------------------


def metadata_url(issuer: str) -> str:
    """Where an issuer's metadata is: the well-known path goes between host and path. Raises `IssuerKeyInvalid`."""
    try:
        parts = urlsplit(issuer)
        port = parts.port
    except ValueError as error:
        raise IssuerKeyInvalid(f"iss is no URL: {error}") from error
    wrong = parts.scheme != "https" or not parts.hostname or parts.username is not None or parts.password is not None
    # An empty query or fragment is one too.
    if wrong or "?" in issuer or "#" in issuer or port == 0 or not issuer.isascii() or not issuer.isprintable():
        raise IssuerKeyInvalid(f"{issuer[:200]!r} is neither a DID nor an https URL of an issuer")
    return f"https://{parts.netloc}{WELL_KNOWN}{parts.path.rstrip('/')}"


def key_by_metadata(issuer: str, kid: str | None, get_json: GetJson) -> PublicKey:
    """The key with this name among those that the issuer publishes under `metadata_url`.

    Raises:
        IssuerKeyInvalid: the metadata is another issuer's or breaks a rule, or holds no such key.
        DidError: it could not be had.
    """
    metadata = _object(get_json(metadata_url(issuer)), "the issuer's metadata")
    check_metadata_issuer(metadata, issuer)
    if ("jwks" in metadata) == ("jwks_uri" in metadata):
        raise IssuerKeyInvalid("the issuer's metadata has either jwks or jwks_uri")
    if "jwks" in metadata:
        return key_in(metadata["jwks"], kid)
    url = metadata["jwks_uri"]
    if not isinstance(url, str) or not url.startswith("https://"):
        raise IssuerKeyInvalid("jwks_uri is no https URL")
    return key_in(_object(get_json(url), "the issuer's key set"), kid)


def check_metadata_issuer(metadata: Mapping[str, Any], issuer: str) -> None:
    """SD-JWT VC, "JWT VC Issuer Metadata Validation". Raises `IssuerKeyInvalid`."""
    if metadata.get("issuer") != issuer:
        raise IssuerKeyInvalid(f"the metadata is of {str(metadata.get('issuer'))[:200]!r}, not of {issuer[:200]}")


def key_in(jwks: Any, kid: str | None) -> PublicKey:
    """The key with this name; without a name, the only one. Raises `IssuerKeyInvalid`."""
    listed = jwks.get("keys") if isinstance(jwks, Mapping) else None
    if not isinstance(listed, list):
        raise IssuerKeyInvalid("the key set has no list of keys")
    fitting = [jwk for jwk in listed if isinstance(jwk, Mapping) and (kid is None or jwk.get("kid") == kid)]
    if len(fitting) != 1:
        raise IssuerKeyInvalid(f"the key set has {len(fitting)} keys that fit, where one is needed")
    jwk = fitting[0]
    if jwk.get("use", "sig") != "sig":
        raise IssuerKeyInvalid("the key is not for signatures")
    try:
        key = public_key_of(jwk)
    except InvalidPublicKey as error:
        raise IssuerKeyInvalid(f"the issuer's key cannot be used: {error}") from error
    if "alg" in jwk and jwk["alg"] not in accepted_algorithms(key):
        raise IssuerKeyInvalid("the key is for another algorithm")
    return key


def _object(data: bytes, what: str) -> dict[str, Any]:
    try:
        return parse_json(data)
    except ParsingError as error:
        raise IssuerKeyInvalid(f"{what} cannot be read: {error}") from error
