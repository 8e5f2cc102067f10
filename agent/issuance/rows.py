"""A spreadsheet and a template → good rows, and everything that is wrong, in full.

Faults of the whole file are raised (`agent.issuance.errors`); faults of single lines are collected. Nothing is
silently dropped: each record that is not blank is either in `rows` or named in `errors`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from agent.issuance.cells import CellFault, read_cell
from agent.issuance.errors import EmptyFile, FileTooLarge, NoRows, NotASpreadsheet
from agent.issuance.tables import MEBIBYTE, Cell, Limits, Record, Table, below_titles, find_columns, is_blank
from agent.issuance.template import TemplateDocument
from agent.issuance.text_table import read_text_table
from agent.issuance.workbook import read_workbook

__all__ = ["Limits", "Row", "RowError", "RowWarning", "RowsRead", "open_table", "read_rows"]

_OTHER_FILES = (
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel file (.xls), or a workbook with a password. Save it as XLSX without one, or as CSV.",
    ),
    (b"%PDF", "a PDF. Export the list as CSV or XLSX."),
    (b"\x89PNG", "a picture. Export the list as CSV or XLSX."),
    (b"\xff\xd8\xff", "a picture. Export the list as CSV or XLSX."),
    (b"\x1f\x8b", "a compressed file. Unpack it first."),
    (b"{\\rtf", "a text document. Export the list as CSV or XLSX."),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One good row: text by field name (and by claim pointer). Dates are YYYY-MM-DD; blank cells are absent."""

    row_no: int  # counts the records that are not blank, from 1
    line: int  # physical line the record starts on; the sheet's row in a workbook
    values: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The form in which a store keeps it."""
        return {"row_no": self.row_no, "line": self.line, "values": dict(self.values)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(value["row_no"], value["line"], dict(value["values"]))


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row is not issued. `column` is the header as in the file; None where the whole line is meant."""

    line: int
    column: str | None
    code: str
    message: str  # a complete sentence


@dataclass(frozen=True, slots=True)
class RowWarning:
    """Something to look at. The row is issued all the same."""

    line: int
    column: str | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class RowsRead:
    """Everything that reading a file found out, in the order of the file."""

    rows: tuple[Row, ...]
    errors: tuple[RowError, ...]
    warnings: tuple[RowWarning, ...]
    row_count: int  # good and bad
    blank_lines: int
    header: tuple[str, ...]
    unmapped: tuple[str, ...]  # columns that the template does not use
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    notes: tuple[str, ...]


def read_rows(
    data: bytes,
    filename: str,
    template: TemplateDocument,
    *,
    limits: Limits = Limits(),  # noqa: B008
    encoding: str | None = None,
    sheet: str | None = None,
) -> RowsRead:
    """Read CSV (any usual delimiter and encoding) or XLSX; the content decides which, not the name.

    Raises:
        UnreadableFile: its subclasses say what is wrong with the file as a whole; nothing was read.
    """
    wanted = [column.name for column in template.inputs().values()]
    table = open_table(data, filename, wanted, limits=limits, encoding=encoding, sheet=sheet)
    table = below_titles(table, wanted)
    positions = find_columns(table.header, wanted, filename)
    reading = _Reading(table, template, positions)
    for record in table.records:
        reading.take(record)
        if reading.row_count > limits.max_rows:
            raise FileTooLarge(f"{filename} has more than {limits.max_rows:,} rows. Split the list into several files.")
    if reading.row_count == 0:
        raise NoRows(f"{filename} has a header on line {table.header_line} and nobody below it.")
    return reading.result()


def open_table(
    data: bytes, filename: str, wanted: Sequence[str], *, limits: Limits, encoding: str | None, sheet: str | None
) -> Table:
    """The file's header and a way to its records. `wanted` are headers that help to find delimiter and sheet.

    Raises:
        UnreadableFile
    """
    if len(data) > limits.max_bytes:
        raise FileTooLarge(
            f"{filename} has {len(data) / MEBIBYTE:.1f} MiB; the limit is {limits.max_bytes / MEBIBYTE:.0f} MiB. "
            "Split the list into several files."
        )
    _check_kind(data, filename)
    if data.startswith(b"PK"):
        table = read_workbook(data, filename, wanted, limits, sheet=sheet)
    else:
        table = read_text_table(data, filename, wanted, encoding=encoding)
    if len(table.header) > limits.max_columns:
        raise FileTooLarge(f"{filename} has {len(table.header):,} columns; at most {limits.max_columns} are read.")
    return table


def _check_kind(data: bytes, filename: str) -> None:
    if not data:
        raise EmptyFile(f"{filename} has no bytes. Export the list again.")
    for magic, what in _OTHER_FILES:
        if data.startswith(magic):
            raise NotASpreadsheet(f"{filename} is {what}")


class _Reading:
    """What has been read so far. One object per file, used once."""

    def __init__(self, table: Table, template: TemplateDocument, positions: Mapping[str, int]) -> None:
        self._table = table
        self._inputs = [(key, column, positions[column.name]) for key, column in template.inputs().items()]
        self._inputs.sort(key=lambda one: one[2])  # errors come in the order of the columns
        self._index_of = {key: index for key, _, index in self._inputs}
        self._unique = [(key, self._index_of[key]) for key in template.unique]
        self._template = template
        self._seen: dict[str, dict[str, int]] = {key: {} for key in template.unique}
        self._last_mapped = max(index for _, _, index in self._inputs)
        self._rows: list[Row] = []
        self._errors: list[RowError] = []
        self._warnings: list[RowWarning] = []
        self._blank_lines = 0
        self._width: int | None = None  # of a record; the first one may add blank cells that the header lacks
        self.row_count = 0

    def take(self, record: Record) -> None:
        """Read one record into a row, or into errors."""
        if record.fault is None and all(is_blank(cell) for cell in record.cells):
            self._blank_lines += 1
            return
        self.row_count += 1
        if record.fault is not None:
            self._error(record.line, None, record.fault.code, f"The line {record.fault.message}")
            return
        if self._has_wrong_length(record):
            return
        errors_before = len(self._errors)
        values = self._values(record)
        self._check_period(record, values)
        self._check_unique(record, values)
        if len(self._errors) == errors_before:
            self._rows.append(Row(self.row_count, record.line, values))

    def _has_wrong_length(self, record: Record) -> bool:
        width, cells = len(self._table.header), record.cells
        if self._width is None:
            # Some programs end every line but the header with a delimiter.
            self._width = len(cells) if all(is_blank(cell) for cell in cells[width:]) else width
        if len(cells) > max(width, self._width):
            self._error(
                record.line,
                None,
                "too-many-cells",
                f"The line has {len(cells)} cells where the header has {width}. "
                "A cell that holds the delimiter must stand in quotation marks.",
            )
            return True
        if len(cells) <= self._last_mapped and not self._table.pads_records:
            self._error(
                record.line,
                None,
                "too-few-cells",
                f"The line has {len(cells)} cells where the header has {width}. "
                "A line break inside a cell must stand in quotation marks.",
            )
            return True
        return False

    def _values(self, record: Record) -> dict[str, str]:
        values: dict[str, str] = {}
        cells = record.cells
        for key, column, index in self._inputs:
            cell: Cell = cells[index] if index < len(cells) else ""
            try:
                value, warning = read_cell(cell, column)
            except CellFault as fault:
                self._error(record.line, index, fault.code, fault.message)
                continue
            if warning is not None:
                header = self._table.header[index]
                message = f"{header} {warning.message}"
                self._warnings.append(RowWarning(record.line, header, warning.code, message))
            if value is not None:
                values[key] = value
        return values

    def _check_period(self, record: Record, values: Mapping[str, str]) -> None:
        """A credential that ends before the day of its award is a slip of the pen."""
        awarded_on = values.get("awarded_on")
        fixed = self._template.validity.last_day
        last_day = values.get("valid_until") or (fixed.isoformat() if fixed is not None else None)
        if awarded_on is not None and last_day is not None and last_day < awarded_on:
            index = self._index_of["valid_until" if "valid_until" in values else "awarded_on"]
            message = f"does not fit: awarded on {awarded_on}, but valid only until {last_day}."
            self._error(record.line, index, "ends-before-award", message)

    def _check_unique(self, record: Record, values: Mapping[str, str]) -> None:
        """The first of two lines stays; also a bad first line counts, since somebody will correct it."""
        earlier: tuple[int, int] | None = None
        for key, index in self._unique:
            if key not in values:
                continue
            same = unicodedata.normalize("NFC", values[key]).casefold() if key == "recipient_email" else values[key]
            first = self._seen[key].setdefault(same, record.line)
            if first != record.line and earlier is None:
                earlier = (index, first)
        if earlier is not None:
            index, first = earlier
            message = f"is the same as on line {first}: the same person would be issued twice."
            self._error(record.line, index, "duplicate-row", message)

    def _error(self, line: int, index: int | None, code: str, message: str) -> None:
        header = None if index is None else self._table.header[index]
        self._errors.append(RowError(line, header, code, message if header is None else f"{header} {message}"))

    def result(self) -> RowsRead:
        table = self._table
        mapped = {index for _, _, index in self._inputs}
        unmapped = tuple(name for index, name in enumerate(table.header) if index not in mapped and name.strip())
        return RowsRead(
            rows=tuple(self._rows),
            errors=tuple(self._errors),
            warnings=tuple(self._warnings),
            row_count=self.row_count,
            blank_lines=self._blank_lines,
            header=table.header,
            unmapped=unmapped,
            encoding=table.encoding,
            delimiter=table.delimiter,
            sheet=table.sheet,
            notes=(*table.notes, *self._notes(unmapped)),
        )

    def _notes(self, unmapped: Sequence[str]) -> Iterator[str]:
        if unmapped:
            yield f"Columns that the template does not use: {', '.join(unmapped)}."
        if self._blank_lines:
            yield f"Blank lines skipped: {self._blank_lines}."
