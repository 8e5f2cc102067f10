"""The rules that stop poison inputs, and what it means to take each of them away.

A limit is raised out of the way. Where nothing then ends the work, it is watched until it has done twice what the
limit allows (`StillRunning`), until the stack is full (`RecursionError`), or a number too large (`OverflowError`). All of
this with a tenth of the work that is allowed otherwise, where what comes through needs no more.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import vc.canonical.context
import vc.canonical.rdfc
import vc.model
from vc.canonical import rdf
from vc.canonical.define import Definitions
from vc.errors import UnknownContext, VcError
from vc.loader import load_context

WORK = "vc.canonical.rdfc.MAX_WORK"
BYTES = "vc.model.MAX_DOCUMENT_BYTES"
CIRCLES = "no circles among terms"
BUNDLED = "bundled contexts only"
DIGITS = "digits of a number"
EXACT = "vc.canonical.quads.MAX_SAFE_INTEGER"

Patch = pytest.MonkeyPatch

_GOES_ON = 10**9
_ALLOWED_WORK = vc.canonical.rdfc.MAX_WORK // 10
_COSTS_WORK = {"vc.canonical.expand.MAX_DEPTH", "vc.canonical.quads.MAX_QUADS"}


class StillRunning(Exception):
    """Twice the work that is allowed, and no end."""


def _without_work_limit(patch: Patch) -> None:

    def spend(self: Any, steps: int) -> None:
        self._work += steps + 1
        if self._work > 2 * _ALLOWED_WORK:
            raise StillRunning

    patch.setattr(vc.canonical.rdfc._Canonicalizer, "_spend", spend)


def _without_circle_check(patch: Patch) -> None:
    patch.setattr(Definitions, "_check_no_circle", lambda _self, _term: None)


def _with_any_context(patch: Patch) -> None:
    """A loader that has something to say about every URL."""

    def load(url: str) -> Any:
        try:
            return load_context(url)
        except UnknownContext:
            return {"@context": {}}

    patch.setattr(vc.canonical.context, "load_context", load)


def _with_any_number(patch: Patch) -> None:
    patch.setattr(vc.model, "_DECODER", json.JSONDecoder())


SPECIAL: dict[str, Callable[[Patch], None]] = {
    WORK: _without_work_limit,
    CIRCLES: _without_circle_check,
    BUNDLED: _with_any_context,
    DIGITS: _with_any_number,
}
_MODULES = (vc.model, *(getattr(vc.canonical, name) for name in ("context", "define", "expand", "quads", "rdfc")))


@contextmanager
def without(rules: Collection[str]) -> Iterator[Callable[[bytes], bytes]]:
    """Reading and canonicalizing a document, while none of `rules` stands."""
    digits = sys.get_int_max_str_digits()
    with pytest.MonkeyPatch.context() as patch:
        if _COSTS_WORK.isdisjoint(rules):
            patch.setattr(vc.canonical.rdfc, "MAX_WORK", _ALLOWED_WORK)
        # What is processed meanwhile is not remembered.
        patch.setattr(vc.canonical.context, "_shared", vc.canonical.context._Shared())
        for rule in rules:
            if rule in SPECIAL:
                SPECIAL[rule](patch)
                continue
            limit = rule.rpartition(".")[2]
            for module in _MODULES:
                if hasattr(module, limit):
                    patch.setattr(module, limit, math.inf if rule == EXACT else _GOES_ON)
        max_bytes = _GOES_ON if BYTES in rules else vc.model.MAX_DOCUMENT_BYTES
        # Python has a limit of its own on digits, which is not ours to rely on.
        sys.set_int_max_str_digits(0 if DIGITS in rules else digits)
        try:
            yield lambda data: rdf.canonicalize(vc.model.parse_json(data, max_bytes=max_bytes))
        finally:
            sys.set_int_max_str_digits(digits)


def comes_through(data: bytes, rules: Collection[str]) -> bool:
    """Whether nothing refuses the document: it is canonicalized, or it would go on without end."""
    with without(rules) as canonicalize:
        try:
            canonicalize(data)
        except (StillRunning, RecursionError, OverflowError):
            return True
        except VcError:
            return False
    return True
