"""XLSX workbooks: which sheet holds the list, its header and its records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from agent.issuance.errors import EmptyFile, NotASpreadsheet
from agent.issuance.tables import Limits, Record, Table, below_titles, header_key, is_blank
from agent.issuance.xlsx_cells import iter_lines
from agent.issuance.xlsx_parts import DAMAGE, Package, Sheet, open_package


def read_workbook(
    data: bytes, filename: str, wanted: Sequence[str], limits: Limits, *, sheet: str | None = None
) -> Table:
    """Choose the sheet and read its header: the first visible one with all wanted columns, or else the first filled.

    Raises:
        NotASpreadsheet, FileTooLarge, EmptyFile
    """
    try:
        package = open_package(data, filename, limits)
    except DAMAGE as wrong:
        raise _damaged(filename, wrong) from None
    tables = [
        below_titles(table, wanted)
        for candidate in _candidates(package, filename, sheet)
        if (table := _open_sheet(package, candidate, filename)) is not None
    ]
    if not tables:
        raise EmptyFile(f"{filename} has no sheet with anything in it.")
    keys = {header_key(name) for name in wanted}
    chosen = next((t for t in tables if keys <= {header_key(name) for name in t.header}), tables[0])
    others = [repr(table.sheet) for table in tables if table is not chosen]
    if not others:
        return chosen
    note = f"The sheet {chosen.sheet!r} was read; not read: {', '.join(others)}."
    return replace(chosen, notes=(note, *chosen.notes))


def _candidates(package: Package, filename: str, title: str | None) -> list[Sheet]:
    if title is None:
        return [sheet for sheet in package.sheets if not sheet.hidden] or list(package.sheets)
    named = [sheet for sheet in package.sheets if sheet.title == title]
    if not named:
        titles = ", ".join(repr(sheet.title) for sheet in package.sheets)
        raise NotASpreadsheet(f"{filename} has no sheet {title!r}; its sheets are {titles}.")
    return named


def _open_sheet(package: Package, sheet: Sheet, filename: str) -> Table | None:
    records = _iter_records(package, sheet, filename)
    for record in records:
        if not all(is_blank(cell) for cell in record.cells):
            header = tuple(cell if isinstance(cell, str) else "" for cell in record.cells)
            return Table(header, record.line, records, None, None, sheet.title, pads_records=True, notes=())
    return None


def _iter_records(package: Package, sheet: Sheet, filename: str) -> Iterator[Record]:
    lines = iter_lines(package, sheet.part)
    while True:
        try:
            line, cells = next(lines)
        except StopIteration:
            return
        except DAMAGE as wrong:
            raise _damaged(filename, wrong) from None
        yield Record(line, cells)


def _damaged(filename: str, wrong: BaseException) -> NotASpreadsheet:
    return NotASpreadsheet(
        f"{filename} is not a readable XLSX workbook ({type(wrong).__name__}). "
        "Open it in a spreadsheet program and save it again as XLSX or CSV."
    )
