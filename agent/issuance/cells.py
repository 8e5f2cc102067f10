"""One cell, read as its column's kind. Text is kept as it stands; nothing is cut, guessed or repaired."""

from __future__ import annotations

import re
from datetime import date

from email_validator import EmailNotValidError, validate_email

from agent.issuance.fields import Kind
from agent.issuance.mapping import Column
from agent.issuance.tables import Cell, Unusable
from agent.issuance.template_json import is_web_url

# Control characters but tab and line ends, surrogates, U+FFFD (a letter that a program before us lost), noncharacters.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd\ufdd0-\ufdef"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
    + "]"
)
_PLAIN_EMAIL = re.compile(
    r"(?!.{255})[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?")


class CellFault(Exception):
    """Why a cell cannot be used. Collected by the reader, never shown to callers."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def read_cell(cell: Cell, column: Column) -> tuple[str | None, Unusable | None]:
    """The value as text (dates as YYYY-MM-DD, None for a blank cell) and a warning, if any. Raises `CellFault`."""
    if isinstance(cell, Unusable):
        raise CellFault(cell.code, cell.message)
    if isinstance(cell, date):
        return _date_cell(cell, column), None
    bare = cell.strip()
    if not bare:
        if column.required:
            raise CellFault("missing-value", "is empty, but the template requires it.")
        return None, None
    if not cell.isprintable() or "\ufffd" in cell:  # the quick test; line ends and odd spaces take the long one
        _check_characters(cell)
    if len(cell) > column.max_length:
        raise CellFault("text-too-long", f"has {len(cell):,} characters; at most {column.max_length:,} are allowed.")
    if column.kind is Kind.TEXT:
        return cell, _text_warning(cell, bare)
    return _READERS[column.kind](bare, column), None if bare == cell else _SPACE_LEFT_OFF


_SPACE_LEFT_OFF = Unusable("surrounding-space", "begins or ends with a space, which was left off.")
_SPACE_KEPT = Unusable("surrounding-space", "begins or ends with a space or line break; it is issued so.")
_FORMULA_LIKE = Unusable(
    "formula-like", "begins with '='; it is issued as this text. If it was to be a value, correct it."
)


def _text_warning(cell: str, bare: str) -> Unusable | None:
    if cell.startswith("="):
        return _FORMULA_LIKE
    return None if bare == cell else _SPACE_KEPT


def _check_characters(cell: str) -> None:
    unfit = _UNFIT.search(cell)
    if unfit is None:
        return
    if unfit[0] == "\ufffd":
        message = "holds U+FFFD (�): a letter was lost before the file came here. Export it again as UTF-8."
    else:
        message = f"holds the control character U+{ord(unfit[0]):04X}, which no document can show. Remove it."
    raise CellFault("bad-character", message)


def _date_cell(cell: date, column: Column) -> str:
    if column.kind is not Kind.DATE:
        raise CellFault("date-cell", f"is a date ({cell:%Y-%m-%d}) where a text belongs. Format the column as text.")
    if not 1900 <= cell.year <= 2199:
        raise CellFault("bad-date", "has a year outside 1900 to 2199.")
    return cell.isoformat()


def _date(text: str, column: Column) -> str:
    assert column.date_format is not None
    try:
        return column.date_format.read(text).isoformat()
    except ValueError as wrong:
        raise CellFault("bad-date", f"{text[:40]!r} {wrong}.") from None


def _email(text: str, _column: Column) -> str:
    if _PLAIN_EMAIL.fullmatch(text) and len(text.partition("@")[0]) <= 64:
        return text
    try:
        validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as wrong:
        raise CellFault("bad-email", f"{text[:80]!r} is not one e-mail address: {str(wrong).rstrip('.')}.") from None
    return text


def _number(text: str, _column: Column) -> str:
    if not _NUMBER.fullmatch(text):
        raise CellFault("bad-number", f"{text[:40]!r} is not a number such as 7 or 7.5 (a point, no thousands marks).")
    return text


def _url(text: str, _column: Column) -> str:
    if not is_web_url(text):
        raise CellFault("bad-url", f"{text[:80]!r} is not an http or https address.")
    return text


_READERS = {Kind.DATE: _date, Kind.EMAIL: _email, Kind.NUMBER: _number, Kind.URL: _url}
