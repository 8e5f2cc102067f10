"""Makes the three graduates files; the same bytes each time.

    python tests/data/make_graduates.py

Record `n` (1 to 1,000) stands on the same place in the list in all files; what is odd about which
record stands in the tables below. No randomness: the ordinary records follow from `n` alone.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import NamedTuple

import openpyxl
from openpyxl.styles import Font

HERE = Path(__file__).parent
RECORDS = 1000
HEADER = ("Student No.", "Full Name", "E-Mail", "Programme", "Date of Award", "Final Grade", "Remarks")

GIVEN = ("Ada", "Émile", "Zoë", "Søren", "Chloé", "Jürgen", "María José", "Nuño", "Siân", "Björk", "Tomás", "Ingrid")
FAMILY = (
    "García Márquez",
    "O'Brien",
    "Müller",
    "van den Berg",
    "Smith-Jones",
    "D'Angelo",
    "Ångström",
    "Núñez",
    "Fiancé",
)
PROGRAMMES = (
    "BSc Computer Science",
    "BA History, Politics and Economics",
    "BSc Économie et Gestion",
    'BA "Liberal Arts"',
    "BEng Maschinenbau (dual)",
)
GRADES = ("First-class honours", "1.7", "A", "92 %", "", "Très bien", "2:1")
REMARKS = ("", "", "with distinction", "", "Thesis: Größe, Maß & Zahl", "", "Dean's list; 2026")
OTHER_SCRIPTS = (
    "محمد بن عبد الله الفاسي",
    "王小明",
    "अनुष्का शर्मा",
    "Jose\u0301 A\u030angstro\u0308m",  # combining accents, decomposed: to be kept so
    "Nguyễn Thị Minh Khai",
    "Łukasz Wiśniewski",
    "Иван Петрович",
    "שרה כהן",
    "山田 太郎",
    "𠮷野家 さくら 🎓",
)


class Record(NamedTuple):
    student_no: str
    name: str
    email: str
    programme: str
    date: str
    grade: str
    remarks: str


ODD: dict[int, dict[str, str]] = {
    # good, though they look strange
    12: {"name": "O'Brien, Siobhán"},
    13: {"name": "Seán O’Brien"},
    23: {"remarks": 'Prize: "Best Thesis", 2026'},
    40: {"remarks": "First line\nSecond line"},
    300: {"remarks": "Line one\r\nLine two\r\nLine three"},
    350: {"remarks": "=SUM(B2:B4)"},
    351: {"student_no": "0004711"},
    352: {"name": " Ada Lovelace "},
    353: {"email": "Grace.Hopper@Example.ORG"},
    354: {"email": "jürgen.groß@bücher.example.org"},
    # bad
    100: {"email": ""},
    101: {"email": "   "},
    102: {"email": "not-an-email"},
    103: {"email": "ada@@example.org"},
    104: {"email": "ada@example"},
    105: {"email": "ada@example.org; ada@example.com"},
    150: {"date": "31/02/2026"},
    151: {"date": "2026-02-30"},
    152: {"date": "12/31/2026"},
    153: {"date": ""},
    154: {"date": "01/07/26"},
    200: {"remarks": "lorem ipsum " * 416 + "dolores!"},  # 5,000 characters
    250: {"name": ""},
    251: {"name": "", "email": "nobody"},
    451: {"remarks": "with honours"},  # the last cell is filled, so that one cell too many shows
    500: {"name": "M\ufffdller, Anna"},
    501: {"name": "Bell\x07 Ringer"},
}
SAME_STUDENT = {400: 10, 401: 20}  # record -> the earlier one it repeats
SAME_EMAIL = {402: 30}
FORMULA_IN_XLSX = 360
TOO_FEW_CELLS, TOO_MANY_CELLS, STRAY_QUOTES = 450, 451, 550


def record(n: int) -> Record:
    given, family = GIVEN[n % len(GIVEN)], FAMILY[n % len(FAMILY)]
    date = dt.date(2026, 6, 1) + dt.timedelta(days=n % 60)
    made = Record(
        student_no=str(2600000 + n),
        name=OTHER_SCRIPTS[n // 10 % len(OTHER_SCRIPTS)] if n % 10 == 7 else f"{given} {family}",
        email=f"student{n}@students.example.edu",
        programme=PROGRAMMES[n % len(PROGRAMMES)],
        date=f"{date:%d/%m/%Y}",
        grade=GRADES[n % len(GRADES)],
        remarks=REMARKS[n % len(REMARKS)],
    )
    made = made._replace(**ODD.get(n, {}))
    if n in SAME_STUDENT:
        first = record(SAME_STUDENT[n])
        made = first if n == 400 else made._replace(student_no=first.student_no, name=first.name)
    if n in SAME_EMAIL:
        made = made._replace(email=record(SAME_EMAIL[n]).email.upper())
    return made


def csv_text(delimiter: str, charset: str) -> str:
    """The rows that `charset` can hold, quoted where needed, CRLF between records."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(HEADER)
    for n in range(1, RECORDS + 1):
        cells = record(n)
        try:
            "".join(cells).encode(charset)
        except UnicodeEncodeError:
            continue
        if n == TOO_FEW_CELLS:
            out.write(delimiter.join(cells[:3]) + "\r\n")
        elif n == TOO_MANY_CELLS:
            out.write(delimiter.join((cells[0], f"Müller{delimiter} Anna", *cells[2:])) + "\r\n")
        elif n == STRAY_QUOTES:
            out.write(delimiter.join((cells[0], '"Anna" Schmidt', *cells[2:])) + "\r\n")
        else:
            writer.writerow(cells)
    out.write("\r\n" + delimiter * (len(HEADER) - 1) + "\r\n   \r\n")
    return out.getvalue()


def fill_sheet(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    sheet.append(HEADER)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for n in range(1, RECORDS + 1):
        cells = record(n)
        line = n + 1
        values: list[str | int | float | dt.date] = [text.replace("\r\n", "\n").replace("\x07", "") for text in cells]
        if n == TOO_FEW_CELLS:
            values = values[:3]
        elif n == TOO_MANY_CELLS:
            values = [values[0], "Müller", " Anna", *values[2:]]
        elif n == STRAY_QUOTES:
            values[1] = '"Anna" Schmidt'
        for column, value in enumerate(values, start=1):
            if value == "":
                continue
            cell = sheet.cell(line, column, value)
            cell.data_type = "s"  # a text that begins with "=" stays a text
        if n not in ODD and n != TOO_FEW_CELLS:
            _as_spreadsheets_hold_them(sheet, n, line, cells)
    for line in range(RECORDS + 2, RECORDS + 5):
        sheet.cell(line, 1, "   " if line == RECORDS + 4 else None).font = Font(bold=True)


def _as_spreadsheets_hold_them(sheet: openpyxl.worksheet.worksheet.Worksheet, n: int, line: int, cells: Record) -> None:
    """Dates as dates, and some numbers as numbers: what a spreadsheet makes of typed text."""
    date = sheet.cell(line, 5, dt.datetime.strptime(cells.date, "%d/%m/%Y").date())
    date.number_format = "dd/mm/yyyy"
    if n % 25 == 0:
        sheet.cell(line, 1, int(cells.student_no)).number_format = "0"
    if cells.grade == "1.7" and n % 2 == 0:
        sheet.cell(line, 6, 1.7)
    if n == FORMULA_IN_XLSX:
        sheet.cell(line, 6, "=ROUND(1.66,1)")


def xlsx_bytes() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Graduates 2026"
    fill_sheet(sheet)
    book.properties.creator = "Registrar"
    book.properties.created = dt.datetime(2026, 11, 24, 9, 0, 0)
    raw = io.BytesIO()
    book.save(raw)
    return _without_times(with_shared_strings(raw.getvalue()))


def with_shared_strings(data: bytes) -> bytes:
    """The same workbook with its texts in one shared table, where spreadsheet programs put them."""
    texts: dict[str, int] = {}

    def share(match: re.Match[str]) -> str:
        index = texts.setdefault(match[2], len(texts))
        return f'{match[1]} t="s"><v>{index}</v></c>'

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        parts = {name: source.read(name).decode() for name in source.namelist()}
        for name, text in list(parts.items()):
            if name.startswith("xl/worksheets/"):
                parts[name] = re.sub(
                    r'(<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?) t="inlineStr"><is>(.*?)</is></c>',
                    share,
                    text,
                    flags=re.DOTALL,
                )
        items = "".join(f"<si>{text}</si>" for text in texts)
        parts["xl/sharedStrings.xml"] = (
            f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="{len(texts)}">{items}</sst>'
        )
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
        parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
            "</Relationships>",
            f'<Relationship Type="{kind}" Target="sharedStrings.xml" Id="rIdStrings"/></Relationships>',
        )
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
            "</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{content_type}"/></Types>'
        )
        for name, text in parts.items():
            target.writestr(name, text)
    return out.getvalue()


def _without_times(data: bytes) -> bytes:
    """The same workbook with fixed times in its archive and its properties."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                start = content.index(b"<dcterms:modified")
                end = content.index(b"</dcterms:modified>")
                content = content[: content.index(b">", start) + 1] + b"2026-11-24T09:00:00Z" + content[end:]
            entry = zipfile.ZipInfo(name, date_time=(2026, 11, 24, 9, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return out.getvalue()


def files() -> dict[str, bytes]:
    return {
        "graduates.csv": csv_text(",", "utf-8").encode("utf-8-sig"),
        "graduates-semicolon-latin1.csv": csv_text(";", "cp1252").encode("cp1252"),
        "graduates.xlsx": xlsx_bytes(),
    }


def main() -> None:
    for name, data in files().items():
        (HERE / name).write_bytes(data)


if __name__ == "__main__":
    main()
