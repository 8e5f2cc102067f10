"""What the columns of a spreadsheet probably hold: a proposal that a person confirms, never a mapping by itself.

The header decides, in several languages; what stands below it has a veto (a column of dates is no name) and finds
addresses under any header. A column that fits nothing well is left out rather than guessed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from itertools import islice

from agent.issuance.fields import FIELDS, Kind
from agent.issuance.rows import Limits, open_table
from agent.issuance.tables import Cell, Record, is_blank

COURSE = "course"  # what was learned; a template has it as its achievement or as a claim of its own
_SAMPLE_RECORDS = 200
_MOST = 0.8  # of a column's filled cells must look like its field

_WORDS = json.loads(files("agent").joinpath("issuance", "column_names.json").read_text(encoding="utf-8"))
# Said beside a name without changing it.
_FILLERS = frozenset(_WORDS["fillers"])
# Words that make a column something else: of another thing, or another moment.
_STRANGERS = frozenset(_WORDS["strangers"])
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_DATE = re.compile(r"(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})(?:[T ]\d.*)?")
_ORDERS = {"ymd": "YYYY-MM-DD", "dmy": "DD/MM/YYYY", "mdy": "MM/DD/YYYY"}


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """`field` is a template field, `COURSE`, or None for a column to be skipped."""

    header: str
    field: str | None
    date_format: str | None  # for dates; None as well where day and month cannot be told apart


@dataclass(frozen=True, slots=True)
class Guess:
    header_line: int
    date_order: str | None  # "ymd", "dmy", "mdy"; None when nothing in the file decides it
    columns: tuple[ColumnGuess, ...]

    def field_of(self, header: str) -> str | None:
        return next((column.field for column in self.columns if column.header == header), None)


def guess_columns(data: bytes, filename: str, *, limits: Limits = Limits()) -> Guess:  # noqa: B008
    """Propose what each column holds. Raises `UnreadableFile`."""
    table = open_table(data, filename, (), limits=limits, encoding=None, sheet=None)
    first = Record(table.header_line, table.header)
    records = [first, *(record for record in islice(table.records, _SAMPLE_RECORDS) if record.fault is None)]
    records = [record for record in records if not all(is_blank(cell) for cell in record.cells)]
    position = _header_position(records)
    header = [str(cell) for cell in records[position].cells]
    below = records[position + 1 :]
    columns = [[record.cells[index] for record in below if index < len(record.cells)] for index in range(len(header))]
    fields = _assign(header, columns)
    orders = {index: _date_order(columns[index]) for index, field in enumerate(fields) if _is_date_field(field)}
    known = {order for order in orders.values() if order is not None}
    order = known.pop() if len(known) == 1 else None
    return Guess(
        header_line=records[position].line,
        date_order=order or _date_order([cell for column in columns for cell in column]),
        columns=tuple(
            ColumnGuess(name, field, _date_format(columns[index], orders[index] or order) if index in orders else None)
            for index, (name, field) in enumerate(zip(header, fields, strict=True))
        ),
    )


def field_of_header(header: str) -> tuple[str | None, float]:
    """The field that a header names, and how surely (0 to 1)."""
    words = _words(re.sub(r"[(\[（].*?[)\]）]", " ", header)) or _words(header)
    if not words:
        return None, 0.0
    if (exact := _SYNONYMS.get(" ".join(words))) is not None:
        return exact, 1.0
    bare = [word for word in words if word not in _FILLERS]
    if (close := _SYNONYMS.get(" ".join(bare))) is not None:
        return close, 0.9
    if _STRANGERS.intersection(words):
        return None, 0.0
    best: tuple[str | None, float] = (None, 0.0)
    for start in range(len(bare)):
        for end in range(start + 1, len(bare) + 1):
            field = _SYNONYMS.get(" ".join(bare[start:end]))
            score = 0.8 * (end - start) / len(bare)
            if field is not None and score > best[1]:
                best = (field, score)
    return best if best[1] >= 0.4 else (None, 0.0)


def _words(text: str) -> list[str]:
    """Words in lower case, without accents. Marks that other scripts write vowels with stay."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFC", "".join(char for char in plain if not "\u0300" <= char <= "\u036f"))
    return "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in plain).split()


# Names of columns, as `_words` leaves them.
_SYNONYMS = {" ".join(_words(name)): field for field, names in _WORDS["names"].items() for name in names}


def _header_position(records: Sequence[Record]) -> int:
    """Titles may stand above the header: it is the line that names most columns, among the first few."""
    scores = [
        sum(field_of_header(cell)[1] for cell in record.cells if isinstance(cell, str)) for record in records[:15]
    ]
    best = max(range(len(scores)), key=scores.__getitem__)
    return best if scores[best] >= 1.5 or len(records[0].cells) < 2 else 0


def _assign(header: Sequence[str], columns: Sequence[Sequence[Cell]]) -> list[str | None]:
    """Each field goes to the column that names it best and whose cells do not speak against it."""
    claims: list[tuple[float, int, str]] = []
    for index, name in enumerate(header):
        field, score = field_of_header(name)
        if field is not None and not _speaks_against(field, columns[index]):
            claims.append((score, -index, field))
        elif _share(columns[index], _looks_like_email) >= _MOST:
            claims.append((0.5, -index, "recipient_email"))
    fields: list[str | None] = [None] * len(header)
    for _score, place, field in sorted(claims, reverse=True):
        if field not in fields:
            fields[-place] = field
    if "recipient_name" in fields and {"given_name", "family_name"} <= set(fields):
        fields[fields.index("recipient_name")] = None
    return fields


def _speaks_against(field: str, cells: Sequence[Cell]) -> bool:
    if field == "recipient_email":
        return _share(cells, _looks_like_email) < _MOST
    if _is_date_field(field):
        return _share(cells, _looks_like_date) < _MOST
    if field in {"recipient_name", "given_name", "family_name", COURSE}:
        return _share(cells, lambda cell: isinstance(cell, str) and any(char.isalpha() for char in cell)) < _MOST
    return _share(cells, _looks_like_email) >= _MOST or _share(cells, _looks_like_date) >= _MOST


def _is_date_field(field: str | None) -> bool:
    return field is not None and field in FIELDS and FIELDS[field].kind is Kind.DATE


def _share(cells: Sequence[Cell], test: Callable[[Cell], bool]) -> float:
    """How many of the filled cells pass; all of none."""
    filled = [cell for cell in cells if not is_blank(cell)]
    return sum(test(cell) for cell in filled) / len(filled) if filled else 1.0


def _looks_like_email(cell: Cell) -> bool:
    return isinstance(cell, str) and _EMAIL.fullmatch(cell.strip()) is not None


def _looks_like_date(cell: Cell) -> bool:
    return isinstance(cell, date) or (isinstance(cell, str) and _DATE.fullmatch(cell.strip()) is not None)


def _date_order(cells: Sequence[Cell]) -> str | None:
    """The only order in which all dates exist; None if there is none, or more than one."""
    possible = {"ymd", "dmy", "mdy"}
    seen = False
    for cell in cells:
        match = _DATE.fullmatch(cell.strip()) if isinstance(cell, str) else None
        if match is None:
            continue
        seen = True
        first, second = int(match[1]), int(match[3])
        if len(match[1]) == 4:
            possible &= {"ymd"}
        else:
            possible -= {"ymd"}
            if first > 12:
                possible -= {"mdy"}
            if second > 12:
                possible -= {"dmy"}
    return possible.pop() if seen and len(possible) == 1 else None


def _date_format(cells: Sequence[Cell], order: str | None) -> str | None:
    for cell in cells:
        match = _DATE.fullmatch(cell.strip()) if isinstance(cell, str) else None
        if match is not None:
            return _ORDERS[order].replace("-", "/").replace("/", match[2]) if order is not None else None
    return "ISO"  # date cells of a workbook, or nothing at all
