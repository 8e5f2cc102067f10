"""The direction of imports (architecture §2.1), as contracts in `pyproject.toml`."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_import_contracts_are_kept():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def _files(*packages):
    return [
        file
        for package in packages
        for file in sorted((ROOT / package).rglob("*.py"))
        if "node_modules" not in file.parts
    ]


def _containing(files, *words):
    return [
        str(file.relative_to(ROOT)) for file in files if any(word in file.read_text(encoding="utf-8") for word in words)
    ]


def test_settings_are_read_only_at_the_rim():
    files = _files("agent", "anchoring", "did", "plugins", "vc")

    assert _containing(files, "os.environ", "os.getenv") == []


def test_nothing_inside_catches_everything():
    files = _files("agent", "anchoring", "config", "did", "plugins", "vc")

    assert _containing(files, "except Exception", "except:") == []
