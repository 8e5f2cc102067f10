"""Request bodies: strict JSON of bounded size, and members of known kinds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.vc_api.errors import PARSING_ERROR, BodyTooLarge, ContentTypeWrong, RequestMalformed
from vc import timestamps
from vc.errors import MalformedValue, ParsingError
from vc.model import MAX_DOCUMENT_BYTES, list_of, parse_json

MAX_BODY_BYTES = MAX_DOCUMENT_BYTES
_MAX_TEXT = 2_048
_MAX_ITEMS = 200


def read_object(content_type: str | None, body: bytes) -> dict[str, Any]:
    """The body as one JSON object.

    A page of another site cannot send this content type without being asked first, so an open API on this machine
    is not open to what its user's browser visits.

    Raises:
        ContentTypeWrong, BodyTooLarge, RequestMalformed
    """
    if (content_type or "").partition(";")[0].strip().lower() != "application/json":
        raise ContentTypeWrong("send the body as application/json")
    if len(body) > MAX_BODY_BYTES:
        raise BodyTooLarge(f"a body of at most {MAX_BODY_BYTES // 1024} kB is read")
    try:
        return parse_json(body, max_bytes=MAX_BODY_BYTES)
    except ParsingError as error:
        raise RequestMalformed(str(error), PARSING_ERROR) from None


def require_object(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Raises `RequestMalformed`."""
    value = body.get(name)
    if not isinstance(value, dict):
        raise RequestMalformed(f"/{name} must be an object")
    return value


def options_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The member `options`; an empty object when it is absent. Raises `RequestMalformed`."""
    return {} if "options" not in body else require_object(body, "options")


def optional_text(options: Mapping[str, Any], name: str) -> str | None:
    """Raises `RequestMalformed`."""
    value = options.get(name)
    if value is None and name not in options:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_TEXT or "\0" in value:
        raise RequestMalformed(f"/options/{name} must be a text of 1 to {_MAX_TEXT} characters")
    return value


def optional_texts(options: Mapping[str, Any], name: str) -> list[str] | None:
    """A list of texts. Raises `RequestMalformed`."""
    if name not in options:
        return None
    value = options[name]
    if not isinstance(value, list) or len(value) > _MAX_ITEMS or not all(isinstance(item, str) for item in value):
        raise RequestMalformed(f"/options/{name} must be a list of at most {_MAX_ITEMS} texts")
    return value


def optional_text_or_texts(options: Mapping[str, Any], name: str) -> str | list[str] | None:
    """Raises `RequestMalformed`."""
    if isinstance(options.get(name), list):
        return optional_texts(options, name)
    return optional_text(options, name)


def optional_flag(body: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """Raises `RequestMalformed`."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise RequestMalformed(f"/{name} must be true or false")
    return value


def optional_time(options: Mapping[str, Any], name: str) -> datetime | None:
    """Raises `RequestMalformed`."""
    if name not in options:
        return None
    try:
        return timestamps.parse(options[name], f"/options/{name}")
    except MalformedValue as error:
        raise RequestMalformed(str(error)) from None


def objects_of(value: Any, path: str) -> list[dict[str, Any]]:
    """One object or several. Raises `RequestMalformed`."""
    found = list_of(value)
    if not all(isinstance(item, dict) for item in found):
        raise RequestMalformed(f"{path} must be an object or a list of objects")
    return found
