"""JSON Schemas of strangers, run with a limit on the work.

A schema is a program: references multiply, and a pattern can keep a backtracking matcher busy for ever
(CWE-1333, CWE-674). So each keyword is paid for by the size of what it looks at, and a pattern by an upper bound of
the ways in which it can match. What costs too much is not answered, which is no yes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

import jsonschema
import jsonschema.validators
from jsonschema.exceptions import ValidationError
from referencing import Registry

from vc.errors import SchemaUnavailable

MAX_WORK: Final = 500_000  # values and characters looked at; the worst found takes half a second
MAX_PATTERN: Final = 1_000

_COUNT: Final = re.compile(r"\{(?=[\d,])(\d*)(?:(,)(\d*))?\}", re.ASCII)
_CLASS: Final = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
# Their search for what other keywords have looked at is not counted by anybody.
_UNCOUNTED: Final = frozenset({"unevaluatedItems", "unevaluatedProperties"})

Keyword = Callable[[Any, Any, Any, Any], Iterable[ValidationError] | None]


def errors_of(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterable[ValidationError]:
    """What in `document` does not satisfy `schema`. Nothing is fetched.

    Raises:
        SchemaUnavailable: it takes more than `MAX_WORK`, or a keyword or a pattern that is not run here.
    """
    budget = _Budget()
    kind = jsonschema.validators.validator_for(schema)
    counted = {name: budget.counted(name, check) for name, check in kind.VALIDATORS.items()}
    validator: Any = jsonschema.validators.extend(kind, counted)(schema, registry=Registry())  # type: ignore[no-untyped-call]
    errors: Iterable[ValidationError] = validator.iter_errors(dict(document))
    return errors


class _Budget:
    def __init__(self) -> None:
        self._left = MAX_WORK

    def spend(self, work: int) -> None:
        self._left -= work
        if self._left < 0:
            raise SchemaUnavailable("the schema asks for more work than is done for it")

    def counted(self, name: str, check: Keyword) -> Keyword:
        def paid(validator: Any, value: Any, instance: Any, schema: Any) -> Iterable[ValidationError] | None:
            self.spend(1 + _width(value) + _width(instance))
            if name in _UNCOUNTED:
                raise SchemaUnavailable(f"schemas with {name!r} are not run here")
            if name in ("enum", "const"):
                self.spend(_size(value))
            elif name == "uniqueItems" and isinstance(instance, list):
                self.spend(len(instance) ** 2)
            elif name == "pattern" and isinstance(instance, str):
                self.spend(pattern_work(value, len(instance)))
            elif name in ("patternProperties", "additionalProperties") and isinstance(instance, dict):
                for pattern in schema.get("patternProperties", ()):
                    self.spend(sum(pattern_work(pattern, len(member)) for member in instance))
            return check(validator, value, instance, schema)

        return paid


def _width(value: Any) -> int:
    return len(value) if isinstance(value, str | list | dict) else 0


def _size(value: Any) -> int:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return _width(value) + sum(_size(child) for child in children)


def pattern_work(pattern: str, length: int) -> int:
    """An upper bound of the ways in which `pattern` can be tried on `length` characters.

    Raises:
        SchemaUnavailable: there is none that is known here, or this is no pattern for Python.
    """
    repeats, factor = _choices(pattern)
    if repeats > 20:
        raise SchemaUnavailable("a pattern of the schema repeats too many parts")
    return factor * int((length + 1) ** repeats)


@lru_cache(maxsize=1_000)
def _choices(pattern: str) -> tuple[int, int]:
    """How many parts may match any number of characters, and in how many ways the others can."""
    if len(pattern) > MAX_PATTERN:
        raise SchemaUnavailable("a pattern of the schema is too long")
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise SchemaUnavailable(f"a pattern of the schema is not understood: {error}") from None
    repeats, factor = (0 if pattern.startswith("^") else 1), 1
    open_groups = [False]  # whether there is a choice inside
    closed = False  # the part before is a group with a choice inside
    at = 0
    while at < len(pattern):
        char, before = pattern[at], closed
        closed = False
        step = 1
        if char == "\\":
            step = 2
        elif char == "[":
            found = _CLASS.match(pattern, at)
            step = 1 if found is None else found.end() - at
        elif char == "(":
            open_groups.append(False)
            # What follows the parenthesis says what kind of group it is; it repeats nothing.
            step = 2 if pattern.startswith("(?", at) else 1
        elif char == ")":
            closed = open_groups.pop() if len(open_groups) > 1 else True
            open_groups[-1] = open_groups[-1] or closed
        else:
            counted = _COUNT.match(pattern, at)
            more, ways, step = _quantifier(char, counted)
            # Of alternatives outside of any group only the first is tied to the start.
            repeats += char == "|" and len(open_groups) == 1
            if before and (more or counted is not None):
                raise SchemaUnavailable("a pattern of the schema repeats a part that can match in several ways")
            repeats, factor = repeats + more, factor * ways
            open_groups[-1] = open_groups[-1] or more > 0 or ways > 1
        at += step
    return repeats, factor


def _quantifier(char: str, counted: re.Match[str] | None) -> tuple[int, int, int]:
    """Parts without bound, ways of the others, characters read."""
    if char in "*+":
        return 1, 1, 1
    if char in "?|":
        return 0, 2, 1
    if char != "{" or counted is None:
        return 0, 1, 1
    least, comma, most = int(counted[1] or 0), counted[2], counted[3]
    if comma is None:
        return 0, 1, counted.end() - counted.start()
    if not most:
        return 1, 1, counted.end() - counted.start()
    return 0, max(1, int(most) - least + 1), counted.end() - counted.start()
