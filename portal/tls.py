"""`dcp up --tls`: a certificate authority in the data folder and the web server's certificate.

did:web and OpenID4VCI identifiers must be https, in development too. The authority is
limited to this machine's names, so that trusting it opens nothing else.
"""

import ipaddress
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from portal.supervisor.files import make_private_folder, write_private

_AUTHORITY_LIFE = timedelta(days=3650)
_SERVER_LIFE = timedelta(days=397)
_RENEW_BEFORE = timedelta(days=30)
_CLOCK_SKEW = timedelta(hours=1)
_ADDRESSES = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files; only the two keys are secret."""

    ca_file: Path
    cert_file: Path
    key_file: Path


def ensure_certificates(folder: Path, *, now: datetime, extra_names: tuple[str, ...] = ()) -> Certificates:
    """Return certificates that are valid for at least 30 more days, made or renewed as needed.

    The authority is kept as long as it lives, so that whoever trusts it need not do so again.
    """
    make_private_folder(folder)
    files = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    wanted = tuple(dict.fromkeys(("localhost", *_host_name(), *extra_names)))
    authority = _read_authority(folder, files.ca_file)
    if authority is None or authority.ends_before(now + _RENEW_BEFORE) or not set(extra_names) <= authority.names():
        authority = _make_authority(folder, files.ca_file, wanted, now)
    # A machine that was renamed keeps its authority and loses only the name.
    names = tuple(name for name in wanted if name in authority.names())
    if not _is_current(files, names, authority, now):
        key = ec.generate_private_key(ec.SECP256R1())
        server = _server_certificate(key, names, authority, now)
        write_private(files.key_file, _pem_of_key(key))
        files.cert_file.write_text(_pem(server) + _pem(authority.certificate), encoding="ascii")
    return files


def how_to_trust(ca_file: Path) -> str:
    """Say how browsers and programs learn to trust the authority."""
    return (
        f"The certificate comes from the node's own authority, {ca_file}\n"
        f"  curl:     curl --cacert {ca_file} …\n"
        f"  Python:   SSL_CERT_FILE={ca_file}\n"
        f"  Node.js:  NODE_EXTRA_CA_CERTS={ca_file}\n"
        "  browser:  import it as an authority for web sites; remove it when you no longer use the node"
    )


@dataclass(frozen=True, slots=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def names(self) -> set[str]:
        held = self.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        return {name.value for name in held.permitted_subtrees or [] if isinstance(name, x509.DNSName)}

    def ends_before(self, moment: datetime) -> bool:
        return self.certificate.not_valid_after_utc < moment


def _host_name() -> tuple[str, ...]:
    name = socket.gethostname()
    return (name,) if name.isascii() and name else ()


def _read_authority(folder: Path, ca_file: Path) -> _Authority | None:
    key_file = folder / "ca.key"
    if not (ca_file.exists() and key_file.exists()):
        return None
    certificate = x509.load_pem_x509_certificate(ca_file.read_bytes())
    key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        return None
    return _Authority(certificate, key)


def _make_authority(folder: Path, ca_file: Path, names: tuple[str, ...], now: datetime) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dcp development authority")])
    addresses = [x509.IPAddress(ipaddress.ip_network(address)) for address in _ADDRESSES]
    permitted = [*(x509.DNSName(permitted) for permitted in names), *addresses]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + _AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_private(folder / "ca.key", _pem_of_key(key))
    ca_file.write_text(_pem(certificate), encoding="ascii")
    return _Authority(certificate, key)


def _server_certificate(
    key: ec.EllipticCurvePrivateKey,
    names: tuple[str, ...],
    authority: _Authority,
    now: datetime,
) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "dcp node")]))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(min(now + _SERVER_LIFE, authority.certificate.not_valid_after_utc))
        .add_extension(x509.SubjectAlternativeName(_alternative_names(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .sign(authority.key, hashes.SHA256())
    )


def _alternative_names(names: tuple[str, ...]) -> list[x509.GeneralName]:
    addresses = [x509.IPAddress(ipaddress.ip_address(address)) for address in _ADDRESSES]
    return [*(x509.DNSName(name) for name in names), *addresses]


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _is_current(files: Certificates, names: tuple[str, ...], authority: _Authority, now: datetime) -> bool:
    if not (files.cert_file.exists() and files.key_file.exists()):
        return False
    certificate = x509.load_pem_x509_certificate(files.cert_file.read_bytes())
    held = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    key = serialization.load_pem_private_key(files.key_file.read_bytes(), password=None)
    return (
        certificate.not_valid_after_utc - now > _RENEW_BEFORE
        and set(names) <= set(held.get_values_for_type(x509.DNSName))
        and key.public_key() == certificate.public_key()
        and _is_signed_by(certificate, authority)
    )


def _is_signed_by(certificate: x509.Certificate, authority: _Authority) -> bool:
    try:
        certificate.verify_directly_issued_by(authority.certificate)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _pem_of_key(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")
