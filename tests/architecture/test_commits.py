"""Rules that a reader would have to check by eye (style, sections 0 and 5)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("did", "vc", "anchoring", "agent", "portal", "plugins", "config")
FILES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "node_modules" not in path.parts and "__pycache__" not in path.parts
)
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler", "handlers"}


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def places(check, files=FILES):
    """`file:line` of every node for which `check` is true."""
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}" for path in files for node in ast.walk(tree_of(path)) if check(node)
    ]


def names_of(node):
    """The exception names of an `except`."""
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return {ast.unparse(kind).rpartition(".")[2] for kind in kinds if kind is not None}


def is_call_of(node, *names):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names


def test_there_are_files():
    assert len(FILES) > 100


def test_only_units_of_work_commit():
    """One request or task is one transaction; `portal/db` begins and ends it."""
    outside = [path for path in FILES if (ROOT / "portal" / "db") not in path.parents]

    assert places(lambda node: is_call_of(node, "commit", "rollback", "begin"), outside) == []


def test_sessions_are_opened_in_one_place_only():
    portal = [path for path in FILES if (ROOT / "portal") in path.parents]
    outside = [path for path in portal if path != ROOT / "portal" / "db" / "session.py"]

    def opens(node):
        return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"Session", "sessionmaker"}

    assert places(opens, outside) == []


def test_no_error_is_caught_without_being_named():
    def is_broad(node):
        if not isinstance(node, ast.ExceptHandler):
            return False
        return node.type is None or bool(names_of(node) & {"Exception", "BaseException"})

    def suppresses(node):
        return isinstance(node, ast.Call) and ast.unparse(node) in {
            "suppress(Exception)",
            "contextlib.suppress(Exception)",
        }

    # The outermost frame of `dcp up`: people get words, the log gets the trace.
    outermost = {"portal/cli/up.py"}
    assert {place.partition(":")[0] for place in places(is_broad)} <= outermost
    assert places(suppresses) == []


def test_no_error_is_swallowed_without_a_reason():
    """`pass` in an `except` says in a comment why nothing has to be done, or what follows it does."""

    def is_silent(node):
        return isinstance(node, ast.ExceptHandler) and all(isinstance(each, ast.Pass) for each in node.body)

    silent = []
    for place in places(is_silent):
        name, _, line = place.partition(":")
        source = (ROOT / name).read_text(encoding="utf-8").splitlines()
        if not any("#" in each for each in source[int(line) - 1 : int(line) + 1]):
            silent.append(place)
    assert silent == []


@pytest.mark.parametrize("package", ["did", "vc", "anchoring", "agent"])
def test_time_is_an_argument(package):
    """The clock is read at the rim. (`time.monotonic` measures waiting and tells no date.)"""
    files = [path for path in FILES if path.relative_to(ROOT).parts[0] == package]

    def reads_clock(node):
        return isinstance(node, ast.Call) and ast.unparse(node.func) in {
            "datetime.now", "datetime.utcnow", "datetime.datetime.now", "date.today", "datetime.today", "time.time",
        }  # fmt: skip

    assert places(reads_clock, files) == []


@pytest.mark.parametrize("package", ["did", "vc", "anchoring", "agent"])
def test_libraries_read_no_environment(package):
    files = [path for path in FILES if path.relative_to(ROOT).parts[0] == package]

    def reads(node):
        return isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv"}

    assert places(reads, files) == []


def test_datetimes_have_a_zone():
    def is_naive(node):
        if not isinstance(node, ast.Call):
            return False
        name = ast.unparse(node.func)
        is_now = name in {"datetime.now", "datetime.datetime.now"}
        return name.endswith(".utcnow") or (is_now and not node.args and not node.keywords)

    assert places(is_naive) == []


def test_files_are_named_after_their_subject():
    assert [str(path.relative_to(ROOT)) for path in FILES if path.stem in VAGUE_NAMES] == []


def test_nothing_is_left_for_later():
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK:")
    assert [
        f"{path.relative_to(ROOT)}: {word}"
        for path in FILES
        for word in words
        if word in path.read_text(encoding="utf-8")
    ] == []


def test_everything_is_synchronous_but_the_edges_of_the_web_framework():
    """One kind of code for server and worker. ASGI middleware and error handlers must await."""
    allowed = {
        "portal/app.py",
        "portal/idempotency/middleware.py",
        "portal/issuance/progress.py",  # a stream that waits holds no thread
        "portal/limits.py",
        "portal/problems.py",  # what middleware answers
        "portal/rate_limits/middleware.py",
        "portal/telemetry/request_ids.py",
        "portal/vc_api/routing.py",
        "portal/verification/endpoints.py",
    }
    found = {place.partition(":")[0] for place in places(lambda node: isinstance(node, ast.AsyncFunctionDef))}

    assert found <= allowed
