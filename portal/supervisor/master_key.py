"""The master key's file: made at the first start, never overwritten, never read by others."""

import re
from pathlib import Path

from config.settings import Settings
from portal.supervisor.errors import MasterKeyRefused
from portal.supervisor.files import private_problem, secret_in

FILE = "master.key"
_KEY = re.compile(r"[0-9a-fA-F]{64}")


def ensure_master_key(settings: Settings, *, data_dir: Path, is_first_start: bool) -> Path | None:
    """Return the file of the master key, made at the first start; None when the environment holds the key.

    Raises:
        MasterKeyRefused: the file is missing although keys were wrapped with it, is malformed, or others may read it.
    """
    if settings.master_key is not None:
        check_key(settings.master_key.get_secret_value(), where="DCP_MASTER_KEY")
        return None
    path = settings.master_key_file or data_dir / FILE
    if not path.exists() and (settings.master_key_file is not None or not is_first_start):
        raise MasterKeyRefused(
            f"the master key {path} is missing; without it no stored key can be used",
            fix="Bring the file back from your backup, or set DCP_MASTER_KEY_FILE to where it is.",
        )
    text, _made = secret_in(path)
    check_key(text, where=str(path))
    problem = private_problem(path)
    if problem is not None:
        raise MasterKeyRefused(problem, fix=f"Run: chmod 600 {path}")
    return path


def check_key(text: str, *, where: str) -> None:
    """Raise `MasterKeyRefused` unless `text` is 32 bytes in hex."""
    if _KEY.fullmatch(text.strip()) is None:
        raise MasterKeyRefused(
            f"{where} is not 32 bytes in hexadecimal (64 digits)", fix="Bring the right key back from your backup."
        )
