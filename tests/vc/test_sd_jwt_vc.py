"""SD-JWT VC: keys of issuers, certificates, type metadata with integrity, the status reference."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from did.errors import ResolutionUnavailable
from did.jwk import jwk_of
from did.keys import KeyType
from tests.attacks.sd_jwt_builds import ISSUER_KEY, WEB_ISSUER, Forgery, Receiver, authority, leaf, x5c
from tests.vc.world import NOW, KeyPair
from vc.errors import KeyCompromised, MalformedValue
from vc.sd_jwt.certificates import MAX_CERTIFICATES, key_of
from vc.sd_jwt.errors import (
    CertificateChainInvalid,
    CredentialTypeInvalid,
    IssuerKeyInvalid,
    TypeMetadataInvalid,
    TypeMetadataUnavailable,
)
from vc.sd_jwt.issue import PreparedSdJwtVc
from vc.sd_jwt.issuer_key import IssuerKeys, find_key, key_in, metadata_url
from vc.sd_jwt.read import read
from vc.sd_jwt.type_metadata import MAX_EXTENDS, check_integrity, check_integrity_syntax, integrity_of, load

# --- JWT VC issuer metadata --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("issuer", "url"),
    [
        ("https://example.com", "https://example.com/.well-known/jwt-vc-issuer"),
        ("https://example.com/", "https://example.com/.well-known/jwt-vc-issuer"),
        ("https://example.com/tenant/1234", "https://example.com/.well-known/jwt-vc-issuer/tenant/1234"),
        ("https://example.com/tenant/1234/", "https://example.com/.well-known/jwt-vc-issuer/tenant/1234"),
        ("https://example.com:8443/t/a", "https://example.com:8443/.well-known/jwt-vc-issuer/t/a"),
    ],
)
def test_the_metadata_stands_between_host_and_path(issuer: str, url: str) -> None:
    assert metadata_url(issuer) == url


@pytest.mark.parametrize(
    "issuer",
    [
        "http://example.com",
        "https://",
        "https://example.com?a=b",
        "https://example.com#a",
        "https://example.com#",
        "https://user@example.com",
        "https://example.com:port",
        "https://example.com/\u00fc",
        "https://example.com/a b\n",
        "urn:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "example.com",
    ],
)
def test_an_issuer_that_is_no_plain_https_url_has_no_metadata(issuer: str) -> None:
    with pytest.raises(IssuerKeyInvalid):
        metadata_url(issuer)


def of_the_web(kid: str | None = "key-1") -> Forgery:
    made = Forgery()
    made.payload["iss"] = WEB_ISSUER
    made.header.pop("kid")
    if kid is not None:
        made.header["kid"] = kid
    return made


def test_keys_behind_jwks_uri_are_found() -> None:
    receiver = Receiver()
    (metadata,) = receiver.web.values()
    receiver.web["https://keys.example/jwks"] = metadata.pop("jwks")
    metadata["jwks_uri"] = "https://keys.example/jwks"

    assert receiver.accept(of_the_web().text())["iss"] == WEB_ISSUER


def test_without_a_name_the_only_key_is_taken() -> None:
    assert Receiver().accept(of_the_web(None).text())


def test_metadata_that_cannot_be_had_is_undecided_and_not_wrong() -> None:
    receiver = Receiver()
    receiver.web.clear()

    with pytest.raises(ResolutionUnavailable):
        receiver.accept(of_the_web().text())


def test_the_web_is_not_asked_where_nobody_allowed_it() -> None:
    keys = IssuerKeys(Receiver().get_key)

    with pytest.raises(IssuerKeyInvalid, match="not looked for on the web"):
        find_key(read(of_the_web().text()), keys=keys, now=NOW)


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"issuer": WEB_ISSUER}, "either jwks or jwks_uri"),
        ({"issuer": WEB_ISSUER, "jwks_uri": "http://keys.example"}, "no https URL"),
        ({"issuer": WEB_ISSUER, "jwks": []}, "no list of keys"),
        ({"issuer": WEB_ISSUER, "jwks": {"keys": []}}, "0 keys that fit"),
        ({"issuer": WEB_ISSUER, "jwks": {"keys": [{"kty": "oct", "kid": "key-1"}]}}, "cannot be used"),
        ([], "cannot be read"),
    ],
)
def test_metadata_without_one_usable_key_is_refused(metadata: Any, reason: str) -> None:
    receiver = Receiver()
    (url,) = receiver.web
    receiver.web[url] = metadata

    with pytest.raises(IssuerKeyInvalid, match=reason):
        receiver.accept(of_the_web().text())


def test_a_key_for_another_algorithm_is_refused() -> None:
    jwk = {**jwk_of(ISSUER_KEY.public_key), "alg": "ES384"}

    with pytest.raises(IssuerKeyInvalid, match="another algorithm"):
        key_in({"keys": [jwk]}, None)


# --- by DID ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kid", ["#key-1", "key-1"])
def test_a_relative_name_of_a_key_is_completed_with_the_issuer(kid: str) -> None:
    made = Forgery()
    made.header["kid"] = kid

    assert Receiver().accept(made.text())


def test_an_anchor_before_the_theft_excuses_a_stolen_key() -> None:
    receiver = Receiver()
    stolen_at = NOW - timedelta(days=1)
    receiver.publish(ISSUER_KEY.verification_method, ISSUER_KEY.public_key, revoked_at=stolen_at)
    credential, keys = read(Forgery().text()), IssuerKeys(receiver.get_key)

    found = find_key(credential, keys=keys, now=NOW, anchored_before=stolen_at - timedelta(days=1))
    assert found.key == ISSUER_KEY.public_key
    with pytest.raises(KeyCompromised):
        find_key(credential, keys=keys, now=NOW, anchored_before=stolen_at)


# --- x5c ---------------------------------------------------------------------------------------------------------------


def key_from(chain: list[x509.Certificate], root: x509.Certificate, issuer: str | None) -> Any:
    return key_of(x5c(*chain), issuer=issuer, trusted_roots=[root], now=NOW)


@pytest.mark.parametrize(
    ("names", "issuer"),
    [
        ([x509.UniformResourceIdentifier(WEB_ISSUER)], WEB_ISSUER),
        ([x509.DNSName("university.example")], WEB_ISSUER),
        ([x509.UniformResourceIdentifier("did:web:university.example")], "did:web:university.example"),
    ],
    ids=["url", "host", "did"],
)
def test_a_certificate_names_the_issuer_by_url_or_by_host(names: list[x509.GeneralName], issuer: str) -> None:
    root = authority("Root")

    assert key_from([leaf(root, names=names)], root.certificate, issuer) == (issuer, ISSUER_KEY.public_key)


def test_without_iss_the_certificate_says_who_the_issuer_is() -> None:
    root = authority("Root")
    by_url = leaf(root)
    by_name = leaf(root, names=[x509.DNSName("university.example")])

    assert key_from([by_url], root.certificate, None)[0] == WEB_ISSUER
    assert key_from([by_name], root.certificate, None)[0] == "CN=University"


@pytest.mark.parametrize(
    "names",
    [
        [],
        [x509.DNSName("*.example")],
        [x509.DNSName("university.example.mallory.example")],
        [x509.UniformResourceIdentifier("https://university.example/t/medicine")],
    ],
    ids=["no-name", "wildcard", "longer", "other-path"],
)
def test_a_certificate_with_another_name_is_refused(names: list[x509.GeneralName]) -> None:
    root = authority("Root")

    with pytest.raises(CertificateChainInvalid):
        key_from([leaf(root, names=names)], root.certificate, WEB_ISSUER)


@pytest.mark.parametrize(
    "value",
    [None, [], "MII", [5], ["!!"], ["AAAA"], [base64.b64encode(b"x").decode()] * (MAX_CERTIFICATES + 1)],
    ids=["none", "empty", "text", "number", "no-base64", "no-certificate", "too-many"],
)
def test_x5c_that_is_no_list_of_certificates_is_refused(value: Any) -> None:
    with pytest.raises(CertificateChainInvalid):
        key_of(value, issuer=WEB_ISSUER, trusted_roots=[authority("Root").certificate], now=NOW)


def test_a_certificate_counts_only_within_its_time() -> None:
    root = authority("Root")
    chain = x5c(leaf(root))

    for at in (NOW - timedelta(days=301), NOW + timedelta(days=366)):
        with pytest.raises(CertificateChainInvalid):
            key_of(chain, issuer=WEB_ISSUER, trusted_roots=[root.certificate], now=at)


# --- type metadata -----------------------------------------------------------------------------------------------------

VCT = "https://university.example/types/degree"


def library(*documents: dict[str, Any]) -> Callable[[str], bytes]:
    kept = {document["vct"]: json.dumps(document).encode() for document in documents}

    def get(vct: str) -> bytes:
        if vct not in kept:
            raise TypeMetadataUnavailable(vct)
        return kept[vct]

    return get


def test_a_type_and_what_it_extends_are_loaded_with_their_digests_checked() -> None:
    base = {"vct": "https://base.example", "name": "Base"}
    base_bytes = json.dumps(base).encode()
    degree = {"vct": VCT, "extends": base["vct"], "extends#integrity": integrity_of(base_bytes)}
    degree_bytes = json.dumps(degree).encode()

    chain = load(VCT, integrity=integrity_of(degree_bytes), get_metadata=library(base, degree))

    assert chain == [degree, base]


def test_metadata_that_was_changed_is_refused_wherever_it_stands_in_the_chain() -> None:
    degree = {"vct": VCT, "extends": "https://base.example", "extends#integrity": integrity_of(b"other")}
    get = library(degree, {"vct": "https://base.example"})

    with pytest.raises(TypeMetadataInvalid, match="digest"):
        load(VCT, integrity=None, get_metadata=get)
    with pytest.raises(TypeMetadataInvalid, match="digest"):
        load(VCT, integrity=integrity_of(b"other"), get_metadata=get)


def test_metadata_of_another_type_is_refused() -> None:
    with pytest.raises(TypeMetadataInvalid, match="is of"):
        load(VCT, integrity=None, get_metadata=lambda _vct: b'{"vct": "https://other.example"}')


@pytest.mark.parametrize("data", [b"", b"[]", b'{"vct": 1, "vct": 2}'])
def test_metadata_that_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(TypeMetadataInvalid, match="cannot be read"):
        load(VCT, integrity=None, get_metadata=lambda _vct: data)


def test_types_in_a_circle_are_refused() -> None:
    get = library({"vct": "urn:a", "extends": "urn:b"}, {"vct": "urn:b", "extends": "urn:a"})

    with pytest.raises(TypeMetadataInvalid, match="extends itself"):
        load("urn:a", integrity=None, get_metadata=get)


def test_a_chain_of_types_ends_somewhere() -> None:
    types = [{"vct": f"urn:{number}", "extends": f"urn:{number + 1}"} for number in range(MAX_EXTENDS + 1)]
    types[-1].pop("extends")

    assert len(load("urn:1", integrity=None, get_metadata=library(*types))) == MAX_EXTENDS
    with pytest.raises(TypeMetadataInvalid, match=f"more than {MAX_EXTENDS}"):
        load("urn:0", integrity=None, get_metadata=library(*types))


def test_metadata_that_cannot_be_had_says_so() -> None:
    with pytest.raises(TypeMetadataUnavailable):
        load(VCT, integrity=None, get_metadata=library())


def test_the_strongest_digest_decides() -> None:
    data = b"metadata"
    good = base64.b64encode(hashlib.sha512(data).digest()).decode()
    bad = base64.b64encode(hashlib.sha512(b"other").digest()).decode()

    check_integrity(data, f"sha512-{bad} sha512-{good}")
    with pytest.raises(TypeMetadataInvalid):
        check_integrity(data, f"{integrity_of(data)} sha512-{bad}")


@pytest.mark.parametrize("integrity", [None, "", " ", "sha256-", "sha1-AAAA", "sha256-AAAA", "sha256-####", 5])
def test_integrity_metadata_that_is_none_is_refused(integrity: Any) -> None:
    with pytest.raises(CredentialTypeInvalid):
        check_integrity_syntax(integrity)


# --- status --------------------------------------------------------------------------------------------------------------


def test_the_status_list_and_the_place_in_it_are_read() -> None:
    made = Forgery()
    made.payload["status"] = {"status_list": {"idx": 7, "uri": "https://university.example/status/9"}}

    reference = read(made.text()).status_reference

    assert reference is not None
    assert (reference.index, reference.uri) == (7, "https://university.example/status/9")
    assert read(Forgery().text()).status_reference is None


def test_a_status_that_nobody_understands_is_not_taken_for_good() -> None:
    made = Forgery()
    made.payload["status"] = {"identifier_list": {"id": "1"}}

    with pytest.raises(MalformedValue, match="status_list"):
        _ = read(made.text()).status_reference


@pytest.mark.parametrize("key_type", [KeyType.P256, KeyType.P384, KeyType.ED25519])
def test_each_kind_of_key_signs_and_verifies(key_type: KeyType) -> None:
    key = KeyPair("did:web:university.example#key-9", key_type)
    made = Forgery(key=key)
    made.header["kid"] = key.verification_method
    made.header["alg"] = {KeyType.P256: "ES256", KeyType.P384: "ES384", KeyType.ED25519: "EdDSA"}[key_type]
    receiver = Receiver()
    receiver.publish(key.verification_method, key.public_key)

    assert receiver.accept(made.text())


def test_a_credential_that_we_issue_with_a_certificate_verifies_by_it() -> None:
    root = authority("Root")
    prepared = PreparedSdJwtVc(ISSUER_KEY, vct=VCT, x5c=x5c(leaf(root)))
    named = prepared.secure({"iss": WEB_ISSUER, "name": "Ada"}, disclosable=[("name",)], salt=lambda: "A" * 22)
    unnamed = prepared.secure({"name": "Ada"}, disclosable=[], salt=lambda: "A" * 22)
    receiver = Receiver(roots=[root.certificate], binding=None)

    assert read(named).header.keys() == {"alg", "typ", "x5c"}
    assert receiver.accept(named)["name"] == "Ada"
    assert receiver.accept(unnamed)["name"] == "Ada"


def test_a_certificate_of_an_rsa_key_gives_that_key() -> None:
    root = authority("Root")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    made = leaf(root, public=key.public_key())

    _issuer, found = key_from([made], root.certificate, WEB_ISSUER)

    assert found.type is KeyType.RSA
