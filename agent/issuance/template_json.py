"""Reading the members of a template's JSON with errors that name the member."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from agent.issuance.errors import InvalidTemplate

T = TypeVar("T")

MAX_TEXT = 10_000


class Members:
    """One JSON object of a template. Each read takes a member; `end` refuses the ones nobody read."""

    def __init__(self, value: Any, path: str) -> None:
        if not isinstance(value, Mapping):
            raise InvalidTemplate(f"must be an object, not {_what(value)}", path)
        self._value = value
        self._path = path
        self._read: set[str] = set()

    def path(self, name: str) -> str:
        """JSON Pointer of a member."""
        return f"{self._path}/{name.replace('~', '~0').replace('/', '~1')}"

    def error(self, name: str, message: str) -> InvalidTemplate:
        return InvalidTemplate(message, self.path(name))

    def names(self) -> list[str]:
        """All member names, in order; they count as read."""
        self._read.update(self._value)
        return list(self._value)

    def has(self, name: str) -> bool:
        return name in self._value

    def raw(self, name: str) -> Any:
        """Raises `InvalidTemplate` when the member is absent."""
        self._read.add(name)
        if name not in self._value:
            raise self.error(name, "is required")
        return self._value[name]

    def object(self, name: str, *, required: bool = True) -> Members:
        """An absent optional object reads as an empty one."""
        if not required and not self.has(name):
            return Members({}, self.path(name))
        return Members(self.raw(name), self.path(name))

    def text(self, name: str, *, max_length: int = MAX_TEXT) -> str:
        """A text that is more than blanks."""
        value = self.raw(name)
        if not isinstance(value, str):
            raise self.error(name, f"must be a text, not {_what(value)}")
        if not value.strip():
            raise self.error(name, "must not be empty")
        if len(value) > max_length:
            raise self.error(name, f"is longer than {max_length} characters")
        if any(not _is_fit(char) for char in value):
            raise self.error(name, "holds a control character or one that cannot be written in a credential")
        return value

    def optional_text(self, name: str, *, max_length: int = MAX_TEXT) -> str | None:
        return self.text(name, max_length=max_length) if self.has(name) else None

    def one_of(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        if not self.has(name):
            return default
        value = self.text(name)
        if value not in allowed:
            raise self.error(name, f"{value[:60]!r} is not one of {', '.join(allowed)}")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        if not self.has(name):
            return default
        value = self.raw(name)
        if not isinstance(value, bool):
            raise self.error(name, f"must be true or false, not {_what(value)}")
        return value

    def integer(self, name: str, *, default: int, low: int, high: int) -> int:
        if not self.has(name):
            return default
        value = self.raw(name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.error(name, f"must be a whole number from {low} to {high}")
        return value

    def url(self, name: str) -> str:
        """An http(s) URL with a host."""
        value = self.text(name, max_length=2_000)
        if not is_web_url(value):
            raise self.error(name, f"{value[:100]!r} is not an http or https URL")
        return value

    def optional_url(self, name: str) -> str | None:
        return self.url(name) if self.has(name) else None

    def texts(self, name: str, *, max_items: int = 100) -> tuple[str, ...]:
        """A list of texts without repetitions; absent means none."""
        if not self.has(name):
            return ()
        value = self.raw(name)
        if not isinstance(value, list) or len(value) > max_items:
            raise self.error(name, f"must be a list of at most {max_items} texts")
        items = Members({str(index): item for index, item in enumerate(value)}, self.path(name))
        texts = tuple(items.text(str(index), max_length=500) for index in range(len(value)))
        if len(set(texts)) != len(texts):
            raise self.error(name, "names something twice")
        return texts

    def parsed(self, name: str, parse: Callable[[str], T]) -> T:
        """A text that `parse` understands; its `ValueError` becomes the member's error."""
        try:
            return parse(self.text(name, max_length=200))
        except ValueError as wrong:
            raise self.error(name, str(wrong)) from None

    def end(self) -> None:
        """Raises `InvalidTemplate` for a member that was not read: a misspelled name must not pass as absent."""
        for name in self._value:
            if name not in self._read:
                raise self.error(name, "is not a member that a template has here")


def is_web_url(text: str) -> bool:
    """Is this one absolute http or https URL, with a host and without blanks?"""
    if any(char.isspace() or char in '<>"{}|\\^`' or not char.isprintable() for char in text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def _is_fit(char: str) -> bool:
    code = ord(char)
    return (
        not (code < 0x20 and char not in "\t\n\r")
        and code != 0x7F
        and not 0xD800 <= code <= 0xDFFF
        and code & 0xFFFE != 0xFFFE
    )


def _what(value: Any) -> str:
    if value is None:
        return "null"
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return names.get(type(value), "that")
