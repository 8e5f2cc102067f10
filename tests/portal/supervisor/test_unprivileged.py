"""How PostgreSQL is run when the node runs as root."""

import os

import pytest

from portal.supervisor.errors import RootRefused
from portal.supervisor.unprivileged import Account, Mode, choose, is_reachable

NOBODY = Account("nobody", 65534, 65534)


def test_an_ordinary_user_needs_nothing(tmp_path):
    assert choose(tmp_path, programs=tmp_path, is_root=False) == Mode()


def test_root_prefers_a_user_namespace(tmp_path):
    mode = choose(tmp_path, programs=tmp_path, is_root=True, namespace_works=lambda: ("unshare", "--user"))

    assert mode == Mode(prefix=("unshare", "--user"))


def test_without_namespaces_an_account_that_reaches_the_folder_is_used(tmp_path):
    place = tmp_path / "open"
    place.mkdir(mode=0o755)
    for step in (place, *place.parents):
        if not step.stat().st_mode & 0o001:
            pytest.skip(f"{step} is closed to others on this machine")

    mode = choose(place / "data", programs=place, is_root=True, namespace_works=lambda: None, accounts=("nobody",))

    assert mode.account is not None
    assert mode.popen_arguments()["user"] == mode.account.uid


def test_root_is_refused_where_no_account_reaches_the_folder_and_nothing_is_opened(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(RootRefused, match="runs as root") as caught:
        choose(closed / "data", programs=closed, is_root=True, namespace_works=lambda: None)

    assert "ordinary user" in caught.value.fix
    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("mode", "reachable"), [(0o755, True), (0o711, True), (0o700, False), (0o744, False)])
def test_reaching_needs_the_execute_bit_of_each_folder(tmp_path, mode, reachable):
    folder = tmp_path / "a"
    folder.mkdir()
    folder.chmod(mode)
    if not all(step.stat().st_mode & 0o001 for step in folder.parents):
        reachable = False

    assert is_reachable(folder, NOBODY) is reachable


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another account")
def test_postgres_runs_as_an_account_when_namespaces_are_off(tmp_path_factory):
    import shutil
    import tempfile
    from pathlib import Path

    from portal.db.embedded import EmbeddedServer, find_programs

    folder = Path(tempfile.mkdtemp(prefix="dcp-test-"))
    folder.chmod(0o755)
    account = next(iter([NOBODY]))
    if not is_reachable(find_programs(), account):
        pytest.skip("the programs are in a folder closed to others")
    try:
        with EmbeddedServer(folder / "data", mode=Mode(account=account), is_durable=False) as server:
            assert server.is_ready()
            assert server.cluster.stat().st_uid == account.uid
    finally:
        shutil.rmtree(folder)
