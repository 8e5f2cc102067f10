import time

import pytest

from tests.attacks.poison_graphs import CASES, Case
from vc.canonical import rdf
from vc.model import parse_json

SECONDS = 1.5
HARMLESS = [case for case in CASES if case.limit and case.harmless]


def canonicalize(data: bytes) -> bytes:
    return rdf.canonicalize(parse_json(data))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_poison_is_refused_in_time(case: Case):
    data = case.document()
    start = time.process_time()  # what the input costs, however busy the machine is
    with pytest.raises(case.error) as caught:
        canonicalize(data)
    assert time.process_time() - start < SECONDS
    assert type(caught.value) is case.error


@pytest.mark.parametrize("case", HARMLESS, ids=lambda case: case.name)
def test_it_is_this_rule_that_refuses_it(case: Case, monkeypatch):
    assert case.limit is not None
    if case.limit == "vc.model.MAX_DOCUMENT_BYTES":
        assert rdf.canonicalize(parse_json(case.document(), max_bytes=10**9))
        return
    monkeypatch.setattr(case.limit, 10**9)
    assert canonicalize(case.document())


def test_every_case_names_a_rule_and_a_source():
    assert len(CASES) >= 10
    assert len({case.rule for case in CASES}) >= 10
    assert all(case.source for case in CASES)
