"""Shapes that members of credentials have in common. Each check raises `MalformedValue` with the path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from vc.canonical import iri
from vc.canonical.context import is_language_tag
from vc.errors import MalformedValue

_LANGUAGE_VALUE = frozenset({"@value", "@language", "@direction"})


def check_url(value: Any, path: str) -> None:
    """One absolute URL, as a string."""
    if not isinstance(value, str):
        raise MalformedValue("must be one URL, as a string", path)
    if not iri.is_absolute(value):
        raise MalformedValue(f"{value[:100]!r} is not a URL", path)
    if value.lower().startswith(("http:", "https:")):
        try:
            host = urlsplit(value).hostname
        except ValueError:
            host = None
        if not host:
            raise MalformedValue(f"{value[:100]!r} names no host", path)


def check_optional_id(value: Mapping[str, Any], path: str) -> None:
    if "id" in value:
        check_url(value["id"], f"{path}/id")


def check_id(value: Mapping[str, Any], path: str) -> None:
    if "id" not in value:
        raise MalformedValue("must have an id", path)
    check_url(value["id"], f"{path}/id")


def check_types(value: Mapping[str, Any], path: str, *, required: str | None = None) -> None:
    """`type` is one or more names; `required` is among them."""
    if "type" not in value:
        raise MalformedValue("must have a type", path)
    types = value["type"]
    for index, name in enumerate(types if isinstance(types, list) else [types]):
        if not isinstance(name, str) or not name:
            raise MalformedValue("a type is a term or a URL, as a string", _at(f"{path}/type", types, index))
    if not types:
        raise MalformedValue("must have at least one type", f"{path}/type")
    if required is not None and required not in (types if isinstance(types, list) else [types]):
        raise MalformedValue(f"must include {required!r}", f"{path}/type")


def objects(value: Any, path: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """One object or a non-empty list of objects, each with its path."""
    if isinstance(value, list) and not value:
        raise MalformedValue("must not be an empty list", path)
    for index, item in enumerate(value if isinstance(value, list) else [value]):
        at = _at(path, value, index)
        if not isinstance(item, Mapping):
            raise MalformedValue("must be an object", at)
        yield item, at


def typed_objects(container: Mapping[str, Any], name: str, *, with_id: bool = False, path: str = "") -> None:
    """The optional member `name`: objects with a `type` and an `id` that is a URL (`with_id`: and must be there)."""
    if name not in container:
        return
    for item, at in objects(container[name], f"{path}/{name}"):
        check_types(item, at)
        if with_id:
            check_id(item, at)
        else:
            check_optional_id(item, at)


def check_text(value: Any, path: str) -> None:
    """A string, or language value objects (VCDM 2.0, section "Language and Base Direction")."""
    if isinstance(value, str):
        return
    for item, at in objects(value, path):
        if "@value" not in item or not _LANGUAGE_VALUE.issuperset(item):
            raise MalformedValue("text is a string, or @value with @language and @direction", at)
        if not isinstance(item["@value"], str):
            raise MalformedValue("must be a string", f"{at}/@value")
        if "@language" in item and not (isinstance(item["@language"], str) and is_language_tag(item["@language"])):
            raise MalformedValue("must be a language tag", f"{at}/@language")
        if item.get("@direction", "ltr") not in ("ltr", "rtl"):
            raise MalformedValue("must be ltr or rtl", f"{at}/@direction")


def _at(path: str, container: Any, index: int) -> str:
    return f"{path}/{index}" if isinstance(container, list) else path
