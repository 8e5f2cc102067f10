import json
import re
import struct

import pytest
import rfc8785
from hypothesis import assume, given

from tests.vc.test_model import json_values
from vc.canonical import jcs
from vc.errors import MalformedValue, PoisonGraph

# RFC 8785, appendix B: IEEE 754 bits and their text.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555556": "333333333.3333334",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "text"), NUMBERS.items())
def test_numbers_of_the_rfc(bits, text):
    assert jcs.canonicalize(struct.unpack(">d", bytes.fromhex(bits))[0]) == text.encode()


def test_the_example_of_the_rfc():
    """RFC 8785, section 3.2.2 and 3.2.3."""
    document = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert jcs.canonicalize(document) == expected.encode()


def test_member_names_are_ordered_by_utf_16():
    """RFC 8785, section 3.2.3: an astral character comes before U+E000 to U+FFFF."""
    assert jcs.canonicalize({"\ufb33": 1, "\U0001f600": 2, "a": 3}) == '{"a":3,"😀":2,"\ufb33":1}'.encode()


@given(json_values)
def test_fast_and_slow_way_agree(value):
    assert jcs.canonicalize(value) == rfc8785.dumps(value)


@given(json_values)
def test_canonical_bytes_are_a_fixed_point(value):
    data = jcs.canonicalize(value)
    # A whole float past 2^53 prints as an integer that is too large to be read back as one.
    assume(not re.search(rb"\d{16}", data))
    assert jcs.canonicalize(json.loads(data)) == data


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": {"b": [1, 2**53]}}, "/a/b/1"),
        ({"a": -(2**53)}, "/a"),
        ({"a": float("nan")}, "/a"),
        ([float("inf")], "/0"),
        ({"a": "\ud800"}, "/a"),
        ({"\udfff": 1}, ""),
        ({1: 1}, ""),
        ({"a": b"x"}, "/a"),
        ({"a": {1, 2}}, "/a"),
    ],
)
def test_what_has_no_canonical_form_is_refused(value, path):
    with pytest.raises(MalformedValue) as caught:
        jcs.canonicalize(value)
    assert caught.value.path == path


def test_depth_is_limited():
    value: list = []
    for _ in range(jcs.MAX_DEPTH):
        value = [value]
    with pytest.raises(PoisonGraph):
        jcs.canonicalize(value)
