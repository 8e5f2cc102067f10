"""A machine whose Python cannot set the repository up is told why, before anything is installed."""

import sys

import pytest

from config import check_python


def test_this_python_is_fit():
    assert check_python.problem() is None


@pytest.mark.parametrize("version", [(3, 9, 18), (3, 10, 1), (3, 14, 0)])
def test_another_version_is_named_with_the_way_out(monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)

    told = check_python.problem()

    assert f"python3 is {version[0]}.{version[1]}" in told
    assert "PYTHON=python3.13" in told


def test_a_python_without_ensurepip_names_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)

    assert "apt-get install python3-venv" in check_python.problem()
