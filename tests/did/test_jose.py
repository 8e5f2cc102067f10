from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws as their_jws
from joserfc.jwk import ECKey, OKPKey

from agent.keys.local import LocalSigner, generate_private_key
from did import jose
from did.errors import InvalidPublicKey
from did.jose import JoseError
from did.jose.profile import JwkRule, TokenProfile
from did.jwk import jwk_of, public_key_of, thumbprint
from did.keys import KeyType
from did.multikey import encode_multikey
from did.rsa import rsa_key
from tests.attacks.token_builds import RsaPair
from tests.vc.world import KeyPair

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PROOF = TokenProfile(name="proof", typ=frozenset({"proof+jwt"}), typ_required=True, jwk=JwkRule.IS_KEY)
PLAIN = TokenProfile(name="plain", typ=frozenset({"jwt"}), typ_required=False)
PAIRS = [KeyPair(f"did:example:a#{kind}", kind) for kind in (KeyType.ED25519, KeyType.P256, KeyType.P384)]

each_pair = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: str(pair.key_type))


@each_pair
def test_what_is_signed_is_read_and_verified(pair):
    token = jose.sign_compact({"typ": "JWT", "kid": "k"}, b'{"iss":"a"}', signer=pair)

    jws = jose.parse_compact(token, PLAIN)
    jose.verify_compact(jws, pair.public_key, PLAIN)

    assert jose.parse_claims(jws, PLAIN) == {"iss": "a"}
    assert jws.kid == "k"
    assert jws.header["alg"] == jose.algorithm_of(pair.public_key)


@pytest.mark.filterwarnings(
    "ignore:EdDSA is deprecated"
)  # joserfc prefers the second name; most software has the first
@each_pair
def test_joserfc_reads_what_we_sign_and_we_read_what_it_signs(pair):
    kind = OKPKey if pair.key_type is KeyType.ED25519 else ECKey
    key = kind.import_key(jwk_of(pair.public_key))
    algorithm = jose.algorithm_of(pair.key_type)
    token = jose.sign_compact({"typ": "JWT"}, b'{"iss":"a"}', signer=pair)

    assert their_jws.deserialize_compact(token, key, algorithms=[algorithm]).payload == b'{"iss":"a"}'

    their_key = kind.generate_key("Ed25519" if kind is OKPKey else str(pair.key_type))
    theirs = their_jws.serialize_compact({"alg": algorithm, "typ": "JWT"}, b'{"iss":"b"}', their_key, [algorithm])
    jws = jose.parse_compact(theirs, PLAIN)
    jose.verify_compact(jws, public_key_of(their_key.as_dict(private=False)), PLAIN)
    assert jose.parse_claims(jws, PLAIN) == {"iss": "b"}


def test_joserfc_reads_es256k():
    """The curve of did:ethr, which `tests.vc.world` has no keys on."""
    private = generate_private_key(KeyType.SECP256K1)
    signer = LocalSigner(private, KeyType.SECP256K1, "did:example:a#k1")
    key = ECKey.import_key(jwk_of(signer.public_key))

    token = jose.sign_compact({"typ": "JWT"}, b'{"iss":"a"}', signer=signer)

    assert their_jws.deserialize_compact(token, key, algorithms=["ES256K"]).payload == b'{"iss":"a"}'
    jose.verify_compact(jose.parse_compact(token, PLAIN), signer.public_key, PLAIN)


@given(st.data())
@settings(max_examples=150)
def test_no_other_character_anywhere_leaves_a_token_valid(data):
    pair = PAIRS[0]
    token = jose.sign_compact({"typ": "JWT"}, b'{"iss":"a"}', signer=pair)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != token[at]))

    with pytest.raises(JoseError):
        _accept(token[:at] + other + token[at + 1 :], pair)


@given(st.text(max_size=200))
def test_any_text_is_a_token_or_refused_in_words(text):
    with pytest.raises(JoseError):
        jose.parse_compact(text, PLAIN)


def _accept(token, pair):
    jws = jose.parse_compact(token, PLAIN)
    jose.verify_compact(jws, pair.public_key, PLAIN)
    jose.parse_claims(jws, PLAIN)


def test_one_header_signs_many_payloads():
    header = jose.PreparedHeader({"typ": "JWT"}, signer=PAIRS[0])
    assert header.sign(b"{}") == jose.sign_compact({"typ": "JWT"}, b"{}", signer=PAIRS[0])


def test_the_algorithm_cannot_be_chosen_when_signing():
    with pytest.raises(jose.HeaderRefused, match="follows from the key"):
        jose.sign_compact({"alg": "ES256"}, b"{}", signer=PAIRS[0])


@pytest.mark.parametrize("kind", [KeyType.RSA, KeyType.X25519])
def test_a_key_that_only_others_sign_with_signs_no_token(kind):
    with pytest.raises(jose.AlgorithmRefused, match="no token is signed"):
        jose.algorithm_of(kind)


def test_the_second_name_of_eddsa_is_accepted():
    header = base64.urlsafe_b64encode(b'{"alg":"Ed25519"}').rstrip(b"=").decode()
    text = f"{header}.e30"
    signature = base64.urlsafe_b64encode(PAIRS[0].sign(text.encode())).rstrip(b"=").decode()
    jws = jose.parse_compact(f"{text}.{signature}", PLAIN)
    jose.verify_compact(jws, PAIRS[0].public_key, PLAIN)


# --- a key in the header ---------------------------------------------------------------------------


def test_a_proof_of_possession_shows_its_key():
    pair = PAIRS[1]
    token = jose.sign_compact({"typ": "proof+jwt", "jwk": jwk_of(pair.public_key)}, b"{}", signer=pair)

    jws = jose.parse_compact(token, PROOF)

    jose.verify_compact(jws, public_key_of(jws.header["jwk"]), PROOF)


def test_a_proof_of_possession_without_its_key_is_refused():
    token = jose.sign_compact({"typ": "proof+jwt"}, b"{}", signer=PAIRS[1])
    with pytest.raises(jose.HeaderRefused, match="shows its key"):
        jose.parse_compact(token, PROOF)


# --- times -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"exp": 60}, None),
        ({"exp": -59}, None),
        ({"exp": -60}, jose.TokenExpired),
        ({"nbf": 60}, None),
        ({"nbf": 61}, jose.TokenNotYetValid),
        ({"iat": 60}, None),
        ({"iat": 61}, jose.TokenNotYetValid),
        ({}, None),
    ],
    ids=[
        "ends later",
        "ended within the skew",
        "ended",
        "begins within the skew",
        "begins later",
        "just made",
        "made later",
        "no times",
    ],
)
def test_times_are_compared_with_the_clocks_difference(claims, error):
    at = int(NOW.timestamp())
    absolute = {name: at + seconds for name, seconds in claims.items()}
    if error is None:
        jose.check_times(absolute, NOW, 60, PLAIN)
    else:
        with pytest.raises(error):
            jose.check_times(absolute, NOW, 60, PLAIN)


def test_a_vc_jwt_may_say_in_words_when_it_was_made():
    """The W3C test suite of VC-JOSE-COSE writes `iat` so."""
    jose.check_claims({"iat": "2010-01-01T19:23:24Z"}, jose.VC_JWT)
    jose.check_times({"iat": "2010-01-01T19:23:24Z"}, NOW, 60, jose.VC_JWT)
    with pytest.raises(jose.TokenNotYetValid):
        jose.check_times({"iat": "2026-11-24T12:02:00Z"}, NOW, 60, jose.VC_JWT)


@pytest.mark.parametrize("value", ["2010-01-01T19:23:24", "yesterday", ""], ids=["no zone", "words", "nothing"])
def test_words_that_are_no_time_are_refused(value):
    with pytest.raises(jose.ClaimRefused, match="neither a number"):
        jose.check_claims({"iat": value}, jose.VC_JWT)


def test_other_tokens_have_a_number_there():
    with pytest.raises(jose.ClaimRefused, match="iat is not a number"):
        jose.check_claims({"iat": "2010-01-01T19:23:24Z"}, jose.KB_JWT)


def test_an_expired_token_stays_expired():
    claims = {"exp": int(NOW.timestamp())}
    with pytest.raises(jose.TokenExpired, match="plain has expired"):
        jose.check_times(claims, NOW + timedelta(days=400), 60, PLAIN)


# --- RSA -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_rsa_keys_verify_tokens_and_have_a_thumbprint(algorithm):
    pair = RsaPair("did:example:a#rsa", algorithm)
    header = base64.urlsafe_b64encode(json.dumps({"alg": algorithm}).encode()).rstrip(b"=").decode()
    text = f"{header}.e30"
    token = f"{text}.{base64.urlsafe_b64encode(pair.sign(text.encode())).rstrip(b'=').decode()}"

    jose.verify_compact(jose.parse_compact(token, PLAIN), pair.public_key, PLAIN)

    jwk = jwk_of(pair.public_key)
    assert public_key_of(jwk) == pair.public_key
    assert len(thumbprint(jwk)) == 43


@pytest.mark.parametrize(
    ("bits", "exponent", "message"),
    [(1_024, 65_537, "2048 to 8192"), (2_048, 3, "below 65537")],
    ids=["short", "small exponent"],
)
def test_a_weak_rsa_key_is_no_key(bits, exponent, message):
    numbers = rsa.generate_private_key(exponent, bits).public_key().public_numbers()
    with pytest.raises(InvalidPublicKey, match=message):
        rsa_key(numbers.n.to_bytes(bits // 8), numbers.e.to_bytes(3))


@pytest.mark.parametrize("exponent", [65_538, 2**33 + 1], ids=["even", "long"])
def test_an_odd_rsa_exponent_is_refused(exponent):
    with pytest.raises(InvalidPublicKey, match="exponent"):
        rsa_key((2**2047 + 1).to_bytes(256), exponent.to_bytes(8))


def test_an_rsa_number_with_leading_zeros_is_refused():
    jwk = jwk_of(RsaPair("did:example:a#rsa", "RS256").public_key)
    padded = base64.urlsafe_b64encode(b"\0" + base64.urlsafe_b64decode(jwk["n"] + "==")).rstrip(b"=").decode()
    with pytest.raises(InvalidPublicKey, match="begins with a zero"):
        public_key_of({**jwk, "n": padded})


def test_an_rsa_key_has_no_multikey():
    with pytest.raises(InvalidPublicKey, match="not written as a Multikey"):
        encode_multikey(RsaPair("did:example:a#rsa", "RS256").public_key)
