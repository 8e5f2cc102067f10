"""The cells of one XLSX sheet, line by line. Formulas are reported, never computed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache

from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from agent.issuance.tables import Cell, Unusable
from agent.issuance.xlsx_parts import Attributes, Package, feed, local, parser_with, unescape

LAST_LINE = 1_048_576
_LAST_COLUMN = 16_384
_FORMULA = Unusable("formula", "is a formula; the node does not compute. Copy the column and paste it as values.")
_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]+")


def iter_lines(package: Package, part: str) -> Iterator[tuple[int, list[Cell]]]:
    """Each line that has cells, with its number. Raises `xlsx_parts.DAMAGE`."""
    reader = _SheetReader(package)
    parser = parser_with(reader.start, reader.end, reader.text)
    for _ in feed(package.archive, part, parser):
        yield from reader.lines
        reader.lines.clear()


class _SheetReader:
    """Receives the parser's events and gathers finished lines."""

    def __init__(self, package: Package) -> None:
        self.lines: list[tuple[int, list[Cell]]] = []
        self._package = package
        self._line = 0
        self._cells: list[Cell] = []
        self._column = 0
        self._kind = "n"
        self._style = 0
        self._pieces: list[str] = []
        self._is_formula = False
        self._gathers = False
        self._in_phonetic = False

    def start(self, tag: str, attributes: Attributes) -> None:
        match local(tag):
            case "c":
                reference = attributes.get("r")
                self._column = self._column + 1 if reference is None else _column_of(reference)
                self._kind = attributes.get("t", "n")
                self._style = int(attributes.get("s", 0))
                self._pieces = []
                self._is_formula = False
            case "v":
                self._gathers = True
            case "t":
                self._gathers = not self._in_phonetic
            case "f":
                self._is_formula = True
            case "rPh":
                self._in_phonetic = True
            case "row":
                line = int(attributes.get("r", self._line + 1))
                if not self._line < line <= LAST_LINE:
                    raise ValueError("lines out of order")
                self._line, self._cells, self._column = line, [], 0

    def end(self, tag: str) -> None:
        match local(tag):
            case "v" | "t":
                self._gathers = False
            case "c":
                self._place(self._cell())
            case "rPh":
                self._in_phonetic = False
            case "row":
                if self._cells:
                    self.lines.append((self._line, self._cells))
                    self._cells = []

    def text(self, data: str) -> None:
        if self._gathers:
            self._pieces.append(data)

    def _place(self, cell: Cell) -> None:
        if cell == "":
            return
        missing = self._column - 1 - len(self._cells)
        if missing < 0:
            raise ValueError("cells out of order")
        self._cells.extend([""] * missing)
        self._cells.append(cell)

    def _cell(self) -> Cell:
        if self._is_formula:
            return _FORMULA
        text = "".join(self._pieces)
        if not text:
            return ""
        match self._kind:
            case "s":
                return self._package.strings[_index(text)]
            case "n":
                return self._number(text)
            case "str" | "inlineStr":
                return unescape(text)
            case "b":
                return "TRUE" if text.strip() == "1" else "FALSE"
            case "e":
                return Unusable("cell-error", f"holds the error {text[:20]} instead of a value.")
            case "d":
                return _day_of(datetime.fromisoformat(text))
            case _:
                raise ValueError("unknown kind of cell")

    def _number(self, text: str) -> Cell:
        value = float(text)
        if not math.isfinite(value):
            raise ValueError("a number that is none")
        if self._style in self._package.date_styles:
            epoch = MAC_EPOCH if self._package.starts_1904 else WINDOWS_EPOCH
            try:
                return _day_of(from_excel(value, epoch))
            except OverflowError:
                return Unusable("bad-date", "is shown as a date, but its number is beyond all dates.")
        formats = self._package.formats
        return number_text(value, formats[self._style] if self._style < len(formats) else "General")


def number_text(value: float, number_format: str) -> Cell:
    """A number as the sheet shows it: leading zeros and decimals of its format, when nothing is rounded away."""
    plain = format(value, ".15g")  # a sheet holds 15 digits; 0.1 + 0.2 is 0.3 there
    if number_format in {"General", "@", ""} and "e" not in plain:
        return plain
    if re.fullmatch("0+", number_format) and value.is_integer() and abs(value) < 1e15:
        return f"{int(value):0{len(number_format)}d}"
    if match := re.fullmatch(r"0+\.(0+)", number_format):
        shown = f"{value:.{len(match[1])}f}"
        if float(shown) == float(plain):
            return shown
    return Unusable(
        "number-format",
        f"is the number {plain}, which the sheet shows in another form ({number_format[:40]}). "
        "Format the column as text, so that what you see is what is issued.",
    )


def _day_of(value: object) -> Cell:
    if isinstance(value, datetime):
        if value.timetz().replace(tzinfo=None) == datetime.min.time():
            return value.date()
        return Unusable("bad-date", f"has a time of day ({value:%Y-%m-%d %H:%M}); only a date is expected.")
    if isinstance(value, date):
        return value
    what = "a duration" if isinstance(value, timedelta) else "a time of day"
    return Unusable("bad-date", f"is {what}, not a date.")


def _index(text: str) -> int:
    index = int(text)
    if index < 0:
        raise ValueError("negative index of a shared string")
    return index


@cache
def _letters(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    if number > _LAST_COLUMN:
        raise ValueError("a column that no sheet has")
    return number


def _column_of(reference: str) -> int:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError("a cell reference that is none")
    return _letters(match[1])
