"""Delimited text: encodings, delimiters, quotes, limits, and what each fault is called."""

import codecs
import contextlib
import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.issuance.errors import (
    AmbiguousColumn,
    EmptyFile,
    FileTooLarge,
    MissingColumn,
    NoRows,
    NotASpreadsheet,
    UnclosedQuote,
    UnknownEncoding,
    UnreadableFile,
)
from agent.issuance.rows import Limits, Row, read_rows
from agent.issuance.template import TemplateDocument

TEMPLATE = TemplateDocument.parse(
    {
        "version": 1,
        "achievement": {"name": "A", "description": "B", "criteria": {"narrative": "C"}},
        "columns": {
            "recipient_name": {"column": "Name", "required": True},
            "recipient_email": {"column": "Mail"},
            "awarded_on": {"column": "Day", "date_format": "DD.MM.YYYY"},
            "credits_earned": {"column": "Credits"},
            "evidence_url": {"column": "Work"},
        },
        "issuer": {"name": "Acme"},
    }
)
HEADER = "Name,Mail,Day,Credits,Work\n"


def read(text, template=TEMPLATE, **options):
    data = text if isinstance(text, bytes) else text.encode()
    return read_rows(data, "list.csv", template, **options)


def codes(read):
    return [(error.line, error.column, error.code) for error in read.errors]


# --- how the file is written -----------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_delimiter_is_found_even_when_cells_hold_the_others(delimiter, line_end):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end)
    writer.writerows(
        [["Name", "Mail", "Day", "Credits", "Work"], ["a,b;c|d\te", "", "", "", ""], ["x, y; z", "", "", "", ""]]
    )

    rows = read(out.getvalue()).rows

    assert [(row.line, row.values["recipient_name"]) for row in rows] == [(2, "a,b;c|d\te"), (3, "x, y; z")]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", codecs.BOM_UTF32_LE),
    ],
)
def test_every_usual_encoding_keeps_every_script(encoding, mark):
    name = "Jose\u0301 王小明 محمد अनुष्का 𠮷 🎓"

    result = read(mark + (HEADER + f"{name},,,,\n").encode(encoding))

    assert result.rows[0].values["recipient_name"] == name
    assert result.encoding == encoding


def test_windows_1252_is_the_last_guess_and_is_said():
    result = read((HEADER + "Zoë – “Smith”,,,,\n").encode("cp1252"))

    assert result.rows[0].values["recipient_name"] == "Zoë – “Smith”"
    assert "Windows-1252" in result.notes[0]


def test_an_encoding_can_be_told():
    result = read((HEADER + "Łukasz,,,,\n").encode("cp1250"), encoding="cp1250")

    assert result.rows[0].values["recipient_name"] == "Łukasz"


def test_a_first_line_that_names_the_delimiter_counts_as_a_line():
    result = read("sep=;\nName;Mail;Day;Credits;Work\nAda, B;;;;\n")

    assert (result.rows[0].line, result.rows[0].values["recipient_name"]) == (3, "Ada, B")


def test_headers_may_differ_in_case_blanks_and_form():
    result = read("  NAME ,mail,day,credits,work\nAda,,,,\n")

    assert result.rows[0].values == {"recipient_name": "Ada"}
    assert read(HEADER + "Ada,x,,,\n").errors[0].column == "Mail"
    assert read("Name,MAIL ,Day,Credits,Work\nAda,x,,,\n").errors[0].column == "MAIL "  # as in the file


def test_columns_that_are_not_mapped_are_named():
    result = read("Name,Mail,Day,Credits,Work,Phone\nAda,,,,,0123\n")

    assert result.unmapped == ("Phone",)
    assert "Phone" in result.notes[-1]


def test_a_line_number_is_the_physical_one():
    result = read(HEADER + '\n"A\nda",,,,\n\n,x,,,\n')

    assert [row.line for row in result.rows] == [3]
    assert result.rows[0].values["recipient_name"] == "A\nda"
    assert codes(result) == [(6, "Name", "missing-value"), (6, "Mail", "bad-email")]
    assert result.blank_lines == 2


def test_every_line_may_end_with_a_delimiter_more_than_the_header():
    result = read(HEADER + "Ada,,,,,\nBob,,,,,\n")

    assert len(result.rows) == 2
    assert codes(read(HEADER + "Ada,,,,\nBob,,,,,\n")) == [(3, None, "too-many-cells")]


names = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn"), blacklist_characters="\ufffd"), min_size=1, max_size=40
)


@given(st.lists(names.filter(str.strip), min_size=1, max_size=8), st.sampled_from(",;\t|"))
@settings(max_examples=200, deadline=None)
def test_what_a_csv_writer_writes_is_read_byte_for_byte(texts, delimiter):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["Name", "Mail", "Day", "Credits", "Work"])
    writer.writerows([text, "", "", "", ""] for text in texts)

    assert [row.values["recipient_name"] for row in read(out.getvalue()).rows] == texts


# --- cells -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1.2.2026", "2026-02-01"),
        ("01.02.2026", "2026-02-01"),
        ("29.02.2028", "2028-02-29"),
        (" 01.02.2026 ", "2026-02-01"),
    ],
)
def test_dates_become_iso_dates(cell, value):
    assert read(HEADER + f"Ada,,{cell},,\n").rows[0].values["awarded_on"] == value


@pytest.mark.parametrize(
    "cell",
    [
        "31.02.2026",
        "29.02.2026",
        "00.01.2026",
        "01.13.2026",
        "01/02/2026",
        "2026-02-01",
        "1.2.26",
        "1.2.1066",
        "٠١.٠٢.٢٠٢٦",
        "1.2.2026 10:00",
    ],
)
def test_a_date_is_never_guessed(cell):
    assert codes(read(HEADER + f"Ada,,{cell},,\n")) == [(2, "Day", "bad-date")]


@pytest.mark.parametrize("cell", ["7", "7.5", "-3", "+2", "007"])
def test_numbers(cell):
    assert read(HEADER + f"Ada,,,{cell},\n").rows[0].values["credits_earned"] == cell


@pytest.mark.parametrize("cell", ["seven", "1e3", "0x10", "NaN", "½", "٣", "1 000", "7.", ".5"])
def test_no_numbers(cell):
    assert codes(read(HEADER + f"Ada,,,{cell},\n")) == [(2, "Credits", "bad-number")]


@pytest.mark.parametrize(
    "cell", ["ftp://example.org/", "example.org", "https://", "https://exa mple.org", "javascript:alert(1)"]
)
def test_no_urls(cell):
    assert codes(read(HEADER + f"Ada,,,,{cell}\n")) == [(2, "Work", "bad-url")]


@pytest.mark.parametrize(
    "cell",
    [
        "o'brien+x@mail.example.org",
        "A@B.CD",
        "用户@例子.公司",
        "x@xn--bcher-kva.example",
        "first.last@sub.example.museum",
        "x@lab.test",
    ],
)
def test_addresses(cell):
    assert read(HEADER + f"Ada,{cell},,,\n").rows[0].values["recipient_email"] == cell


@pytest.mark.parametrize(
    "cell",
    ["a@b", "@example.org", "a@", "a b@example.org", ".a@example.org", "a..b@example.org", "a@-example.org", "a@example..org",
     "Ada <ada@example.org>", "mailto:a@example.org", "a@example.org;b@example.org", "x" * 65 + "@example.org", "a@[127.0.0.1]"],
)  # fmt: skip
def test_no_addresses(cell):
    assert codes(read(HEADER + f'Ada,"{cell}",,,\n')) == [(2, "Mail", "bad-email")]


@pytest.mark.parametrize("char", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ufffd", "\ufffe", "\uffff", "\U0001ffff"])
def test_a_character_that_no_document_can_show_is_an_error(char):
    assert codes(read(HEADER + f"A{char}da,,,,\n")) == [(2, "Name", "bad-character")]


@pytest.mark.parametrize("text", ["=1+1", "='x'", '="0012"'])
def test_a_text_that_looks_like_a_formula_is_kept_with_a_warning(text):
    quoted = '"' + text.replace('"', '""') + '"'
    result = read(HEADER + f"{quoted},,,,\n")

    assert result.rows[0].values["recipient_name"] == text
    assert [warning.code for warning in result.warnings] == ["formula-like"]


def test_space_around_a_text_is_kept_and_around_an_address_left_off():
    result = read(HEADER + " Ada\u00a0, ada@example.org ,,,\n")

    assert result.rows[0].values == {"recipient_name": " Ada\u00a0", "recipient_email": "ada@example.org"}
    assert [(warning.column, warning.code) for warning in result.warnings] == [
        ("Name", "surrounding-space"),
        ("Mail", "surrounding-space"),
    ]


def test_a_text_is_never_cut():
    result = read(HEADER + "x" * 1_000 + ",,,,\n" + "x" * 1_001 + ",,,,\n")

    assert len(result.rows[0].values["recipient_name"]) == 1_000
    assert codes(result) == [(3, "Name", "text-too-long")]
    assert "1,000" in result.errors[0].message


def test_two_people_may_share_a_name_but_not_an_address():
    result = read(HEADER + "Ada,a@example.org,,,\nAda,b@example.org,,,\nEve,A@EXAMPLE.ORG,,,\n")

    assert codes(result) == [(4, "Mail", "duplicate-row")]
    assert "line 2" in result.errors[0].message


def test_a_duplicate_of_a_bad_line_is_still_a_duplicate():
    assert codes(read(HEADER + ",a@example.org,,,\nAda,a@example.org,,,\n")) == [
        (2, "Name", "missing-value"),
        (3, "Mail", "duplicate-row"),
    ]


def test_a_row_that_ends_before_its_award_is_an_error():
    template = replace(TEMPLATE, validity=type(TEMPLATE.validity)(last_day=date(2026, 1, 31)))

    assert codes(read(HEADER + "Ada,,01.02.2026,,\nBob,,31.01.2026,,\n", template)) == [(2, "Day", "ends-before-award")]


# --- quotes ------------------------------------------------------------------------------------------


def test_misplaced_quotes_cost_their_line_and_no_other():
    result = read(HEADER + '"Ada" B,,,,\nBob,,,,\n5" pipe,,,,\n"x"y,,,,\nEve,,,,\n')

    assert codes(result) == [(2, None, "bad-quotes"), (5, None, "bad-quotes")]
    assert [row.values["recipient_name"] for row in result.rows] == ["Bob", '5" pipe', "Eve"]


def test_lines_swallowed_by_an_open_quote_are_named():
    result = read(HEADER + '"Ada,,,,\nBob,,,,\nC"ecil,,,,\nEve,,,,\n')

    assert codes(result) == [(2, None, "bad-quotes")]
    assert "lines 2 to 4" in result.errors[0].message
    assert [row.line for row in result.rows] == [5]


@pytest.mark.parametrize("tail", ["", "Bob,,,,\n" * 5, "x" * 140_000])
def test_a_quote_that_never_ends_refuses_the_file_and_names_its_line(tail):
    with pytest.raises(UnclosedQuote, match="on line 3 opens") as caught:
        read(HEADER + 'Ada,,,,\n"Bob,,,,\n' + tail)

    assert caught.value.line == 3


# --- the whole file ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "error", "reason"),
    [
        (b"", EmptyFile, "no bytes"),
        (b"\n\r\n  \n", EmptyFile, "blank lines"),
        (b"\xef\xbb\xbf", EmptyFile, "is empty"),
        (b",,,\n,,,\n", EmptyFile, "nothing but blank lines"),
        (HEADER.encode(), NoRows, "nobody below it"),
        (HEADER.encode() + b"\n,,,,\n", NoRows, "nobody below it"),
        (b"%PDF-1.7 ...", NotASpreadsheet, "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 ...", NotASpreadsheet, "old Excel"),
        (b"<html><table>", NotASpreadsheet, "web page"),
        (b'"Name"x,Mail\n', NotASpreadsheet, "header on line 1"),
        (b"\xef\xbb\xbfName\xff\n", UnknownEncoding, "about line 1"),
        (b"Name,Mail\nA\x81,\n", UnknownEncoding, "about line 2"),
        (b"Name,Mail,Day,Credits,Work,name\nAda,,,,,\n", AmbiguousColumn, "'Name' 2 times .columns 1, 6"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(data, error, reason):
    with pytest.raises(error, match=reason) as caught:
        read(data)
    assert "list.csv" in str(caught.value)


def test_missing_columns_are_named_all_at_once_beside_those_found():
    with pytest.raises(MissingColumn) as caught:
        read("Name,E-Mail,Credits,Work\nAda,,,\n")

    assert caught.value.missing == ("Mail", "Day")
    assert caught.value.found == ("Name", "E-Mail", "Credits", "Work")
    assert "'E-Mail'" in str(caught.value)


def test_an_encoding_that_does_not_exist_is_refused():
    with pytest.raises(UnknownEncoding, match="klingon"):
        read(HEADER, encoding="klingon")


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(max_bytes=20), "limit is 0 MiB"),
        (Limits(max_rows=1), "more than 1 rows"),
        (Limits(max_columns=4), "has 5 columns"),
    ],
)
def test_limits_are_kept(limits, reason):
    with pytest.raises(FileTooLarge, match=reason):
        read(HEADER + "Ada,,,,\nBob,,,,\n", limits=limits)


@given(
    st.lists(st.sampled_from([*'",;\n\r\t|=@ ', "sep=", "Name", "\x00", "ë", "a", "1.2.2026", "\ufeff"]), max_size=60),
    st.booleans(),
)
@settings(max_examples=400, deadline=None)
def test_no_text_gets_anything_but_rows_errors_or_a_refusal(pieces, has_header):
    data = (HEADER * has_header + "".join(pieces)).encode()
    try:
        result = read(data)
    except UnreadableFile:
        pass
    else:
        assert len(result.rows) + len({error.line for error in result.errors}) == result.row_count


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_bytes_get_anything_but_rows_errors_or_a_refusal(data):
    with contextlib.suppress(UnreadableFile):
        read(data)


def test_a_row_survives_its_json_form():
    row = read(HEADER + "Ada,,,,\n").rows[0]

    assert Row.from_json(row.to_json()) == row


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_titles_above_the_header_are_skipped_and_the_report_says_so(delimiter):
    lines = ["University of Acme, Registrar", "", "Summer 2026", HEADER.strip(), "Ada,,,,"]
    text = "\n".join(lines[:3] + [line.replace(",", delimiter) for line in lines[3:]])

    result = read(text)

    assert [(row.row_no, row.line) for row in result.rows] == [(1, 5)]
    assert "header was found on line 4" in result.notes[0]
