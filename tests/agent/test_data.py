"""The whole list of errors and warnings of the graduates files equals the one written by hand."""

import io
import json
import zipfile

import pytest

from agent.issuance.rows import read_rows
from tests.agent.conftest import DATA
from tests.data import make_graduates as generator

EXPECTED = json.loads((DATA / "expected.json").read_bytes())


@pytest.fixture(scope="module")
def made():
    return generator.files()


def _found(findings):
    return [{"line": one.line, "column": one.column, "code": one.code} for one in findings]


@pytest.mark.parametrize("name", EXPECTED)
def test_everything_wrong_is_found_and_nothing_else(name, template):
    read = read_rows((DATA / name).read_bytes(), name, template)

    assert _found(read.errors) == EXPECTED[name]["errors"]
    assert _found(read.warnings) == EXPECTED[name]["warnings"]


@pytest.mark.parametrize("name", EXPECTED)
def test_each_record_is_a_good_row_or_named_in_an_error(name, template):
    read = read_rows((DATA / name).read_bytes(), name, template)

    bad_lines = {error.line for error in read.errors}
    assert read.row_count == EXPECTED[name]["rows"]
    assert len(read.rows) == EXPECTED[name]["good"]
    assert len(read.rows) + len(bad_lines) == read.row_count
    assert not bad_lines & {row.line for row in read.rows}


@pytest.mark.parametrize("name", ["graduates.csv", "graduates-semicolon-latin1.csv"])
def test_the_text_files_are_what_the_generator_makes(name, made):
    assert (DATA / name).read_bytes() == made[name]


def test_the_workbook_is_what_the_generator_makes(made):
    def contents(data):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    assert contents((DATA / "graduates.xlsx").read_bytes()) == contents(made["graduates.xlsx"])


def _wanted(n):
    """What record `n` says, field by field, straight from the generator's tables."""
    record = generator.record(n)
    day, month, year = record.date.split("/")
    wanted = {
        "student_id": record.student_no,
        "recipient_name": record.name,
        "recipient_email": record.email,
        "awarded_on": f"{year}-{month}-{day}",
        "result": record.grade,
        "narrative": record.remarks,
        "/credentialSubject/programme": record.programme,
    }
    return {key: text for key, text in wanted.items() if text}


def test_every_good_value_of_the_csv_file_is_kept_byte_for_byte(template):
    read = read_rows((DATA / "graduates.csv").read_bytes(), "graduates.csv", template)

    for row in read.rows:
        assert dict(row.values) == _wanted(row.row_no)


def test_every_good_value_of_the_workbook_is_kept_byte_for_byte(template):
    read = read_rows((DATA / "graduates.xlsx").read_bytes(), "graduates.xlsx", template)

    for row in read.rows:
        wanted = {key: text.replace("\r\n", "\n").replace("\x07", "") for key, text in _wanted(row.row_no).items()}
        if row.row_no == generator.STRAY_QUOTES:
            wanted["recipient_name"] = '"Anna" Schmidt'
        assert dict(row.values) == wanted


def test_every_good_value_of_the_latin_file_is_kept(template):
    read = read_rows((DATA / "graduates-semicolon-latin1.csv").read_bytes(), "list.csv", template)
    by_number = {generator.record(n).student_no: n for n in range(1000, 0, -1)}

    for row in read.rows:
        assert dict(row.values) == _wanted(by_number[row.values["student_id"]])


def test_the_latin_file_says_how_it_was_read(template):
    read = read_rows((DATA / "graduates-semicolon-latin1.csv").read_bytes(), "list.csv", template)

    assert (read.encoding, read.delimiter) == ("windows-1252", "semicolon")
    assert any("Windows-1252" in note for note in read.notes)
