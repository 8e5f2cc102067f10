"""XLSX workbooks: one sheet's header and records. Formulas are refused, never computed."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml import DEFUSEDXML

from agent.issuance.errors import EmptyFile, FileTooLarge, NotASpreadsheet
from agent.issuance.tables import MEBIBYTE, Cell, Limits, Record, Table, Unusable, header_key, is_blank

if not DEFUSEDXML:
    raise ImportError("openpyxl without defusedxml would expand XML entities; install defusedxml")

# What openpyxl, its XML parsers and the archive raise on damaged or hostile workbooks.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    SyntaxError,  # both XML parsers' parse errors
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,  # a compression method nobody has
    OSError,
    RuntimeError,  # an encrypted member
    TypeError,
    ValueError,
)
_LAST_LINE = 1_048_576  # of any sheet
_MAX_MEMBERS = 2_000
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")  # ECMA-376 part 1, 22.9.2.19
_HIDDEN_RATIO = 200  # real sheets pack 1:30 at most


def read_workbook(
    data: bytes, filename: str, wanted: Iterable[str], limits: Limits, *, sheet: str | None = None
) -> Table:
    """Choose the sheet and read its header: the first visible sheet with all wanted columns, or else the first filled.

    Raises:
        NotASpreadsheet, FileTooLarge, EmptyFile
    """
    _check_archive(data, filename, limits)
    keys = {header_key(name) for name in wanted}
    with _damage_named(filename):
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        candidates = [one for one in book.worksheets if one.sheet_state == "visible"] or list(book.worksheets)
        if sheet is not None:
            candidates = [one for one in book.worksheets if one.title == sheet]
            if not candidates:
                titles = ", ".join(repr(one.title) for one in book.worksheets)
                raise NotASpreadsheet(f"{filename} has no sheet {sheet!r}; its sheets are {titles}.")
        tables = [table for one in candidates if (table := _open_sheet(one, filename)) is not None]
    if not tables:
        raise EmptyFile(f"{filename} has no sheet with anything in it.")
    chosen = next((t for t in tables if keys <= {header_key(name) for name in t.header}), tables[0])
    others = [repr(table.sheet) for table in tables if table is not chosen]
    if not others:
        return chosen
    note = f"The sheet {chosen.sheet!r} was read; not read: {', '.join(others)}."
    return replace(chosen, notes=(note,))


def _open_sheet(sheet: Any, filename: str) -> Table | None:
    records = _iter_records(sheet, filename)
    for record in records:
        if not all(is_blank(cell) for cell in record.cells):
            header = tuple(cell if isinstance(cell, str) else "" for cell in record.cells)
            return Table(header, record.line, records, None, None, sheet.title, pads_records=True, notes=())
    return None


def _iter_records(sheet: Any, filename: str) -> Iterator[Record]:
    with _damage_named(filename):
        sheet.reset_dimensions()  # what the file says about its size is not to be trusted
        rows = enumerate(sheet.iter_rows(), start=1)
    while True:
        with _damage_named(filename):
            line, cells = next(rows, (0, ()))
        if not line:
            return
        if line > _LAST_LINE:
            raise FileTooLarge(f"{filename}: a sheet has no line {line}; the workbook is damaged.")
        yield Record(line, _trimmed([cell_of(cell) for cell in cells]))


def _trimmed(cells: list[Cell]) -> Sequence[Cell]:
    while cells and cells[-1] == "":
        cells.pop()
    return cells


def cell_of(cell: Any) -> Cell:
    """A cell's content as the sheet shows it, where that is beyond doubt."""
    value = cell.value
    if value is None:
        return ""
    match cell.data_type:
        case "f":
            return Unusable(
                "formula",
                "is a formula; the node does not compute. Copy the column and paste it as values.",
            )
        case "e":
            return Unusable("cell-error", f"holds the error {str(value)[:20]} instead of a value.")
        case "b":
            return "TRUE" if value else "FALSE"
        case "d":
            return _date_of(value)
        case "n":
            return number_text(value, cell.number_format)
        case _:
            return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), str(value))


def _date_of(value: object) -> Cell:
    if isinstance(value, datetime):
        if (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
            return value.date()
        return Unusable("bad-date", f"has a time of day ({value:%Y-%m-%d %H:%M}); only a date is expected.")
    if isinstance(value, date):
        return value
    return Unusable("bad-date", "is a time or a duration, not a date.")


def number_text(value: float, number_format: str) -> Cell:
    """A number as the sheet shows it: leading zeros and decimals of its format, when nothing is rounded away."""
    plain = str(value) if isinstance(value, int) else format(value, ".15g")
    if number_format in {"General", "@", ""} and "e" not in plain:
        return plain
    if re.fullmatch("0+", number_format) and float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):0{len(number_format)}d}"
    if match := re.fullmatch(r"0+\.(0+)", number_format):
        shown = f"{value:.{len(match[1])}f}"
        if float(shown) == float(value):
            return shown
    return Unusable(
        "number-format",
        f"is the number {plain}, which the sheet shows in another form ({number_format[:40]}). "
        "Format the column as text, so that what you see is what is issued.",
    )


def _check_archive(data: bytes, filename: str, limits: Limits) -> None:
    with _damage_named(filename), zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        unpacked = sum(member.file_size for member in members)
        names = {member.filename for member in members}
    if len(members) > _MAX_MEMBERS or unpacked > min(
        limits.max_unpacked_bytes, max(_HIDDEN_RATIO * len(data), MEBIBYTE)
    ):
        raise FileTooLarge(
            f"{filename} unpacks to {unpacked / MEBIBYTE:.0f} MiB in {len(members)} parts, more than a list needs. "
            "Copy the list into a new workbook, or save it as CSV."
        )
    if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
        what = "an OpenDocument sheet" if "mimetype" in names else "an archive"
        raise NotASpreadsheet(f"{filename} is {what}, not an XLSX workbook. Save it as XLSX or CSV.")


class _damage_named:  # noqa: N801
    """Turns what the libraries raise on damaged files into `NotASpreadsheet`, and keeps their warnings quiet."""

    def __init__(self, filename: str) -> None:
        self._filename = filename
        self._quiet = warnings.catch_warnings()

    def __enter__(self) -> None:
        self._quiet.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._quiet.__exit__(None, None, None)
        if isinstance(error, _DAMAGED):
            raise NotASpreadsheet(
                f"{self._filename} is not a readable XLSX workbook ({type(error).__name__}). "
                "Open it in a spreadsheet program and save it again as XLSX or CSV."
            ) from None
