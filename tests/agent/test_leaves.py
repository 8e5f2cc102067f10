"""Digests of leaves: recipes of decision 7, computed here with hashlib and an independent JCS."""

import hashlib

import pytest
import rfc8785

from agent.leaves import commitment_of
from anchoring.leaf import Kind
from vc.errors import VcError

TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln"


def test_a_document_counts_in_its_canonical_form():
    document = {"b": 1.0, "a": ["é", {"proof": {}}]}

    assert commitment_of(document).kind is Kind.DOCUMENT
    assert commitment_of(document).digest == hashlib.sha256(rfc8785.dumps(document)).digest()
    assert commitment_of(dict(reversed(document.items()))) == commitment_of(document)


def test_a_compact_jws_counts_as_it_stands():
    assert commitment_of(TOKEN).kind is Kind.COMPACT_JWS
    assert commitment_of(TOKEN).digest == hashlib.sha256(TOKEN.encode()).digest()


@pytest.mark.parametrize("rest", ["~", "~WyJhIl0~", "~WyJhIl0~WyJiIl0~", "~WyJhIl0~eyJ.e30.c2ln"])
def test_an_sd_jwt_counts_up_to_its_first_tilde_whatever_is_disclosed(rest):
    found = commitment_of(TOKEN + rest)

    assert found.kind is Kind.SD_JWT
    assert found.digest == hashlib.sha256(TOKEN.encode()).digest()


def test_another_signature_is_another_leaf():
    assert commitment_of(TOKEN[:-1] + "h") != commitment_of(TOKEN)


def test_text_that_is_no_token_has_a_digest_that_fits_nothing():
    assert commitment_of("\ud800").kind is Kind.COMPACT_JWS


def test_a_document_without_canonical_form_is_refused():
    with pytest.raises(VcError):
        commitment_of({"n": float("nan")})
