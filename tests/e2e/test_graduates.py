"""1,000 graduates as a university exports them become credentials, each value as it stood in the file."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from tests.e2e.running import DATA, RunningNode

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.timeout(300)]

EXPECTED = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
TEMPLATE = DATA / "template-bachelor.json"
TENANTS = {
    "graduates.csv": "acme",
    "graduates-semicolon-latin1.csv": "latin",
    "graduates.xlsx": "sheet",
}
ENCODINGS = {"graduates.csv": ("utf-8-sig", ","), "graduates-semicolon-latin1.csv": ("windows-1252", ";")}
TABLES = ("awards", "credentials", "status_entries", "leaves", "batches", "trees")


@pytest.fixture(scope="module")
def issued(node: RunningNode) -> dict[str, dict[str, Any]]:
    """File → its batch, issued without the bad rows; the workbook through the API, the others by command."""
    batches = {}
    node.must("tenant", "create", "acme", "Acme University")
    node.must("template", "put", "bachelor", TEMPLATE, "--tenant", "acme")
    for name, tenant in TENANTS.items():
        if tenant != "acme":
            node.make_tenant(tenant, f"{tenant.title()} University", TEMPLATE)
        refused = node.dcp("issue", DATA / name, "--tenant", tenant, "--template", "bachelor", "--json")
        batches[name] = {"refused": refused, "before": counts(node, tenant)}
        if name.endswith(".xlsx"):
            answer = post_file(node, name, tenant, skip_bad_rows="true")
            assert answer.status_code == 202, answer.text
            batch = node.wait_for_batch(tenant, answer.json()["id"])
        else:
            batch = node.must("issue", DATA / name, "--tenant", tenant, "--template", "bachelor", "--skip-bad-rows")
        batches[name] |= {"batch": batch, "tenant": tenant}
    return batches


@pytest.mark.parametrize("name", TENANTS)
def test_a_file_with_faults_issues_nothing_and_names_them_all(issued: dict[str, dict[str, Any]], name: str) -> None:
    refused = issued[name]["refused"]

    assert refused.code == 1
    assert refused.json["error"] == "rows-refused"
    assert places(refused.json["errors"]) == EXPECTED[name]["errors"]
    assert issued[name]["before"] == dict.fromkeys(TABLES, 0)
    assert "Traceback" not in refused.out + refused.err


@pytest.mark.parametrize("name", TENANTS)
def test_faults_over_http_are_the_same(node: RunningNode, issued: dict[str, dict[str, Any]], name: str) -> None:
    tenant = issued[name]["tenant"]
    before = counts(node, tenant)

    answer = post_file(node, name, tenant)

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["code"] == "rows-refused"
    assert places(answer.json()["errors"]) == EXPECTED[name]["errors"]
    assert counts(node, tenant) == before


@pytest.mark.parametrize("name", TENANTS)
def test_every_good_row_has_one_of_each(node: RunningNode, issued: dict[str, dict[str, Any]], name: str) -> None:
    batch, tenant, good = issued[name]["batch"], issued[name]["tenant"], EXPECTED[name]["good"]

    assert (batch["state"], batch["rows"], batch["recorded"]) == ("done", good, good)
    assert places(batch["errors"]) == EXPECTED[name]["errors"]
    assert counts(node, tenant) == {
        "awards": good, "credentials": good, "status_entries": good, "leaves": good, "batches": 1, "trees": 1,
    }  # fmt: skip
    rows = node.rows(
        "SELECT r.row_no, count(DISTINCT a.id) AS awards, count(DISTINCT c.id) AS credentials,"
        " count(DISTINCT (s.list_id, s.index)) AS entries, count(DISTINCT (l.tree_id, l.index)) AS leaves"
        " FROM batch_rows r LEFT JOIN awards a ON a.batch_row_id = r.id LEFT JOIN credentials c ON c.award_id = a.id"
        " LEFT JOIN status_entries s ON s.credential_id = c.id LEFT JOIN leaves l ON l.credential_id = c.id"
        " GROUP BY r.row_no",
        tenant=tenant,
    )
    assert len(rows) == good
    assert {(row["awards"], row["credentials"], row["entries"], row["leaves"]) for row in rows} == {(1, 1, 1, 1)}
    tree = node.rows("SELECT size FROM trees", tenant=tenant)
    assert tree == [{"size": good}]


@pytest.mark.parametrize("name", TENANTS)
def test_every_good_value_is_in_its_credential(node: RunningNode, issued: dict[str, dict[str, Any]], name: str) -> None:
    tenant, batch = issued[name]["tenant"], issued[name]["batch"]
    bad = {fault["line"] for fault in EXPECTED[name]["errors"]}
    wanted = {row["Student No."]: row for line, row in records(name) if line not in bad}

    listed = node.credentials_of(tenant, batch["id"])
    stored = node.rows("SELECT public_id, data FROM credentials", tenant=tenant)

    assert {each["id"] for each in listed} == {each["public_id"] for each in stored}
    documents = [json.loads(each["data"]) for each in stored]
    assert {document["id"] for document in documents} == {each["page"] for each in listed}
    assert len({document["credentialStatus"]["statusListIndex"] for document in documents}) == len(documents)
    assert sorted(identity(document, "identifier") for document in documents) == sorted(wanted)
    for document in documents:
        row = wanted[identity(document, "identifier")]
        assert said(document) == told(row), row
        assert document["issuer"]["id"].endswith(f":t:{tenant}")


def test_a_stranger_gets_the_stored_bytes(node: RunningNode, issued: dict[str, dict[str, Any]]) -> None:
    stored = node.rows("SELECT public_id, data FROM credentials ORDER BY public_id", tenant="acme")

    for each in stored[::50]:
        answer = node.http("GET", f"/c/{each['public_id']}", key=None, headers={"Accept": "application/vc"})
        assert answer.content == bytes(each["data"])
        page = node.http("GET", f"/c/{each['public_id']}", key=None, headers={"Accept": "text/html"})
        assert page.status_code == 200


def test_another_tenant_sees_nothing(node: RunningNode, issued: dict[str, dict[str, Any]]) -> None:
    batch = issued["graduates.csv"]["batch"]["id"]

    assert node.http("GET", f"/v1/tenants/latin/batches/{batch}/credentials").status_code == 404
    assert node.rows("SELECT id FROM batches WHERE id = %s", [batch], tenant="latin") == []


def test_a_credential_of_the_list_verifies(node: RunningNode, issued: dict[str, dict[str, Any]]) -> None:
    page = node.credentials_of("acme", issued["graduates.csv"]["batch"]["id"])[0]["page"]
    node.wait_for_anchor(page)

    report = node.must("verify", page)

    assert report["verdict"] == "verified"
    assert {check["name"]: check["outcome"] for check in report["checks"]}["anchor"] == "passed"


def post_file(node: RunningNode, name: str, tenant: str, **fields: str) -> Any:
    with (DATA / name).open("rb") as file:
        return node.http(
            "POST",
            "/v1/batches",
            data={"tenant": tenant, "template": "bachelor", **fields},
            files={"file": (name, file)},
        )


def counts(node: RunningNode, tenant: str) -> dict[str, int]:
    columns = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in TABLES)
    return node.rows(f"SELECT {columns}", tenant=tenant)[0]


def places(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: error[name] for name in ("line", "column", "code")} for error in errors]


def records(name: str) -> list[tuple[int, dict[str, Any]]]:
    """Line and cells of each record, read by nobody's code but Python's own and openpyxl's."""
    if name.endswith(".xlsx"):
        sheet = openpyxl.load_workbook(DATA / name).worksheets[0]
        lines = [(number, [text_of(cell) for cell in row]) for number, row in enumerate(sheet.values, 1)]
    else:
        encoding, delimiter = ENCODINGS[name]
        reader = csv.reader(io.StringIO((DATA / name).read_bytes().decode(encoding), newline=""), delimiter=delimiter)
        lines, start = [], 1
        for cells in reader:
            lines.append((start, cells))
            start = reader.line_num + 1
    header = lines[0][1]
    return [(line, dict(zip(header, cells, strict=False))) for line, cells in lines[1:] if any(map(str.strip, cells))]


def text_of(cell: Any) -> str:
    if isinstance(cell, datetime | date):
        return cell.strftime("%d/%m/%Y")
    return "" if cell is None else str(cell)


def told(row: dict[str, Any]) -> dict[str, Any]:
    """What the credential of a row has to say."""
    day, month, year = row["Date of Award"].strip().split("/")
    awarded = f"{year}-{month:0>2}-{day:0>2}T00:00:00Z"
    return {
        "name": row["Full Name"],
        "email": row["E-Mail"].strip(),
        "programme": row["Programme"],
        "grade": row["Final Grade"] or None,
        "remarks": row["Remarks"] or None,
        "awarded": awarded,
        "from": awarded,
    }


def said(document: dict[str, Any]) -> dict[str, Any]:
    subject = document["credentialSubject"]
    [hashed] = [each for each in subject["identifier"] if each["identityType"] == "emailAddress"]
    row = {
        "name": identity(document, "name"),
        "programme": subject["programme"],
        "grade": subject["result"][0]["value"] if "result" in subject else None,
        "remarks": subject.get("narrative"),
        "awarded": document["awardedDate"],
        "from": document["validFrom"],
    }
    return row | {"email": _Hashed(hashed["identityHash"], hashed["salt"])}


class _Hashed:
    """Equal to the address that was hashed."""

    def __init__(self, digest: str, salt: str) -> None:
        self._digest, self._salt = digest, salt

    def __eq__(self, other: object) -> bool:
        return f"sha256${hashlib.sha256(f'{other}{self._salt}'.encode()).hexdigest()}" == self._digest

    def __hash__(self) -> int:
        return hash(self._digest)

    def __repr__(self) -> str:
        return self._digest


def identity(document: dict[str, Any], kind: str) -> str:
    [found] = [each for each in document["credentialSubject"]["identifier"] if each["identityType"] == kind]
    return str(found["identityHash"])
