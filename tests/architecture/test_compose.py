"""`docker-compose.yml`, the image and CI checked as documents against the code: no Docker is needed."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from config.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
NODE_SERVICES = [name for name, service in COMPOSE["services"].items() if service["image"] == "dcp-node"]


def _variables(service):
    return COMPOSE["services"][service]["environment"]


def test_the_services_are_those_the_node_consists_of():
    assert set(COMPOSE["services"]) == {"portal", "worker", "migrate", "postgres", "rabbitmq"}
    assert set(NODE_SERVICES) == {"portal", "worker", "migrate"}


@pytest.mark.parametrize("service", NODE_SERVICES)
def test_every_variable_of_a_node_service_is_a_setting(service):
    known = {PREFIX + name.upper() for name in Settings.model_fields}

    assert set(_variables(service)) <= known


@pytest.mark.parametrize("service", NODE_SERVICES)
def test_every_command_is_one_of_the_command_line(service):
    from typer.main import get_command

    from portal.cli.commands import app

    command = get_command(app)
    for word in COMPOSE["services"][service]["command"]:
        command = command.commands[word]

    assert command.callback is not None


def test_only_the_migration_knows_the_owner_of_the_tables():
    knowing = [service for service in NODE_SERVICES if "DCP_OWNER_DATABASE_URL" in _variables(service)]

    assert knowing == ["migrate"]


@pytest.mark.parametrize("service", sorted(COMPOSE["services"]))
def test_no_secret_has_a_value_or_a_default(service):
    for name, value in _variables(service).items():
        if re.search(r"PASS|SECRET|_KEY$|_URL$", name) and "PUBLIC" not in name:
            secrets = re.findall(r"\$\{[A-Z_]+:\?[^}]*\}", str(value))
            assert secrets or str(value).startswith("/run/secrets/"), f"{service}: {name}"
        assert not re.search(r"\$\{[A-Z_]+:-", str(value)), f"{service}: {name} has a default"


def test_the_database_roles_are_made_without_privileges():
    script = (ROOT / "config" / "postgres-roles.sh").read_text(encoding="utf-8")

    for role in ("dcp_owner", "dcp_app", "dcp_platform"):
        assert f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS" in script
        assert any(f"://{role}:" in str(value) for service in NODE_SERVICES for value in _variables(service).values())
    subprocess.run(["bash", "-n", ROOT / "config" / "postgres-roles.sh"], check=True)


def test_containers_run_without_privileges():
    for service in NODE_SERVICES:
        definition = COMPOSE["services"][service]
        assert definition["cap_drop"] == ["ALL"]
        assert definition["read_only"] is True
        assert "no-new-privileges:true" in definition["security_opt"]


def test_the_image_copies_what_exists_and_runs_as_an_ordinary_user():
    lines = (ROOT / "config" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    ]

    assert copied
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert "USER dcp" in lines
    assert not any("latest" in line for line in lines if line.startswith("FROM "))


def test_every_package_is_in_the_image_and_in_the_wheel():
    dockerfile = (ROOT / "config" / "Dockerfile").read_text(encoding="utf-8")
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    for package in ("agent", "anchoring", "config", "did", "plugins", "portal", "vc"):
        assert f"COPY {package} ./{package}" in dockerfile
        assert f"!{package}" in ignored


def test_ci_stops_at_the_first_failure():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    assert "set -euo pipefail" in script
    assert "|| true" not in script
    for target in ("setup", "check", "test", "conformance", "peers", "e2e"):
        assert f"make {target}" in script
    subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=True)


def test_the_workflow_and_the_hooks_are_valid_documents():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8"))
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))

    assert workflow["permissions"] == {"contents": "read"}
    assert {hook["id"] for hook in hooks["repos"][0]["hooks"]} == {"format", "lint", "types", "imports", "secrets"}


def test_each_target_that_readme_and_ci_name_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z0-9-]+):", makefile, flags=re.MULTILINE))
    named = set()
    for file in ("README.md", "CONTRIBUTING.md", ".ci/run", ".github/workflows/check.yml"):
        named |= set(re.findall(r"make ([a-z][a-z0-9]+)\b", (ROOT / file).read_text(encoding="utf-8")))

    assert named - targets - {"it"} == set()
    assert targets >= {"setup", "run", "test", "check", "e2e", "bench", "conformance", "chaos", "fuzz", "lock", "clean"}
