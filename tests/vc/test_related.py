import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from did import base58
from tests.vc.documents import EXAMPLES, V2, minimal
from vc import structure
from vc.errors import MalformedValue
from vc.loader import context_bytes
from vc.related import check_digest

# VCDM 2.0, section "Integrity of Related Resources", gives this digest of the base context.
PUBLISHED_SRI = "sha384-" + base64.b64encode(hashlib.sha384(context_bytes(V2)).digest()).decode()


def sri(data, algorithm="sha256"):
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def multibase(data, letter="u", code=0x12, algorithm="sha256"):
    digest = hashlib.new(algorithm, data).digest()
    multihash = bytes([code, len(digest)]) + digest
    if letter == "z":
        return "z" + base58.encode(multihash)
    return letter + base64.urlsafe_b64encode(multihash).decode().rstrip("=")


@given(st.binary(max_size=50), st.sampled_from(["sha256", "sha384", "sha512"]))
def test_the_right_bytes_pass_and_others_do_not(data, algorithm):
    check_digest({"digestSRI": sri(data, algorithm)}, data)
    check_digest({"digestSRI": f"{algorithm}-{hashlib.new(algorithm, data).hexdigest()}"}, data)
    check_digest({"digestMultibase": multibase(data)}, data)
    check_digest({"digestMultibase": multibase(data, "z", 0x13, "sha512"), "digestSRI": sri(data)}, data)
    with pytest.raises(MalformedValue, match="/r/digestSRI"):
        check_digest({"digestSRI": sri(data, algorithm)}, data + b"x", path="/r")
    with pytest.raises(MalformedValue, match="/digestMultibase"):
        check_digest({"digestMultibase": multibase(data), "digestSRI": sri(data + b"x")}, data + b"x")


def test_only_the_strongest_of_several_digests_counts():
    """Subresource Integrity, section 3.3.4."""
    both = f"{sri(b'other')} {sri(b'data', 'sha512')}"
    check_digest({"digestSRI": both}, b"data")
    with pytest.raises(MalformedValue):
        check_digest({"digestSRI": both}, b"other")
    check_digest({"digestSRI": f"{sri(b'a')} {sri(b'b')}"}, b"b")


@pytest.mark.parametrize(
    "resource",
    [
        {},
        {"digestSRI": ""},
        {"digestSRI": 5},
        {"digestSRI": "md5-AAAA"},
        {"digestSRI": "sha256-AAAA"},
        {"digestSRI": "sha256-####"},
        {"digestSRI": "sha256-" + "A" * 43},
        {"digestMultibase": ""},
        {"digestMultibase": "u"},
        {"digestMultibase": "fabcdef"},
        {"digestMultibase": "z0OIl"},
        {"digestMultibase": "u####"},
        {"digestMultibase": multibase(b"x", code=0x11)},
        {"digestMultibase": multibase(b"x", code=0x13)},
        {"digestMultibase": "z" + "2" * 2_000},
    ],
)
def test_what_is_no_digest_is_refused(resource):
    with pytest.raises(MalformedValue):
        check_digest(resource, b"x")


def test_the_digest_of_a_bundled_context_is_compared():
    def credential(digest, url=V2):
        return minimal(relatedResource=[{"id": url, "digestSRI": digest}])

    structure.check(credential(PUBLISHED_SRI))
    with pytest.raises(MalformedValue, match="/relatedResource/0/digestSRI"):
        structure.check(credential(sri(b"x", "sha384")))
    structure.check(credential(sri(b"x"), "https://acme.example/logo.png"))
    structure.check(credential(sri(b"x"), EXAMPLES))  # not known to be the publisher's very bytes


def test_a_resource_is_listed_once():
    resource = {"id": "urn:x", "digestSRI": sri(b"x"), "mediaType": "image/png"}
    structure.check(minimal(relatedResource=[resource]))
    with pytest.raises(MalformedValue, match="/relatedResource/1/id"):
        structure.check(minimal(relatedResource=[resource, resource]))
    with pytest.raises(MalformedValue, match="/relatedResource/0/mediaType"):
        structure.check(minimal(relatedResource=[{**resource, "mediaType": 5}]))
