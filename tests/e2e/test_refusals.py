"""Bad input gets a sentence that names the thing and the fix; nothing is issued, and nobody sees a stack trace."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from did.keys import KeyType
from tests.e2e.running import DATA, Done, RunningNode, free_port
from tests.peers.keys import Key, make_key
from tests.peers.samples import tampered_copies, unsecured_badge
from vc.proofs.data_integrity import add_proof

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.timeout(300)]

TEMPLATE = json.loads((DATA / "template-bachelor.json").read_text(encoding="utf-8"))
HEADER = "Student No.,Full Name,E-Mail,Programme,Date of Award,Final Grade,Remarks"
LINE = "1,Zoë O'Brien,one@students.example.edu,BSc Physics,{day},1.7,"
HUGE = 200_000_000
TRACES = ("Traceback", 'File "', "sqlalchemy", "psycopg")


@pytest.fixture(scope="module", autouse=True)
def acme(node: RunningNode) -> None:
    node.make_tenant("acme", "Acme University", TEMPLATE)


def file_of(content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / "list.csv"
        path.write_bytes(content)
        return path

    return write


def huge_file(folder: Path) -> Path:
    path = folder / "huge.csv"
    with path.open("wb") as file:
        file.truncate(HUGE)
    return path


GOOD = file_of(f"{HEADER}\r\n{LINE.format(day='02/06/2026')}\r\n".encode())
# What is given, tenant, template, and: code, status over HTTP, words that name the thing, words that name the fix.
FILES = {
    "unknown tenant": (GOOD, "nowhere", "bachelor", "tenant-not-found", 404, "'nowhere'", "acme"),
    "unknown template": (GOOD, "acme", "master", "template-not-found", 404, "'master'", "bachelor"),
    "empty": (file_of(b""), "acme", "bachelor", "invalid-file", 422, "list.csv has no bytes", "Export the list again"),
    "header only": (file_of(f"{HEADER}\r\n".encode()), "acme", "bachelor", "invalid-file", 422, "list.csv", ""),
    "a picture": (file_of(b"\x89PNG\r\n\x1a\n" + bytes(range(256))), "acme", "bachelor", "invalid-file", 422, "list.csv", ""),
    "a torn workbook": (
        file_of((DATA / "graduates.xlsx").read_bytes()[:2000]), "acme", "bachelor", "invalid-file", 422, "list.csv", "",
    ),
    "200 MB": (huge_file, "acme", "bachelor", "file-too-large", 413, "20 MB", "plit"),
    "a column missing": (
        file_of((HEADER.replace("E-Mail", "Mail") + "\r\n" + LINE.format(day="02/06/2026") + "\r\n").encode()),
        "acme", "bachelor", "invalid-file", 422, "'E-Mail'", "Rename the column",
    ),
    "no good row": (
        file_of(f"{HEADER}\r\n{LINE.format(day='31/02/2026')}\r\n".encode()),
        "acme", "bachelor", "rows-refused", 422, "list.csv", "mend",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FILES)
def test_a_bad_file_is_refused_by_the_command_line(node: RunningNode, tmp_path: Path, what: str) -> None:
    write, tenant, template, code, _status, thing, fix = FILES[what]

    done = node.dcp("issue", write(tmp_path), "--tenant", tenant, "--template", template, "--skip-bad-rows", "--json")

    assert (done.code, done.json["error"]) == (1, code)
    assert thing in done.json["detail"], done
    assert fix in done.json["detail"], done
    nothing_happened(node, done)


def test_people_are_told_in_words(node: RunningNode, tmp_path: Path) -> None:
    path = FILES["no good row"][0](tmp_path)

    done = node.dcp("issue", path, "--tenant", "acme", "--template", "bachelor")

    assert (done.code, done.out) == (1, "")
    assert "list.csv: 1 fault, 0 good rows; nothing was issued: mend them" in done.err
    assert "line 2, column 'Date of Award'" in done.err
    nothing_happened(node, done)


@pytest.mark.parametrize("what", FILES)
def test_a_bad_file_is_refused_over_http(node: RunningNode, tmp_path: Path, what: str) -> None:
    write, tenant, template, code, status, thing, fix = FILES[what]
    path = write(tmp_path)

    answer = announce_only(node, HUGE) if what == "200 MB" else post(node, path, tenant, template)

    assert (answer["status"], answer["type"]) == (status, "application/problem+json"), answer
    assert (answer["body"]["code"], answer["body"]["status"]) == (code, status)
    assert thing in answer["body"]["detail"], answer
    assert fix in answer["body"]["detail"], answer
    nothing_happened(node, answer)


def test_a_body_that_announces_no_length_is_cut_off(node: RunningNode) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\n\r\n'
    megabyte = b"f4240\r\n" + bytes(1_000_000) + b"\r\n"
    connection = open_upload(node, ("Transfer-Encoding", "chunked"))
    try:
        connection.send(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        for _ in range(21):
            connection.send(megabyte)
        answer = answer_of(connection)
    finally:
        connection.close()

    assert (answer["status"], answer["type"]) == (413, "application/problem+json"), answer
    nothing_happened(node, answer)


def test_a_file_that_is_not_there_is_named(node: RunningNode, tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.csv"

    done = node.dcp("issue", missing, "--tenant", "acme", "--template", "bachelor")

    assert done.code == 1
    assert str(missing) in done.err
    nothing_happened(node, done)


@pytest.mark.parametrize("key", [None, "dcp_wrong", "nonsense"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/batches"),
        ("POST", "/v1/tenants"),
        ("GET", "/v1/tenants"),
        ("PUT", "/v1/tenants/acme/templates/bachelor"),
        ("POST", "/v1/credentials/anything/revoke"),
    ],
)
def test_nobody_writes_without_a_key(node: RunningNode, key: str | None, method: str, path: str) -> None:
    answer = node.http(method, path, key=key)

    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    nothing_happened(node, answer.text)


def test_a_torn_form_is_a_problem(node: RunningNode) -> None:
    answer = node.http("POST", "/v1/batches", data=b"torn", headers={"Content-Type": "multipart/form-data; boundary=b"})

    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["code"] == "bad-request"
    nothing_happened(node, answer.text)


def test_a_form_without_a_file_is_a_problem(node: RunningNode) -> None:
    answer = node.http("POST", "/v1/batches", data={"tenant": "acme", "template": "bachelor"})

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert "/body/file" in answer.json()["detail"]
    nothing_happened(node, answer.text)


def test_a_command_without_a_node_says_so(node: RunningNode, tmp_path: Path) -> None:
    lonely = RunningNode(tmp_path / "empty")

    done = lonely.dcp("issue", GOOD(tmp_path), "--tenant", "acme", "--template", "bachelor")

    assert done.code == 1
    assert "dcp up" in done.err
    no_trace(done)


# -- credentials ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def credential(node: RunningNode) -> dict[str, Any]:
    """A good one, of the demo tenant."""
    return node.credential(node.ready["demo"]["credential"])


def test_the_good_one_is_verified(node: RunningNode, credential: dict[str, Any], tmp_path: Path) -> None:
    code, checks = verify(node, tmp_path, credential)

    assert code == 0
    assert set(checks.values()) == {"passed"}


def test_every_tampered_copy_is_refused(node: RunningNode, credential: dict[str, Any], tmp_path: Path) -> None:
    key = make_key(KeyType.ED25519)
    for what, changed in tampered_copies(credential, other_key=key.verification_method):
        answer = node.http("POST", "/v1/verify", key=None, json=changed, headers={"Content-Type": "application/vc"})
        assert answer.json()["verdict"] == "not_verified", what
        no_trace(answer.text)
    changed = {**credential, "name": "Doctor of Philosophy"}

    code, checks = verify(node, tmp_path, changed)

    assert (code, checks["proof"]) == (1, "failed")


def test_a_wrong_issuer_is_named(node: RunningNode, credential: dict[str, Any], tmp_path: Path) -> None:
    attacker = make_key(KeyType.ED25519)
    forged = sign({name: value for name, value in credential.items() if name != "proof"}, attacker)

    code, checks = verify(node, tmp_path, forged)

    assert code == 1
    assert "failed" in (checks["issuer"], checks["proof"])
    assert checks["issuer"] != "passed"


@pytest.mark.parametrize(
    ("validity", "day", "words"),
    [
        ({"kind": "until", "date": "2026-07-01"}, "02/06/2026", "expired"),
        ({"kind": "none"}, "02/06/2199", "not valid before"),
    ],
)
def test_a_wrong_time_is_named(
    node: RunningNode, tmp_path: Path, validity: dict[str, str], day: str, words: str
) -> None:
    tenant = words.replace(" ", "-")
    node.make_tenant(tenant, "University of Other Times", {**TEMPLATE, "validity": validity})
    path = file_of(f"{HEADER}\r\n{LINE.format(day=day)}\r\n".encode())(tmp_path)
    batch = node.must("issue", path, "--tenant", tenant, "--template", "bachelor")
    [listed] = node.credentials_of(tenant, batch["id"])

    code, checks = verify(node, tmp_path, node.credential(listed["page"]))
    told = node.dcp("verify", listed["page"])

    assert (code, checks["validity"], checks["proof"]) == (1, "failed", "passed")
    assert words in told.out
    page = node.http("GET", listed["page"], key=None, headers={"Accept": "text/html"}).text
    assert words in page


def test_a_revoked_one_is_named(node: RunningNode, tmp_path: Path) -> None:
    node.make_tenant("other", "Other University", TEMPLATE)
    batch = node.must("issue", GOOD(tmp_path), "--tenant", "other", "--template", "bachelor")
    [listed] = node.credentials_of("other", batch["id"])
    answer = node.http("POST", f"/v1/credentials/{listed['id']}/revoke", json={"reason": "by mistake"})
    assert answer.status_code == 200

    code, checks = verify(node, tmp_path, node.credential(listed["page"]))

    assert (code, checks["status"], checks["proof"]) == (1, "failed", "passed")


def test_an_unreachable_issuer_could_not_be_told(node: RunningNode, tmp_path: Path) -> None:
    issuer = make_key(KeyType.ED25519, controller=f"did:web:localhost%3A{free_port()}:t:gone", fragment="key-1")
    credential = sign(unsecured_badge(3, issuer.controller), issuer)

    code, checks = verify(node, tmp_path, credential)

    assert code == 3
    assert "undecided" in (checks["issuer"], checks["proof"])
    assert "failed" not in checks.values()


def test_an_unknown_issuer_of_a_running_host_is_not_verified(node: RunningNode, tmp_path: Path) -> None:
    issuer = make_key(KeyType.ED25519, controller=f"did:web:localhost%3A{node.port}:t:nobody", fragment="key-1")

    code, checks = verify(node, tmp_path, sign(unsecured_badge(3, issuer.controller), issuer))

    assert code in {1, 3}
    assert checks["proof"] != "passed"


NONSENSE = (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"a":1,"a":2}', b"[" * 100_000)


@pytest.mark.parametrize("content", NONSENSE)
def test_what_is_no_credential_is_refused_over_http(node: RunningNode, content: bytes) -> None:
    answer = node.http("POST", "/v1/verify", key=None, data=content, headers={"Content-Type": "application/vc"})

    assert answer.status_code < 500, answer.text
    assert answer.status_code >= 400 or answer.json()["verdict"] == "not_verified"
    no_trace(answer.text)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_credential_is_refused_by_the_command_line(
    node: RunningNode, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "nonsense.json"
    path.write_bytes(content)

    done = node.dcp("verify", path, "--json")

    assert (done.code, done.json["verdict"]) == (1, "not_verified")
    no_trace(done)


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000])
def test_what_is_no_anchor_or_template_is_refused(node: RunningNode, tmp_path: Path, content: bytes) -> None:
    path, credential = tmp_path / "nonsense.json", tmp_path / "credential.json"
    path.write_bytes(content)
    credential.write_text("{}", encoding="utf-8")

    for arguments in (("verify", credential, "--anchor", path), ("template", "put", "x", path, "--tenant", "acme")):
        done = node.dcp(*arguments)
        assert done.code == 1, arguments
        assert "nonsense.json" in done.err, done
        no_trace(done)


# -- what the tests ask ---------------------------------------------------------------------


def post(node: RunningNode, path: Path, tenant: str, template: str) -> dict[str, Any]:
    with path.open("rb") as file:
        answer = node.http(
            "POST", "/v1/batches", data={"tenant": tenant, "template": template}, files={"file": (path.name, file)}
        )
    return {"status": answer.status_code, "type": answer.headers["content-type"], "body": answer.json()}


def announce_only(node: RunningNode, size: int) -> dict[str, Any]:
    """Say that `size` bytes follow and read the answer: it must not take the bytes to refuse them."""
    connection = open_upload(node, ("Content-Length", str(size)))
    try:
        return answer_of(connection)
    finally:
        connection.close()


def open_upload(node: RunningNode, length: tuple[str, str]) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection(urlsplit(node.url).netloc, timeout=30)
    connection.putrequest("POST", "/v1/batches")
    connection.putheader("Authorization", f"Bearer {node.ready['api_key']}")
    connection.putheader("Content-Type", "multipart/form-data; boundary=b")
    connection.putheader(*length)
    connection.endheaders()
    return connection


def answer_of(connection: http.client.HTTPConnection) -> dict[str, Any]:
    answer = connection.getresponse()
    return {"status": answer.status, "type": answer.getheader("content-type"), "body": json.loads(answer.read())}


def sign(document: dict[str, Any], key: Key) -> dict[str, Any]:
    return add_proof(document, signer=key, cryptosuite="eddsa-rdfc-2022", created=datetime(2026, 7, 1, tzinfo=UTC))


def verify(node: RunningNode, folder: Path, credential: dict[str, Any]) -> tuple[int, dict[str, str]]:
    path = folder / "credential.json"
    path.write_text(json.dumps(credential), encoding="utf-8")
    done = node.dcp("verify", path, "--json")
    no_trace(done)
    return done.code, {check["name"]: check["outcome"] for check in done.json["checks"]}


def nothing_happened(node: RunningNode, *said: object) -> None:
    no_trace(*said)
    tables = ("batches", "awards", "credentials", "status_entries", "leaves")
    counted = node.rows(
        "SELECT " + ", ".join(f"(SELECT count(*) FROM {name}) AS {name}" for name in tables), tenant="acme"
    )
    assert counted == [dict.fromkeys(tables, 0)]


def no_trace(*said: object) -> None:
    for each in said:
        text = f"{each.out}\n{each.err}" if isinstance(each, Done) else str(each)
        assert not [trace for trace in TRACES if trace in text], text
