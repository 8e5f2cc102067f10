"""What the two file readers have in common: a header and records of cells, each with its line."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from agent.issuance.errors import AmbiguousColumn, MissingColumn

MEBIBYTE = 1_048_576
TITLE_LINES = 15  # filled lines among which the header is looked for


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read before it is refused."""

    max_bytes: int = 20 * MEBIBYTE
    max_rows: int = 100_000
    max_columns: int = 500
    max_unpacked_bytes: int = 300 * MEBIBYTE  # of a workbook's archive


@dataclass(frozen=True, slots=True)
class Unusable:
    """Stands in a cell that holds something other than text or a date: a formula, an error value."""

    code: str
    message: str


Cell = str | date | Unusable


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the table. `fault` is set when the line as a whole cannot be read into cells."""

    line: int
    cells: Sequence[Cell]
    fault: Unusable | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the records below it, blank ones included."""

    header: tuple[str, ...]  # as in the file
    header_line: int
    records: Iterator[Record]
    encoding: str | None  # of a text file
    delimiter: str | None
    sheet: str | None  # of a workbook
    pads_records: bool  # a missing cell at a record's end is an empty one
    notes: tuple[str, ...]


def is_blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def header_key(text: str) -> str:
    """What two headers have in common when people would call them the same: case, form and blanks aside."""
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()


def below_titles(table: Table, wanted: Sequence[str]) -> Table:
    """The table with the first of its lines as header that holds all wanted columns; itself if none does.

    What stands above that line is not read, and a note says so.
    """
    keys = {header_key(name) for name in wanted}
    header, line = table.header, table.header_line
    for _ in range(TITLE_LINES):
        if keys <= {header_key(name) for name in header}:
            break
        record = next(table.records, None)
        if record is None:
            return table
        header, line = tuple(cell if isinstance(cell, str) else "" for cell in record.cells), record.line
    else:
        return table
    if line == table.header_line:
        return table
    note = f"The header was found on line {line}; the lines above it were taken for titles."
    return replace(table, header=header, header_line=line, notes=(*table.notes, note))


def find_columns(header: Sequence[str], wanted: Sequence[str], filename: str) -> dict[str, int]:
    """The position of each wanted header.

    Raises:
        MissingColumn: all absent ones at once, with what was found instead.
        AmbiguousColumn: one stands there twice.
    """
    positions: dict[str, list[int]] = {}
    for index, name in enumerate(header):
        positions.setdefault(header_key(name), []).append(index)
    missing = [name for name in dict.fromkeys(wanted) if header_key(name) not in positions]
    if missing:
        found = [name for name in header if name.strip()]
        raise MissingColumn(
            f"{filename} has no column {_listed(missing)}. Its columns are {_listed(found)}. "
            "Rename the column in the file, or change the template's mapping.",
            missing,
            found,
        )
    for name in wanted:
        places = positions[header_key(name)]
        if len(places) > 1:
            raise AmbiguousColumn(
                f"{filename} has the column {name!r} {len(places)} times (columns "
                f"{', '.join(str(place + 1) for place in places)}). Rename or remove all but one."
            )
    return {name: positions[header_key(name)][0] for name in wanted}


def _listed(names: Sequence[str], most: int = 30) -> str:
    shown = ", ".join(repr(name[:80]) for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "") if names else "none"
