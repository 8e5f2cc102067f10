"""Proposals for a mapping: headers in many languages, what the cells say against them, titles above the header."""

import io

import openpyxl
import pytest

from agent.issuance.guess import ColumnGuess, field_of_header, guess_columns

HEADERS = {
    "recipient_name": ["Name", "FULL_NAME", "Student's full name", "Recipient Name", "Nombre completo", "姓名", "الاسم الكامل", "पूरा नाम", "ФИО"],
    "given_name": ["First name", "Prénom", "Vorname", "Given Name(s)"],
    "family_name": ["Surname", "LAST NAME", "Nachname", "Apellidos", "Cognome"],
    "recipient_email": ["E-Mail", "email", "Email Address", "Work e-mail", "Courriel", "Correo electrónico", "メールアドレス", "电子邮箱"],
    "student_id": ["Student ID", "Matrikelnummer", "Employee ID", "Roll No.", "学号", "ID"],
    "awarded_on": ["Issued On", "Completion Date", "Date d'obtention", "Abschlussdatum", "تاريخ الإصدار", "Completed At (UTC)"],
    "valid_until": ["Expiry Date", "EXPIRES_ON", "Valable jusqu'au", "Gültig bis", "Действителен до"],
    "result": ["Grade", "Final Mark", "Note", "Mention", "成绩", "अंक"],
    "credits_earned": ["ECTS", "Credits Earned", "Credit hours"],
    "course": ["Course", "Studiengang", "Which workshop did you attend?", "Certification Name", "Item Title", "课程名称"],
    None: ["", "#", "Order Date", "Last downloaded from this course", "Phone", "Credential Link", "Join Time", "Company", "Timestamp", "Tags", "???"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("header", "field"), [(header, field) for field, headers in HEADERS.items() for header in headers]
)
def test_headers(header, field):
    assert field_of_header(header)[0] == field


def guess(text):
    return guess_columns(text.encode(), "list.csv")


def test_a_list_as_people_keep_it():
    result = guess(
        "Nr;Nachname;Vorname;Mail;Ausgestellt am\n1;Müller;Zoë;z@example.org;25.03.2026\n2;Smith;Ada;a@example.org;01.02.2026\n"
    )

    assert result.columns == (
        ColumnGuess("Nr", None, None),
        ColumnGuess("Nachname", "family_name", None),
        ColumnGuess("Vorname", "given_name", None),
        ColumnGuess("Mail", "recipient_email", None),
        ColumnGuess("Ausgestellt am", "awarded_on", "DD.MM.YYYY"),
    )
    assert (result.header_line, result.date_order) == (1, "dmy")


def test_addresses_are_found_under_any_header():
    assert guess("Name,Kontakt\nAda,a@example.org\nEve,e@example.org\n").field_of("Kontakt") == "recipient_email"


@pytest.mark.parametrize(
    ("header", "cell"),
    [("Name", "12345"), ("Email", "none"), ("Issued on", "yes"), ("Grade", "2026-01-01"), ("Course", "17")],
)
def test_the_cells_have_a_veto(header, cell):
    assert guess(f"{header},Phone\n{cell},0\n{cell},0\n").field_of(header) is None


def test_a_field_goes_to_the_column_that_names_it_best():
    result = guess("Registered name,Name\nA,Ada\n")

    assert (result.field_of("Registered name"), result.field_of("Name")) == (None, "recipient_name")


@pytest.mark.parametrize(
    ("cells", "order", "date_format"),
    [
        (["01/02/2026", "25/02/2026"], "dmy", "DD/MM/YYYY"),
        (["01/02/2026", "02/25/2026"], "mdy", "MM/DD/YYYY"),
        (["2026-02-01", "2026-02-02"], "ymd", "YYYY-MM-DD"),
        (["01/02/2026", "03/04/2026"], None, None),
        (["25/02/2026", "02/25/2026"], None, None),
    ],
)
def test_the_order_of_dates_is_told_only_if_the_dates_tell_it(cells, order, date_format):
    result = guess("Name,Issue Date\n" + "".join(f"Ada,{cell}\n" for cell in cells))

    assert result.date_order == order
    assert result.columns[1] == ColumnGuess("Issue Date", "awarded_on", date_format)


def test_titles_may_stand_above_the_header():
    book = openpyxl.Workbook()
    for row in (
        ["University of Acme"],
        ["Graduates", None, "2026"],
        [],
        ["No.", "Name", "E-Mail", "Kurs"],
        [1, "Ada", "a@example.org", "X"],
    ):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)

    result = guess_columns(out.getvalue(), "list.xlsx")

    assert result.header_line == 4
    assert [column.field for column in result.columns] == [None, "recipient_name", "recipient_email", "course"]
