"""`dcp` as a person or a script runs it: exit codes, and a sentence where something is wrong."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.cli import main
from tests.factories import issue, make_tenant

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data"


@pytest.fixture
def dcp(tmp_path):
    """Run the command line in an empty folder with no node, and no setting but those given."""

    def run(*arguments, stdin=None, **settings):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DCP_")}
        environment |= {"PYTHONPATH": str(ROOT), **{f"DCP_{name}": value for name, value in settings.items()}}
        return subprocess.run(
            [sys.executable, "-m", "portal.cli", *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def is_a_sentence(done):
    """On standard error, without a trace of the program."""
    return (
        done.stderr.startswith("dcp: ") and "Traceback" not in done.stderr + done.stdout and 'File "' not in done.stderr
    )


@pytest.fixture
def here(node, monkeypatch, tmp_path, capsys):
    """The same in this process, against the test's node: quicker."""

    def run(*arguments, stdin=""):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["dcp", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, end.value.code, said.out, said.err)

    return run


NEEDS_A_NODE = [
    ("tenant", "create", "acme", "Acme University"),
    ("issue", DATA / "graduates.csv", "--tenant", "acme", "--template", "bachelor"),
    ("db", "upgrade"),
]


@pytest.mark.parametrize("arguments", NEEDS_A_NODE, ids=lambda each: " ".join(map(str, each[:2])))
def test_without_a_node_every_command_says_so(dcp, arguments):
    done = dcp(*arguments)

    assert done.returncode == 1
    assert is_a_sentence(done), done.stderr
    assert "dcp up" in done.stderr or "no node runs here" in done.stderr


def test_with_json_a_refusal_is_json(dcp):
    done = dcp("tenant", "list", "--json")

    assert done.returncode == 1
    assert json.loads(done.stdout)["error"] == "node-not-running"


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("issue",), ("issue", "x.csv"), ("verify",), ("up", "--port", "x")]
)
def test_wrong_usage_is_2(dcp, arguments):
    done = dcp(*arguments)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_help_is_0(dcp):
    done = dcp("--help")

    assert done.returncode == 0
    assert "issue" in done.stdout


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PROT": "8000"}, "did you mean DCP_PORT"),
        ({"PORT": "eight"}, "DCP_PORT"),
        ({"CHAIN": "remote"}, "DCP_CHAIN_RPC_URL"),
        ({"DATABASE_URL": "postgresql://dcp_app:geheim@127.0.0.1:9/dcp"}, "does not answer"),
        ({"DATABASE_URL": "geheim:nonsense"}, "DCP_DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://x:geheim@[::1/dcp"}, "DCP_DATABASE_URL"),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_printed(dcp, settings, words):
    done = dcp("tenant", "list", **settings)

    assert done.returncode == 1
    assert is_a_sentence(done), done.stderr
    assert words in done.stderr
    assert "geheim" not in done.stderr


@pytest.mark.parametrize(
    ("source", "stdin", "code", "words"),
    [
        ("nothing.json", None, 1, "cannot read nothing.json"),
        ("-", "not json", 1, "NOT VERIFIED"),
        ("-", "{}", 1, "NOT VERIFIED"),
        ("-", "[]", 1, ""),
        ("-", "", 1, "NOT VERIFIED"),
        ("http://127.0.0.1:9/c/x", None, 1, ""),
        (str(DATA), None, 1, "cannot read"),
    ],
)
def test_what_is_no_credential_is_not_verified(here, source, stdin, code, words):
    done = here("verify", source, stdin=stdin or "")

    assert done.returncode == code, done.stderr
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_an_issuer_that_cannot_be_asked_is_3(node, dcp, tmp_path):
    """did:web of an issuer whose server is not there: neither yes nor no."""
    credential = issue(node, make_tenant(node), 1).credentials[0]
    data = credential.data.replace(b"issuer.example", b"127.0.0.1%3A9")
    (tmp_path / "credential.json").write_bytes(data)

    done = dcp("verify", "credential.json", "--allow-loopback")
    as_json = dcp("verify", "credential.json", "--allow-loopback", "--json")

    assert done.returncode == 3, done.stdout + done.stderr
    assert done.stdout.startswith("COULD NOT TELL")
    assert json.loads(as_json.stdout)["verdict"] == "undecided"


@pytest.fixture
def settings(empty_database, node):
    """How a command reaches the test's database."""
    chosen = node.settings
    return {
        "DATABASE_URL": chosen.database_url.get_secret_value(),
        "OWNER_DATABASE_URL": chosen.owner_database_url.get_secret_value(),
        "PLATFORM_DATABASE_URL": chosen.platform_database_url.get_secret_value(),
        "MASTER_KEY": chosen.master_key.get_secret_value(),
        "PUBLIC_URL": chosen.public_url,
        "CHAIN": "none",
    }


def test_the_commands_of_an_issuer(dcp, settings):
    made = dcp("tenant", "create", "acme", "Acme University", **settings)
    assert (made.returncode, made.stderr) == (0, "")
    assert "did:web:issuer.example:t:acme" in made.stdout
    again = dcp("tenant", "create", "acme", "Acme University", **settings)
    assert (again.returncode, is_a_sentence(again)) == (1, True)

    template = dcp(
        "template", "put", "bachelor", DATA / "template-bachelor.json", "--tenant", "acme", "--json", **settings
    )
    assert json.loads(template.stdout) == {"template": "bachelor", "version": 1}

    check = ("issue", DATA / "graduates.csv", "--tenant", "acme", "--template", "bachelor", "--check")
    refused = dcp(*check, **settings)
    assert (refused.returncode, is_a_sentence(refused)) == (1, True)
    assert "[bad-date]" in refused.stderr
    unknown = dcp("issue", DATA / "graduates.csv", "--tenant", "acne", "--template", "bachelor", **settings)
    assert (unknown.returncode, "tenants: acme" in unknown.stderr) == (1, True)
    missing = dcp("issue", "gone.csv", "--tenant", "acme", "--template", "bachelor", **settings)
    assert (missing.returncode, "cannot read gone.csv" in missing.stderr) == (1, True)

    assert dcp("db", "check", **settings).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("template", "put", "x", "gone.json", "--tenant", "acme"),
        ("template", "put", "x", DATA / "graduates.csv", "--tenant", "acme"),
        ("template", "put", "x", DATA / "graduates.xlsx", "--tenant", "acme"),
        ("template", "put", "x", DATA, "--tenant", "acme"),
        ("template", "put", "x", DATA / "expected.json", "--tenant", "acme"),
        ("tenant", "create", "Ä", "x"),
        ("revoke", "https://issuer.example/c/nothing"),
        ("suspend", "https://issuer.example/c/nothing"),
        ("reinstate", "https://issuer.example/c/nothing"),
        ("issue", DATA, "--tenant", "acme", "--template", "first-aid"),
        ("issue", DATA / "graduates.csv", "--tenant", "acme", "--template", "first-aid"),
    ],
    ids=lambda each: " ".join(Path(str(word)).name for word in each[:4]),
)
def test_a_refusal_is_1_and_a_sentence(here, node, arguments):
    make_tenant(node)

    done = here(*arguments)

    assert done.returncode == 1
    assert is_a_sentence(done), done.stderr


def test_a_login_that_sees_all_tenants_is_refused(dcp, empty_database):
    done = dcp("tenant", "list", DATABASE_URL=empty_database.superuser)

    assert done.returncode == 1
    assert is_a_sentence(done), done.stderr
    assert "bypasses row-level security" in done.stderr


def test_a_database_without_tables_is_a_sentence(dcp, empty_database):
    """For example a node of one's own PostgreSQL that nobody migrated yet."""
    admin = empty_database.superuser.replace("@/dcp?", "@/postgres?")
    engine = empty_database.engine(admin).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE bare"))
    try:
        done = dcp("tenant", "list", DATABASE_URL=empty_database.urls.app.replace("@/dcp?", "@/bare?"))
    finally:
        with engine.connect() as connection:
            connection.execute(text("DROP DATABASE bare WITH (FORCE)"))

    assert done.returncode == 1
    assert is_a_sentence(done), done.stderr
    assert "dcp db check" in done.stderr
