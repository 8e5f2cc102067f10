"""The repository's shape: whose package names these are, and how large a file may grow."""

import importlib.util
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("agent", "anchoring", "config", "did", "plugins", "portal", "vc")
FOLDERS = {*PACKAGES, "tests"}
ROOT_FILES = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "docker-compose.yml",
    "pyproject.toml",
    "requirements.lock",
}
LOCK_FILES = ("requirements.lock", "tests/requirements.lock", "config/tools.lock")
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager", "handler"}
MAX_LINES = 400


def _tracked():
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    files = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    return [file for file in files if file.exists()]


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_a_top_level_name_is_found_in_this_repository(name):
    found = importlib.util.find_spec(name)

    assert found is not None
    assert Path(found.submodule_search_locations[0]) == ROOT / name


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_no_other_distribution_claims_a_top_level_name(name):
    assert set(packages_distributions().get(name, [])) <= {"dcp-node"}


def test_the_root_holds_only_the_fixed_folders_and_files():
    names = {file.relative_to(ROOT).parts[0] for file in _tracked()}

    assert {name for name in names if not name.startswith(".")} == FOLDERS | ROOT_FILES


def test_every_package_says_its_purpose_words_invariants_and_decisions():
    missing = []
    for name in (*PACKAGES, "portal/supervisor", "anchoring/contracts"):
        readme = ROOT / name / "README.md"
        text = readme.read_text(encoding="utf-8") if readme.exists() else ""
        wanted = ("Purpose",) if "/contracts" in name else ("Purpose", "Words", "Invariants", "Decisions")
        missing += [f"{name}: {heading}" for heading in wanted if f"## {heading}" not in text]

    assert missing == []


def test_no_file_outgrows_its_subject():
    large = {}
    for file in _tracked():
        package, *inside = file.relative_to(ROOT).parts
        # A migration is written once and never grows; a table of attacks is data.
        if file.suffix == ".py" and package in PACKAGES and "versions" not in inside:
            lines = file.read_text(encoding="utf-8").count("\n")
            if lines > MAX_LINES:
                large[str(file.relative_to(ROOT))] = lines

    assert large == {}


def test_no_file_has_a_name_without_a_subject():
    assert [str(file) for file in _tracked() if file.stem in FORBIDDEN_NAMES and file.suffix == ".py"] == []


@pytest.mark.parametrize("name", LOCK_FILES)
def test_a_lock_file_is_hashed_and_names_no_host(name):
    text = (ROOT / name).read_text(encoding="utf-8")

    assert "--hash=sha256:" in text
    assert "://" not in "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    assert "--index-url" not in text


def test_npm_lock_files_name_no_host():
    for file in _tracked():
        if file.name == "package-lock.json":
            assert '"resolved"' not in file.read_text(encoding="utf-8"), file


def test_no_private_key_is_committed_outside_published_vectors():
    marker = "-----BEGIN " + "PRIVATE KEY-----"
    found = []
    for file in _tracked():
        if "vectors" in file.parts or file.stat().st_size > 2_000_000:
            continue
        if marker in file.read_bytes().decode("utf-8", errors="ignore"):
            found.append(str(file.relative_to(ROOT)))

    assert found == []
