"""How to run PostgreSQL, which refuses root, when the node itself runs as root.

First choice: a user namespace in which we appear as user 1000. Files stay root's, no
account is added and no permission is opened. Second choice: an account that exists
already and can reach the data folder as it is. Otherwise: refuse and say why.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from portal.supervisor.errors import RootRefused

_NAMESPACE = ("--user", "--map-user=1000", "--map-group=1000")
_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """An existing account without privileges."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Mode:
    """How to start a program: words put before it, or an account to become."""

    prefix: tuple[str, ...] = ()
    account: Account | None = None

    def popen_arguments(self) -> dict[str, int | list[int]]:
        """Return the keyword arguments that `subprocess` needs to become the account."""
        if self.account is None:
            return {}
        return {"user": self.account.uid, "group": self.account.gid, "extra_groups": []}


def choose(
    data_dir: Path,
    *,
    programs: Path,
    is_root: bool | None = None,
    namespace_works: Callable[[], tuple[str, ...] | None] | None = None,
    accounts: tuple[str, ...] = _ACCOUNTS,
) -> Mode:
    """Return how to run PostgreSQL, whose programs are in `programs`, on files in `data_dir`.

    Raises:
        RootRefused: we are root, user namespaces are off, and no account reaches both folders.
    """
    if not (os.geteuid() == 0 if is_root is None else is_root):
        return Mode()
    prefix = (namespace_works or find_namespace)()
    if prefix is not None:
        return Mode(prefix=prefix)
    for account in _existing(accounts):
        if is_reachable(data_dir.parent, account) and is_reachable(programs, account):
            return Mode(account=account)
    raise RootRefused(
        f"the node runs as root; PostgreSQL refuses root, user namespaces are switched off here, and no account "
        f"without privileges can enter both {data_dir.parent} and {programs}",
        fix="Run the node as an ordinary user, or set DCP_DATABASE_URL, or choose a DCP_DATA_DIR "
        "that user nobody can enter (for example below /var/lib).",
    )


def find_namespace() -> tuple[str, ...] | None:
    """Return the words that start a program in a user namespace, if this system allows it.

    With `setpriv` the program also ends with the supervisor: entering the namespace drops
    the wish that the supervisor expressed for its children.
    """
    unshare, setpriv = shutil.which("unshare"), shutil.which("setpriv")
    if unshare is None:
        return None
    prefix = (unshare, *_NAMESPACE)
    candidates = [prefix] if setpriv is None else [(*prefix, setpriv, "--pdeathsig", "INT"), prefix]
    return next((words for words in candidates if _runs([*words, "true"])), None)


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=5, check=False).returncode == 0  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False


def _existing(names: tuple[str, ...]) -> list[Account]:
    found = []
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            found.append(Account(name, entry.pw_uid, entry.pw_gid))
    return found


def is_reachable(folder: Path, account: Account) -> bool:
    """Tell whether `account` may pass through `folder` and each folder above it."""
    for step in (folder.resolve(), *folder.resolve().parents):
        status = step.stat()
        if status.st_uid == account.uid:
            bit = 0o100
        elif status.st_gid == account.gid:
            bit = 0o010
        else:
            bit = 0o001
        if not status.st_mode & bit:
            return False
    return True
