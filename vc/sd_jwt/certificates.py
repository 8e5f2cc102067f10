"""The issuer's key from a certificate chain in `x5c` (SD-JWT VC, "X.509 Certificates"; RFC 5280, section 6)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from did.keys import KeyType, PublicKey
from did.rsa import rsa_key
from vc.sd_jwt.errors import CertificateChainInvalid

MAX_CERTIFICATES = 6


def key_of(
    x5c: Any, *, issuer: str | None, trusted_roots: Sequence[x509.Certificate], now: datetime
) -> tuple[str, PublicKey]:
    """The issuer that the leaf certificate names, and its key.

    With an `iss`, the leaf names it as a URI, or names the host of an https `iss`; without one, the issuer is the
    leaf's first URI, or else its subject (RFC 4514). Wildcards name nobody.

    Raises:
        CertificateChainInvalid: not a chain from one of `trusted_roots`, not valid at `now`, not for signatures, or
            not for this issuer.
    """
    chain = parse_chain(x5c)
    check_chain(chain, trusted_roots=trusted_roots, now=now)
    leaf = chain[0]
    if issuer is not None:
        check_name(leaf, issuer)
    return issuer or _name_of(leaf), _key(leaf)


def parse_chain(x5c: Any) -> list[x509.Certificate]:
    """RFC 7515, section 4.1.6: base64 of DER, the leaf first. Raises `CertificateChainInvalid`."""
    if not isinstance(x5c, list) or not 0 < len(x5c) <= MAX_CERTIFICATES:
        raise CertificateChainInvalid(f"x5c is not a list of 1 to {MAX_CERTIFICATES} certificates")
    try:
        return [x509.load_der_x509_certificate(base64.b64decode(one, validate=True)) for one in x5c]
    except (TypeError, ValueError, binascii.Error) as error:
        raise CertificateChainInvalid(f"x5c holds something that is no certificate: {error}") from error


def check_chain(chain: list[x509.Certificate], *, trusted_roots: Sequence[x509.Certificate], now: datetime) -> None:
    """Whether a trusted root vouches for the leaf at `now`. Raises `CertificateChainInvalid`."""
    leaf_policy = (
        ExtensionPolicy.permit_all()
        .require_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, None)
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _no_authority)
        .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _signs)
    )
    builder = (
        PolicyBuilder()
        .store(Store(list(trusted_roots)))
        .time(now)
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=leaf_policy)
    )
    try:
        builder.build_client_verifier().verify(chain[0], chain[1:])
    except (VerificationError, ValueError, x509.UnsupportedGeneralNameType) as error:
        raise CertificateChainInvalid(f"no trusted root vouches for the certificate: {error}") from error


def check_name(leaf: x509.Certificate, issuer: str) -> None:
    """The leaf is for this issuer. Raises `CertificateChainInvalid`."""
    names = _alternative_names(leaf)
    if issuer in names.get_values_for_type(x509.UniformResourceIdentifier):
        return
    host = urlsplit(issuer).hostname if issuer.startswith("https://") else None
    if host is None or host not in {name.lower() for name in names.get_values_for_type(x509.DNSName)}:
        raise CertificateChainInvalid(f"the certificate is not for {issuer[:200]}")


def _no_authority(_policy: Policy, _leaf: x509.Certificate, found: x509.BasicConstraints | None) -> None:
    if found is not None and found.ca:
        raise ValueError("the certificate is that of an authority, not of an issuer")


def _signs(_policy: Policy, _leaf: x509.Certificate, found: x509.KeyUsage | None) -> None:
    if found is not None and not found.digital_signature:
        raise ValueError("the certificate's key is not for signatures")


def _alternative_names(leaf: x509.Certificate) -> x509.SubjectAlternativeName:
    return leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value


def _name_of(leaf: x509.Certificate) -> str:
    uris = _alternative_names(leaf).get_values_for_type(x509.UniformResourceIdentifier)
    return uris[0] if uris else leaf.subject.rfc4514_string()


def _key(leaf: x509.Certificate) -> PublicKey:
    key = leaf.public_key()
    if isinstance(key, ed25519.Ed25519PublicKey):
        return PublicKey(KeyType.ED25519, key.public_bytes_raw())
    types = {"secp256r1": KeyType.P256, "secp384r1": KeyType.P384}
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in types:
        return PublicKey(types[key.curve.name], key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        return rsa_key(numbers.n.to_bytes(key.key_size // 8 + 1), numbers.e.to_bytes(8))
    raise CertificateChainInvalid("the certificate's key is of a kind that is not used here")
