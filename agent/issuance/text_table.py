"""Delimited text: which encoding, which delimiter, and RFC 4180 records with their physical lines."""

from __future__ import annotations

import codecs
import csv
import io
import string
from collections import Counter
from collections.abc import Iterable, Iterator

from agent.issuance.errors import EmptyFile, NotASpreadsheet, UnclosedQuote, UnknownEncoding
from agent.issuance.tables import TITLE_LINES, Record, Table, Unusable, header_key, is_blank

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the other's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_CHARS = 65_536
_SAMPLE_RECORDS = 30


def read_text_table(data: bytes, filename: str, wanted: Iterable[str], *, encoding: str | None = None) -> Table:
    """Find out how `data` is written and read its header. `wanted` are the headers that the template maps.

    Raises:
        EmptyFile, NotASpreadsheet, UnknownEncoding, UnclosedQuote
    """
    text, name, notes = decode(data, filename, encoding)
    if not text.strip("".join(DELIMITERS) + string.whitespace):
        raise EmptyFile(f"{filename} is empty, or holds nothing but blank lines. Export it again.")
    if text.lstrip()[:1] == "<":
        raise NotASpreadsheet(f"{filename} is a web page or XML, not a spreadsheet. Save it as CSV or XLSX.")
    skipped, declared = _declared_delimiter(text)
    delimiter = declared or find_delimiter(text, wanted)
    records = iter_records(text, delimiter, filename, skip_lines=skipped)
    for record in records:
        if record.fault is not None:
            raise NotASpreadsheet(f"{filename}: the header on line {record.line} {record.fault.message}")
        if not all(is_blank(cell) for cell in record.cells):
            header = tuple(str(cell) for cell in record.cells)
            return Table(header, record.line, records, name, _NAMES[delimiter], None, pads_records=False, notes=notes)
    raise EmptyFile(f"{filename} holds nothing but blank lines. Export the list again.")


def decode(data: bytes, filename: str, encoding: str | None = None) -> tuple[str, str, tuple[str, ...]]:
    """The text without its byte order mark, the encoding's name, and notes for people. Raises `UnknownEncoding`."""
    if encoding is not None:
        return _decode_as(data, encoding, filename), encoding, ()
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_as(data[len(mark) :], name, filename), name, ()
    if (guess := _utf16_without_mark(data)) is not None:
        return _decode_as(data, guess, filename), guess, (f"The file was read as {guess.upper()}; it carries no mark.",)
    try:
        return data.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError:
        note = (
            "The file is not UTF-8; it was read as Windows-1252 (Western European). "
            "If letters look wrong, save it as CSV UTF-8 and try again."
        )
        return _decode_as(data, "cp1252", filename), "windows-1252", (note,)


def _decode_as(data: bytes, encoding: str, filename: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        raise UnknownEncoding(
            f"{filename} is not text in {encoding} (byte {wrong.start}, about line {line}). Save it as CSV UTF-8."
        ) from None
    except LookupError:
        raise UnknownEncoding(f"{encoding[:40]!r} is not an encoding this node knows. Try utf-8.") from None


def _utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 shows itself by zero bytes in every other place: delimiters and line ends are ASCII."""
    sample = data[:2_000]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if len(data) % 2 or even + odd < max(3, len(sample) // 50) or 10 * min(even, odd) > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _declared_delimiter(text: str) -> tuple[int, str | None]:
    """Some spreadsheet programs write `sep=;` as the first line. Returns lines to skip and the delimiter."""
    first = text[:16].split("\n", maxsplit=1)[0].rstrip("\r").strip('"')
    if len(first) == 5 and first.lower().startswith("sep=") and first[4] in DELIMITERS:
        return 1, first[4]
    return 0, None


def find_delimiter(text: str, wanted: Iterable[str]) -> str:
    """The delimiter under which a line holds most of the wanted headers, and most lines have as many cells."""
    keys = {header_key(name) for name in wanted}

    def score(delimiter: str) -> tuple[int, float, int]:
        lines: list[list[str]] = []
        try:
            for cells in csv.reader(io.StringIO(text[:_SAMPLE_CHARS], newline=""), delimiter=delimiter):
                if any(cell.strip() for cell in cells):
                    lines.append(cells)
                if len(lines) == _SAMPLE_RECORDS:
                    break
        except csv.Error:
            pass  # what was read up to here is sample enough
        found = max((sum(header_key(cell) in keys for cell in cells) for cells in lines[:TITLE_LINES]), default=0)
        lengths = Counter(len(cells) for cells in lines if len(cells) > 1)
        length, count = lengths.most_common(1)[0] if lengths else (0, 0)
        return found, count / len(lines) if lines else 0.0, length

    return max(DELIMITERS, key=score)


def iter_records(text: str, delimiter: str, filename: str, *, skip_lines: int = 0) -> Iterator[Record]:
    """Every record, blank ones included, with the physical line it starts on (the first line is 1).

    Raises:
        UnclosedQuote: nothing behind that place can be read.
    """
    source = io.StringIO(text, newline="")  # keeps \\r\\n and \\n inside quotations as they are
    for _ in range(skip_lines):
        source.readline()
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        line = skip_lines + reader.line_num + 1
        try:
            yield Record(line, next(reader))
        except StopIteration:
            return
        except csv.Error as wrong:
            last = skip_lines + reader.line_num
            if "unexpected end of data" in str(wrong) or "field larger" in str(wrong):
                raise UnclosedQuote(
                    f'{filename}: a quotation mark (") on line {line} opens a cell that does not end. '
                    'Close it; a quotation mark inside a cell is written twice ("").',
                    line,
                ) from None
            # The reader goes on with the next physical line.
            where = f"lines {line} to {last} cannot be told apart" if last > line else "the line cannot be read"
            message = (
                f'has a quotation mark (") in the wrong place, so {where}. Inside a cell it is written twice ("").'
            )
            yield Record(line, (), Unusable("bad-quotes", message))
