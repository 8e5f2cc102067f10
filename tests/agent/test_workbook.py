"""XLSX: what cells hold and show, which sheet is read, and packages made to hurt."""

import io
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from agent.issuance.errors import EmptyFile, FileTooLarge, MissingColumn, NoRows, NotASpreadsheet, UnreadableFile
from agent.issuance.rows import Limits, read_rows
from agent.issuance.template import TemplateDocument
from tests.data.make_graduates import with_shared_strings

TEMPLATE = TemplateDocument.parse(
    {
        "version": 1,
        "achievement": {"name": "A", "description": "B", "criteria": {"narrative": "C"}},
        "columns": {
            "recipient_name": {"column": "Name", "required": True},
            "result": {"column": "Grade"},
            "awarded_on": {"column": "Day", "date_format": "DD/MM/YYYY"},
        },
        "issuer": {"name": "Acme"},
    }
)
HEADER = ["Name", "Grade", "Day"]


def workbook(*rows, formats=None, change=None):
    """A workbook with these rows; `formats` maps a cell to its number format."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for place, number_format in (formats or {}).items():
        sheet[place].number_format = number_format
    if change is not None:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def edited(data, part, change):
    """The same package with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(content) if name == part else content)
    return out.getvalue()


def read(data, **options):
    return read_rows(data, "list.xlsx", TEMPLATE, **options)


def grade(value, number_format="General"):
    """How a grade cell reads: its text, or the code of its error."""
    result = read(workbook(HEADER, ["Ada", value, None], formats={"B2": number_format}))
    return result.rows[0].values.get("result") if result.rows else result.errors[0].code


# --- cells -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        ("1.70", "General", "1.70"),
        (" x\n y ", "General", " x\n y "),
        (7, "General", "7"),
        (1.7, "General", "1.7"),
        (0.1 + 0.2, "General", "0.3"),
        (-3, "General", "-3"),
        (123456789012345, "General", "123456789012345"),
        (42, "0000000", "0000042"),
        (42, "0", "42"),
        (1.5, "0.00", "1.50"),
        (2, "0.0", "2.0"),
        (7, "@", "7"),
        (True, "General", "TRUE"),
        (False, "General", "FALSE"),
    ],
)
def test_a_cell_is_read_as_the_sheet_shows_it(value, number_format, text):
    assert grade(value, number_format) == text


@pytest.mark.parametrize(
    ("value", "number_format", "code"),
    [
        (0.92, "0%", "number-format"),
        (1234.5, "#,##0.00", "number-format"),
        (1.25, "0.0", "number-format"),
        (1.5, "0", "number-format"),
        (1e20, "General", "number-format"),
        ("=1+1", "General", "formula"),
        ("#N/A", "General", "cell-error"),
        (date(2026, 2, 1), "dd/mm/yyyy", "date-cell"),
    ],
)
def test_a_cell_that_shows_something_else_is_an_error(value, number_format, code):
    assert grade(value, number_format) == code


@pytest.mark.parametrize(
    ("value", "number_format", "iso"),
    [
        (date(2026, 2, 1), "dd/mm/yyyy", "2026-02-01"),
        (datetime(2026, 12, 31), "mm-dd-yy", "2026-12-31"),
        (date(2026, 2, 1), "[$-407]d. mmmm yyyy", "2026-02-01"),
        ("01/02/2026", "General", "2026-02-01"),
        (46054, "General", "bad-date"),
        (datetime(2026, 2, 1, 10, 30), "dd/mm/yyyy hh:mm", "bad-date"),
        (time(10, 30), "hh:mm", "bad-date"),
        (timedelta(hours=30), "[h]:mm", "bad-date"),
        (date(1899, 12, 31), "dd/mm/yyyy", "bad-date"),
        ("31/02/2026", "General", "bad-date"),
    ],
)
def test_dates_are_read_by_the_type_of_the_cell(value, number_format, iso):
    result = read(workbook(HEADER, ["Ada", None, value], formats={"C2": number_format}))

    assert (result.rows[0].values["awarded_on"] if result.rows else result.errors[0].code) == iso


def test_dates_count_from_1904_where_the_workbook_says_so():
    def since_1904(book):
        book.epoch = CALENDAR_MAC_1904

    result = read(workbook(HEADER, ["Ada", None, date(2026, 2, 1)], change=since_1904))

    assert result.rows[0].values["awarded_on"] == "2026-02-01"


def test_an_escaped_character_is_itself_and_phonetic_hints_are_left_out():
    def with_runs(content):
        return content.replace(
            b"<t>Ada</t>",
            b"<r><t>\xe5\xb1\xb1</t></r><r><rPr><b/></rPr><t xml:space='preserve'> A_x000D__x005F_</t></r>"
            b"<rPh sb='0' eb='1'><t>YAMA</t></rPh>",
        )

    result = read(edited(with_shared_strings(workbook(HEADER, ["Ada", None, None])), "xl/sharedStrings.xml", with_runs))

    assert result.rows[0].values["recipient_name"] == "山 A\r_"


@pytest.mark.parametrize("share", [with_shared_strings, bytes])
def test_shared_and_inline_texts_read_alike(share):
    data = share(workbook(HEADER, ["Ada & <Eve>", " 1 ", "01/02/2026"], ["Ada & <Eve>", "王", None]))

    assert [dict(row.values) for row in read(data).rows] == [
        {"recipient_name": "Ada & <Eve>", "result": " 1 ", "awarded_on": "2026-02-01"},
        {"recipient_name": "Ada & <Eve>", "result": "王"},
    ]


def test_lines_are_those_of_the_sheet():
    data = workbook([None], HEADER, [None, None, None], ["Ada", None, None], [None, "1", None])

    result = read(data)

    assert [row.line for row in result.rows] == [4]
    assert [(error.line, error.column, error.code) for error in result.errors] == [(5, "Name", "missing-value")]


# --- sheets ------------------------------------------------------------------------------------------


def test_the_sheet_with_the_mapped_columns_is_read_and_the_others_are_named():
    def more(book):
        book.active.title = "Cover"
        book.create_sheet("List").append(HEADER)
        book["List"].append(["Ada", None, None])
        book.create_sheet("Empty")

    result = read(workbook(["University of Acme"], change=more))

    assert (result.sheet, result.rows[0].values["recipient_name"]) == ("List", "Ada")
    assert result.notes == ("The sheet 'List' was read; not read: 'Cover'.",)


def test_the_header_may_stand_below_titles_on_a_later_sheet():
    def more(book):
        sheet = book.create_sheet("List")
        for row in (["Graduates of 2026"], [], HEADER, ["Ada", None, None]):
            sheet.append(row)

    result = read(workbook(["Cover"], ["nothing here"], change=more))

    assert (result.sheet, [row.line for row in result.rows]) == ("List", [4])
    assert len(result.notes) == 2


def test_a_hidden_sheet_is_not_read_unless_it_is_asked_for():
    def hidden(book):
        sheet = book.create_sheet("Old", 0)
        sheet.append(HEADER)
        sheet.append(["Eve", None, None])
        sheet.sheet_state = "hidden"

    data = workbook(HEADER, ["Ada", None, None], change=hidden)

    assert read(data).rows[0].values["recipient_name"] == "Ada"
    assert read(data, sheet="Old").rows[0].values["recipient_name"] == "Eve"
    with pytest.raises(NotASpreadsheet, match="no sheet 'New'; its sheets are 'Old', 'Sheet'"):
        read(data, sheet="New")


def test_workbooks_without_people_are_refused():
    with pytest.raises(EmptyFile, match="no sheet with anything"):
        read(workbook())
    with pytest.raises(NoRows, match="header on line 1"):
        read(workbook(HEADER))
    with pytest.raises(MissingColumn, match="'Day'"):
        read(workbook(["Name", "Grade"], ["Ada", "1"]))


# --- packages made to hurt ------------------------------------------------------------------------------

GOOD = with_shared_strings(workbook(HEADER, ["Ada", "1", None]))
SHEET = "xl/worksheets/sheet1.xml"


def test_what_unpacks_to_more_than_the_limit_is_refused():
    limits = Limits(max_unpacked_bytes=5_000)

    with pytest.raises(FileTooLarge, match="parts, more than a list needs"):
        read(GOOD, limits=limits)


def test_a_ratio_that_no_list_has_is_refused():
    bomb = edited(GOOD, SHEET, lambda content: content.replace(b"</sheetData>", b" " * 20_000_000 + b"</sheetData>"))

    with pytest.raises(FileTooLarge, match="unpacks to 19 MiB"):
        read(bomb)


def test_too_many_parts_are_refused():
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(2_001):
            archive.writestr(f"xl/media/{number}", b"")

    with pytest.raises(FileTooLarge, match="parts"):
        read(out.getvalue())


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "_rels/.rels"])
@pytest.mark.parametrize("doctype", [ENTITIES, b'<!DOCTYPE x SYSTEM "file:///etc/passwd">', b"<!DOCTYPE x>"])
def test_a_document_type_is_refused_in_every_part(part, doctype):
    def with_doctype(content):
        start = content.index(b"?>") + 2 if content.startswith(b"<?xml") else 0
        return content[:start] + doctype + content[start:]

    with pytest.raises(NotASpreadsheet, match="not a readable"):
        read(edited(GOOD, part, with_doctype))


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="3"/><row r="2"/>',
        b'<row r="1048577"/>',
        b'<row r="99999999999"/>',
        b'<row r="2"><c r="B2" t="n"><v>1</v></c><c r="A2" t="n"><v>1</v></c></row>',
        b'<row r="2"><c r="XFE2"><v>1</v></c></row>',
        b'<row r="2"><c r="A2" t="s"><v>4000</v></c></row>',
        b'<row r="2"><c r="A2" t="s"><v>-1</v></c></row>',
        b'<row r="2"><c r="A2"><v>NaN</v></c></row>',
        b'<row r="2"><c r="A2"><v>1e999</v></c></row>',
        b'<row r="2"><c r="A2" t="q"><v>1</v></c></row>',
    ],
)
def test_a_sheet_that_no_program_writes_is_refused(rows):
    def with_rows(content):
        return content.replace(b"</sheetData>", rows + b"</sheetData>")

    only_header = workbook(HEADER)
    with pytest.raises(NotASpreadsheet, match="not a readable"):
        read(edited(only_header, SHEET, with_rows))


def test_a_far_cell_costs_nothing_and_is_reported():
    def far(content):
        return content.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')

    result = read(edited(GOOD, SHEET, far))

    assert [(error.line, error.code) for error in result.errors] == [(1_048_576, "too-many-cells")]


def test_other_packages_are_named():
    def package(*names, mimetype=b""):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name in names:
                archive.writestr(name, mimetype)
        return out.getvalue()

    with pytest.raises(NotASpreadsheet, match="OpenDocument"):
        read(package("mimetype", "content.xml"))
    with pytest.raises(NotASpreadsheet, match="binary workbook"):
        read(package("xl/workbook.bin"))
    with pytest.raises(NotASpreadsheet, match="an archive"):
        read(package("readme.txt"))


def test_an_encrypted_member_is_named():
    data = bytearray(GOOD)
    place = data.index(b"PK\x01\x02")  # the first entry of the central directory
    data[place + 8] |= 1

    with pytest.raises(NotASpreadsheet, match="password"):
        read(bytes(data))


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_workbook_is_refused_or_read(data):
    damaged = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(GOOD) - 1))] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(len(GOOD) // 2, len(GOOD)))
    _read_or_refused(bytes(damaged[:end]))


PARTS = [SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"]


@given(st.data(), st.sampled_from(PARTS))
@settings(max_examples=300, deadline=None)
def test_a_damaged_part_is_refused_or_read(data, part):
    def damage(content):
        place = data.draw(st.integers(0, len(content)))
        piece = data.draw(st.sampled_from([b"9", b"-", b'"', b"<", b"", b"\x00", b"ZZZ", b"r", b":", b"../"]))
        return content[:place] + piece + content[place + data.draw(st.integers(0, 4)) :]

    _read_or_refused(edited(GOOD, part, damage))


def _read_or_refused(data):
    try:
        result = read(data)
    except UnreadableFile:
        return
    assert len(result.rows) + len({error.line for error in result.errors}) == result.row_count


def test_limits_hold_for_workbooks():
    with pytest.raises(FileTooLarge, match="more than 1 rows"):
        read(workbook(HEADER, ["Ada", None, None], ["Eve", None, None]), limits=Limits(max_rows=1))
