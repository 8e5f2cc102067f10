"""Runs the tests against mutants, each in a child process of its own, with a limit on the time."""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from tests.mutation.operators import Mutant, mutants

MINIMUM_S = 20.0  # a mutant may take this long even if the tests are done sooner
_WARM = ("cryptography.x509", "httpx", "jsonschema", "nacl.signing", "orjson", "rfc8785", "coincurve")


_ALREADY_IMPORTED = "ignore:Module already imported so cannot be rewritten"


@dataclass
class Score:
    """Mutants that the tests noticed, those that they did not, and those there was no time for."""

    killed: int = 0
    survived: list[Mutant] = field(default_factory=list)
    not_run: int = 0

    @property
    def percent(self) -> float:
        run = self.killed + len(self.survived)
        return 100.0 * self.killed / run if run else 0.0


class _MutatedModule(importlib.machinery.SourceFileLoader):
    """Loads a module from a syntax tree instead of its file."""

    def __init__(self, name: str, path: str, tree: ast.Module) -> None:
        super().__init__(name, path)
        self._tree = tree

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._tree, self.get_filename(fullname), "exec")


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self._name = name
        self._path = path
        self._tree = tree

    def find_spec(self, fullname: str, _path: Any, _target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        loader = _MutatedModule(fullname, str(self._path), self._tree)
        return importlib.util.spec_from_file_location(fullname, self._path, loader=loader)


def run(target: Path, tests: Sequence[str], *, budget_s: float, jobs: int) -> Score:
    """Mutate `target`, a path from the repository's root, and run `tests` on each mutant.

    Raises:
        RuntimeError: the tests fail without a mutation; nothing could be learned.
    """
    name = ".".join(target.with_suffix("").parts)
    source = target.read_text(encoding="utf-8")
    _warm_up(name, ast.parse(source))
    unchanged = Mutant(0, "none", ast.parse(source))
    started = time.monotonic()
    if _outcome(name, target, unchanged, tests, limit_s=budget_s) != "survived":
        raise RuntimeError(f"the tests fail on {target} as it is")
    limit_s = max(MINIMUM_S, 5 * (time.monotonic() - started))
    score = Score()
    running: dict[int, tuple[Mutant, float]] = {}
    waiting = list(mutants(source))
    while waiting or running:
        if time.monotonic() - started > budget_s:
            score.not_run += len(waiting)
            waiting = []
        while waiting and len(running) < jobs:
            mutant = waiting.pop(0)
            running[_start(name, target, mutant, tests)] = (mutant, time.monotonic() + limit_s)
        for mutant, noticed in _finished(running):
            if noticed:
                score.killed += 1
            else:
                score.survived.append(mutant)
    return score


def _warm_up(name: str, tree: ast.Module) -> None:
    """Import what every child would import again; never the module itself or what was made with it."""
    for warm in _WARM:
        importlib.import_module(warm)
    cold = set(sys.modules)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            importlib.import_module(node.module)
    if name in sys.modules:
        for imported in set(sys.modules) - cold:
            del sys.modules[imported]


def _finished(running: dict[int, tuple[Mutant, float]]) -> Iterator[tuple[Mutant, bool]]:
    """Mutants whose tests are done, and whether they were noticed. One that runs for ever was noticed."""
    for pid, (mutant, deadline) in list(running.items()):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            del running[pid]
            yield mutant, not (os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0)
    time.sleep(0.02)


def _outcome(name: str, target: Path, mutant: Mutant, tests: Sequence[str], *, limit_s: float) -> str:
    running = {_start(name, target, mutant, tests): (mutant, time.monotonic() + limit_s)}
    while running:
        for _, noticed in _finished(running):
            return "killed" if noticed else "survived"
    return "killed"


def _start(name: str, target: Path, mutant: Mutant, tests: Sequence[str]) -> int:
    """Fork a child that runs the tests with the mutant in place of the module. Returns its process id."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
            sys.meta_path.insert(0, _Finder(name, target.resolve(), mutant.tree))
            status = int(
                pytest.main(
                    ["-x", "-q", "--no-header", "-W", _ALREADY_IMPORTED, "-W", "ignore:Skipping collection", *tests]
                )
            )
    finally:
        os._exit(status)
